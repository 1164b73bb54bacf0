"""What a single record states, value by value: as `candidates.py`, without the cost of columns."""

from __future__ import annotations

import dataclasses
from collections.abc import Container, Iterator, Mapping
from functools import lru_cache
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from tellonce.engine.golden.candidates import ADDRESS_FIELDS, _folded
from tellonce.engine.golden.rules import ATTRIBUTES

Row = Mapping[str, Any]
FAMILIES = ("identifier", "other")


@dataclasses.dataclass(frozen=True)
class Stated:
    """One value of a unit that a record states; see `Candidates`. `value` is what is compared."""

    unit: str
    value: str
    parts: tuple[str | None, ...]
    kind: int = 0
    validity: int = 0
    completeness: int = 0
    label: str = ""


def stated(record: Row) -> Iterator[Stated]:
    """All that a row of RECORDS states, its other attributes left out (`others_of`)."""
    yield from filter(_says, map(_name, record["names"] or ()))
    for unit, column in (("organisation", "organisations"), ("email", "emails")):
        for text in record[column] or ():
            yield from _plain(unit, text)
    date, unsure = record["birth_date"], bool(record["birth_date_ambiguous"])
    length = len(date) if date else 0
    yield from _plain("birth_date", date, validity=1 - unsure, completeness=length)
    yield from _plain("gender", record["gender"])
    for phone in record["phones"] or ():
        yield from _plain("phone", phone, validity=int((phone or "").startswith("+")))
    yield from filter(_says, map(_address, record["addresses"] or ()))
    for entry in record["identifiers"] or ():
        label = "identifier" if entry["kind"] is None else entry["kind"]
        validity = {True: 2, False: 0, None: 1}[entry["valid"]]
        yield from _plain("identifier", _filled(entry["value"]), validity=validity, label=label)


def others_of(record: Row, taken: Container[str]) -> Iterator[Stated]:
    """Its other attributes; a name that is `taken` or an attribute's gets the prefix "other:"."""
    for entry in record["others"] or ():
        name = "other" if entry["name"] is None else entry["name"]
        label = f"other:{name}" if name in taken or name in ATTRIBUTES else name
        yield from _plain("other", _filled(entry["value"]), label=label)


def _says(one: Stated) -> bool:
    return one.value != ""


def _plain(unit: str, text: str | None, **standing: Any) -> Iterator[Stated]:
    value = folded(text)
    if value:
        yield Stated(unit, value, (text,), **standing)


@lru_cache(maxsize=1 << 12)
def folded(text: str | None) -> str:
    """What is compared of a text; as `candidates` folds a column."""
    if text is None:
        return ""
    if text.isascii() and text.isprintable():
        return text.lower().strip(" ")
    found: str = _folded(pa.array([text]))[0].as_py()
    return found


def _trimmed(text: str) -> str:
    if text.isascii() and text.isprintable():
        return text.strip(" ")
    found: str = pc.utf8_trim_whitespace(pa.array([text]))[0].as_py()
    return found


def _filled(text: str | None) -> str | None:
    return text if text is not None and _trimmed(text) else None


def _name(name: Row) -> Stated:
    title, given, middle, family, suffix, whole = (
        _filled(name[part]) for part in ("title", "given", "middle", "family", "suffix", "full")
    )
    parts = _filled(_trimmed(" ".join(part for part in (given, middle, family) if part)))
    full = parts if given and family else whole or parts
    named = given is not None or family is not None
    return Stated(
        "name",
        f"{folded(given)}\x1f{folded(family)}" if named else folded(full),
        (title, given, middle, family, suffix, full),
        kind=int(folded(name["kind"]) == ""),
        completeness=(given is not None) + (family is not None),
    )


def _address(address: Row) -> Stated:
    parts = [_filled(address[part]) for part in ADDRESS_FIELDS]
    if not any(parts):
        parts[0] = _filled(address["full"])
    street, number, _, city, _, postal_code, _ = parts
    place = postal_code or city
    key = f"{folded(street)}\x1f{folded(number)}\x1f{folded(place)}"
    return Stated(
        "address",
        key if any(parts) else "",
        tuple(parts),
        kind=int(folded(address["kind"]) == ""),
        completeness=(street is not None) + (number is not None) + (place is not None),
    )
