"""What holds a customer together: links, bridges, and the weakest pair that is needed."""

import numpy as np

from tellonce.engine.cluster.bonds import Bonds, bonds
from tellonce.engine.cluster.components import Pairs

CUT = 4.0


def held(members: int, odds: dict[tuple[int, int], float]) -> tuple[Bonds, Pairs]:
    left, right = np.triu_indices(members, 1)
    pairs = Pairs(left, right, np.array([odds.get(p, -9.0) for p in zip(left, right, strict=True)]))
    return bonds(members, pairs, CUT), pairs


def named(positions: np.ndarray, pairs: Pairs) -> list[tuple[int, int]]:
    return [(int(pairs.left[k]), int(pairs.right[k])) for k in positions]


def test_in_a_chain_every_link_is_a_bridge() -> None:
    found, pairs = held(3, {(0, 1): 9.0, (1, 2): 5.0})
    assert named(found.bridges, pairs) == [(0, 1), (1, 2)]
    assert named(found.spanning, pairs)[-1] == (1, 2)


def test_in_a_triangle_no_link_is_needed_alone() -> None:
    found, pairs = held(3, {(0, 1): 9.0, (1, 2): 5.0, (0, 2): 6.0})
    assert named(found.bridges, pairs) == []
    assert named(found.spanning, pairs) == [(0, 1), (0, 2)]


def test_the_one_link_between_two_dense_parts_is_the_bridge() -> None:
    inner = dict.fromkeys([(0, 1), (0, 2), (1, 2), (3, 4), (3, 5), (4, 5)], 9.0)
    found, pairs = held(6, {**inner, (2, 3): 4.5})
    assert named(found.bridges, pairs) == [(2, 3)]
    assert named(found.spanning, pairs)[-1] == (2, 3)


def test_members_that_no_link_reaches_are_spanned_all_the_same() -> None:
    found, pairs = held(3, {(0, 1): 9.0, (1, 2): 3.0})
    assert named(found.links, pairs) == [(0, 1)]
    assert named(found.spanning, pairs) == [(0, 1), (1, 2)]


def test_a_record_alone_has_no_bonds() -> None:
    found, _pairs = held(1, {})
    assert [len(part) for part in (found.links, found.bridges, found.spanning)] == [0, 0, 0]
