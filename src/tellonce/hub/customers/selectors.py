"""Reads."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from datetime import datetime

from django.db.models import Q

from tellonce.hub.core.bulk import among, as_moment, fetched
from tellonce.hub.core.errors import Unknown
from tellonce.hub.core.ids import is_id
from tellonce.hub.customers.golden import golden_document
from tellonce.hub.customers.models import Customer, Household, Membership
from tellonce.hub.customers.types import CustomerView, HouseholdView, Housemate, Member

__all__ = [
    "customer_by_public_id",
    "customer_counts",
    "customers_of_records",
    "golden_document",
    "members_of",
]

# Asked with every customer that is read, so they do without the ORM.
_CUSTOMER = (
    "SELECT id, public_id, version, created_at, retired_at, merged_into_id FROM customers WHERE"
)
_MEMBERS = (
    "SELECT record_id, confidence, from_at FROM memberships "
    "WHERE to_at IS NULL AND customer_id = %s ORDER BY record_id"
)


def customer_by_public_id(public_id: str) -> CustomerView:
    """The customer of this id, or the one it was merged into; raises `Unknown`."""
    rows = fetched(f"{_CUSTOMER} public_id = %s", public_id)
    if not rows:
        hint = "Look the customer up by e-mail, phone or SOURCE:ID."
        if not is_id(public_id, "cus"):
            hint = "An id looks like cus_ and 32 hex digits. " + hint
        raise Unknown(f"There is no customer {public_id!r}.", hint=hint)
    asked_as = ""
    while (into := rows[0][-1]) is not None:
        asked_as, rows = public_id, fetched(f"{_CUSTOMER} id = %s", into)
    ((pk, found, version, created_at, retired_at, _),) = rows
    return CustomerView(pk, found, version, as_moment(created_at), as_moment(retired_at), asked_as)


def customers_of_records(
    records: Collection[int], as_of: datetime | None = None
) -> list[CustomerView]:
    """The customers that any of these records (row ids) belongs to, oldest first."""
    rows = _at(Membership.objects.filter(record_id__in=records), as_of)
    ids = rows.values("customer_id")
    return [_view(row) for row in Customer.objects.filter(id__in=ids).order_by("id")]


def customers_exactly(public_ids: Collection[str]) -> list[CustomerView]:
    """The customers of these ids themselves, retired ones too, wherever they lead."""
    rows = Customer.objects.filter(public_id__in=public_ids)
    return [_view(row) for row in rows.order_by("id")]


def customers_numbered(ids: Collection[int]) -> dict[int, CustomerView]:
    """The customers of these row ids, retired ones too."""
    return {row.pk: _view(row) for row in Customer.objects.filter(id__in=ids)}


def living_customers(ids: Collection[int]) -> dict[int, tuple[str, int]]:
    """Those of these row ids that are living -> public id and golden version."""
    select = "SELECT id, public_id, version FROM customers WHERE retired_at IS NULL AND id"
    return {pk: (public_id, version) for pk, public_id, version in among(select, ids)}


def living_after(customer: int, limit: int) -> list[int]:
    """Row ids of the next living customers above this one, in order."""
    rows = Customer.objects.filter(retired_at=None, id__gt=customer)
    return list(rows.order_by("id").values_list("id", flat=True)[:limit])


def records_of_customers(customers: Collection[int]) -> dict[int, list[int]]:
    """Customer (row id) -> its records (row ids) now."""
    found: dict[int, list[int]] = {}
    select = "SELECT customer_id, record_id FROM memberships WHERE to_at IS NULL AND customer_id"
    for customer, record in sorted(among(select, customers)):
        found.setdefault(customer, []).append(record)
    return found


def customers_by_record(records: Collection[int]) -> dict[int, str]:
    """Record (row id) -> the public id of its customer now."""
    rows = among(
        "SELECT m.record_id, c.public_id FROM memberships m JOIN customers c "
        "ON c.id = m.customer_id WHERE m.to_at IS NULL AND m.record_id",
        records,
    )
    return dict(rows)


def customer_of_every_record() -> dict[int, int]:
    """Record (row id) -> its customer (row id) now, of every active record that has one."""
    rows = Membership.objects.filter(to_at=None, record__state="active")
    return dict(rows.values_list("record_id", "customer_id").iterator(20_000))


def customer_sizes(records: Collection[int]) -> dict[int, int]:
    """Record (row id) -> how many records its customer has now."""
    living = "SELECT record_id, customer_id FROM memberships WHERE to_at IS NULL AND "
    customer = dict(among(living + "record_id", records))
    size = Counter(one for _, one in among(living + "customer_id", set(customer.values())))
    return {record: size[one] for record, one in customer.items()}


def members_of(customer: int, as_of: datetime | None = None) -> list[Member]:
    """The records of a customer (row id), now or at a moment."""
    if as_of is None:
        return [
            Member(record, confidence, as_moment(since))
            for record, confidence, since in fetched(_MEMBERS, customer)
        ]
    rows = _at(Membership.objects.filter(customer_id=customer), as_of).order_by("record_id")
    return [Member(*row) for row in rows.values_list("record_id", "confidence", "from_at")]


def any_customer() -> bool:
    """Whether there ever was one."""
    return Customer.objects.exists()


def household_of(public_id: str) -> HouseholdView | None:
    """The household of this id, or the one it leads to, or that of the customer of this id; None
    where the customer has none.

    Raises `Unknown` where there is neither.
    """
    if public_id.startswith("hou_"):
        row = Household.objects.filter(public_id=public_id).first()
        if row is None:
            raise Unknown(f"There is no household {public_id!r}.", hint="Name a customer of it.")
        row = _leads_to(row) or row
    else:
        row = _home_of(public_id)
    return row and _household(row)


def _leads_to(row: Household) -> Household | None:
    """Where the oldest of those lives who were the last of a household and live with others now."""
    if row.retired_at is None:
        return None
    last = row.members.filter(to_at=row.retired_at).order_by("customer_id")
    homes = map(_home_of, last.values_list("customer__public_id", flat=True))
    return next((home for home in homes if home), None)


def _home_of(public_id: str) -> Household | None:
    customer = customer_by_public_id(public_id)
    return Household.objects.filter(members__customer=customer.id, members__to_at=None).first()


def _household(row: Household) -> HouseholdView:
    members = row.members.filter(to_at=None).order_by("customer_id")
    return HouseholdView(
        row.public_id,
        row.created_at,
        row.retired_at,
        tuple(Housemate(*m) for m in members.values_list("customer__public_id", "from_at")),
    )


def living_members() -> dict[int, frozenset[int]]:
    """Every living customer (row id) and its records."""
    members: dict[int, set[int]] = {}
    rows = Membership.objects.filter(to_at=None).values_list("customer_id", "record_id")
    for customer, record in rows.iterator(20_000):
        members.setdefault(customer, set()).add(record)
    return {customer: frozenset(records) for customer, records in members.items()}


def customer_counts() -> dict[str, int]:
    """For status: customers that are not retired."""
    return {"customers": Customer.objects.filter(retired_at=None).count()}


def _at(rows: object, as_of: datetime | None) -> object:
    if as_of is None:
        return rows.filter(to_at=None)
    return rows.filter(Q(to_at=None) | Q(to_at__gt=as_of), from_at__lte=as_of)


def _view(row: Customer, asked_as: str = "") -> CustomerView:
    return CustomerView(
        row.pk, row.public_id, row.version, row.created_at, row.retired_at, asked_as
    )
