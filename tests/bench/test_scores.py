"""Scores, intervals, verdicts and calibration of the accuracy bench."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.agreement import (
    Agreement,
    agreement,
    difference_interval,
    f1_interval,
    of_entities,
    of_pairs,
)
from bench.calibration import Guess, has_telling_attribute, reliability, says_uncertain
from bench.charts import Curve, Row, dots, panels
from bench.column_kinds import kinds
from bench.comparison import Judged, Published, Verdict
from bench.matchers import Found
from bench.measure import Measured
from bench.sets import LabelledSet
from bench.threshold import best_of_clusters, best_of_pairs
from tellonce.engine.evaluate import evaluate

labels = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=1, max_size=40)


@given(labels)
def test_sums_over_entities_are_the_scores_of_evaluate(rows: list[tuple[int, int]]) -> None:
    found, real = (np.array(column) for column in zip(*rows, strict=True))
    ours, theirs = of_entities(found, real), evaluate(pa.array(found), pa.array(real))
    for mine, other in ((ours.pairwise, theirs.pairwise), (ours.bcubed, theirs.b_cubed)):
        assert mine is not None
        assert mine == pytest.approx((other.precision, other.recall, other.f1))


def test_records_of_unknown_truth_are_left_out() -> None:
    table = pa.table({"truth": pa.array([1, 1, None])})
    assert agreement(np.array([5, 5, 5]), table).pairwise.precision == 1


def test_labelled_pairs_have_no_b_cubed_scores() -> None:
    found = of_pairs(np.array([True, True, False]), np.array([True, False, True]))
    assert found.pairwise == (0.5, 0.5, 0.5)
    assert found.bcubed is None


def half_right(entities: int) -> Agreement:
    """Entities of two records each, every second of them found."""
    real = np.repeat(np.arange(entities), 2)
    found = np.where(real % 2 == 0, real, np.arange(2 * entities) + entities)
    return of_entities(found, real)


def test_an_interval_holds_the_score_and_narrows_with_more_entities() -> None:
    few, many = f1_interval(half_right(20)), f1_interval(half_right(2000))
    assert few.low < half_right(20).pairwise.f1 < few.high
    assert many.high - many.low < few.high - few.low


def judged(found: Agreement) -> Judged:
    """A result with this agreement; what else is known of it does not matter."""
    labelled = LabelledSet("made up", Path("nowhere"), 0)
    return Judged(Found("anyone", labelled, np.array([]), Measured(0.0, 0.0, "", 0.0)), found)


def test_a_verdict_needs_the_whole_interval_on_one_side() -> None:
    half, all_right = (
        judged(half_right(60)),
        judged(of_entities(*[np.repeat(np.arange(60), 2)] * 2)),
    )
    assert Verdict(half, {"splink": all_right}).word == "behind"
    assert Verdict(all_right, {"splink": half}).word == "better"
    assert Verdict(half, {"splink": half}).word == "equal"
    assert difference_interval(half.agreement, half.agreement) == (0, 0)


def test_the_baseline_and_the_taught_peer_take_no_part_in_the_verdict() -> None:
    half = judged(half_right(60))
    assert Verdict(half, {"rules": half, "splink_taught": half}).best is None


def test_a_verdict_says_which_peer_has_no_result() -> None:
    half = judged(half_right(60))
    assert Verdict(half, {"splink": half}).row()[-1] == "equal (without goldenmatch)"
    assert Verdict(half, {"splink": half, "goldenmatch": half}).row()[-1] == "equal"
    known = {"splink": Published(half.f1), "goldenmatch": Published(0.0)}
    assert Verdict(half, known).row()[-1] == "equal *"
    assert Verdict(half, known | {"splink": Published(0.01)}).row()[-1] == "better *"


def test_the_best_threshold_is_that_of_trying_them_all() -> None:
    left, right = np.array([0, 1, 3, 0, 2]), np.array([1, 2, 4, 3, 5])
    weight, truth = np.array([9.0, 7.0, 8.0, 1.0, 0.5]), pa.chunked_array([[0, 0, 0, 1, 1, None]])
    best = best_of_clusters(left, right, weight, truth)
    assert (best.f1, best.weight) == (1.0, 7.0)


def test_the_best_threshold_of_pairs_links_the_matches_alone() -> None:
    truth = pa.table({"left": [0, 1, 2], "right": [3, 4, 5], "match": [True, True, False]})
    weight = np.array([9.0, 8.0, 1.0])
    best = best_of_pairs(np.array([0, 1, 2]), np.array([3, 4, 5]), weight, truth)
    assert best.f1 == 1.0
    assert 1.0 < best.weight <= 8.0


def edges(*rows: tuple[str, str, float, bool]) -> pa.Table:
    """Pairs as --edges writes them, all of one source."""
    left, right, probability, linked = zip(*rows, strict=True)
    source = ["a"] * len(rows)
    columns: dict[str, Any] = {"left_source": source, "left_id": left, "right_source": source}
    return pa.table(
        {**columns, "right_id": right, "probability": probability, "linked": list(linked)}
    )


TRUTH = pa.table({"source": ["a"] * 4, "record_id": list("1234"), "truth": [0, 0, 1, None]})


def test_reliability_compares_what_is_stated_with_what_is_true() -> None:
    found = reliability(
        edges(("1", "2", 1.0, True), ("1", "3", 0.75, False), ("1", "4", 0.9, True)), TRUTH
    )
    filled = [(b.low, b.pairs, b.stated, b.true) for b in found.bins if b.pairs]
    assert filled == [(0.7, 1, 0.75, 0.0), (0.999, 1, 1.0, 1.0)]
    assert found.error == pytest.approx(0.375)


def test_sure_links_are_those_that_are_linked_and_stated_sure() -> None:
    found = reliability(edges(("1", "2", 0.995, True), ("1", "3", 0.995, False)), TRUTH)
    assert (found.sure, found.sure_right, found.sure_precision) == (1, 1, 1.0)


def test_an_estimate_is_close_within_five_hundredths() -> None:
    assert Guess(0.9, 0.8, 1.0, true=0.94).close
    assert not Guess(0.9, 0.8, 1.0, true=0.96).close


def test_a_summary_with_doubts_says_that_its_estimates_are_uncertain() -> None:
    assert says_uncertain({"estimated": {"doubts": ["There are no contacts."]}})
    assert not says_uncertain({"estimated": {"doubts": []}})


def test_a_contact_or_an_identifier_is_told_from_the_summary() -> None:
    def summary(attribute: str) -> dict[str, Any]:
        return {"sources": {"crm": {"recognised": {"header": attribute}}}}

    assert has_telling_attribute(summary("phone#2"))
    assert has_telling_attribute(summary("identifier:ssn"))
    assert not has_telling_attribute(summary("identifier_country:passport"))
    assert not has_telling_attribute(summary("city"))


def test_columns_of_an_unknown_file_are_told_from_their_names() -> None:
    found = kinds(["givenname", "Last Name", "ZIP", "E-Mail", "employer_city", "dob"])
    assert found == {
        "given": "givenname",
        "family": "Last Name",
        "postcode": "ZIP",
        "email": "E-Mail",
        "birth": "dob",
    }


def test_charts_are_svg_with_a_dot_for_every_value() -> None:
    rows = [Row("one & only", [0.9, None], 0.8, 0.95), Row("two", [0.5, 0.6], 0.4, 0.6)]
    dot = "{http://www.w3.org/2000/svg}circle"
    assert len(list(ElementTree.fromstring(dots("t", ["us", "them"], rows)).iter(dot))) == 3 + 2
    drawn = panels("t", [Curve("one", [(0.6, 0.5, 3), (1.0, 1.0, 9)], "")])
    assert len(list(ElementTree.fromstring(drawn).iter(dot))) == 2
