"""What holds for every stage: row order, chunks, empty, one row, all null, input untouched."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tellonce.engine.errors import NothingRecognised
from tellonce.engine.standardise import (
    StandardiseParams,
    comparable,
    recognise,
    records,
)
from tellonce.engine.standardise.columns import Mapping
from tellonce.engine.tables import COMPARABLE, RECORDS

PARAMS = StandardiseParams()


def people(count: int) -> pa.Table:
    first = ["Anna Maria", "Thomas", "Zoë", None, "Małgorzata", "J."]
    family = ["Fizzwick-Quux", "von Fabel", "Kowalska", "Müller", None, "O'Fizz Jr"]
    return pa.table(
        {
            "first_name": [first[i % 6] for i in range(count)],
            "last_name": [family[(i // 2) % 6] for i in range(count)],
            "dob": [f"{1 + i % 28:02d}/{1 + i % 12:02d}/19{40 + i % 60}" for i in range(count)],
            "email": [f"p{i}@fable.example" if i % 3 else None for i in range(count)],
            "phone": [f"212-555-{1000 + i}" for i in range(count)],
            "address": [f"{i} Elm Street Apt {i % 7}" for i in range(count)],
            "city": ["Fableton" if i % 2 else None for i in range(count)],
            "zip": [f"{10000 + i}" for i in range(count)],
            "tier": ["gold" if i % 4 else "silver" for i in range(count)],
            "maiden": ["Quux" if i % 5 == 0 else None for i in range(count)],
        }
    )


def ids(table: pa.Table) -> pa.Array:
    return pa.array(table["phone"].to_pylist(), pa.string())


def run(table: pa.Table) -> tuple[pa.Table, pa.Table]:
    made = records("crm", ids(table), table, recognise("crm", table), PARAMS).table
    return made, comparable(made, PARAMS)


@pytest.fixture(scope="module")
def table() -> pa.Table:
    return people(200)


def test_every_row_gets_one_row_in_the_same_order(table: pa.Table) -> None:
    made, normal = run(table)
    assert made.schema == RECORDS
    assert normal.schema == COMPARABLE
    assert made["record_id"].to_pylist() == table["phone"].to_pylist()
    assert normal["record_id"].to_pylist() == table["phone"].to_pylist()


def test_the_order_of_rows_changes_nothing(table: pa.Table) -> None:
    shuffled = table.take([(i * 77 + 13) % 200 for i in range(200)])
    for one, other in zip(run(table), run(shuffled), strict=True):
        assert one.sort_by("record_id").to_pylist() == other.sort_by("record_id").to_pylist()
    assert recognise("crm", table) == recognise("crm", shuffled)


def test_the_chunks_of_the_table_change_nothing(table: pa.Table) -> None:
    cut = pa.concat_tables([table.slice(0, 1), table.slice(1, 98), table.slice(99)])
    for one, other in zip(run(table), run(cut), strict=True):
        assert one.to_pylist() == other.to_pylist()


def test_records_in_pieces_compare_as_the_whole(table: pa.Table) -> None:
    made, normal = run(table)
    pieces = [comparable(made.slice(start, 30), PARAMS) for start in range(0, 200, 30)]
    assert pa.concat_tables(pieces).to_pylist() == normal.to_pylist()


def test_twice_gives_the_same(table: pa.Table) -> None:
    assert [one.to_pylist() for one in run(table)] == [one.to_pylist() for one in run(table)]


def test_the_input_is_left_alone(table: pa.Table) -> None:
    before = table.to_pylist()
    made, _ = run(table)
    shown = made.to_pylist()
    comparable(made, PARAMS)
    assert table.to_pylist() == before
    assert made.to_pylist() == shown


def test_one_row_is_enough() -> None:
    made, normal = run(people(1))
    assert made.num_rows == normal.num_rows == 1
    assert normal["names"].to_pylist()[0][0]["family"] == "fizzwick quux"


def test_no_rows_give_no_rows() -> None:
    empty = people(10).slice(0, 0)
    recognition = recognise("crm", empty)
    assert recognition.of("given_name")
    made = records("crm", pa.array([], pa.string()), empty, recognition, PARAMS).table
    assert made.schema == RECORDS
    assert comparable(made, PARAMS).num_rows == 0


def test_rows_without_a_value_become_rows_without_attributes() -> None:
    recognition = recognise("crm", people(10))
    nothing = pa.table({name: pa.nulls(3, pa.string()) for name in people(1).column_names})
    made = records("crm", pa.array(["a", "b", "c"]), nothing, recognition, PARAMS).table
    normal = comparable(made, PARAMS).to_pylist()
    assert all(row["names"] == row["emails"] == row["addresses"] == [] for row in normal)
    assert all(row["birth_year"] is None for row in normal)


def test_a_table_of_nulls_is_not_recognised() -> None:
    with pytest.raises(NothingRecognised):
        recognise("crm", pa.table({"first_name": pa.nulls(3), "x": pa.nulls(3)}))


ATTRIBUTES = (
    *("given_name", "family_name", "full_name", "title", "name_suffix", "organisation"),
    *("birth_date", "age", "gender", "email", "phone", "street", "house_number", "unit"),
    *("address_line", "full_address", "city", "region", "postal_code", "country", "birth_place"),
    *("identifier:passport", "identifier:tax", "other:mood"),
)
ODD = st.sampled_from(["ada@\u200bx.pl", "İ", "ﬁ ﬀ", "\u0301", "٣٤", "0\x1b", "5\xa0000 €"])


@given(st.sampled_from(ATTRIBUTES), st.lists(st.text() | ODD, min_size=1, max_size=5))
def test_what_is_compared_is_ascii_without_empty_texts(attribute: str, values: list[str]) -> None:
    table = pa.table({"x": values})
    found = recognise("crm", table, Mapping({"x": attribute}))
    made = records("crm", table["x"], table, found, PARAMS).table
    for text in _texts(comparable(made, PARAMS).drop_columns(["source", "record_id"]).to_pylist()):
        assert text.isascii(), text
        assert text.isprintable(), text
        assert text == " ".join(text.split()) != "", text


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _texts(inner)


@pytest.mark.parametrize("attribute", ["full_address", "full_name", "email", "organisation"])
def test_a_value_as_long_as_a_book_is_left_out_and_said(attribute: str) -> None:
    table = pa.table({"x": ["1 Elm ( " * 100_000, "Elm"], "mail": ["a@fable.example"] * 2})
    told = Mapping({"x": attribute})
    found = records("crm", pa.array(["1", "2"]), table, recognise("crm", table, told), PARAMS)
    (long,) = [one for one in found.placeholders if "longer than" in one.why]
    assert (long.attribute, long.count) == (attribute, 1)
    assert len(long.value) < 50
