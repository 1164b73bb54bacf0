"""Which id each customer gets, so that ids are stable and an undo restores them exactly. Pure.

For the customers that ever had to do with each other:

0. a customer of exactly the members that a living id has keeps it; and where all that changed is as
   it was at some moment, every id is as it was then;
1. a customer of exactly the last members of a retired id takes it back;
2. otherwise one to one by the largest overlap with living ids, ties to the older;
3. otherwise a customer that holds most of a retired id's last members takes it back;
4. otherwise the id is new.

A living id that gets no customer is retired, and leads for ever to the one that holds most of its
members, until it is taken back.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Members = frozenset[Any]
"""Records by anything that has an order and stays: (source, record_id), or the key of a row."""


@dataclass(frozen=True)
class Holding:
    """That id `id` had exactly these members from act `since` to before act `until`.

    None: it has them now. A smaller id is older, as is an act with a smaller number.
    """

    id: int
    members: Members
    since: int
    until: int | None = None

    def at(self, act: int) -> bool:
        """Whether it was so after that act."""
        return self.since <= act and (self.until is None or act < self.until)


Group = tuple[list[int], list[Holding]]
"""Customers, by index, and the holdings that they have to do with."""


@dataclass(frozen=True)
class Assignment:
    """`ids` has one entry a customer: a known id, or None for a new one.

    `retired`: living ids left without a customer -> index of the one they lead to, None where no
    customer holds any of their records. `revived`: the retired ids among `ids`.
    """

    ids: tuple[int | None, ...]
    retired: Mapping[int, int | None] = field(default_factory=dict)
    revived: frozenset[int] = frozenset()


def assigned(customers: Sequence[Members], holdings: Sequence[Holding]) -> Assignment:
    """Ids for disjoint sets of records, as they are after an act.

    `holdings`: of every living id that has one of the records that the act touched, and of every
    retired one that ever had one, all that it ever had. `customers` are all that the act touched.
    """
    ids: dict[int, int] = {}
    for indexes, of in related(customers, holdings):
        ids.update(_Scope([(i, customers[i]) for i in indexes], of).ids())
    given = set(ids.values())
    living = {h.id: h.members for h in holdings if h.until is None}
    retired = {
        one: _heir(customers, members) for one, members in living.items() if one not in given
    }
    every = tuple(ids.get(index) for index in range(len(customers)))
    return Assignment(every, retired, frozenset(given - living.keys()))


def _heir(customers: Sequence[Members], members: Members) -> int | None:
    """The customer that holds most of the members, of equals that with the smallest record."""
    shared = [(-len(c & members), min(c), i) for i, c in enumerate(customers) if c & members]
    return min(shared)[2] if shared else None


def related(customers: Sequence[Members], holdings: Sequence[Holding]) -> Iterator[Group]:
    """Customers, by index, and holdings that are connected by records and ids, group by group.

    Most are what they were, or have no past; they come first, and cost little.
    """
    only: dict[Any, Holding | None] = {}
    for holding in holdings:
        for record in holding.members:
            only[record] = None if record in only else holding
    times = Counter(holding.id for holding in holdings)
    rest, told = [], set()
    for index, members in enumerate(customers):
        past = {only[record] for record in members if record in only}
        if not past:
            yield [index], []
            continue
        (one,) = past if len(past) == 1 else (None,)
        if one and one.members == members and times[one.id] == 1:
            told.add(one.id)
            yield [index], [one]
        else:
            rest.append((index, members))
    yield from _connected(rest, [one for one in holdings if one.id not in told])


def _connected(
    customers: Sequence[tuple[int, Members]], holdings: Sequence[Holding]
) -> Iterator[Group]:
    parent: dict[Any, Any] = {}

    def root(one: Any) -> Any:
        parent.setdefault(one, one)
        while parent[one] != one:
            parent[one] = parent[parent[one]]
            one = parent[one]
        return one

    def joined(first: Any, others: Iterable[Any]) -> None:
        for one in others:
            parent[root(("record", one))] = root(first)

    for index, members in customers:
        joined(("customer", index), members)
    for holding in holdings:
        joined(("id", holding.id), holding.members)
    groups: dict[Any, Group] = {}
    for index, _ in customers:
        groups.setdefault(root(("customer", index)), ([], []))[0].append(index)
    for holding in holdings:
        groups.setdefault(root(("id", holding.id)), ([], []))[1].append(holding)
    yield from groups.values()


class _Scope:
    """Customers and ids that had to do with each other; ids are given rule by rule."""

    def __init__(
        self, customers: Sequence[tuple[int, Members]], holdings: Sequence[Holding]
    ) -> None:
        self.customers = sorted(customers, key=lambda customer: min(customer[1]))
        self.holdings = holdings
        self.living = {h.id: h.members for h in holdings if h.until is None}
        self.last = _last(h for h in holdings if h.id not in self.living)
        self.given: dict[int, int] = {}
        self._until_now = {members: one for one, members in self.living.items()}

    def ids(self) -> dict[int, int]:
        """The id of each customer, by index, that gets a known one."""
        self._keep()
        self._restore_moment()
        self._restore_exact()
        self._take_largest(self.living, least=0.0)
        self._take_largest({one: h.members for one, h in self.last.items()}, least=0.5)
        return self.given

    def _open(self) -> list[tuple[int, Members]]:
        return [(i, members) for i, members in self.customers if i not in self.given]

    def _keep(self) -> None:
        by_members = {members: one for one, members in self.living.items()}
        for index, members in self.customers:
            if members in by_members:
                self.given[index] = by_members[members]

    def _restore_moment(self) -> None:
        """Where everything that changed is as it was after some act: of several such acts one after
        which all was as it is, of these one that led to what was until now, else the one after
        which most of what did not change was as it is; of these the last.
        """
        changed, now = self._open(), {members for _, members in self.customers}
        best: tuple[bool, bool, int, int] | None = None
        found: dict[int, int] = {}
        for act in sorted({h.since for h in self.holdings}):
            then = self._at(act)
            ids = {index: then[members] for index, members in changed if members in then}
            if len(ids) < len(changed) or set(ids.values()) & set(self.given.values()):
                continue
            alike = sum(
                then.get(members) == self.given[index]
                for index, members in self.customers
                if index in self.given
            )
            rank = (then.keys() == now, self._next(act) == self._until_now, alike, act)
            if best is None or rank > best:
                best, found = rank, ids
        self.given.update(found)

    def _at(self, act: int) -> dict[Members, int]:
        return {h.members: h.id for h in self.holdings if h.at(act)}

    def _next(self, act: int) -> dict[Members, int]:
        """What was after the next act that changed anything here."""
        later = [
            end
            for h in self.holdings
            for end in (h.since, h.until)
            if end is not None and end > act
        ]
        return self._at(min(later)) if later else {}

    def _restore_exact(self) -> None:
        """Of several retired ids with these last members the one that retired last."""
        by_members: dict[Members, int] = {}
        for holding in sorted(self.last.values(), key=lambda h: (h.until or 0, -h.id)):
            by_members[holding.members] = holding.id
        taken = set(self.given.values())
        for index, members in self._open():
            if by_members.get(members) not in taken | {None}:
                self.given[index] = by_members[members]

    def _take_largest(self, known: Mapping[int, Members], *, least: float) -> None:
        """One to one, largest overlap first; `least`: the share of an id's members to be passed."""
        taken = set(self.given.values())
        offers = [
            (-len(members & had), one, rank, index)
            for rank, (index, members) in enumerate(self._open())
            for one, had in known.items()
            if one not in taken and len(members & had) > least * len(had)
        ]
        for _overlap, one, _rank, index in sorted(offers):
            if index not in self.given and one not in taken:
                self.given[index] = one
                taken.add(one)


def _last(holdings: Iterable[Holding]) -> dict[int, Holding]:
    """The last holding of each id."""
    found: dict[int, Holding] = {}
    for holding in holdings:
        if holding.id not in found or holding.since > found[holding.id].since:
            found[holding.id] = holding
    return found
