"""What records and golden records say, unit by unit, in a form in which the same is equal.

Units are those of `rules.decay.unit_of`: name, address, and every other attribute by its own name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from tellonce.engine import standardise as stage
from tellonce.engine.standardise.text import fold
from tellonce.engine.units import UNITS

Parts = tuple[str | None, ...]
Said = Mapping[str, tuple[Parts, ...]]
"""Unit -> its values in parts, None for a part that is not said."""

_OF_ADDRESS = {"house_number": "number"}
_OF_NAME = {
    "given_name": "given",
    "middle_name": "middle",
    "family_name": "family",
    "full_name": "full",
}
_SHORTEST = 3  # letters of a given name that is cut short: Alex for Alexandra


def said_by(record: Mapping[str, Any]) -> Said:
    """What a row of RECORDS says, given as plain lists and strings; missing names are nulls.

    Of names and addresses those of a kind of their own (former, mailing) are left out where there
    is a main one.
    """
    row = {**record, "others": ()}
    for name in ("names", "addresses"):
        row[name] = _main(record.get(name))
    said: dict[str, tuple[Parts, ...]] = {}
    for unit, values in _units(stage.comparable_row(row)):
        if values:
            said[unit] = (*said.get(unit, ()), *values)
    for one in record.get("others") or ():
        value = fold(one.get("value") or "")
        if value:
            name = one.get("name") or "other"
            said[name] = (*said.get(name, ()), (value,))
    return said


def said_by_golden(best: Mapping[str, str]) -> Said:
    """The same of a golden record: attribute -> its golden value."""
    name = {part: best[a] for a, part in _OF_NAME.items() if a in best}
    address = {_OF_ADDRESS.get(a, a): best[a] for a in UNITS["address"] if a in best}
    known = {part for parts in UNITS.values() for part in parts}
    return said_by(
        {
            "names": [name] if name else [],
            "addresses": [address] if address else [],
            "emails": [best["email"]] if "email" in best else [],
            "phones": [best["phone"]] if "phone" in best else [],
            "organisations": [best["organisation"]] if "organisation" in best else [],
            "birth_date": best.get("birth_date"),
            "gender": best.get("gender"),
            "others": [
                {"name": attribute.removeprefix("other:"), "value": value}
                for attribute, value in best.items()
                if attribute not in known
            ],
        }
    )


def agree(unit: str, one: Said, other: Said) -> bool | None:
    """Whether both say the same of a unit, as far as both say it; None where one does not."""
    if not one.get(unit) or not other.get(unit):
        return None
    same = _SAME.get(unit, _all_known_equal)
    return any(same(left, right) for left in one[unit] for right in other[unit])


def comparable_text(unit: str, said: Said) -> str:
    """The first value of a unit as one text, "" where there is none: for keyed hashes."""
    values = said.get(unit, ())
    return "\x1f".join(part or "" for part in values[0]) if values else ""


def _units(row: Mapping[str, Any]) -> Iterator[tuple[str, tuple[Parts, ...]]]:
    names, addresses = row["names"], row["addresses"]
    yield "name", tuple((one["given"], one["family"]) for one in names)
    yield "address", tuple(map(_place, addresses))
    for unit, column in (("organisation", "organisations"), ("email", "emails")):
        yield unit, tuple((text,) for text in row[column])
    yield "phone", tuple((text,) for text in row["phones"])
    for one in row["identifiers"]:
        if one["kind"]:
            yield f"identifier:{one['kind']}", ((one["value"],),)
    if row["birth_year"]:
        date = (row["birth_year"], row["birth_month"], row["birth_day"])
        yield "birth_date", (tuple(None if part is None else str(part) for part in date),)
    if row["gender"]:
        yield "gender", ((row["gender"],),)


def _place(address: Mapping[str, str | None]) -> Parts:
    names = ("street", "number", "unit", "postal_code", "city")
    return tuple(address[name] for name in names)


def _main(values: Iterable[Mapping[str, Any]] | None) -> list[Mapping[str, Any]]:
    found = list(values or ())
    if len(found) < 2:
        return found
    return [one for one in found if not one.get("kind")] or found


def _all_known_equal(left: Parts, right: Parts) -> bool:
    """Equal in every part that both say, and there is one."""
    pairs = [(a, b) for a, b in zip(left, right, strict=False) if a and b]
    return bool(pairs) and all(a == b for a, b in pairs)


def _same_name(left: Parts, right: Parts) -> bool:
    """Family names equal, and given names equal, variants of each other, or one cut short."""
    if left[1] and right[1] and left[1] != right[1]:
        return False
    one, other = left[0], right[0]
    if not one or not other:
        return bool(left[1] and right[1])
    short, long = sorted((one, other), key=len)
    if long.startswith(short) and (len(short) == 1 or len(short) >= _SHORTEST):
        return True
    return not set(stage.variant_groups(one)).isdisjoint(stage.variant_groups(other))


def _same_address(left: Parts, right: Parts) -> bool:
    """The same house: street and number where both say them, and postal code, else city. A unit
    that one leaves out is no other address.
    """
    *house, post, city = left
    *other_house, other_post, other_city = right
    place = (post, other_post) if post and other_post else (city, other_city)
    pairs = [*zip(house, other_house, strict=True), place]
    known = [(a, b) for a, b in pairs if a and b]
    return bool(known) and all(a == b for a, b in known)


_SAME = {"name": _same_name, "address": _same_address}
