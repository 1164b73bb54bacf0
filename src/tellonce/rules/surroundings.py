"""What a whole file tells about its rows: what its columns are, their dates, its country."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

import pyarrow as pa
import pyarrow.compute as pc

from tellonce.engine.standardise import Recognition
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


def facts_of_file(
    rules: RuleSet,
    table: pa.Table,
    recognition: Recognition | None,
    *,
    now: datetime,
    references: Mapping[str, Reference],
) -> Facts:
    """The facts about a file that is judged as a whole; `recognition` None: nothing was recognised.

    How dates are read is decided by all values of a column; only those are looked at that a rule
    reads as dates.
    """
    columns = recognition.columns if recognition else ()
    attributes = {
        one.header: f"{one.attribute}#{one.group}" if one.group else one.attribute
        for one in columns
        if one.attribute
    }
    country = _country(table, recognition) if recognition else None
    facts = Facts(now=now, attributes=attributes, country=country, references=references)
    day_first = recognition.day_first if recognition else None
    return replace(facts, orders=_orders(rules, Rows(table, facts), day_first))


def _country(table: pa.Table, recognition: Recognition) -> str | None:
    """The country that is said, else the one most rows speak for, unless many postal codes are of
    another one: then a phone number or a postal code alone tells nothing.
    """
    if recognition.region:
        return recognition.region
    told = [
        (column, as_text(table[column.header]))
        for column in recognition.columns
        if column.attribute in _TELLING or (column.attribute or "").startswith("identifier:")
    ]
    guessed = guess_region(Fields(table.num_rows, columns=told))
    pattern = postal_patterns().get(guessed or "")
    for column, text in told:
        if pattern and column.attribute == "postal_code" and not column.group:
            fitting = pc.match_substring_regex(text.drop_null(), rf"(?i)\A(?:{pattern})\z")
            share = pc.mean(fitting.cast(pa.float64())).as_py()
            if share is not None and share < _MOST:
                return None
    return guessed


def _orders(rules: RuleSet, rows: Rows, day_first: bool | None) -> dict[str, DateOrder]:
    names = {name for rule in rules.rules for name in _date_fields(rule)}
    headers = {cell.header for name in names for cell in rows.cells_of(name)}
    found = {}
    for header in headers:
        values = pc.unique(as_text(rows.table[header]).drop_null()).to_pylist()
        found[header] = date_order(values, rows.facts.country, day_first)
    return found


def _date_fields(rule: Rule) -> tuple[str, ...]:
    """The fields that a rule reads as dates."""
    check = rule.check
    dates = isinstance(check, Dated | Within | DatedBeside | Aged)
    valid = isinstance(check, Valid) and check.format == "date"
    corrected = rule.correction == "normalise date"
    return (rule.field, *check.beside()) if dates or valid or corrected else ()
