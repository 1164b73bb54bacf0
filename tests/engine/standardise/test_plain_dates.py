"""Dates that are read all at once are read as the one-by-one reading reads them."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tellonce.engine.standardise import dates
from tellonce.engine.standardise.dates import DateOrder, read_dates
from tellonce.engine.standardise.text import FEW

YEARS = st.sampled_from([1600, 1869, 1870, 1900, 1980, 2000, 2004, 2100, 2101])
PARTS = st.tuples(YEARS, st.integers(0, 14), st.integers(0, 32), st.sampled_from("-/. "))
WRITTEN = st.sampled_from(
    ["{0:04}{3}{1:02}{3}{2:02}", "{2:02}{3}{1:02}{3}{0:04}", "{2}{3}{1}{3}{0}"]
)
TEXTS = st.builds(lambda form, parts: form.format(*parts), WRITTEN, PARTS)


@pytest.mark.parametrize("day_first", [True, False])
@pytest.mark.parametrize("sure", [True, False])
@given(st.lists(TEXTS | st.sampled_from(["", "May 1980", "29.02.1900", "2001-02-29 10:00"])))
def test_all_at_once_reads_as_one_by_one(day_first: bool, sure: bool, texts: list[str]) -> None:
    order = DateOrder(day_first, sure)
    many = [*texts, *["1980-05-17"] * FEW, "1980-05-17"]
    found = read_dates(pa.array(many, pa.string()), order)
    expected = [dates._read(text, order) for text in many]
    assert found.iso.to_pylist() == [iso for iso, _, _ in expected]
    assert found.ambiguous.to_pylist() == [unsure is not None for _, unsure, _ in expected]
    refused = {text for text, (_, _, bad) in zip(many, expected, strict=True) if bad}
    assert {one.value for one in found.refused} == refused
