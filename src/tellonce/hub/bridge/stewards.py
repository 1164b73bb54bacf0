"""What stewards say, over the golden entries of a customer, and what a record itself says."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pyarrow as pa

from tellonce.engine.golden.override import stood_over
from tellonce.engine.golden.rules import ATTRIBUTES, GoldenRules, Override
from tellonce.engine.golden.stated import Stated, folded, others_of, stated
from tellonce.engine.standardise.emails import VALID
from tellonce.engine.tables import GOLDEN
from tellonce.engine.units import UNITS
from tellonce.hub.bridge.rows import records_table
from tellonce.hub.bridge.services import standardised

STEWARD = "steward"
"""What lineage shows as the source, and as the rule, of a value that a steward set."""

NAMED_ATTRIBUTES = ATTRIBUTES
"""The attributes of golden records that are no identifiers and no others."""

_FIELDS = GOLDEN.names[1:]
_OBSERVED = _FIELDS.index("observed_at")
_RULES = GoldenRules()


@dataclass(frozen=True)
class StewardSays:
    """That a customer's `attribute` is `value` (None: has none) since `at`; `instead_of` names the
    value that is wrong, None where there was none. `id` is shown as the record.
    """

    attribute: str
    value: str | None
    instead_of: str | None
    at: datetime
    id: str


def entries_with(
    entries: Sequence[Sequence[Any]], said: Sequence[StewardSays]
) -> list[tuple[Any, ...]]:
    """Golden entries (as `resolution.entries_of` gives them) of one customer, with what stewards
    say over them.
    """
    rows = [dict(zip(_FIELDS, entry, strict=True)) for entry in entries]
    overrides = [
        Override(
            0,
            one.attribute,
            one.value,
            one.at,
            instead_of=one.instead_of,
            source=STEWARD,
            record_id=one.id,
        )
        for one in said
    ]
    return [_entry(row) for row in stood_over(rows, overrides, _RULES)]


def _entry(row: dict[str, Any]) -> tuple[Any, ...]:
    values = [row[name] for name in _FIELDS]
    if isinstance(values[_OBSERVED], datetime):
        values[_OBSERVED] = f"{values[_OBSERVED]:%Y-%m-%dT%H:%M:%SZ}"
    return tuple(values)


def values_of(documents: Mapping[int, str]) -> dict[int, dict[str, list[str]]]:
    """Record (row id) -> attribute as golden records name it -> what the record says of it.

    `documents`: record -> its whole JSON.
    """
    rows = records_table(documents.values()).to_pylist()
    return {i: _by_name(_stated(row)) for i, row in zip(documents, rows, strict=True)}


def attributes_of_unit(unit: str) -> tuple[str, ...]:
    """The attributes of golden records that survive, age and are confirmed together."""
    return UNITS.get(unit, (unit.partition(":")[2] or unit,))


def identifiers_in(documents: Iterable[str]) -> frozenset[str]:
    """The kinds of identifiers that records (whole JSON) state."""
    rows = records_table(documents).to_pylist()
    return frozenset(one.label for row in rows for one in stated(row) if one.unit == "identifier")


def is_said(value: str, said: Sequence[str]) -> bool:
    """Whether a value is among others, whatever their case and surrounding space."""
    return folded(value) in {folded(one) for one in said}


def keeps_several(attribute: str, *, is_identifier: bool) -> bool:
    """Whether a customer may have several values of an attribute at once."""
    unit = next((unit for unit, parts in UNITS.items() if attribute in parts), "")
    return is_identifier or _RULES.rule(unit or "other").keep is None


def standard_value(attribute: str, text: str, region: str | None) -> tuple[str | None, str]:
    """A text in the form in which records keep it, as the attribute it is meant as, and "" or what
    is wrong with it, in words that end "The new value ...".

    `attribute`: one of golden records, or `identifier:KIND`, `other:NAME`. `region`: the country
    that phone numbers are read for, None where none is known. Raises the engine's errors for an
    attribute that there is not.
    """
    _, table = standardised(
        "",
        pa.array(["1"]),
        pa.table({_COLUMN: pa.array([text])}),
        columns={_COLUMN: attribute},
        region=region,
        day_first=None,
    )
    (row,) = table.to_pylist()
    name = attribute.partition(":")[2] or attribute
    found = [one for one in _stated(row) if name in UNITS.get(one.unit, (one.label,))]
    values = _by_name(found).get(name, [])
    if not values and name in UNITS["name"] and text.strip():
        return " ".join(text.split()), ""  # a middle name or a title is not known by itself
    if len(values) != 1:
        return None, _WORDS.get(name, "cannot be read")
    return values[0], _doubt(name, values[0], row, found[0])


_COLUMN = "value"
_WORDS = {
    "email": "is no e-mail address that could be delivered to",
    "phone": "is no phone number of its country",
    "birth_date": "is no date, or may be read in two ways",
    "gender": "is none of female, male, other",
    "country": "is no country",
}


def _doubt(name: str, value: str, row: Mapping[str, Any], one: Stated) -> str:
    if name == "email":
        return "" if re.match(VALID, value) else _WORDS[name]
    if name == "phone":
        return "" if one.validity else _WORDS[name]
    if name == "birth_date":
        return _WORDS[name] if row["birth_date_ambiguous"] else ""
    if name == "country":
        return "" if re.fullmatch("[A-Z]{2}", value) else _WORDS[name]
    if one.unit == "identifier":
        return "" if one.validity else "has a wrong check digit or form"
    if one.unit == "address" and sum(part is not None for part in one.parts) > 1:
        return "holds more than one part of an address: correct each part by itself"
    return ""


def _stated(row: Mapping[str, Any]) -> list[Stated]:
    own = list(stated(row))
    return [*own, *others_of(row, {one.label for one in own if one.unit == "identifier"})]


def _by_name(said: Iterable[Stated]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for one in said:
        for name, value in zip(UNITS.get(one.unit, (one.label,)), one.parts, strict=True):
            if value:
                found.setdefault(name, []).append(value)
    return found
