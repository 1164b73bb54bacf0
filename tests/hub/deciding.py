"""Customers and decisions on them, as tests of what people decide look at them."""

from __future__ import annotations

from typing import Any

from tellonce.hub.accounts.selectors import actor
from tellonce.hub.customers.models import Customer, GoldenVersion, Membership
from tellonce.hub.intake.deciding import records_named
from tellonce.hub.intake.pushing import accept_records
from tellonce.hub.intake.services import place_waiting
from tellonce.hub.matching.models import Decision


def push(*rows: Any) -> None:
    """Rows of crm, placed."""
    accept_records("crm", [{"deleted": "", **row} for row in rows], by=actor())
    place_waiting(by=actor())


def rows_of(*keys: str) -> list[int]:
    """Row ids of records of crm."""
    return records_named([("crm", key) for key in keys])


def customer_of(key: str) -> Customer:
    return Customer.objects.get(membership__record__record_key=key, membership__to_at=None)


def partition() -> set[frozenset[str]]:
    """Record ids by customer."""
    found: dict[int, set[str]] = {}
    for customer, key in Membership.objects.filter(to_at=None).values_list(
        "customer_id", "record__record_key"
    ):
        found.setdefault(customer, set()).add(key)
    return {frozenset(members) for members in found.values()}


def as_it_is() -> dict[str, Any]:
    """Every living id with its members and golden values, and where every retired one leads."""
    members: dict[str, set[tuple[int, float]]] = {}
    for customer, record, confidence in Membership.objects.filter(to_at=None).values_list(
        "customer__public_id", "record_id", "confidence"
    ):
        members.setdefault(customer, set()).add((record, confidence))
    return {
        "members": members,
        "golden": {
            version.customer.public_id: bytes(version.content_hash)
            for version in GoldenVersion.objects.select_related("customer")
            if version.number == version.customer.version and version.customer.public_id in members
        },
        "living": set(Customer.objects.filter(retired_at=None).values_list("public_id", flat=True)),
    }


def assert_the_newest_word_holds() -> None:
    """The newest row of a pair is what acts that count say, and undone acts say nothing; what a
    merge says of a record that belonged to its side by earlier acts only may be withdrawn.
    """
    for left, right in set(Decision.objects.values_list("left_id", "right_id")):
        rows = Decision.objects.filter(left=left, right=right).order_by("id")
        counting = list(rows.exclude(act__kind="undo").filter(act__undone_by=None))
        newest = rows.values_list("verdict", flat=True).last()
        while counting and counting[-1].verdict != newest:
            bound = {record for part in counting.pop().act.bound for record in part}
            assert bound & {left, right}
        assert counting or newest == "withdrawn"
