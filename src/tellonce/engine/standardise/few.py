"""COMPARABLE of few records, one by one: what `comparable.py` does by columns, without their fixed
cost.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from tellonce.engine.standardise.comparable import ADDRESS_PARTS, exact, trailing_suffix
from tellonce.engine.standardise.coordinates import comparable_coordinates
from tellonce.engine.standardise.emails import comparable_email
from tellonce.engine.standardise.genders import comparable_gender
from tellonce.engine.standardise.identifiers import comparable_identifier
from tellonce.engine.standardise.names import (
    comparable_family,
    comparable_given,
    comparable_middle,
    comparable_suffix,
)
from tellonce.engine.standardise.organisations import comparable_organisation
from tellonce.engine.standardise.phones import comparable_phone
from tellonce.engine.standardise.several import comparable_list
from tellonce.engine.standardise.text import fold

Row = Mapping[str, Any]
_ADDRESS_PARTS = tuple(ADDRESS_PARTS.items())
_POLAND = re.compile(r"^pl\s*", re.IGNORECASE | re.ASCII)
_KINDS = {
    "number": exact,
    "date": exact,
    "coordinates": comparable_coordinates,
    "list": comparable_list,
}


def comparable_row(record: Row) -> dict[str, Any]:
    """The row of COMPARABLE of a row of RECORDS, as `comparable.comparable` makes it; what the row
    and its entries do not name, they do not say.
    """
    said = record.get
    names = said("names") or ()
    date = said("birth_date") or ""
    year, month, day = (int(part) if part else None for part in (date[:4], date[5:7], date[8:10]))
    return {
        "source": said("source"),
        "record_id": said("record_id"),
        "entity": said("entity"),
        "names": _said(map(_name, names)),
        "suffix": next((found for name in names if (found := _suffix(name)) is not None), None),
        "organisations": _texts(said("organisations"), comparable_organisation),
        "birth_year": year,
        "birth_month": month,
        "birth_day": day,
        "birth_swappable": bool(said("birth_date_ambiguous")),
        "gender": _of(said("gender"), comparable_gender),
        "emails": _texts(said("emails"), comparable_email),
        "phones": _texts(said("phones"), comparable_phone),
        "addresses": _said(map(_address, said("addresses") or ())),
        "identifiers": _said(map(_identifier, said("identifiers") or ())),
        "others": _said(map(_other, said("others") or ())),
    }


def _said(entries: Any) -> list[dict[str, Any]]:
    """The entries that say anything."""
    return [entry for entry in entries if any(value is not None for value in entry.values())]


def _texts(texts: Any, normal: Any) -> list[str]:
    return [made for text in texts or () if (made := _of(text, normal)) is not None]


def _of(text: str | None, normal: Any) -> Any:
    return None if text is None else _normalised(text, normal)


@lru_cache(maxsize=16_384)
def _normalised(text: str, normal: Any) -> Any:
    """Cached: the records of one person mostly say the same, and many live in one city."""
    return normal(text)


def _folded(text: str) -> str | None:
    return fold(text) or None


def _name(name: Row) -> dict[str, Any]:
    given, further = _of(name.get("given"), comparable_given) or (None, None)
    middle = _of(name.get("middle"), comparable_middle)
    if further is not None:
        middle = further if middle is None else f"{further} {middle}"
    return {"given": given, "middle": middle, "family": _of(name.get("family"), comparable_family)}


def _suffix(name: Row) -> str | None:
    found: str | None = _of(name.get("suffix"), comparable_suffix)
    return _of(name.get("family"), trailing_suffix) if found is None else found


def _address(address: Row) -> dict[str, Any]:
    said = address.get
    return {
        part: None if (text := said(part)) is None else _normalised(text, normal)
        for part, normal in _ADDRESS_PARTS
    }


def _identifier(entry: Row) -> dict[str, Any]:
    kind, value = entry.get("kind"), entry.get("value")
    if kind == "nip" and value is not None:
        value = _POLAND.sub("", value)
    value = _of(value, comparable_identifier)
    return {"kind": None if value is None else kind, "value": value}


def _other(entry: Row) -> dict[str, Any]:
    value = _of(entry.get("value"), _KINDS.get(entry.get("kind") or "", _folded))
    return {"name": None if value is None else entry.get("name"), "value": value}
