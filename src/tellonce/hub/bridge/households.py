"""By what people are of one household: a family name with an address, a phone or an e-mail."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tellonce.engine import standardise
from tellonce.hub.bridge.rows import records_table


@dataclass(frozen=True)
class Home:
    """What a customer says of where it lives, "" where it does not say."""

    family_name: str
    street: str
    house_number: str
    unit: str
    city: str
    postal_code: str
    emails: tuple[str, ...]
    phones: tuple[str, ...]


def home_keys(homes: Sequence[Home]) -> list[set[str]]:
    """Per home, the texts that those of one household have in common with it, in comparable form:
    Kowalski and Kowalska are one family, and a street is one however it is written.
    """
    if not homes:
        return []
    table = records_table(json.dumps(_record(at, home)) for at, home in enumerate(homes))
    found = standardise.comparable(table, standardise.StandardiseParams())
    names = ("names", "addresses", "emails", "phones")
    return [set(_keys(row)) for row in found.select(names).to_pylist()]


def _record(at: int, home: Home) -> dict[str, Any]:
    address = {
        "street": home.street,
        "number": home.house_number,
        "unit": home.unit,
        "city": home.city,
        "postal_code": home.postal_code,
    }
    return {
        "source": "",
        "record_id": str(at),
        "names": [{"family": home.family_name}] if home.family_name else [],
        "addresses": [{name: part for name, part in address.items() if part}],
        "emails": list(home.emails),
        "phones": list(home.phones),
    }


def _keys(row: Mapping[str, Any]) -> Iterator[str]:
    family = next((name["family"] for name in row["names"] or () if name["family"]), "")
    if not family:
        return
    for address in row["addresses"] or ():
        place = address["postal_code"] or address["city"]
        if address["street"] and place:
            parts = (address["street"], address["number"], address["unit"], place)
            yield "\0".join(["address", family, *(part or "" for part in parts)])
    for kind in ("emails", "phones"):
        yield from ("\0".join([kind, family, value]) for value in row[kind] or ())
