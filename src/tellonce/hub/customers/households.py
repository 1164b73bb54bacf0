"""Households: who shares a family name and an address, a phone or an e-mail; kept by the feed.

A household is a group of customers. It is derived, follows what they say, and never makes one
person of them. Its id is kept by the largest part of who was in it; the same ones take it back.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from tellonce.hub.bridge.households import Home as SaidOfHome
from tellonce.hub.bridge.households import home_keys
from tellonce.hub.core import clock
from tellonce.hub.core.bulk import among, change_each, insert_rows, reserve_ids
from tellonce.hub.core.ids import new_id
from tellonce.hub.customers.golden import open_entries
from tellonce.hub.customers.models import Household, HouseholdKey, HouseholdMember
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


class Home(NamedTuple):
    """What a customer shares with others (keyed hashes), as it stood at a version; nothing where it
    is not `living`.
    """

    version: int
    living: bool
    keys: frozenset[int]


@dataclass(frozen=True)
class Ahead:
    """What was worked out ahead of some events: row ids by public id, and homes by row id."""

    customers: Mapping[str, int]
    homes: Mapping[int, Home]


def look_at_events(events: Sequence[Told]) -> Ahead:
    """Work out what they share now to whom something happened; nothing is written."""
    subjects = _subjects(events)
    found = among("SELECT public_id, id FROM customers WHERE public_id", subjects)
    customers = dict(found)
    return Ahead(customers, _homes(customers.values()))


def follow_customers(events: Sequence[Told], ahead: Ahead) -> None:
    """In the transaction at hand, keep the households of whoever something happened to: by what
    was worked out ahead, or anew of whoever is another by now.
    """
    named = (ahead.customers.get(one) for one in _subjects(events))
    customers = {one for one in named if one is not None}
    states = _states(customers)
    others = {
        one
        for one in customers
        if one not in ahead.homes or states.get(one) != ahead.homes[one][:2]
    }
    homes = {one: ahead.homes[one] for one in customers - others} | _homes(others)
    _settle_households(homes)


def _subjects(events: Sequence[Told]) -> set[str]:
    return {one.subject for one in events if one.type.startswith(_ABOUT_CUSTOMERS)}


def _states(customers: Collection[int]) -> dict[int, tuple[int, bool]]:
    rows = among("SELECT id, version, retired_at IS NULL FROM customers WHERE id", customers)
    return {pk: (version, bool(living)) for pk, version, living in rows}


def _homes(customers: Collection[int]) -> dict[int, Home]:
    """What each shares now. Versions are read first, so that whatever changes meanwhile is seen."""
    states = _states(customers)
    living = sorted(one for one, (_, lives) in states.items() if lives)
    said = open_entries(living)
    texts = home_keys([_said_of_home(said.get(one, ())) for one in living])
    shared = [(one, text) for one, found in zip(living, texts, strict=True) for text in found]
    keys: dict[int, set[int]] = defaultdict(set)
    indexes = blind_indexes([text for _, text in shared], _KIND)
    for (one, _), index in zip(shared, indexes, strict=True):
        keys[one].add(int.from_bytes(index[:8], "big", signed=True))
    return {one: Home(*state, frozenset(keys[one])) for one, state in states.items()}


def _settle_households(homes: Mapping[int, Home]) -> None:
    """Work out anew who lives with these customers."""
    moved, lost = _write_keys(homes)
    if not moved:
        return
    around: set[int] = set()
    wider = moved.union(*(who for who in _sharing(lost).values() if _is_few(who)))
    while wider != around:
        around = wider
        groups, crowd = _groups(around)
        wider = around.union(_living_with(around), _at_home(crowd), *groups)
    _write_members(groups, around, clock.now())


def _write_keys(homes: Mapping[int, Home]) -> tuple[set[int], set[int]]:
    """Store what each shares now; returns who shares something else than before, and what those
    shared before.
    """
    held: dict[int, set[int]] = defaultdict(set)
    select = "SELECT customer_id, hash FROM household_keys WHERE customer_id"
    for customer, key in among(select, homes):
        held[customer].add(key)
    moved = {one for one, home in homes.items() if held[one] != home.keys}
    change_each(
        "DELETE FROM household_keys WHERE hash = %s AND customer_id = %s",
        sorted((key, one) for one in moved for key in held[one] - homes[one].keys),
    )
    fresh = sorted((key, one) for one in moved for key in homes[one].keys - held[one])
    insert_rows(HouseholdKey, ("hash", "customer_id"), fresh)
    return moved, {key for one in moved for key in held[one]}


def _said_of_home(entries: Iterable[Sequence[Any]]) -> SaidOfHome:
    best = {name: value for name, rank, value, *_ in entries if rank == 0}
    lists: dict[str, list[str]] = defaultdict(list)
    for name, _, value, *_ in entries:
        lists[name].append(value)
    parts = (best.get(name, "") for name in _PARTS)
    return SaidOfHome(*parts, tuple(lists["email"]), tuple(lists["phone"]))


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
    left = {index: group for index, group in enumerate(groups) if index not in given}
    given |= _taken_back(left)
    given |= _new([index for index in left if index not in given], now)
    of = {customer: household for household, customers in held.items() for customer in customers}
    leaving, arriving = set(of), []
    for index, group in enumerate(groups):
        household = given[index]
        leaving -= {customer for customer in group if of.get(customer) == household}
        arriving += [(household, c, now) for c in sorted(group) if of.get(c) != household]
    if leaving:
        members.filter(customer_id__in=leaving).update(to_at=now)
    insert_rows(HouseholdMember, ("household_id", "customer_id", "from_at"), arriving)
    if gone := held.keys() - given.values():
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


def _taken_back(groups: Mapping[int, Group]) -> dict[int, int]:
    """Group -> the retired household whose last members were exactly these; it lives again."""
    found: dict[int, int] = {}
    lived = {one for group in groups.values() for one in group}
    select = "SELECT DISTINCT customer_id FROM household_members WHERE customer_id"
    known = {customer for (customer,) in among(select, lived)}
    for index, group in groups.items():
        if group <= known and (household := _last_of(group)) is not None:
            found[index] = household
    if found:
        Household.objects.filter(id__in=found.values()).update(retired_at=None)
    return found


def _last_of(group: Group) -> int | None:
    rows = HouseholdMember.objects.filter(
        household__in=HouseholdMember.objects.filter(
            customer_id__in=group, household__retired_at__isnull=False
        ).values("household_id")
    ).select_related("household")
    last: dict[int, set[int]] = defaultdict(set)
    for row in rows:
        if row.to_at == row.household.retired_at:
            last[row.household_id].add(row.customer_id)
    return max((one for one, customers in last.items() if customers == group), default=None)


def _new(groups: Sequence[int], now: datetime) -> dict[int, int]:
    """Group -> a new household."""
    ids = reserve_ids(Household, len(groups))
    rows = [(pk, new_id("hou"), now) for pk in ids]
    insert_rows(Household, ("id", "public_id", "created_at"), rows)
    return dict(zip(groups, ids, strict=True))
