"""What goes stale by time alone: no event tells of it."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from tellonce.hub.core import clock
from tellonce.hub.core.bulk import one_at_a_time
from tellonce.hub.upkeep.checking import CustomerRule, Found, rules_of
from tellonce.hub.upkeep.declared import policy_in_force
from tellonce.hub.upkeep.keeping import UPKEEP, open_findings_of
from tellonce.hub.upkeep.models import Finding, Freshness

SLICE = 1_000


def open_what_went_stale() -> Iterator[int]:
    """Open a finding for every required value that is stale now and has none; yields how many,
    transaction by transaction.
    """
    for rule in rules_of(policy_in_force()):
        if rule.kind != Finding.STALE:
            continue
        while opened := _open_some(rule):
            yield opened


def _open_some(rule: CustomerRule) -> int:
    with transaction.atomic():
        one_at_a_time(UPKEEP)
        rows = _stale_without_finding(rule)[:SLICE]
        wanted = {customer: [Found(rule, since=since)] for customer, since in rows}
        return open_findings_of(wanted, clock.now())


def _stale_without_finding(rule: CustomerRule) -> QuerySet[Freshness, tuple[object, ...]]:
    now = clock.now()
    there = Finding.objects.filter(
        customer=OuterRef("customer"), rule=rule.id, unit=rule.unit, state=Finding.OPEN
    )
    rows = Freshness.objects.filter(~Exists(there), unit=rule.unit, stale_at__lte=now)
    return rows.order_by("customer_id").values_list("customer_id", "stale_at")
