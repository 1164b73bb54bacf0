"""What differs between two states of the customers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from tellonce.engine.changes import Moves, State, changes, moves, state
from tellonce.engine.errors import InputError
from tellonce.engine.tables import CHANGES, CLUSTERS, GOLDEN


def customers(**records: tuple[str, str]) -> State:
    """A State of records: {record_id: (customer, gender)}; gender is all that is known."""
    ids = sorted(records)
    named = [records[record][0] for record in ids]
    smallest = {name: named.index(name) for name in named}
    clusters = pa.table(
        [range(len(ids)), [smallest[name] for name in named], [1.0] * len(ids)], schema=CLUSTERS
    )
    golden = [
        {"cluster": row, "attribute": "gender", "rank": 0, "value": records[ids[row]][1]}
        for row in sorted(smallest.values())
    ]
    table = pa.table({"source": ["crm"] * len(ids), "record_id": pa.array(ids, pa.string())})
    made = pa.Table.from_pylist(golden, schema=GOLDEN)
    return state(table, clusters, made, pa.array(named, pa.string()))


def told(before: State, after: State) -> list[tuple[Any, ...]]:
    rows = changes(before, after).to_pylist()
    return [(row["customer"], row["change"], row["attribute"]) for row in rows]


def test_the_same_state_has_no_changes() -> None:
    same = customers(r1=("A", "female"), r2=("B", "male"))
    assert changes(same, same).equals(CHANGES.empty_table())


def test_arrivals_are_added_and_departures_removed() -> None:
    before, after = customers(r1=("A", "female")), customers(r2=("B", "male"))
    assert told(before, after) == [("A", "removed", None), ("B", "added", None)]


def test_a_changed_attribute_tells_both_digests_and_no_value() -> None:
    (row,) = changes(customers(r1=("A", "female")), customers(r1=("A", "other"))).to_pylist()
    assert (row["customer"], row["change"], row["attribute"]) == ("A", "changed", "gender")
    assert row["before_digest"] != row["after_digest"]
    assert "female" not in str(row)


def test_a_merge_is_told_of_the_customer_that_is_gone() -> None:
    before = customers(r1=("A", "female"), r2=("B", "female"))
    after = customers(r1=("A", "female"), r2=("A", "female"))
    (row,) = changes(before, after).to_pylist()
    assert (row["customer"], row["change"]) == ("B", "merged")
    assert row["before_digest"] == row["after_digest"]  # both said the same


def test_a_split_is_told_of_the_customer_that_is_new() -> None:
    before = customers(r1=("A", "female"), r2=("A", "female"), r3=("A", "female"))
    after = customers(r1=("A", "female"), r2=("A", "female"), r3=("C", "male"))
    assert told(before, after) == [("C", "split", None)]


def test_digests_depend_on_the_key() -> None:
    nobody = customers()
    somebody = customers(r1=("A", "female"))
    plain, keyed = (changes(nobody, somebody, key=key) for key in (b"", b"secret"))
    assert plain["after_digest"].to_pylist() != keyed["after_digest"].to_pylist()


def test_a_cluster_of_two_customers_is_refused() -> None:
    clusters = pa.table([[0, 1], [0, 0], [1.0, 1.0]], schema=CLUSTERS)
    records = pa.table({"source": ["crm", "crm"], "record_id": ["1", "2"]})
    with pytest.raises(InputError, match="more than one customer"):
        state(records, clusters, GOLDEN.empty_table(), pa.array(["A", "B"]))


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ([0, 0, 1, 2], [5, 5, 6, 7], Moves(3, 3, 3, 0, 0, 0)),
        ([0, 0, 1, 2], [0, 0, 0, 2], Moves(3, 2, 1, 2, 0, 1)),
        ([0, 0, 0, 1], [0, 0, 2, 1], Moves(2, 3, 1, 0, 1, 1)),
        ([0, 0, 1, 1], [0, 1, 1, 1], Moves(2, 2, 0, 2, 1, 1)),
        ([0, 1, 2], [0, 0, 0], Moves(3, 1, 0, 3, 0, 2)),
        ([], [], Moves(0, 0, 0, 0, 0, 0)),
    ],
)
def test_merged_split_and_moved_are_counted(
    before: list[int], after: list[int], expected: Moves
) -> None:
    assert moves(np.array(before, np.int64), np.array(after, np.int64)) == expected
