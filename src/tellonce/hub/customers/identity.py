"""Which id each set of records gets, so that ids are stable and an undo restores them. Pure.

For the sets and customers that touch each other (share a record, now or at a retirement):

1. a set with exactly the last members of a retired id takes that id back;
2. otherwise one to one by the largest overlap with living ids, ties to the older;
3. otherwise a set holding most of a retired id's last members takes it back;
4. otherwise the id is new.

A living id that gets no set is retired, and leads to the set that holds most of its members.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

Members = frozenset[int]


@dataclass(frozen=True)
class Assignment:
    """`ids` has one entry a set: a known id, or None for a new one.

    `retired`: living ids left without a set -> index of the set they lead to, None where no set
    holds any of their records. `revived`: the retired ids among `ids`.
    """

    ids: tuple[int | None, ...]
    retired: Mapping[int, int | None] = field(default_factory=dict)
    revived: frozenset[int] = frozenset()


def assign_ids(
    sets: Sequence[Members], living: Mapping[int, Members], retired: Mapping[int, Members]
) -> Assignment:
    """Ids for disjoint `sets` of records; a smaller id is older.

    `living` and `retired` give the members, or last members, of every id that touches them.
    """
    order = sorted(range(len(sets)), key=lambda i: min(sets[i]))
    ids: dict[int, int] = {}
    _restore_exact(sets, order, retired, ids)
    _take_largest(sets, order, living, ids, least=0.0)
    unclaimed = {i: members for i, members in retired.items() if i not in ids.values()}
    _take_largest(sets, order, unclaimed, ids, least=0.5)
    given = set(ids.values())
    left = {i: _heir(sets, order, members) for i, members in living.items() if i not in given}
    return Assignment(
        tuple(ids.get(i) for i in range(len(sets))), left, frozenset(given & retired.keys())
    )


def groups(
    sets: Sequence[Members], customers: Mapping[int, Members]
) -> Iterator[tuple[list[int], list[int]]]:
    """Split sets and customers into what touches: (indexes of sets, customer ids) per group.

    A set and a customer touch when they share a record. Groups come by their smallest set, those
    without a set last, by customer.
    """
    customer_of = {record: i for i, members in customers.items() for record in members}
    sets_of: dict[int, list[int]] = {}
    for index, members in enumerate(sets):
        for i in {customer_of[r] for r in members if r in customer_of}:
            sets_of.setdefault(i, []).append(index)
    seen: set[int] = set()
    for index in range(len(sets)):
        if index not in seen:
            yield _reach(index, sets, customer_of, sets_of, seen)
    for i in sorted(customers.keys() - sets_of.keys()):
        yield [], [i]


def _reach(
    start: int,
    sets: Sequence[Members],
    customer_of: Mapping[int, int],
    sets_of: Mapping[int, list[int]],
    seen: set[int],
) -> tuple[list[int], list[int]]:
    seen.add(start)
    found, customers, todo = [start], set(), [start]
    while todo:
        for record in sets[todo.pop()]:
            customer = customer_of.get(record)
            if customer is None or customer in customers:
                continue
            customers.add(customer)
            fresh = [i for i in sets_of[customer] if i not in seen]
            seen.update(fresh)
            found += fresh
            todo += fresh
    return sorted(found), sorted(customers)


def _restore_exact(
    sets: Sequence[Members],
    order: Iterable[int],
    retired: Mapping[int, Members],
    ids: dict[int, int],
) -> None:
    by_members: dict[Members, int] = {}
    for i in sorted(retired, reverse=True):
        by_members[retired[i]] = i
    for index in order:
        if sets[index] in by_members:
            ids[index] = by_members[sets[index]]


def _take_largest(
    sets: Sequence[Members],
    order: Sequence[int],
    known: Mapping[int, Members],
    ids: dict[int, int],
    *,
    least: float,
) -> None:
    """One to one, largest overlap first; `least`: the share of the id's members a set must pass."""
    customer_of: dict[int, list[int]] = {}
    for i, members in known.items():
        for record in members:
            customer_of.setdefault(record, []).append(i)
    offers = []
    for rank, index in enumerate(order):
        if index in ids:
            continue
        shared: dict[int, int] = {}
        for record in sets[index]:
            for i in customer_of.get(record, ()):
                shared[i] = shared.get(i, 0) + 1
        offers += [
            (-count, i, rank, index) for i, count in shared.items() if count > least * len(known[i])
        ]
    taken: set[int] = set()
    for _, i, _, index in sorted(offers):
        if index not in ids and i not in taken:
            ids[index] = i
            taken.add(i)


def _heir(sets: Sequence[Members], order: Sequence[int], members: Members) -> int | None:
    best = max(order, key=lambda index: len(sets[index] & members), default=None)
    return best if best is not None and sets[best] & members else None
