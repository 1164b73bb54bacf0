"""Scores against the truth, and without it."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tellonce.engine.evaluate import estimate, evaluate

labels = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=25)


def of(cluster: list[object], truth: list[object]) -> Any:
    return evaluate(pa.array(cluster), pa.array(truth))


def test_a_perfect_result_scores_one_everywhere() -> None:
    found = of(["x", "x", "y"], [7, 7, 9])
    assert (found.pairwise.f1, found.b_cubed.f1) == (1.0, 1.0)
    assert (found.clusters, found.entities, found.correct_pairs) == (2, 2, 1)


def test_everything_in_one_cluster_has_full_recall_and_the_precision_of_chance() -> None:
    found = of([1, 1, 1, 1], [1, 1, 2, 2])
    assert found.pairwise.recall == 1.0
    assert found.pairwise.precision == pytest.approx(2 / 6)
    assert found.b_cubed.precision == pytest.approx(0.5)


def test_no_links_at_all_are_not_wrong_but_miss_everything() -> None:
    found = of([1, 2, 3], [1, 1, 1])
    assert (found.pairwise.precision, found.pairwise.recall, found.pairwise.f1) == (1.0, 0.0, 0.0)


def test_without_true_pairs_nothing_can_be_missed() -> None:
    assert of([1, 2], [1, 2]).pairwise.recall == 1.0


def test_no_records_score_one_by_convention() -> None:
    found = evaluate(pa.array([], pa.string()), pa.array([], pa.int64()))
    assert (found.records, found.pairwise.f1, found.b_cubed.f1) == (0, 1.0, 1.0)


def test_records_without_truth_are_left_out() -> None:
    assert of([1, 1, 1], [4, None, 4]) == of([1, 1], [4, 4])


def test_a_published_example_of_b_cubed() -> None:
    """Two clusters, {A,A,A,B} and {B,B,A}: worked out by hand from the definition."""
    found = of([1, 1, 1, 1, 2, 2, 2], ["A", "A", "A", "B", "B", "B", "A"])
    precision = (3 * 3 / 4 + 1 / 4 + 2 * 2 / 3 + 1 / 3) / 7
    recall = (3 * 3 / 4 + 1 / 3 + 2 * 2 / 3 + 1 / 4) / 7
    assert found.b_cubed.precision == pytest.approx(precision)
    assert found.b_cubed.recall == pytest.approx(recall)


@given(labels)
def test_the_contingency_table_gives_what_counting_pairs_one_by_one_gives(pairs: Any) -> None:
    found = of([c for c, _ in pairs], [t for _, t in pairs])
    both = [(a[0] == b[0], a[1] == b[1]) for a, b in combinations(pairs, 2)]
    assert found.predicted_pairs == sum(c for c, _ in both)
    assert found.true_pairs == sum(t for _, t in both)
    assert found.correct_pairs == sum(c and t for c, t in both)


@given(labels.filter(bool))
def test_b_cubed_is_the_mean_over_records(pairs: Any) -> None:
    found = of([c for c, _ in pairs], [t for _, t in pairs])
    shares = [
        [sum(p == q for q in pairs) / sum(p[side] == q[side] for q in pairs) for p in pairs]
        for side in (0, 1)
    ]
    assert found.b_cubed.precision == pytest.approx(sum(shares[0]) / len(pairs))
    assert found.b_cubed.recall == pytest.approx(sum(shares[1]) / len(pairs))


@given(labels, st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(pairs: Any, random: Any) -> None:
    shuffled = random.sample(pairs, len(pairs))
    first = of([c for c, _ in pairs], [t for _, t in pairs])
    second = of([c for c, _ in shuffled], [t for _, t in shuffled])
    assert first.correct_pairs == second.correct_pairs
    assert first.b_cubed.f1 == pytest.approx(second.b_cubed.f1)


def test_estimates_follow_their_formula() -> None:
    found = estimate(pa.array([0.9, 0.8, 0.6]), pa.array([True, True, False]))
    assert found.precision.value == pytest.approx(0.85)
    assert found.recall.value == pytest.approx(1.7 / 2.3)
    assert found.precision.low < 0.85 < found.precision.high <= 1.0


def test_certain_pairs_leave_no_doubt() -> None:
    found = estimate(pa.array([1.0, 1.0]), pa.array([True, True]))
    assert found.precision == found.recall
    assert (found.precision.low, found.precision.high) == (1.0, 1.0)


def test_without_pairs_the_estimates_are_one() -> None:
    found = estimate(pa.array([], pa.float64()), pa.array([], pa.bool_()))
    assert (found.precision.value, found.recall.value) == (1.0, 1.0)
