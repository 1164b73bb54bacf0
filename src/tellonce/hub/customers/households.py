"""Households: who shares a family name and an address, a phone or an e-mail; kept by the feed.

A household is a group of customers. It is derived, follows what they say, and never makes one
person of them. Its id is kept by the largest part of who was in it; the same ones take it back.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from tellonce.hub.bridge.households import Home, home_keys
from tellonce.hub.core import clock
from tellonce.hub.core.bulk import among, insert_rows
from tellonce.hub.core.ids import new_id
from tellonce.hub.customers.golden import open_values
from tellonce.hub.customers.models import Customer, Household, HouseholdKey, HouseholdMember
from tellonce.hub.customers.types import GoldenValue
from tellonce.hub.vault.services import blind_indexes

MOST_SHARE = 20
"""Customers who share something, above which it is an office's, a shop's or a care home's."""

_ABOUT_CUSTOMERS = "tellonce.customer."
_KIND = "household"
_PARTS = ("family_name", "street", "house_number", "unit", "city", "postal_code")
Group = frozenset[int]


class Told(Protocol):
    """An event of the feed."""

    @property
    def type(self) -> str:
        """What happened."""

    @property
    def subject(self) -> str:
        """To whom."""


def follow_customers(events: Sequence[Told]) -> None:
    """Consumer of the feed: keep the households of whoever something happened to."""
    subjects = {one.subject for one in events if one.type.startswith(_ABOUT_CUSTOMERS)}
    rows = Customer.objects.filter(public_id__in=subjects).values_list("id", "retired_at")
    settle_households({pk: retired is None for pk, retired in rows})


def settle_households(customers: Mapping[int, bool]) -> None:
    """Work out anew who lives with these customers (row id -> whether it is living), in the
    transaction at hand.
    """
    if not customers:
        return
    lost = _write_keys(customers)
    around: set[int] = set()
    wider = set(customers).union(*(who for who in _sharing(lost).values() if _is_few(who)))
    while wider != around:
        around = wider
        groups, crowd = _groups(around)
        wider = around.union(_living_with(around), _at_home(crowd), *groups)
    _write_members(groups, around, clock.now())


def _write_keys(customers: Mapping[int, bool]) -> set[int]:
    """Store what each shares now; returns what some of them shared before."""
    living = sorted(customer for customer, lives in customers.items() if lives)
    said = open_values(living)
    texts = home_keys([_home(said.get(customer, ())) for customer in living])
    keys = [
        (int.from_bytes(index[:8], "big", signed=True), customer)
        for customer, found in zip(living, texts, strict=True)
        for index in blind_indexes(sorted(found), _KIND)
    ]
    held = HouseholdKey.objects.filter(customer_id__in=list(customers))
    before = set(held.values_list("hash", flat=True))
    held.delete()
    insert_rows(HouseholdKey, ("hash", "customer_id"), sorted(set(keys)))
    return before


def _home(values: Iterable[GoldenValue]) -> Home:
    best = {value.attribute: value.value for value in values if value.rank == 0}
    lists: dict[str, list[str]] = defaultdict(list)
    for value in values:
        lists[value.attribute].append(value.value)
    parts = (best.get(name, "") for name in _PARTS)
    return Home(*parts, tuple(lists["email"]), tuple(lists["phone"]))


def _living_with(customers: Collection[int]) -> set[int]:
    rows = among(
        "SELECT o.customer_id FROM household_members m JOIN household_members o "
        "ON o.household_id = m.household_id AND o.to_at IS NULL "
        "WHERE m.to_at IS NULL AND m.customer_id",
        customers,
    )
    return {customer for (customer,) in rows}


def _at_home(customers: Collection[int]) -> set[int]:
    """Those of them who are in a household."""
    select = "SELECT customer_id FROM household_members WHERE to_at IS NULL AND customer_id"
    return {customer for (customer,) in among(select, customers)}


def _sharing(keys: Collection[int]) -> dict[int, set[int]]:
    """Key -> the customers who share it."""
    found: dict[int, set[int]] = defaultdict(set)
    for key, customer in among("SELECT hash, customer_id FROM household_keys WHERE hash", keys):
        found[key].add(customer)
    return found


def _is_few(customers: Collection[int]) -> bool:
    return len(customers) <= MOST_SHARE


def _groups(seeds: Collection[int]) -> tuple[list[Group], set[int]]:
    """Those of two and more who are connected by what they share with few, seeds among them; and
    all who share something with too many.
    """
    sharing: dict[int, set[int]] = {}
    keys_of: dict[int, set[int]] = defaultdict(set)
    met: set[int] = set()
    front = set(seeds)
    while front:
        met |= front
        found = among("SELECT customer_id, hash FROM household_keys WHERE customer_id", front)
        new = {key for _, key in found if key not in sharing}
        for customer, key in found:
            keys_of[customer].add(key)
        sharing |= _sharing(new)
        front = set().union(*(sharing[key] for key in new if _is_few(sharing[key]))) - met
    crowds = (who for who in sharing.values() if not _is_few(who))
    return _connected(met, keys_of, sharing), set().union(*crowds)


def _connected(
    customers: Collection[int],
    keys_of: Mapping[int, set[int]],
    sharing: Mapping[int, set[int]],
) -> list[Group]:
    groups, left = [], set(customers)
    while left:
        group, waiting = set[int](), [left.pop()]
        while waiting:
            one = waiting.pop()
            group.add(one)
            shared = (sharing[key] for key in keys_of.get(one, ()))
            near = set().union(*(who for who in shared if _is_few(who)))
            waiting += near & left
            left -= near
        if len(group) > 1:
            groups.append(frozenset(group))
    return sorted(groups, key=min)


def _write_members(groups: Sequence[Group], around: Collection[int], now: datetime) -> None:
    members = HouseholdMember.objects.filter(customer_id__in=around, to_at=None)
    held: dict[int, set[int]] = defaultdict(set)
    for household, customer in members.values_list("household_id", "customer_id"):
        held[household].add(customer)
    given = _given(groups, held)
    of = {customer: household for household, customers in held.items() for customer in customers}
    leaving, arriving = set(of), []
    for index, group in enumerate(groups):
        household = given.get(index) or _taken_back(group) or _new(now)
        leaving -= {customer for customer in group if of.get(customer) == household}
        arriving += [(household, c, now) for c in sorted(group) if of.get(c) != household]
    members.filter(customer_id__in=leaving).update(to_at=now)
    insert_rows(HouseholdMember, ("household_id", "customer_id", "from_at"), arriving)
    gone = held.keys() - given.values()
    Household.objects.filter(id__in=gone).update(retired_at=now)


def _given(groups: Sequence[Group], held: Mapping[int, set[int]]) -> dict[int, int]:
    """Group -> the living household that it goes on, one to one by largest overlap, older first."""
    offers = sorted(
        (-len(group & customers), household, index)
        for index, group in enumerate(groups)
        for household, customers in held.items()
        if group & customers
    )
    given: dict[int, int] = {}
    for _, household, index in offers:
        if index not in given and household not in given.values():
            given[index] = household
    return given


def _taken_back(group: Group) -> int | None:
    """The retired household whose last members were exactly these."""
    rows = HouseholdMember.objects.filter(
        household__in=HouseholdMember.objects.filter(
            customer_id__in=group, household__retired_at__isnull=False
        ).values("household_id")
    ).select_related("household")
    last: dict[int, set[int]] = defaultdict(set)
    for row in rows:
        if row.to_at == row.household.retired_at:
            last[row.household_id].add(row.customer_id)
    found = max((one for one, customers in last.items() if customers == group), default=None)
    if found is not None:
        Household.objects.filter(id=found).update(retired_at=None)
    return found


def _new(now: datetime) -> int:
    row = Household(public_id=new_id("hou"), created_at=now)
    row.save(force_insert=True)
    return row.pk
