"""Columns of every Arrow type, and what pandas hands over, as text."""

import datetime as dt
import uuid
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from tellonce.io.astext import MAX_ITEMS, text_table
from tellonce.io.errors import BadSetting, UnknownFormat
from tellonce.io.frames import arrow_table
from tellonce.io.sources import source_mappings

VIEW = pa.string_view()
SOME_ID = uuid.UUID(int=7)


def told(column: pa.Array | pa.ChunkedArray) -> dict[str, list[str | None]]:
    return text_table(pa.table({"x": column}), "t").to_pydict()


@pytest.mark.parametrize(
    "lists",
    [
        pa.array([["a", "b"], None, []]),
        pa.array([["a", "b"], None, []], pa.large_list(VIEW)),
        pa.array([["a", "b"], None, []], pa.list_view(VIEW)),
        pa.array([["z"], ["a", "b"], None, []]).slice(1),
    ],
)
def test_lists_that_are_missing_or_empty_leave_their_places_empty(lists: pa.Array) -> None:
    assert told(lists) == {"x.1": ["a", None, None], "x.2": ["b", None, None]}


def test_structs_in_lists_are_spread_to_the_end() -> None:
    kind = pa.list_(pa.struct([("street", VIEW), ("lines", pa.list_(VIEW))]))
    column = pa.array([[{"street": "Elm", "lines": ["1"]}], None, [None]], kind)
    assert told(column) == {"x.1.street": ["Elm", None, None], "x.1.lines.1": ["1", None, None]}


def test_a_list_too_long_for_columns_stays_json_in_its_row_alone() -> None:
    found = told(pa.array([list(range(MAX_ITEMS + 1)), [5], None]))
    assert found == {"x": [str(list(range(MAX_ITEMS + 1))), None, None], "x.1": [None, "5", None]}


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        (pa.array(["a", None, "a"], VIEW).dictionary_encode(), ["a", None, "a"]),
        (pa.RunEndEncodedArray.from_arrays([2, 3], ["a", None]), ["a", "a", None]),
        (pa.array([SOME_ID.bytes], pa.binary(16)).cast(pa.uuid()), [str(SOME_ID)]),
        (pa.array([0], pa.timestamp("us", "Nowhere/Fabled")), ["1970-01-01+0000"]),
        (
            pa.UnionArray.from_sparse(
                pa.array([0, 1], pa.int8()), [pa.array(["a", "b"]), pa.array([1, 2])]
            ),
            ["a", "2"],
        ),
    ],
)
def test_rarer_types_are_told_too(column: Any, expected: Any) -> None:
    assert told(column) == {"x": expected}


@pytest.mark.parametrize("kind", [pa.binary(), pa.binary(2), pa.binary_view(), pa.large_binary()])
def test_bytes_are_left_out(kind: pa.DataType) -> None:
    assert told(pa.array([b"\xff\xfe"], kind)) == {}


def test_a_pandas_column_of_numbers_and_texts_becomes_text() -> None:
    values = ["Ann", 5, 2.0, None, np.nan, pd.NA, pd.NaT, True, dt.date(1980, 5, 17), SOME_ID]
    expected = ["Ann", "5", "2", None, None, None, None, "true", "1980-05-17", str(SOME_ID)]
    frame = pd.DataFrame({"x": pd.Series(values, dtype=object)})
    assert text_table(arrow_table(frame, "t"), "t").to_pydict() == {"x": expected}


def test_objects_without_a_text_and_sparse_columns_do_no_harm() -> None:
    frame = pd.DataFrame({"o": [object()], "s": pd.arrays.SparseArray([0])})
    assert text_table(arrow_table(frame, "t"), "t").to_pydict() == {"o": [None], "s": ["0"]}


def test_categories_of_polars_are_texts() -> None:
    frame = pl.DataFrame({"x": pl.Series(["a", "b"], dtype=pl.Categorical)})
    assert text_table(arrow_table(frame, "t"), "t").to_pydict() == {"x": ["a", "b"]}


def test_a_column_alone_is_no_frame() -> None:
    with pytest.raises(UnknownFormat, match="is a Series"):
        arrow_table(pd.Series(["Ann"]), "t")


def test_a_source_is_named_by_a_text() -> None:
    with pytest.raises(BadSetting, match="1 is no name"):
        source_mappings(None, {1: "crm.csv"})  # type: ignore[dict-item]
