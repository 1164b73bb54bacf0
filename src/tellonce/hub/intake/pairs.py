"""Member lists of a merge or a split -> the pairs of records that are decided.

Of two sides every record is paired with every other, so that what was decided holds while each side
has a record, whichever go. Where those are too many, some records of each side, spread over them,
stand for it: they are paired with all of the other, and it holds while one of them is left.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

from tellonce.hub.core.errors import WrongCall
from tellonce.hub.matching.types import Pair, pair_of

MOST_PAIRS = 20_000
MOST_STANDING = 50
"""Records that stand for a side whose pairs are too many, at most, and at least"""
LEAST_STANDING = 3

Group = Sequence[int]


def pairs_across(groups: Sequence[Group]) -> set[Pair]:
    """The pairs between records (row ids) of different groups; raises `WrongCall` for too many."""
    sides = list(combinations(groups, 2))
    if sum(len(one) * len(other) for one, other in sides) <= MOST_PAIRS:
        return {pair_of(a, b) for one, other in sides for a in one for b in other}
    standing = min(MOST_STANDING, MOST_PAIRS // sum(len(a) + len(b) for a, b in sides))
    if standing < LEAST_STANDING:
        raise WrongCall("These are too many records for one act.", hint="Take fewer at once.")
    return {pair for one, other in sides for pair in _standing(one, other, standing)}


def pairs_within(group: Group) -> set[Pair]:
    """The pairs of records of one group; of a large one, those with records that stand for it."""
    standing = _spread(group, max(LEAST_STANDING, MOST_PAIRS // max(len(group), 1)))
    return {pair_of(a, b) for a in standing for b in group if a != b}


def _standing(one: Group, other: Group, count: int) -> Iterator[Pair]:
    for those, all_others in ((_spread(one, count), other), (_spread(other, count), one)):
        yield from (pair_of(a, b) for a in those for b in all_others)


def _spread(group: Group, count: int) -> Group:
    """So many of a group, evenly spread: row ids of one source lie close to each other."""
    listed = sorted(group)
    return listed[:: max(1, -(-len(listed) // count))]
