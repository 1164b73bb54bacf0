"""Writing plans: memberships, golden versions and redirects, in the caller's transaction."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from tellonce.hub.core.bulk import among, as_stored, change_each, insert_rows, reserve_ids
from tellonce.hub.core.ids import new_id
from tellonce.hub.customers.golden import attributes_that_differ, golden_place
from tellonce.hub.customers.models import (
    Customer,
    GoldenVersion,
    Membership,
    OtherName,
    Redirect,
)
from tellonce.hub.customers.planning import SEARCH_COLUMNS, Document, Plan, PlannedSet
from tellonce.hub.customers.types import Applied
from tellonce.hub.vault.services import encrypt, new_keys, opened_keys
from tellonce.hub.vault.types import Key

Renewed = tuple[PlannedSet, Document]
"""A set and the golden document that it gets."""

_RENEW = (
    "UPDATE customers SET version = %s, key_id = %s, family_name = %s, given_name = %s, "
    "birth_date = %s, city = %s, postal_code = %s WHERE id = %s"
)  # in the order of SEARCH_COLUMNS
_GOLDEN = ("customer_id", "number", "from_at", "document", "secret", "content_hash")
_LEAVE = "UPDATE memberships SET to_at = %s WHERE record_id = %s AND to_at IS NULL"
_NAMELESS = "DELETE FROM other_names WHERE customer_id = %s"
_SURER = "UPDATE memberships SET confidence = %s WHERE record_id = %s AND to_at IS NULL"


def apply_plans(plans: Sequence[Plan], now: datetime) -> Applied:
    """Write whole plans as one act at `now`, which is later than every act before it.

    Returns what changed, by public id.
    """
    customers = _Customers(plans)
    renewed = [
        (one, one.document) for plan in plans for one in plan.sets if one.document is not None
    ]
    changed = _differences(renewed, customers)
    keys = _keys_for(renewed, customers)
    _write_customers(renewed, customers, now)
    _move_records(plans, customers, now)
    _append_golden(renewed, customers, keys, now)
    _rename(plans, customers)
    merged, removed = _retire(plans, customers, now)
    restored = _revive(plans, customers, now)
    return Applied(
        created=customers.created,
        changed=changed,
        merged=merged,
        split={
            customers.public[i]: {
                customers.name_of(plan.sets[index]): count for index, count in taken.items()
            }
            for plan in plans
            for i, taken in plan.split.items()
        },
        restored=restored,
        removed=removed,
    )


class _Customers:
    """The customers of the plans at hand: new ones get their ids, the others are looked up once."""

    def __init__(self, plans: Sequence[Plan]) -> None:
        sets = [one for plan in plans for one in plan.sets]
        fresh = [one for one in sets if one.customer is None]
        self.created = [new_id("cus") for _ in fresh]
        ids = reserve_ids(Customer, len(fresh))
        self._new = {id(one): pk for one, pk in zip(fresh, ids, strict=True)}
        known = {one.customer for one in sets if one.customer is not None}
        known |= {i for plan in plans for i in plan.retired}
        rows = among("SELECT id, public_id, version, key_id FROM customers WHERE id", known)
        self.public = dict(zip(ids, self.created, strict=True))
        self.version = dict.fromkeys(self.public, 0)
        self.key: dict[int, int | None] = dict.fromkeys(self.public)
        for pk, public_id, version, key in rows:
            self.public[pk], self.version[pk], self.key[pk] = public_id, version, key

    def id_of(self, one: PlannedSet) -> int:
        """Row id of the customer of a set."""
        return self._new[id(one)] if one.customer is None else one.customer

    def name_of(self, one: PlannedSet) -> str:
        """Public id of the customer of a set."""
        return self.public[self.id_of(one)]


def _move_records(plans: Sequence[Plan], customers: _Customers, now: datetime) -> None:
    left = as_stored(now)
    change_each(_LEAVE, [(left, record) for plan in plans for record in plan.leaving])
    change_each(_SURER, list(_staying(plans)))
    insert_rows(
        Membership,
        ("record_id", "customer_id", "confidence", "from_at"),
        [
            (record, customers.id_of(one), one.members[record], now)
            for plan in plans
            for one in plan.sets
            for record in one.arriving
        ],
    )


def _staying(plans: Sequence[Plan]) -> Iterator[tuple[float, int]]:
    for plan in plans:
        for one in plan.sets:
            yield from ((one.members[record], record) for record in one.surer)


def _write_customers(renewed: Sequence[Renewed], customers: _Customers, now: datetime) -> None:
    """Insert the new customers, and renew what the others are found by."""
    new, updates = [], []
    for one, document in renewed:
        pk = customers.id_of(one)
        number, key = customers.version[pk] + 1, customers.key[pk]
        search = [document.search[name] for name in SEARCH_COLUMNS]
        if one.customer is None:
            new.append((pk, customers.public[pk], now, number, key, *search))
        else:
            updates.append((number, key, *search, pk))
    insert_rows(
        Customer, ("id", "public_id", "created_at", "version", "key_id", *SEARCH_COLUMNS), new
    )
    change_each(_RENEW, updates)


def _rename(plans: Sequence[Plan], customers: _Customers) -> None:
    """Keep what customers are found by beside their golden names; nothing of who is retired."""
    renamed = [one for plan in plans for one in plan.sets if one.names is not None]
    stale = [one.customer for one in renamed if one.customer is not None]
    stale += [customer for plan in plans for customer in plan.retired]
    change_each(_NAMELESS, [(customer,) for customer in stale])
    insert_rows(
        OtherName,
        ("customer_id", "family_name", "given_name"),
        [(customers.id_of(one), *name) for one in renamed for name in sorted(one.names or ())],
    )


def _append_golden(
    renewed: Sequence[Renewed], customers: _Customers, keys: Mapping[int, Key], now: datetime
) -> None:
    """Append the documents that changed."""
    versions = []
    for one, document in renewed:
        customer = customers.id_of(one)
        number = customers.version[customer] + 1
        secret = document.hidden and encrypt(
            keys[customers.key[customer] or 0],
            document.hidden.encode(),
            golden_place(customer, number),
        )
        versions.append((customer, number, now, document.opened, secret, document.content_hash))
    insert_rows(GoldenVersion, _GOLDEN, versions)


def _keys_for(renewed: Sequence[Renewed], customers: _Customers) -> Mapping[int, Key]:
    """The opened keys of customers with values to seal; made where there is none yet."""
    sealing = [customers.id_of(one) for one, document in renewed if document.hidden]
    lacking = [i for i in sealing if customers.key[i] is None]
    made = new_keys(len(lacking)) if lacking else []
    held = opened_keys([key for i in sealing if (key := customers.key[i]) is not None])
    for customer, key in zip(lacking, made, strict=True):
        customers.key[customer] = key.id
        held[key.id] = key
    return held


def _differences(renewed: Sequence[Renewed], customers: _Customers) -> dict[str, list[str]]:
    known = {
        one.customer: (customers.version[one.customer], document.opened, document.hidden)
        for one, document in renewed
        if one.customer is not None
    }
    return {
        customers.public[customer]: names
        for customer, names in attributes_that_differ(known).items()
    }


def _retire(
    plans: Sequence[Plan], customers: _Customers, now: datetime
) -> tuple[dict[str, str], list[str]]:
    merged, removed, redirects = {}, [], []
    for plan in plans:
        for customer, heir in plan.retired.items():
            into = None if heir is None else customers.id_of(plan.sets[heir])
            Customer.objects.filter(id=customer).update(retired_at=now, merged_into=into)
            if into is None:
                removed.append(customers.public[customer])
            else:
                merged[customers.public[customer]] = customers.public[into]
                redirects.append(Redirect(customer_id=customer, into_id=into, from_at=now))
    if redirects:
        Redirect.objects.bulk_create(redirects)
    return merged, removed


def _revive(plans: Sequence[Plan], customers: _Customers, now: datetime) -> list[str]:
    revived = [i for plan in plans for i in plan.revived]
    if not revived:
        return []
    Customer.objects.filter(id__in=revived).update(retired_at=None, merged_into=None)
    Redirect.objects.filter(customer_id__in=revived, to_at=None).update(to_at=now)
    return [customers.public[i] for i in revived]
