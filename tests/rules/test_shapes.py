"""The shape of a value says which signs it is made of."""

from __future__ import annotations

import pyarrow as pa
import pytest

from tellonce.rules.shapes import shape_of, shapes


@pytest.mark.parametrize(
    ("value", "shape"),
    [
        ("Anna", "Aa"),
        ("anna", "a"),
        ("ŁUKASZ", "A+"),
        ("Łukasz Żółw", "Aa Aa"),
        ("DE", "AA"),
        ("00-358", "99-999"),
        ("+48 601 234 567", "+99 999 999 999"),
        ("anna.k99@example.org", "a.a9@a.a"),
        ("1234567890123456", "999999999999…"),
        ("one two three four five six", "a …"),
        ("  ", " "),
        ("東京", "a"),
    ],
)
def test_a_value_has_its_shape(value: str, shape: str) -> None:
    assert shape_of(value) == shape


def test_a_column_is_shaped_as_its_values_are_one_by_one_whatever_slice_it_is_of() -> None:
    values = pa.array(["left out", "Anna", "Zoë 7", "", "x" * 300, "A1-b2", "Anna"])
    column = values[1:]
    assert shapes(column).to_pylist() == [shape_of(value) for value in column.to_pylist()]
