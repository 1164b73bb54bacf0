"""Over-merging: a customer that has grown beyond reason, among customers of this hub."""

from __future__ import annotations

import json
from typing import Any

from tellonce.hub.customers.crowds import customer_size_counts, customers_of_size
from tellonce.hub.customers.selectors import customer_by_public_id, members_of
from tellonce.hub.insight.intervals import unusual_size
from tellonce.hub.insight.kpis.completeness import row_id
from tellonce.hub.insight.types import Asked, Evidence, Trouble
from tellonce.hub.sources.selectors import record_names, record_texts

LEAST = 8
_MOST = 30
_MANY_NAMES, _MANY_DATES = 3, 2


def overgrown_customers() -> list[Trouble]:
    """Customers of a size that chance would hardly make, most in need of a look first."""
    sizes = customer_size_counts()
    limit = unusual_size(sizes, LEAST)
    if limit is None:
        return []
    usual = _usual(sizes)
    found = customers_of_size(limit)[:_MOST]
    return [_trouble(public_id, size, usual) for public_id, size in found]


def its_records(key: str, asked: Asked) -> Evidence:
    """The records of the customer as they are now, in the order in which the hub got to know them;
    none where its id leads to nobody any more.
    """
    last = row_id(asked.cursor)
    members = sorted(member.record for member in members_of(customer_by_public_id(key).id))
    found = [record for record in members if record > last][: asked.limit]
    names = record_names(found)
    rows = tuple({"record": ":".join(names[record])} for record in found)
    return Evidence(rows, str(found[-1]) if len(found) == asked.limit else "")


def _usual(sizes: dict[int, int]) -> int:
    """The size that 95 of 100 customers do not exceed."""
    left = sum(sizes.values()) * 0.95
    for size in sorted(sizes):
        left -= sizes[size]
        if left <= 0:
            return size
    return max(sizes)


def _trouble(public_id: str, size: int, usual: int) -> Trouble:
    members = members_of(customer_by_public_id(public_id).id)
    names, dates = _said([member.record for member in members])
    several = names > _MANY_NAMES or dates > _MANY_DATES
    who = (
        f"They say {names} family names and {dates} birth dates, so these may be several people."
        if several
        else "They say much the same, so this may be one person entered again and again."
    )
    return Trouble(
        public_id,
        "high" if several else "low",
        f"The customer {public_id} has grown to {size:,} records; 95 of 100 customers have at most "
        f"{usual}. {who}",
        f"See what holds it together: tellonce explain --customer, and part it with tellonce split "
        f"{public_id}."
        if several
        else "Look at it once, and acknowledge it where it is right.",
        {"customer": public_id, "records": size, "family_names": names, "birth_dates": dates},
    )


def _said(records: list[int]) -> tuple[int, int]:
    """How many different family names and birth dates the records say."""
    names: set[str] = set()
    dates: set[str] = set()
    for text in record_texts(records).values():
        said: dict[str, Any] = json.loads(text.standardised)
        family = (name.get("family") for name in said.get("names") or ())
        names |= {name.casefold() for name in family if name}
        dates |= {said["birth_date"]} if said.get("birth_date") else set()
    return len(names), len(dates)
