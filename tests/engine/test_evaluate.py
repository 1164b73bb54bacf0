"""Scores against the truth, and without it."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tellonce.engine.doubts import doubts
from tellonce.engine.evaluate import Estimates, Scored, duplicate_free, estimate, evaluate
from tellonce.engine.model.document import ScoreModel
from tellonce.engine.score.comparisons import COMPARISONS, GENDER, GIVEN, PHONE
from tellonce.engine.score.priors import shipped
from tellonce.engine.score.train import Patterns, unseen
from tellonce.engine.tables import RECORDS

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


def estimated(
    cluster: list[int],
    confidence: list[float],
    scored: dict[tuple[int, int], float],
    unseen: float = 0.0,
    *,
    one_each: bool = False,
) -> Estimates:
    """Estimates of rows in these clusters; `scored`: match probabilities by pair of rows."""
    ends = np.array(list(scored), np.int64).reshape(-1, 2)
    p = np.array(list(scored.values()))
    pairs = Scored(ends[:, 0], ends[:, 1], np.log2(p / (1 - p)))
    rows = np.array(cluster, np.int64), np.array(confidence)
    return estimate(*rows, pairs, unseen, one_each=one_each)


INSIDE = {(0, 1): 0.9, (2, 3): 0.7, (2, 4): 0.8, (3, 4): 0.7}


def test_estimates_follow_their_formula() -> None:
    scored = {**INSIDE, (4, 5): 0.6}
    found = estimated([0, 0, 2, 2, 2, 5], [0.9, 0.9, 0.8, 0.7, 0.9, 0.4], scored, unseen=0.25)
    sure = 0.9 + (0.7 + 0.7 + 0.8)
    assert found.precision.value == pytest.approx(sure / 4)
    assert found.recall.value == pytest.approx(sure / (1.25 * (sure + 0.6)), abs=1e-3)
    assert found.precision.low < sure / 4 < found.precision.high <= 1.0


def test_pairs_found_through_others_are_not_missing_once_more() -> None:
    of = [0, 0, 2, 2, 2, 5], [0.9, 0.9, 0.8, 0.8, 0.8, 1.0]
    through = {pair: p for pair, p in INSIDE.items() if pair != (2, 4)}
    assert estimated(*of, through, 0.2).recall.value > estimated(*of, INSIDE, 0.2).recall.value
    assert estimated(*of, through, 0.0).recall.value == 1.0


def test_rivals_share_what_they_have() -> None:
    of = [0, 1, 2, 3, 4, 4], [0.5, 0.5, 0.5, 0.5, 1.0, 1.0]
    apart = estimated(*of, {(4, 5): 0.99, (0, 1): 0.5, (2, 3): 0.5})
    rivals = estimated(*of, {(4, 5): 0.99, (0, 1): 0.5, (0, 2): 0.5})
    assert rivals.recall.value > apart.recall.value
    both = {(0, 1): 0.9, (0, 2): 0.9}
    paired = [0, 0, 2], [0.9, 0.9, 0.1]
    assert estimated(*paired, both, one_each=True).precision.value < 0.55
    assert estimated(*paired, both).precision.value == pytest.approx(0.9)


def test_certain_pairs_leave_no_doubt() -> None:
    found = estimated([0, 0, 2, 2], [1.0, 1.0, 1.0, 1.0], {(0, 1): 0.999, (2, 3): 0.999})
    assert found.precision == found.recall
    assert (found.precision.low, found.precision.high) == (1.0, 1.0)


def test_without_links_nothing_tells_what_is_missing() -> None:
    found = estimated([0, 1], [1.0, 1.0], {})
    assert (found.precision.value, found.recall.value) == (1.0, 1.0)
    assert (found.recall.low, found.recall.high) == (0.0, 1.0)
    assert estimated([0, 1], [0.8, 0.8], {(0, 1): 0.2}).recall.value == 0.0


def doubted(records: list[dict[str, object]], model: ScoreModel, customers: int = 300) -> str:
    """The doubts about a result of so many customers, as one text."""
    table = pa.Table.from_pylist(records, schema=RECORDS)
    clusters = pa.table({"cluster": [row % customers for row in range(len(records))]})
    return "; ".join(doubts(table, model, clusters))


def with_m(model: ScoreModel, comparison: int, *levels: float) -> ScoreModel:
    """The model with other probabilities of a comparison's levels among matches."""
    m = [list(row) for row in model.m]
    m[comparison][1 : len(levels) + 1] = levels
    return replace(model, m=tuple(map(tuple, m)))


def test_a_doubt_says_why_an_estimate_is_rough() -> None:
    lists = ("organisations", "addresses", "phones", "emails", "identifiers")
    bare = {"source": "crm", **{name: [] for name in lists}}
    persons = [{**bare, "record_id": str(i), "phones": ["1234567"]} for i in range(400)]
    shops = [{**row, "organisations": ["Nowa Testowa"]} for row in persons]
    named = [{**row, "phones": []} for row in persons]
    untaught = replace(shipped(400), others_worth=0.5)
    known = with_m(untaught, GENDER, 0.96, 0.04)
    calm = replace(known, relatives=1e-9)
    assert doubted(persons, calm) == ""
    assert "no pairs were found" in doubted(persons, untaught)
    assert "nothing was linked" in doubted(persons, calm, 400)
    assert "organisations" in doubted(shops, known)
    assert "relatives" in doubted(persons, known)
    assert "phone" in doubted(persons, with_m(calm, PHONE, 0.4, 0.05, 0.5, 0.05))
    renamed = with_m(calm, GIVEN, 0.7, 0.1, 0.05, 0.02, 0.01, 0.12)
    assert doubted(persons, renamed) == ""
    assert "twins" in doubted(named, renamed)


def test_matches_that_no_key_proposes_are_told_from_those_proposed_once_and_twice() -> None:
    levels = np.zeros((2, len(COMPARISONS)), np.int64)
    found = Patterns(levels, np.array([20.0, 10.0]), np.array([0b1, 0b11]), 1.0)
    assert unseen(found, np.ones(2)) == pytest.approx((2 * 20 - 10) / 30)
    never_alone = Patterns(levels, np.array([20.0, 10.0]), np.array([0b111, 0b11]), 1.0)
    assert unseen(never_alone, np.ones(2)) == 0.0


def test_a_source_whose_records_only_meet_those_of_others_looks_free_of_duplicates() -> None:
    people = np.arange(200)
    source = np.repeat([0, 1, 2], 200)
    cluster = np.concatenate([people, people, 1000 + people // 2])
    assert duplicate_free(source, cluster).tolist() == [0, 1]
    assert duplicate_free(np.zeros(200, np.int64), people).tolist() == [], (
        "there is nothing to meet"
    )
    assert duplicate_free(np.zeros(0, np.int64), np.zeros(0, np.int64)).tolist() == []
