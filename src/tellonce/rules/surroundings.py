"""What a whole file tells about its rows: what its columns are, their dates, its country."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from tellonce.engine.standardise import Recognition
from tellonce.engine.standardise.columns import Column
from tellonce.engine.standardise.dates import DateOrder, date_order
from tellonce.engine.standardise.fields import Fields
from tellonce.engine.standardise.regions import guess_region
from tellonce.engine.standardise.text import as_text
from tellonce.rules.checks.codes import postal_patterns
from tellonce.rules.checks.formats import Valid
from tellonce.rules.checks.moments import Aged, Dated, DatedBeside, Within
from tellonce.rules.table import Rows
from tellonce.rules.types import Facts, Reference, Rule, RuleSet

_MOST = 0.9
_TELLING = ("country", "region", "postal_code", "phone")
_DATED = r"^(\d{1,2}[-/. ]+\d{1,2}[-/. ]+\d{2,4}|\d{4}[-/. ]\d|\d{8}$)"


@dataclass(frozen=True)
class Surroundings:
    """How rows are read: the country of what names none (None: not known), and header -> order of
    its dates, of the columns that hold any.
    """

    country: str | None = None
    orders: Mapping[str, DateOrder] = field(default_factory=dict)

    @property
    def sure(self) -> set[str]:
        """Headers that show for sure how their dates are meant."""
        return {header for header, order in self.orders.items() if order.sure}

    def as_document(self) -> dict[str, Any]:
        """Plain values that JSON can hold."""
        orders = {name: [*vars(order).values()] for name, order in sorted(self.orders.items())}
        return {"country": self.country or "", "orders": orders}

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Surroundings:
        """What `as_document` gave; what is missing is not known."""
        orders = {name: DateOrder(*one) for name, one in document.get("orders", {}).items()}
        return cls(document.get("country") or None, orders)

    def beside(self, earlier: Surroundings) -> Surroundings:
        """With the orders of earlier rows of the same source, which stand unless only these rows
        show for sure how their dates are meant.
        """
        orders = {**earlier.orders, **self.orders}
        for header, held in earlier.orders.items():
            if held.sure or not orders[header].sure:
                orders[header] = held
        return replace(self, orders=orders)


def surroundings_of(
    table: pa.Table,
    attributes: Mapping[str, str],
    *,
    country: str | None = None,
    day_first: bool | None = None,
    headers: Collection[str] | None = None,
) -> Surroundings:
    """How the rows of a table are read, from all of its values.

    `attributes`: header -> what it was recognised as; `country` and `day_first` as declared, None
    where they are not; `headers`: those whose dates matter, None: all.
    """
    country = country or _country(table, attributes)
    orders = {}
    for header in table.column_names if headers is None else sorted(headers):
        values = pc.unique(as_text(table[header]).drop_null())
        dated = values.filter(pc.match_substring_regex(values, _DATED)).to_pylist()
        if dated:
            orders[header] = date_order(dated, country, day_first)
    return Surroundings(country, orders)


def attributes_of(recognition: Recognition | None) -> dict[str, str]:
    """Header -> attribute, `email#work` for one of a group."""
    return {
        one.header: f"{one.attribute}#{one.group}" if one.group else one.attribute
        for one in (recognition.columns if recognition else ())
        if one.attribute
    }


def facts_of_file(
    rules: RuleSet,
    table: pa.Table,
    recognition: Recognition | None,
    *,
    now: datetime,
    references: Mapping[str, Reference],
) -> Facts:
    """The facts about a file that is judged as a whole; `recognition` None: nothing was recognised.

    Only the dates of columns that a rule reads as dates are looked at.
    """
    facts = Facts(now=now, attributes=attributes_of(recognition), references=references)
    rows = Rows(table, facts)
    names = {name for rule in rules.rules for name in _date_fields(rule)}
    found = surroundings_of(
        table,
        facts.attributes,
        country=recognition.region if recognition else None,
        day_first=recognition.day_first if recognition else None,
        headers={cell.header for name in names for cell in rows.cells_of(name)},
    )
    return replace(facts, country=found.country, orders=found.orders)


def _country(table: pa.Table, attributes: Mapping[str, str]) -> str | None:
    """The country most rows speak for, unless many postal codes are of another one: then a phone
    number or a postal code alone tells nothing.
    """
    told = []
    for header in table.column_names:
        attribute, _, group = attributes.get(header, "").partition("#")
        if attribute in _TELLING or attribute.startswith("identifier:"):
            column = Column(header, attribute, group, "", "", 1.0)
            told.append((column, as_text(table[header])))
    guessed = guess_region(Fields(table.num_rows, columns=told))
    pattern = postal_patterns().get(guessed or "")
    for column, text in told:
        if pattern and column.attribute == "postal_code" and not column.group:
            fitting = pc.match_substring_regex(text.drop_null(), rf"(?i)\A(?:{pattern})\z")
            share = pc.mean(fitting.cast(pa.float64())).as_py()
            if share is not None and share < _MOST:
                return None
    return guessed


def _date_fields(rule: Rule) -> tuple[str, ...]:
    """The fields that a rule reads as dates."""
    check = rule.check
    dates = isinstance(check, Dated | Within | DatedBeside | Aged)
    valid = isinstance(check, Valid) and check.format == "date"
    corrected = rule.correction == "normalise date"
    return (rule.field, *check.beside()) if dates or valid or corrected else ()
