"""The partition as a whole: decisions that contradict each other, and what lies outside."""

import numpy as np
import pyarrow as pa
import pytest

from tellonce.engine.cluster.components import Pairs
from tellonce.engine.cluster.constraints import decided
from tellonce.engine.cluster.partition import Cut, partition
from tellonce.engine.tables import DECISIONS, RECORDS
from tests.engine.cluster.pair_scores import scores

Decided = list[tuple[int, int, str]]
CUT = Cut(kept=4.0, link=4.0, unique_sources=frozenset({"shop"}))


def silent(sources: str) -> pa.Table:
    """RECORDS that say nothing, one of source `crm` or `shop` for each letter c or s."""
    named = {"c": "crm", "s": "shop"}
    rows = [{"source": named[s], "record_id": str(i)} for i, s in enumerate(sources)]
    return pa.Table.from_pylist(rows, schema=RECORDS)


def pairs(*found: tuple[int, int, float]) -> Pairs:
    columns = list(zip(*sorted(found), strict=True)) or [(), (), ()]
    left, right = (np.array(c, np.int64) for c in columns[:2])
    return Pairs(left, right, np.array(columns[2], np.float64))


STRANGERS = scores(pairs(), unknown=-12.0)


def decisions(*made: tuple[int, int, str]) -> pa.Table:
    rows = [{"left": a, "right": b, "verdict": verdict} for a, b, verdict in made]
    return pa.Table.from_pylist(rows, schema=DECISIONS)


def clusters(sources: str, known: Pairs, *made: tuple[int, int, str]) -> list[int]:
    table = partition(silent(sources), known, decided(decisions(*made)), CUT, STRANGERS)
    found: list[int] = table["cluster"].to_pylist()
    return found


@pytest.mark.parametrize(
    ("weights", "expected"), [((3.0, 1.0), [0, 0, 2]), ((1.0, 3.0), [0, 1, 1])]
)
def test_of_a_chain_that_contradicts_a_difference_the_lightest_is_cut(
    weights: tuple[float, float], expected: list[int]
) -> None:
    known = pairs((0, 1, weights[0]), (1, 2, weights[1]))
    chain: Decided = [(0, 1, "same"), (1, 2, "same"), (0, 2, "different")]
    assert clusters("ccc", known, *chain) == expected
    assert clusters("ccc", known, *reversed(chain)) == expected


def test_of_equal_links_in_a_contradiction_the_first_records_stay_together() -> None:
    chain: Decided = [(1, 2, "same"), (0, 1, "same"), (0, 2, "different")]
    assert clusters("ccc", pairs(), *chain) == [0, 0, 2]


def test_a_long_contradiction_loses_one_link_only() -> None:
    known = pairs((0, 1, 9.0), (1, 2, 1.0), (2, 3, 9.0))
    made: Decided = [(0, 1, "same"), (1, 2, "same"), (2, 3, "same"), (0, 3, "different")]
    assert clusters("cccc", known, *made) == [0, 0, 2, 2]


def test_people_may_join_two_records_of_a_source_without_duplicates_and_nothing_else_may() -> None:
    assert clusters("ss", pairs((0, 1, 9.0))) == [0, 1]
    assert clusters("ss", pairs(), (0, 1, "same")) == [0, 0]
    assert clusters("scs", pairs(), (0, 1, "same"), (1, 2, "same")) == [0, 0, 0]
    assert clusters("scs", pairs((1, 2, 9.0)), (0, 1, "same")) == [0, 0, 2]


def test_the_newest_decision_of_a_pair_counts_in_either_order_of_the_two() -> None:
    assert clusters("cc", pairs(), (0, 1, "different"), (1, 0, "same")) == [0, 0]
    assert clusters("cc", pairs((0, 1, 9.0)), (0, 1, "same"), (1, 0, "different")) == [0, 1]
    assert clusters("cc", pairs(), (0, 1, "same"), (1, 0, "unsure")) == [0, 1]


def test_a_decision_about_a_record_and_itself_says_nothing() -> None:
    made: Decided = [(0, 0, "different"), (0, 1, "same")]
    assert clusters("cc", pairs(), *made) == [0, 0]


def test_records_of_other_components_matter_for_confidence_only() -> None:
    alone = partition(silent("c"), pairs((0, 1, 0.0)), decided(decisions()), CUT, STRANGERS)
    assert alone.to_pylist() == [{"row": 0, "cluster": 0, "confidence": 0.5}]
