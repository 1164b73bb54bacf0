"""Delimited text: what is a row, what is rejected, and that both parsers agree."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tellonce.io import delimited
from tellonce.io.delimited import delimited_chunks
from tellonce.io.rows import Shape

COLUMNS = ("id", "name", "city")
SHAPE = Shape(",", 3, 1000)


def read(text: str | bytes, *, pieces: int = 10_000, shape: Shape = SHAPE) -> Any:
    """Accepted rows as lists, their numbers, and the rejects, of text that comes in pieces."""
    parts = [text[n : n + pieces] for n in range(0, len(text), pieces)]
    blocks = [part.encode() if isinstance(part, str) else part for part in parts]
    chunks = list(delimited_chunks(iter(blocks), COLUMNS[: shape.width], shape, 1))
    rows = [list(row.values()) for chunk in chunks for row in chunk.table.to_pylist()]
    numbers = [number for chunk in chunks for number in chunk.rows.to_pylist()]
    return rows, numbers, [reject for chunk in chunks for reject in chunk.rejects]


def test_empty_fields_are_null_and_quoted_newlines_belong_to_the_value() -> None:
    rows, numbers, rejects = read('1,Ada Test,\n2,"Bo\nTest",Nowhere\n')
    assert rows == [["1", "Ada Test", None], ["2", "Bo\nTest", "Nowhere"]]
    assert (numbers, rejects) == ([0, 1], [])


def test_a_ragged_row_is_rejected_with_its_line_after_quoted_newlines() -> None:
    rows, numbers, rejects = read('1,"A\nB\nC",x\n2,short\n3,ok,y\n4,too,many,fields\n')
    assert [row[0] for row in rows] == ["1", "3"]
    assert numbers == [0, 2]
    assert [(r.row, r.line, r.raw) for r in rejects] == [
        (1, 5, "2,short"),
        (3, 7, "4,too,many,fields"),
    ]
    assert rejects[0].reason == "the row has 2 fields, not 3"


def test_blank_lines_are_no_rows_but_count_as_lines() -> None:
    rows, numbers, rejects = read("1,a,b\n\n   \n2,c\n")
    assert (len(rows), numbers) == (1, [0])
    assert (rejects[0].row, rejects[0].line) == (1, 5)


def test_the_last_row_needs_no_newline() -> None:
    assert read("1,a,b\r\n2,c,d")[0] == [["1", "a", "b"], ["2", "c", "d"]]


def test_an_overlong_row_is_rejected_and_the_rest_goes_on() -> None:
    shape = Shape(",", 3, 50)
    rows, numbers, rejects = read("1,a,b\n2," + "x" * 60 + ",d\n3,e,f\n", shape=shape)
    assert [row[0] for row in rows] == ["1", "3"]
    assert numbers == [0, 2]
    assert rejects[0].reason == "the row is longer than 50 bytes"


def test_a_row_without_end_is_dropped_as_it_streams_by() -> None:
    shape = Shape(",", 3, 50)
    text = "1,a,b\n2," + "x" * 500 + ",d\n3,e,f\n4,g\n"
    rows, numbers, rejects = read(text, pieces=20, shape=shape)
    assert [row[0] for row in rows] == ["1", "3"]
    assert numbers == [0, 2]
    assert [(r.row, r.line) for r in rejects] == [(1, 3), (3, 5)]
    assert len(rejects[0].raw) < 100


def test_a_quote_never_closed_costs_one_line_not_the_file() -> None:
    rows, numbers, rejects = read('1,"a,b\n2,c,d\n3,e,f\n')
    assert [row[0] for row in rows] == ["2", "3"]
    assert [(r.line, r.reason) for r in rejects] == [(2, "a quote is opened and not closed")]
    assert numbers == [1, 2]


def test_a_quote_closed_beyond_the_limit_costs_one_line() -> None:
    shape = Shape(",", 3, 100)
    text = '1,"a,b\n' + "2,c,d\n" * 50 + '3,"e",f\n'
    rows, _, rejects = read(text, shape=shape)
    assert len(rows) == 51
    assert [reject.line for reject in rejects] == [2]


def test_bytes_that_do_not_decode_are_shown_in_the_reject() -> None:
    data = "1,a,b\n2,Zo\udcebl,d\n3,ć,f\n".encode("utf-8", "surrogatepass")
    rows, _, rejects = read(data)
    assert [row[0] for row in rows] == ["1", "3"]
    assert rejects[0].raw == "2,Zo\\xebl,d"
    assert rejects[0].reason == "the row holds bytes that do not decode"


def test_zero_bytes_are_rejected() -> None:
    _, _, rejects = read("1,a\0,b\n")
    assert rejects[0].reason == "the row holds a zero byte"


def test_a_stray_quote_inside_a_field_is_just_a_character() -> None:
    assert read('1,5" pipe,b\n2,c,d\n')[0] == [["1", '5" pipe', "b"], ["2", "c", "d"]]


FIELDS = st.text(st.sampled_from(list('ab ,"\n')) | st.just("ł"), max_size=6)


@given(st.lists(st.tuples(FIELDS, FIELDS, FIELDS), max_size=12), st.integers(1, 40))
def test_what_python_writes_is_read_back_in_any_pieces(table: Any, pieces: Any) -> None:
    stream = io.StringIO(newline="")
    csv.writer(stream, lineterminator="\n", quoting=csv.QUOTE_ALL).writerows(table)
    rows, _, rejects = read(stream.getvalue(), pieces=pieces)
    assert rows == [[field or None for field in row] for row in table]
    assert not rejects


@given(st.text(st.sampled_from(list('ab,,,"\n\n\r')), max_size=60), st.integers(1, 30))
def test_both_parsers_agree_on_any_text_in_any_pieces(text: Any, pieces: Any) -> None:
    fast = read(text, pieces=pieces)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(delimited, "sound_end", lambda *_a, **_k: 0)
        slow = read(text)
    assert fast == slow
