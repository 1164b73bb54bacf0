"""Keeping freshness and findings: around what the feed tells, and of everybody by the sweep."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from django.db import connection, transaction

from tellonce.hub.core import clock
from tellonce.hub.core.bulk import among, insert_rows
from tellonce.hub.core.ids import new_id
from tellonce.hub.customers.selectors import customers_exactly, living_after
from tellonce.hub.jobs.services import enqueue
from tellonce.hub.jobs.types import SYSTEM
from tellonce.hub.quality.services import CHANGED as RULES_CHANGED
from tellonce.hub.upkeep.ageing import Case, Fresh, cases, declared_trust, freshness
from tellonce.hub.upkeep.checking import (
    CustomerRule,
    Found,
    claimed_keys,
    disagreements,
    rules_of,
    stale,
)
from tellonce.hub.upkeep.declared import SWEEP, policy_in_force
from tellonce.hub.upkeep.models import ClaimedKey, Finding, Freshness

ABOUT_CUSTOMERS = "tellonce.customer."
SLICE = 200
"""Customers worked out in one transaction of the sweep."""
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


class Told(Protocol):
    """An event of the feed."""

    @property
    def type(self) -> str:
        """What happened."""

    @property
    def subject(self) -> str:
        """To whom."""


def follow_customers(events: Sequence[Told]) -> None:
    """Consumer of the feed: work out anew how current they are to whom something happened, and
    everybody, in the background, where the rules are others.
    """
    if any(one.type == RULES_CHANGED for one in events):
        enqueue(SWEEP, {}, SYSTEM, unique=SWEEP, bulk=True)
    subjects = {one.subject for one in events if one.type.startswith(ABOUT_CUSTOMERS)}
    if subjects:
        settle([one.id for one in customers_exactly(subjects)])


def sweep() -> Iterator[int]:
    """Work out everybody, slice by slice, each in a transaction of its own; yields how many."""
    last = 0
    while customers := living_after(last, SLICE):
        with transaction.atomic():
            settle(customers)
        last = customers[-1]
        yield len(customers)


def settle(customers: Collection[int]) -> None:
    """Work out these customers (row ids) anew, in the transaction at hand; retired ones lose all
    that was kept.
    """
    _one_at_a_time()
    now, policy = clock.now(), policy_in_force()
    rules, trust = rules_of(policy), declared_trust()
    found = list(cases(customers))
    fresh = {case.customer: freshness(case, policy, trust) for case in found}
    _write_freshness(customers, found, fresh)
    wanted = {
        case.customer: [*disagreements(case, rules), *stale(fresh[case.customer], rules, now)]
        for case in found
    }
    keys = _write_keys(customers, found, rules)
    _settle_own(customers, wanted, now)
    _settle_shared(keys, rules, now)


def _one_at_a_time() -> None:
    """On PostgreSQL, wait for whoever is at it until his transaction ends: two who work out one
    customer would write the same rows. On SQLite the transaction holds the write lock anyway.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('tellonce.upkeep'))")


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
            dict(one.detail),
            one.since,
            now,
        )
        for customer, found in sorted(wanted.items())
        for one in found
    ]
    Finding.objects.bulk_create(Finding(**dict(zip(_FINDING, row, strict=True))) for row in rows)
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
    "opened_at",
)


def _write_freshness(
    customers: Collection[int], found: Sequence[Case], fresh: Mapping[int, Sequence[Fresh]]
) -> None:
    Freshness.objects.filter(customer_id__in=customers).delete()
    rows = []
    for case in found:
        units = fresh[case.customer]
        due = [one for one in units if one.due_at]
        first = min(due, key=lambda one: (one.due_at, one.unit)) if due else None
        rows += [
            (
                case.customer,
                one.unit[:60],
                case.version,
                one.stated_at,
                one.confirmed_at,
                one.support,
                one.stale_at,
                one.due_at,
                one is first,
            )
            for one in units
        ]
    insert_rows(Freshness, _FRESHNESS, rows)


def _write_keys(
    customers: Collection[int], found: Sequence[Case], rules: Sequence[CustomerRule]
) -> set[int]:
    """Store what each claims for itself; returns all that it claims or claimed."""
    held = ClaimedKey.objects.filter(customer_id__in=customers)
    before = set(held.values_list("hash", flat=True))
    held.delete()
    keys = claimed_keys(found, rules)
    once = {(key, customer): unit for customer, unit, key in keys}
    rows = [(key, customer, unit) for (key, customer), unit in sorted(once.items())]
    insert_rows(ClaimedKey, ("hash", "customer_id", "unit"), rows)
    return before | {key for _, _, key in keys}


def _settle_own(
    customers: Collection[int], wanted: Mapping[int, Sequence[Found]], now: datetime
) -> None:
    """Findings that one customer decides alone: open what is new, close what is found no more."""
    held = Finding.objects.filter(customer_id__in=customers, state=Finding.OPEN)
    held = held.exclude(kind=Finding.SHARED)
    left = {(row.customer_id, row.rule, row.unit, row.key): row for row in held}
    fresh: dict[int, list[Found]] = {}
    for customer, found in wanted.items():
        for one in found:
            row = left.pop((customer, *one.name), None)
            if row is None:
                fresh.setdefault(customer, []).append(one)
            elif row.detail != one.detail or row.since != one.since:
                Finding.objects.filter(pk=row.pk).update(detail=dict(one.detail), since=one.since)
    _close([row.pk for row in left.values()], now)
    open_findings_of(fresh, now)


def _settle_shared(keys: Collection[int], rules: Sequence[CustomerRule], now: datetime) -> None:
    """Findings about what customers share: of everybody who has one of these keys."""
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
    names = [f"{key & (2**64 - 1):016x}" for key in keys]
    held = Finding.objects.filter(kind=Finding.SHARED, state=Finding.OPEN, key__in=names)
    left = {(row.customer_id, row.unit, row.key): row.pk for row in held}
    fresh: dict[int, list[Found]] = {}
    for customer, unit, key in sorted(wanted):
        if left.pop((customer, unit, key), None) is None:
            fresh.setdefault(customer, []).append(Found(by_unit[unit], key=key))
    _close(list(left.values()), now)
    open_findings_of(fresh, now)


def _close(rows: Sequence[int], now: datetime) -> None:
    Finding.objects.filter(pk__in=rows).update(state=Finding.GONE, gone_at=now)
