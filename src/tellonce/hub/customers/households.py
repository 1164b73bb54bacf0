"""Households: who shares a family name and an address, a phone or an e-mail; kept by the feed.

A household is a group of customers. It is derived, follows what they say, and never makes one
person of them. It is the household of its oldest customer, and its id follows from theirs: so it
depends on who lives together, and not on the order or the batches in which that was told.
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
from tellonce.hub.core.ids import following_id
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
    held = dict(members.values_list("customer_id", "household_id"))
    of_oldest = _of_oldest({min(group) for group in groups}, now)
    given = {one: of_oldest[min(group)] for group in groups for one in group}
    leaving = [one for one, household in held.items() if given.get(one) != household]
    arriving = [
        (household, one, now)
        for one, household in sorted(given.items())
        if held.get(one) != household
    ]
    if leaving:
        members.filter(customer_id__in=leaving).update(to_at=now)
    insert_rows(HouseholdMember, ("household_id", "customer_id", "from_at"), arriving)
    if gone := set(held.values()) - set(given.values()):
        Household.objects.filter(id__in=gone).update(retired_at=now)


def _of_oldest(customers: Collection[int], now: datetime) -> dict[int, int]:
    """Customer -> the household of which it is the oldest; a retired one lives again, and one that
    never was is made.
    """
    found = dict(among("SELECT oldest_id, id FROM households WHERE oldest_id", customers))
    gone = Household.objects.filter(id__in=found.values(), retired_at__isnull=False)
    gone.update(retired_at=None)
    lacking = {one for one in customers if one not in found}
    named = sorted(among("SELECT id, public_id FROM customers WHERE id", lacking))
    ids = reserve_ids(Household, len(named))
    rows = [
        (pk, following_id("hou", name), one, now)
        for pk, (one, name) in zip(ids, named, strict=True)
    ]
    insert_rows(Household, ("id", "public_id", "oldest_id", "created_at"), rows)
    return found | {one: pk for pk, _, one, _ in rows}
