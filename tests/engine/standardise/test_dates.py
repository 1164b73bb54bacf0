"""Dates in the ways people write them."""

from __future__ import annotations

import pyarrow as pa
import pytest

from tellonce.engine.standardise.dates import date_order, join_parts, read_dates, without_defaults


def iso(values: list[str | None], region: str | None = None) -> list[str | None]:
    order = date_order([value for value in values if value], region, None)
    return read_dates(pa.array(values, pa.string()), order).iso.to_pylist()


@pytest.mark.parametrize(
    "written",
    [
        "1980-05-17",
        "19800517",
        "17.05.1980",
        "17/5/1980",
        "05/17/1980",
        "17-MAY-1980",
        "May 17, 1980",
        "17 May 1980",
        "17. maja 1980",
        "17. Mai 1980",
        "1980/05/17",
        "17.5.80",
        "29358",
        "1980-05-17T00:00:00",
        "1980-05-17 00:00:00",
    ],
)
def test_a_date_is_read_in_many_formats(written: str) -> None:
    assert iso([written]) == ["1980-05-17"]


def test_partial_dates_stay_partial() -> None:
    assert iso(["1980", "1980-05", "05/1980", "May 1980"]) == [
        "1980",
        "1980-05",
        "1980-05",
        "1980-05",
    ]


def test_the_order_of_day_and_month_is_decided_by_the_column() -> None:
    assert iso(["03/04/1980", "25/12/1970"]) == ["1980-04-03", "1970-12-25"]
    assert iso(["03/04/1980", "12/25/1970"]) == ["1980-03-04", "1970-12-25"]


def test_a_year_no_living_person_was_born_in_is_believed_where_many_are() -> None:
    assert iso(["1680-05-17", "1980-05-17"]) == [None, "1980-05-17"]
    of_the_past = [f"{year}-05-17" for year in range(1640, 1690)] + ["17.5.1702", "1980-05-17"]
    assert iso(of_the_past)[-3:] == ["1689-05-17", "1702-05-17", "1980-05-17"]


def test_without_evidence_the_ambiguity_is_kept() -> None:
    column = pa.array(["03/04/1980", "05/05/1980"])
    for region, expected in (("US", "1980-03-04"), ("GB", "1980-04-03")):
        read = read_dates(column, date_order(column.to_pylist(), region, None))
        assert read.iso[0].as_py() == expected
        assert read.ambiguous.to_pylist() == [True, False]


def test_with_evidence_there_is_no_ambiguity() -> None:
    column = pa.array(["03/04/1980", "25/12/1970"])
    read = read_dates(column, date_order(column.to_pylist(), None, None))
    assert read.ambiguous.to_pylist() == [False, False]


def test_impossible_dates_lose_what_is_impossible_and_are_counted() -> None:
    column = pa.array(["1980-02-31", "1980-44-12", "hello", "1980-02-31"])
    read = read_dates(column, date_order(column.to_pylist(), None, None))
    assert (
        read.iso.to_pylist() == ["1980-02", "1980-12", None, "1980-02"]
        or read.iso[1].as_py() == "1980"
    )
    assert {one.value: one.count for one in read.refused}["1980-02-31"] == 2


def test_a_day_and_month_that_were_swapped_are_put_right() -> None:
    assert iso(["1980-31-12", "19803112", "1980-01-02"])[:2] == ["1980-12-31", "1980-12-31"]


def test_letters_that_were_misread_for_digits_are_understood() -> None:
    assert iso(["O5/l7/198O", "05/17/1980"]) == ["1980-05-17", "1980-05-17"]


def test_separate_columns_make_one_date() -> None:
    parts = join_parts(
        pa.array(["1980", "80", None, "1980"]),
        pa.array(["5", "Mai", "5", None]),
        pa.array(["17", "3", "1", "9"]),
    )
    assert parts.to_pylist() == ["1980-05-17", "1980-05-03", None, "1980"]


def test_a_default_day_is_weakened_to_its_year() -> None:
    real = [f"19{50 + i % 40}-0{1 + i % 9}-1{i % 9}" for i in range(70)]
    column = pa.array(real + [f"19{50 + i}-01-01" for i in range(40)])
    weakened, found = without_defaults(column, 0.2)
    assert weakened.to_pylist()[70:] == [f"19{50 + i}" for i in range(40)]
    assert weakened.to_pylist()[:70] == real
    assert [one.value for one in found] == ["....-01-01"]
