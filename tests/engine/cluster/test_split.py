"""Components and their split: deterministic, constrained, and the same from any order of pairs."""

from itertools import combinations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tellonce.engine.cluster.components import CERTAIN, LARGEST, Pairs, components
from tellonce.engine.cluster.split import (
    Constraints,
    confidences,
    pairs_needed,
    split,
)
from tests.engine.cluster.pair_scores import Bits, Said, scores

NONE = np.zeros(0, np.int64)
FREE = Constraints(NONE, NONE, NONE, NONE)


def pairs(*found: tuple[int, int, float]) -> Pairs:
    columns = list(zip(*found, strict=True)) or [(), (), ()]
    left, right = (np.array(c, np.int64) for c in columns[:2])
    return Pairs(left, right, np.array(columns[2], np.float64))


def clusters(
    rows: int, links: Pairs, known: Pairs, limits: Constraints = FREE, said: Said | None = None
) -> list[int]:
    within = components(rows, links)
    found, _joined = split(rows, within, known, limits, scores=scores(known, said), cut=0.0)
    return [int(row) for row in found]


def together(said: Said) -> list[int]:
    """Clusters of three records of which each pair says what is listed."""
    known = pairs(*((*pair, -4.0 + sum(b or 0 for b in bits)) for pair, bits in said.items()))
    return clusters(3, known, known, said=said)


def test_records_with_little_in_them_dilute_nothing() -> None:
    name_only, contact_only = (6.0, None, None), (None, 6.0, None)
    said: Said = {(0, 1): name_only, (1, 2): contact_only, (0, 2): (None, None, None)}
    assert together(said) == [0, 0, 0]


def test_what_an_organisation_shares_with_two_others_does_not_join_these() -> None:
    said: Said = {(0, 1): (None, 9.0, 2.0), (1, 2): (None, 6.0, 2.0), (0, 2): (None, -6.0, -8.0)}
    assert together(said) == [0, 0, 2]


def test_a_record_that_fits_two_who_are_not_one_stays_alone() -> None:
    seven: tuple[Bits, Bits, Bits] = (7.0, None, None)
    assert together({(0, 1): seven, (0, 2): seven, (1, 2): (-6.0, None, None)}) == [0, 1, 2]


def test_a_record_that_fits_one_of_two_far_better_joins_that_one() -> None:
    said: Said = {(0, 1): (12.0, None, None), (0, 2): (7.0, None, None), (1, 2): (-6.0, None, None)}
    assert together(said) == [0, 0, 2]


def test_parts_that_contradict_each_other_on_average_do_not_join() -> None:
    said: Said = {
        (0, 1): (20.0, None, None),
        (0, 2): (None, 14.0, None),
        (1, 2): (-20.0, -8.0, None),
    }
    assert together(said) == [0, 0, 2]


def apart(left: int, right: int) -> Constraints:
    return Constraints(NONE, NONE, np.array([left]), np.array([right]))


def test_what_is_linked_is_one() -> None:
    links = pairs((0, 2, 9.0), (1, 3, 9.0))
    assert clusters(5, links, links) == [0, 1, 0, 1, 4]


def test_a_chain_that_coheres_stays_one() -> None:
    links = pairs((0, 1, 9.0), (1, 2, 9.0))
    assert clusters(3, links, pairs((0, 1, 9.0), (1, 2, 9.0), (0, 2, -2.0))) == [0, 0, 0]


def test_a_chain_that_does_not_cohere_is_cut_at_its_weakest() -> None:
    links = pairs((0, 1, 9.0), (1, 2, 5.0))
    assert clusters(3, links, pairs((0, 1, 9.0), (1, 2, 5.0), (0, 2, -18.0))) == [0, 0, 2]


def test_a_pair_decided_different_never_joins() -> None:
    links = pairs((0, 1, 15.0), (1, 2, 9.0), (0, 2, 9.0))
    assert clusters(3, links, links, apart(0, 1)) in ([0, 1, 0], [0, 1, 1])
    found = clusters(3, links, links, apart(0, 1))
    assert found[0] != found[1]


def test_a_pair_decided_the_same_joins_first() -> None:
    links = pairs((0, 1, 9.0), (1, 2, 9.0))
    known = pairs((0, 1, 9.0), (1, 2, -15.0), (0, 2, -15.0))
    same = Constraints(np.array([1]), np.array([2]), NONE, NONE)
    found = clusters(3, links, known, same)
    assert found[1] == found[2]


def decided(left: int, right: int) -> Constraints:
    return Constraints(np.array([left]), np.array([right]), NONE, NONE)


def test_who_is_like_one_of_two_that_were_decided_to_be_one_against_all_evidence_joins() -> None:
    for against in (-15.0, -60.0):
        known = pairs((0, 1, against), (0, 2, 20.0), (1, 2, against))
        links = pairs((0, 1, CERTAIN), (0, 2, 20.0))
        assert clusters(3, links, known, decided(0, 1)) == [0, 0, 0]
    four = pairs(
        *((0, 1, -20.0), (2, 3, -20.0), (0, 2, 12.0), (0, 3, -9.0), (1, 2, -9.0), (1, 3, -9.0))
    )
    both = Constraints(np.array([0, 2]), np.array([1, 3]), NONE, NONE)
    links = pairs((0, 1, CERTAIN), (0, 2, 12.0), (2, 3, CERTAIN))
    assert clusters(4, links, four, both) == [0, 0, 0, 0]


def test_who_contradicts_one_of_two_that_are_alike_and_decided_to_be_one_stays_apart() -> None:
    known = pairs((0, 1, 5.0), (0, 2, 5.0), (1, 2, -15.0))  # J., John and Jane
    assert clusters(3, known, known, decided(0, 1)) == [0, 0, 2]


def test_who_is_like_neither_of_two_that_were_decided_to_be_one_stays_apart() -> None:
    known = pairs((0, 1, -20.0), (0, 2, -1.0), (1, 2, -15.0))
    assert clusters(3, pairs((0, 1, CERTAIN), (0, 2, -1.0)), known, decided(0, 1)) == [0, 0, 2]


def test_pairs_needed_are_those_no_key_proposed() -> None:
    known = pairs((0, 1, 9.0), (1, 2, 9.0), (3, 4, 9.0))
    left, right = pairs_needed(components(5, known), known)
    assert list(zip(left.tolist(), right.tolist(), strict=True)) == [(0, 2)]


def test_a_component_beyond_the_limit_loses_its_weakest_links() -> None:
    size = LARGEST + 50
    chain = [(i, i + 1, 5.0 if i == 100 else 12.0) for i in range(size - 1)]
    found = components(size, pairs(*chain))
    assert found.sizes.max() <= LARGEST


def test_many_copies_of_one_record_stay_one_customer() -> None:
    copies = LARGEST + 50
    every = pairs(*((a, b, 12.0) for a, b in combinations(range(copies), 2)))
    assert clusters(copies + 1, every, every) == [0] * copies + [copies]


def test_a_crowd_tied_together_by_decisions_alone_is_left_to_them() -> None:
    rows = LARGEST + 50
    found = components(rows, pairs(*((i, i + 1, CERTAIN) for i in range(rows - 1))))
    assert found.sizes.tolist() == [rows]


def test_how_a_large_component_is_cut_does_not_depend_on_other_components() -> None:
    size = LARGEST + 50
    chain = [(i, i + 1, 12.2 if i == 100 else 12.8) for i in range(size - 1)]
    alone = components(size + 2, pairs(*chain))
    beside = components(size + 2, pairs(*chain, (size, size + 1, 7.5)))
    assert beside.sizes.tolist() == [*alone.sizes.tolist(), 2]


def test_a_pair_decided_the_same_is_certain_of_it() -> None:
    same = Constraints(np.array([0]), np.array([1]), NONE, NONE)
    assert confidences(
        np.array([0, 0, 2]), pairs((0, 2, -3.0)), same, np.full(3, -np.inf)
    ).tolist()[:2] == [1.0, 1.0]


@st.composite
def graphs(draw: st.DrawFn) -> tuple[int, list[tuple[int, int, float]], list[tuple[int, int]]]:
    rows = draw(st.integers(2, 7))
    every = list(combinations(range(rows), 2))
    weights = draw(st.lists(st.integers(-20, 20), min_size=len(every), max_size=len(every)))
    different = draw(st.lists(st.sampled_from(every), max_size=2, unique=True))
    return rows, [(a, b, float(w)) for (a, b), w in zip(every, weights, strict=True)], different


@given(graphs(), st.randoms())
def test_the_order_of_pairs_changes_nothing(graph: object, rng: object) -> None:
    rows, found, different = graph  # type: ignore[misc]
    limits = Constraints(
        NONE,
        NONE,
        np.array([a for a, _ in different], np.int64),
        np.array([b for _, b in different], np.int64),
    )
    links = [pair for pair in found if pair[2] > 4]
    before = clusters(rows, pairs(*links), pairs(*found), limits)
    rng.shuffle(found)  # type: ignore[attr-defined]
    rng.shuffle(links)  # type: ignore[attr-defined]
    assert clusters(rows, pairs(*links), pairs(*found), limits) == before
    assert all(before[a] != before[b] for a, b in different)
    assert all(before[row] <= row and before[before[row]] == before[row] for row in range(rows))


def test_confidence_is_of_the_strongest_link_or_of_standing_alone() -> None:
    known = pairs((0, 1, 3.0), (1, 2, 0.0))
    found = confidences(np.array([0, 0, 2, 3]), known, FREE, np.full(4, -np.inf))
    assert np.allclose(found, [8 / 9, 8 / 9, 0.5, 1.0])
