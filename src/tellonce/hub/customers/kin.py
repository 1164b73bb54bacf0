"""Who may be the same person as a customer, by what happened since a moment."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db.models import Q

from tellonce.hub.customers.models import Membership, Redirect


def kin_of(customer: int, since: datetime) -> set[int]:
    """The customer (row id), and all that are connected with it by a record that moved or by an
    id that led to another, at any time since this moment.

    However they were merged, split and undone meanwhile, and whichever records went: whoever was
    dealt with as this person since then is among them.
    """
    found, front = {customer}, {customer}
    records: set[int] = set()
    while front:
        held = Membership.objects.filter(_lasting(since), customer_id__in=front)
        fresh = set(held.values_list("record_id", flat=True)) - records
        records |= fresh
        near = _holders(fresh, since) | _led(front, since)
        front = near - found
        found |= front
    return found


def _holders(records: Collection[int], since: datetime) -> set[int]:
    rows = Membership.objects.filter(_lasting(since), record_id__in=records)
    return set(rows.values_list("customer_id", flat=True))


def _led(customers: Collection[int], since: datetime) -> set[int]:
    ends = Q(customer_id__in=customers) | Q(into_id__in=customers)
    rows = Redirect.objects.filter(_lasting(since), ends).values_list("customer_id", "into_id")
    return {end for row in rows for end in row}


def _lasting(since: datetime) -> Q:
    return Q(to_at=None) | Q(to_at__gt=since)
