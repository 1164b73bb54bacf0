"""Golden documents: opening stored ones, and comparing them."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from tellonce.hub.core.bulk import among, as_moment, as_stored, fetched
from tellonce.hub.customers.models import Customer, GoldenVersion
from tellonce.hub.customers.types import GoldenChange, GoldenDocument, GoldenValue
from tellonce.hub.vault.services import decrypt, opened_keys
from tellonce.hub.vault.types import Place

_NEWEST = (
    "SELECT c.id, g.number, g.document, g.secret, c.key_id FROM customers c JOIN golden_versions g "
    "ON g.customer_id = c.id AND g.number = c.version WHERE c.id"
)
_LATEST = (
    "SELECT c.id, g.number, g.document, g.secret, c.key_id, g.from_at FROM golden_versions g "
    "JOIN customers c ON c.id = g.customer_id WHERE g.customer_id = %s {} "
    "ORDER BY g.number DESC LIMIT 1"
)
_OBSERVED = 7  # position in GOLDEN_FIELDS
_SAID = slice(0, 3)  # attribute, rank, value


def golden_place(customer: int, number: int) -> Place:
    """Where the sealed half of a golden version is kept."""
    return Place("golden_versions", "secret", f"{customer}:{number}")


def golden_rows(customers: Collection[int]) -> dict[int, list[list[Any]]]:
    """Customer -> entries (GOLDEN_FIELDS) of its newest document, sealed ones included."""
    return {
        customer: _joined(document, hidden) for customer, document, hidden in _newest(customers)
    }


def golden_halves(customers: Collection[int]) -> dict[int, tuple[list[Any], list[Any]]]:
    """Customer -> entries of its newest document that are stored in the open, and sealed ones."""
    return {
        customer: (json.loads(document), json.loads(hidden or "[]"))
        for customer, document, hidden in _newest(customers)
    }


def open_entries(customers: Collection[int]) -> dict[int, list[list[Any]]]:
    """Customer -> entries of its newest document that are stored in the open."""
    return {row[0]: json.loads(row[2]) for row in among(_NEWEST, customers)}


def _newest(customers: Collection[int]) -> Iterator[tuple[int, str, str | None]]:
    """(customer, open half, hidden half) of newest documents; None where nothing is hidden, or the
    key is destroyed.
    """
    return _halves(among(_NEWEST, customers))


def _halves(rows: Sequence[tuple[Any, ...]]) -> Iterator[tuple[int, str, str | None]]:
    """The same of rows of customer, number of the version, both halves as stored, and key."""
    keys = opened_keys([key for *_, secret, key in rows if secret is not None and key is not None])
    for customer, number, document, secret, key in rows:
        hidden = None
        if secret is not None and key in keys:
            hidden = decrypt(keys[key], bytes(secret), golden_place(customer, number)).decode()
        yield customer, document, hidden


def golden_document(customer: int, as_of: datetime | None = None) -> GoldenDocument | None:
    """The golden record of a customer, as it stood at `as_of`; None where there was none."""
    if as_of is None:
        rows = fetched(_LATEST.format(""), customer)
    else:
        rows = fetched(_LATEST.format("AND g.from_at <= %s"), customer, as_stored(as_of))
    for _, document, hidden in _halves([row[:-1] for row in rows]):
        ((_, number, *_, from_at),) = rows
        values = map(_value, _joined(document, hidden))
        return GoldenDocument(number, as_moment(from_at), tuple(values))
    return None


def open_values(customers: Collection[int]) -> dict[int, tuple[GoldenValue, ...]]:
    """Customer -> the newest values that are stored in the open; nothing is decrypted."""
    return {
        customer: tuple(map(_value, entries))
        for customer, entries in open_entries(customers).items()
    }


def latest_versions_after(mark: int, limit: int) -> tuple[int, dict[int, dict[str, str]]]:
    """Golden versions written after one (row id), at most `limit`: the last one's row id, and
    customer -> attribute -> golden value of those that are the newest of their customer. Only what
    is stored in the open; `mark` itself where there is nothing new.
    """
    rows = (
        GoldenVersion.objects.filter(id__gt=mark)
        .order_by("id")
        .values_list("id", "customer_id", "number", "customer__version", "document")[:limit]
    )
    last, found = mark, dict[int, dict[str, str]]()
    for pk, customer, number, newest, document in rows:
        last = pk
        if number == newest:
            found[customer] = {row[0]: row[2] for row in json.loads(document) if row[1] == 0}
    return last, found


def golden_changes(customer: int, limit: int = 200) -> list[GoldenChange]:
    """The newest versions of a golden record, oldest first, with the attributes each changed."""
    versions = GoldenVersion.objects.filter(customer_id=customer).order_by("-number")[: limit + 1]
    opened = _opened(versions)[::-1]
    before = [set[tuple[Any, ...]](), *(_said(rows) for _, rows in opened)]
    changes = [
        GoldenChange(
            version.number,
            version.from_at,
            tuple(sorted({said[0] for said in _said(rows) ^ was})),
        )
        for (version, rows), was in zip(opened, before, strict=False)
    ]
    return changes[-limit:]


def attributes_that_differ(
    documents: Mapping[int, tuple[int, str, str | None]],
) -> dict[int, list[str]]:
    """Customer -> names of attributes whose values differ from the newest stored document.

    `documents`: customer -> (version held, new open half, new hidden half).
    """
    held = golden_rows([i for i, (version, _, _) in documents.items() if version])
    return {
        customer: sorted(
            {row[0] for row in _said(held.get(customer, [])) ^ _said(_joined(opened, hidden))}
        )
        for customer, (_, opened, hidden) in documents.items()
    }


def _opened(versions: Any) -> list[tuple[GoldenVersion, list[list[Any]]]]:
    return [(version, _joined(version.document, hidden)) for version, hidden in _unsealed(versions)]


def _unsealed(versions: Any) -> list[tuple[GoldenVersion, str | None]]:
    """Each version with its sealed half, None where there is none or its key is destroyed."""
    found = list(versions)
    sealed = {version.customer_id for version in found if version.secret is not None}
    key_of = (
        dict(Customer.objects.filter(id__in=sealed, key__isnull=False).values_list("id", "key_id"))
        if sealed
        else {}
    )
    keys = opened_keys(key_of.values())
    opened = []
    for version in found:
        hidden = None
        key = keys.get(key_of.get(version.customer_id, 0))
        if version.secret is not None and key is not None:
            place = golden_place(version.customer_id, version.number)
            hidden = decrypt(key, bytes(version.secret), place).decode()
        opened.append((version, hidden))
    return opened


def _joined(opened: str, hidden: str | None) -> list[list[Any]]:
    rows: list[list[Any]] = json.loads(opened)
    return rows + json.loads(hidden) if hidden else rows


def _said(rows: list[list[Any]]) -> set[tuple[Any, ...]]:
    return {tuple(row[_SAID]) for row in rows}


def _value(row: list[Any]) -> GoldenValue:
    observed = row[_OBSERVED]
    if observed is not None:
        row = [*row]
        row[_OBSERVED] = datetime.fromisoformat(observed)
    return GoldenValue(*row)
