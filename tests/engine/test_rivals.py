"""Pairs that rule each other out share what they have."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from tellonce.engine.rivals import shared_out

Pairs = list[tuple[int, int, float]]  # left, right, log2 odds


def told(pairs: Pairs) -> list[float]:
    left, right = (np.array([p[side] for p in pairs], np.int64) for side in (0, 1))
    found: list[float] = shared_out(left, right, np.array([p[2] for p in pairs])).tolist()
    return found


def counted(pairs: Pairs) -> list[float]:
    """The same from every way of taking pairs that share no record."""
    total, having = 0.0, [0.0] * len(pairs)
    for size in range(len(pairs) + 1):
        for taken in combinations(range(len(pairs)), size):
            ends = [end for n in taken for end in pairs[n][:2]]
            if len(set(ends)) == len(ends):
                weight = 2.0 ** sum(pairs[n][2] for n in taken)
                total += weight
                for n in taken:
                    having[n] += weight
    return [have / total for have in having]


@pytest.mark.parametrize(
    "pairs",
    [
        [(0, 1, 2.0)],
        [(0, 1, 3.0), (0, 2, 3.0)],
        [(0, 1, 4.0), (1, 2, 1.0), (2, 3, -1.0), (3, 4, 5.0)],
        [(5, 9, 6.0), (9, 12, 6.0), (9, 20, 2.0), (30, 31, 0.0)],
    ],
)
def test_without_rings_of_rivals_it_is_exact(pairs: Pairs) -> None:
    assert told(pairs) == pytest.approx(counted(pairs), abs=0.01)


def test_in_a_ring_no_record_is_in_more_than_one_pair() -> None:
    ring = [(n, (n + 1) % 6, 5.0) for n in range(6)]
    assert sum(told(ring)) == pytest.approx(sum(counted(ring)), rel=0.06)
    assert sum(told(ring)) <= 3.0


def test_no_pairs_are_no_probabilities() -> None:
    assert told([]) == []


def test_the_order_of_pairs_changes_nothing() -> None:
    pairs = [(0, 1, 4.0), (1, 2, 1.0), (2, 3, -1.0), (0, 3, 2.0)]
    assert told(pairs[::-1])[::-1] == pytest.approx(told(pairs))
