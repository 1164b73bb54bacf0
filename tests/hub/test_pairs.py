"""What a merge of member lists decides holds whichever records go."""

from __future__ import annotations

import pytest

from tellonce.hub.core.errors import WrongCall
from tellonce.hub.intake.pairs import MOST_PAIRS, pairs_across


def connected(records: set[int], pairs: set[tuple[int, int]]) -> bool:
    """Whether pairs among these records connect them all."""
    met, front = set(), {min(records)}
    while front:
        met |= front
        near = {end for pair in pairs if front & set(pair) for end in pair if records >= set(pair)}
        front = near - met
    return met == records


def test_a_merge_of_small_sides_holds_whichever_records_go() -> None:
    sides = [[1, 2, 3], [4, 5], [6]]
    pairs = pairs_across(sides)
    for left in ({1, 4}, {2, 6}, {5, 6}, {1, 2, 3, 4}, {3, 4, 5, 6}):
        assert connected(left, pairs)


def test_a_merge_of_large_sides_holds_while_one_that_stands_for_each_is_left() -> None:
    one, other = list(range(1, 151)), list(range(1001, 1201))
    pairs = pairs_across([one, other])
    assert 0 < len(pairs) <= MOST_PAIRS
    standing = [{r for r in side if sum(r in p for p in pairs) == len(rest)}
                for side, rest in ((one, other), (other, one))]  # fmt: skip
    assert [len(records) for records in standing] == [50, 50]
    for first, second in zip(*map(sorted, standing), strict=True):
        gone = (standing[0] - {first}) | (standing[1] - {second})
        assert connected(set(one) | set(other), pairs)
        assert connected((set(one) | set(other)) - gone, pairs)
    with pytest.raises(WrongCall, match="too many records"):
        pairs_across([list(range(5_000)), list(range(5_000, 10_000))])
