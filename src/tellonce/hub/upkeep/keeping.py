"""Keeping freshness and findings, in transactions that only write: what was worked out ahead is
kept where it still holds, and worked out anew where it does not.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from tellonce.hub.core import clock
from tellonce.hub.core.bulk import among, as_moment, change_each, insert_rows, one_at_a_time
from tellonce.hub.core.canonical import canonical_json
from tellonce.hub.core.ids import new_id
from tellonce.hub.upkeep.checking import CustomerRule, Found
from tellonce.hub.upkeep.looking import Looked, basis_in_force, look_at, states_of
from tellonce.hub.upkeep.models import ClaimedKey, Finding, Freshness

UPKEEP = "upkeep"
"""What is done by one transaction at a time."""


class _Open(NamedTuple):
    """An open finding of a customer (row id)."""

    id: int
    customer: int
    kind: str
    rule: str
    unit: str
    key: str
    detail: Mapping[str, Any]
    since: datetime | None


# By no index on the state: nearly all of the table is open.
_OPEN = (
    "SELECT id, customer_id, kind, rule, unit, key, detail, since FROM upkeep_findings "
    "WHERE state || '' = 'open' AND customer_id"
)


def settle(customers: Collection[int]) -> None:
    """Work out these customers (row ids) anew, in the transaction at hand; retired ones lose all
    that was kept.
    """
    one_at_a_time(UPKEEP)  # two who work out one customer would write the same rows
    _write(customers, look_at(customers))


def keep(customers: Collection[int], looked: Looked) -> None:
    """In the transaction at hand, keep what was worked out of these customers (row ids) ahead of
    it; whoever is another by now, and everybody where the policy or a rule is, is worked out anew.
    """
    one_at_a_time(UPKEEP)
    if looked.basis != basis_in_force():
        _write(customers, look_at(customers))
        return
    now = states_of(customers)
    others = [one for one in customers if now.get(one) != looked.states.get(one)]
    _write(customers, looked.replaced(others, look_at(others)) if others else looked)


def _write(customers: Collection[int], looked: Looked) -> None:
    now = clock.now()
    _write_freshness(customers, looked)
    keys = _write_keys(customers, looked)
    wanted = {customer: looked.found.get(customer, ()) for customer in customers}
    _settle_own(customers, wanted, now)
    _settle_shared(customers, keys, looked.basis.rules, now)


def open_findings_of(wanted: Mapping[int, Sequence[Found]], now: datetime) -> int:
    """Open what is found of customers and not open yet; returns how many."""
    rows = [
        (
            new_id("fnd"),
            customer,
            one.rule.kind,
            one.rule.unit,
            one.key,
            one.rule.id[:100],
            one.rule.version,
            one.rule.severity,
            one.rule.dimension,
            one.rule.owner,
            canonical_json(dict(one.detail)).decode(),
            one.since,
            Finding.OPEN,
            now,
        )
        for customer, found in sorted(wanted.items())
        for one in found
    ]
    insert_rows(Finding, _FINDING, rows)
    return len(rows)


_FINDING = (
    "public_id",
    "customer_id",
    "kind",
    "unit",
    "key",
    "rule",
    "rule_version",
    "severity",
    "dimension",
    "owner",
    "detail",
    "since",
    "state",
    "opened_at",
)
_FRESHNESS = (
    "customer_id",
    "unit",
    "version",
    "stated_at",
    "confirmed_at",
    "support",
    "stale_at",
    "due_at",
    "leads",
)


_HELD = f"SELECT {', '.join(_FRESHNESS)} FROM freshness WHERE customer_id"  # noqa: S608  our own


def _write_freshness(customers: Collection[int], looked: Looked) -> None:
    """What is kept already stays as it is."""
    held: dict[int, set[tuple[Any, ...]]] = {}
    for row in among(_HELD, customers):
        held.setdefault(row[0], set()).add(_as_worked_out(*row))
    gone, rows = [], []
    for customer in customers:
        fresh = looked.rows.get(customer, ())
        if held.get(customer, set()) != set(fresh):
            gone += [(customer,)] if customer in held else []
            rows += fresh
    change_each("DELETE FROM freshness WHERE customer_id = %s", gone)
    insert_rows(Freshness, _FRESHNESS, rows)


def _as_worked_out(*row: Any) -> tuple[Any, ...]:
    """A row of freshness as it is stored, with its times and its flag as `looking` has them."""
    customer, unit, version, stated, confirmed, support, stale, due, leads = row
    stated, confirmed, stale, due = map(as_moment, (stated, confirmed, stale, due))
    return (customer, unit, version, stated, confirmed, support, stale, due, bool(leads))


def _write_keys(customers: Collection[int], looked: Looked) -> set[int]:
    """Store what each claims for itself; returns all that some began or ceased to claim."""
    select = "SELECT hash, customer_id, unit FROM claimed_keys WHERE customer_id"
    held = set(among(select, customers))
    keys = {key for customer in customers for key in looked.keys.get(customer, ())}
    gone, fresh = held - keys, keys - held
    change_each(
        "DELETE FROM claimed_keys WHERE hash = %s AND customer_id = %s",
        [(key, customer) for key, customer, _ in sorted(gone)],
    )
    insert_rows(ClaimedKey, ("hash", "customer_id", "unit"), sorted(fresh))
    return {key for key, _, _ in held | keys}


def _settle_own(
    customers: Collection[int], wanted: Mapping[int, Sequence[Found]], now: datetime
) -> None:
    """Findings that one customer decides alone: open what is new, close what is found no more."""
    left = {
        (row.customer, row.rule, row.unit, row.key): row
        for row in _open_findings(customers)
        if row.kind != Finding.SHARED
    }
    fresh: dict[int, list[Found]] = {}
    for customer, found in wanted.items():
        for one in found:
            row = left.pop((customer, *one.name), None)
            if row is None:
                fresh.setdefault(customer, []).append(one)
            elif row.detail != one.detail or row.since != one.since:
                Finding.objects.filter(pk=row.id).update(detail=dict(one.detail), since=one.since)
    _close([row.id for row in left.values()], now)
    open_findings_of(fresh, now)


def _settle_shared(
    customers: Collection[int], keys: Collection[int], rules: Sequence[CustomerRule], now: datetime
) -> None:
    """Findings about what customers share: of everybody who has one of these keys, and of these
    customers, who may have had them.
    """
    by_unit = {rule.unit: rule for rule in rules if rule.kind == Finding.SHARED}
    sharing: dict[int, dict[int, str]] = {}
    select = "SELECT hash, customer_id, unit FROM claimed_keys WHERE hash"
    for key, customer, unit in among(select, keys):
        sharing.setdefault(key, {})[customer] = unit
    wanted = {
        (customer, unit, f"{key & (2**64 - 1):016x}")
        for key, customers in sharing.items()
        if len(customers) > 1
        for customer, unit in customers.items()
        if unit in by_unit
    }
    names = {f"{key & (2**64 - 1):016x}" for key in keys}
    left = {
        (row.customer, row.unit, row.key): row.id
        for row in _open_findings({*customers, *(one for of in sharing.values() for one in of)})
        if row.kind == Finding.SHARED and row.key in names
    }
    fresh: dict[int, list[Found]] = {}
    for customer, unit, key in sorted(wanted):
        if left.pop((customer, unit, key), None) is None:
            fresh.setdefault(customer, []).append(Found(by_unit[unit], key=key))
    _close(list(left.values()), now)
    open_findings_of(fresh, now)


def _open_findings(customers: Collection[int]) -> list[_Open]:
    return [
        _Open(*row, json.loads(detail) if isinstance(detail, str) else detail, as_moment(since))
        for *row, detail, since in among(_OPEN, customers)
    ]


def _close(rows: Sequence[int], now: datetime) -> None:
    if rows:
        Finding.objects.filter(pk__in=rows).update(state=Finding.GONE, gone_at=now)
