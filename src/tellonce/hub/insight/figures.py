"""What is filled of each golden record, followed from version to version.

Golden versions are numbered in the order they are written, by one resolver at a time, so those
above a mark are what changed since. The first time reads all of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import connection, transaction

from tellonce.hub.bridge.types import Progress, no_progress
from tellonce.hub.core.bulk import insert_rows
from tellonce.hub.customers.golden import latest_versions_after
from tellonce.hub.insight.declared import GROUPS, NAMES
from tellonce.hub.insight.models import CustomerFigure, Mark
from tellonce.hub.vault.services import blind_indexes

_GOLDEN, _KIND = "golden", "customer-address"
_AT_ONCE = 5_000


def follow_golden(progress: Progress = no_progress) -> int:
    """Bring the figures up to the newest golden version; returns how many customers changed.

    Each slice is committed with its mark: what is cut short goes on where it was.
    """
    changed = 0
    while True:
        with transaction.atomic():
            mark, _ = Mark.objects.select_for_update().get_or_create(name=_GOLDEN)
            last, found = latest_versions_after(mark.position, _AT_ONCE)
            if last == mark.position:
                return changed
            _write(found)
            Mark.objects.filter(name=_GOLDEN).update(position=last)
        changed += len(found)
        progress("figures", changed, 0)


def _write(found: Mapping[int, Mapping[str, str]]) -> None:
    """Customer -> golden values; written over what was known of these customers."""
    customers = list(found)
    CustomerFigure.objects.filter(customer_id__in=customers).delete()
    places = {one: place for one in customers if (place := _place(found[one]))}
    hashes = dict(zip(places, blind_indexes(places.values(), _KIND), strict=True))
    insert_rows(
        CustomerFigure,
        ("customer_id", "filled", "address"),
        [
            (one, _bits(found[one]), _number(hashes[one]) if one in hashes else None)
            for one in customers
        ],
    )


def _bits(values: Mapping[str, str]) -> int:
    return sum(
        1 << place
        for place, name in enumerate(NAMES)
        if any(values.get(attribute) for attribute in GROUPS[name])
    )


def _place(values: Mapping[str, str]) -> str:
    """An address as it is compared, "" where it does not say which; a flat is one of its own."""
    where = values.get("postal_code") or values.get("city")
    if not values.get("street") or not where:
        return ""
    parts = (values["street"], values.get("house_number"), values.get("unit"), where)
    return "\0".join(" ".join((part or "").casefold().split()) for part in parts)


def _number(index: bytes) -> int:
    return int.from_bytes(index[:8], "big", signed=True)


def fill_counts() -> tuple[int, dict[str, int]]:
    """How many living customers there are, and how many of them have each of `NAMES`."""
    rows = _fetch(
        "SELECT f.filled, COUNT(*) FROM customer_figures f "
        "JOIN customers c ON c.id = f.customer_id WHERE c.retired_at IS NULL GROUP BY f.filled"
    )
    counts = dict.fromkeys(NAMES, 0)
    for filled, count in rows:
        for place, name in enumerate(NAMES):
            if filled >> place & 1:
                counts[name] += count
    return sum(count for _, count in rows), counts


def complete_count(names: tuple[str, ...]) -> int:
    """How many living customers have all of these."""
    wanted = sum(1 << NAMES.index(name) for name in names)
    rows = _fetch(
        "SELECT COUNT(*) FROM customer_figures f JOIN customers c ON c.id = f.customer_id "
        "WHERE c.retired_at IS NULL AND (f.filled & %s) = %s",
        [wanted, wanted],
    )
    return int(rows[0][0])


def customers_lacking(
    names: tuple[str, ...], after: int, limit: int
) -> list[tuple[int, str, list[str]]]:
    """(row id, public id, which of these it lacks) of living customers that lack any, by row id."""
    wanted = sum(1 << NAMES.index(name) for name in names)
    rows = _fetch(
        "SELECT c.id, c.public_id, f.filled FROM customer_figures f "
        "JOIN customers c ON c.id = f.customer_id WHERE c.retired_at IS NULL AND c.id > %s "
        "AND (f.filled & %s) <> %s ORDER BY c.id LIMIT %s",
        [after, wanted, wanted, limit],
    )
    return [
        (pk, public, [name for name in names if not filled >> NAMES.index(name) & 1])
        for pk, public, filled in rows
    ]


def customer_having(name: str, place: int) -> tuple[int, str] | None:
    """(row id, public id) of the living customer at this place, from 0 by row id, of those who
    have this.
    """
    bit = 1 << NAMES.index(name)
    rows = _fetch(
        "SELECT c.id, c.public_id FROM customer_figures f JOIN customers c "
        "ON c.id = f.customer_id WHERE c.retired_at IS NULL AND (f.filled & %s) <> 0 "
        "ORDER BY f.customer_id LIMIT 1 OFFSET %s",
        [bit, place],
    )
    return rows[0] if rows else None


def crowded_addresses(least: int) -> tuple[dict[int, int], list[tuple[int, int]]]:
    """How many addresses have how many customers (size -> addresses), and (keyed hash, customers)
    of those with `least` or more.
    """
    counted = (
        "SELECT f.address AS place, COUNT(*) AS n FROM customer_figures f JOIN customers c "
        "ON c.id = f.customer_id WHERE c.retired_at IS NULL AND f.address IS NOT NULL "
        "GROUP BY f.address"
    )
    sizes = _fetch(f"SELECT n, COUNT(*) FROM ({counted}) held GROUP BY n")  # noqa: S608  our own
    largest = _fetch(
        f"SELECT place, n FROM ({counted}) held WHERE n >= %s ORDER BY n DESC LIMIT 200",  # noqa: S608
        [least],
    )
    return dict(sizes), largest


def customers_at(address: int, limit: int = 200, after: str = "") -> list[tuple[str, str]]:
    """The same of living customers at an address's hash as `customers_sharing` gives it."""
    return _fetch(
        "SELECT c.public_id, c.family_name FROM customer_figures f JOIN customers c "
        "ON c.id = f.customer_id WHERE c.retired_at IS NULL AND f.address = %s "
        "AND c.public_id > %s ORDER BY c.public_id LIMIT %s",
        [address, after, limit],
    )


def _fetch(statement: str, values: list[Any] | None = None) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values or [])
        return cursor.fetchall()
