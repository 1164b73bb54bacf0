"""Files of every format: what is recognised, and a sentence for every file that cannot be read."""

from __future__ import annotations

import datetime as dt
import gzip
import json
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pytest
from pyarrow import parquet

from tellonce.engine.errors import InputError
from tellonce.io import errors, read
from tellonce.io.objects import object_chunk
from tellonce.io.read import open_file, read_file, read_frame
from tellonce.io.values import MAX_COLUMNS, FileSettings

TEXT = "id,given name,email\n1,Ada,ada@example.com\n2,Bo,\n"
ROWS = [
    {"id": "1", "given name": "Ada", "email": "ada@example.com"},
    {"id": "2", "given name": "Bo", "email": None},
]


def write(folder: Any, name: Any, data: Any) -> Any:
    path = folder / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_delimiters_and_line_ends_are_recognised(tmp_path: Path, delimiter: Any, end: Any) -> None:
    text = TEXT.replace(",", delimiter).replace("\n", end)
    contents = read_file(write(tmp_path, "people.csv", text))
    assert contents.table.to_pylist() == ROWS
    assert contents.report.delimiter == delimiter


def test_commas_inside_values_do_not_beat_the_semicolons_between_them(tmp_path: Path) -> None:
    text = "id;name;city\n1;Test, Ada;Rome, Italy\n2;Test, Bo;Rome, Italy\n"
    assert read_file(write(tmp_path, "a.csv", text)).report.delimiter == ";"


def test_the_separator_line_of_excel_is_obeyed(tmp_path: Path) -> None:
    contents = read_file(write(tmp_path, "a.csv", "sep=|\nid|name\n1|Ada, Bo; Cy\n2\n"))
    assert contents.table.to_pylist() == [{"id": "1", "name": "Ada, Bo; Cy"}]
    assert contents.rejects[0].line == 4


def test_what_was_recognised_is_said_aloud(tmp_path: Path) -> None:
    report = open_file(write(tmp_path, "a.csv.gz", gzip.compress(TEXT.encode(), mtime=0))).report
    assert report.sentences() == [
        "a.csv.gz: text separated by commas, gzipped, UTF-8, header in the first row, 3 columns."
    ]


def test_settings_override_what_would_be_recognised(tmp_path: Path) -> None:
    path = write(tmp_path, "a.csv", "name;city, part\nAda;Rome, North\nBo;Rome\n")
    settings = FileSettings(delimiter=",", header=False)
    contents = read_file(path, settings)
    assert contents.table.to_pylist()[0] == {"column_1": "name;city", "column_2": " part"}
    assert [reject.line for reject in contents.rejects] == [3]
    assert "(as given)" in contents.report.sentences()[0]


@pytest.mark.parametrize(
    "text",
    [
        "1,Ada,1980-01-02\n2,Bo,1990-02-03\n",
        "Ada,Rome\nBo,Rome\nAda,Oslo\n",
        "a@b.example,x\nq,r\n",
    ],
)
def test_a_file_without_header_keeps_its_first_row(tmp_path: Path, text: Any) -> None:
    contents = read_file(write(tmp_path, "a.csv", text))
    assert contents.table.num_rows == text.count("\n")
    assert contents.table.column_names[0] == "column_1"


def test_an_empty_header_cell_is_numbered(tmp_path: Path) -> None:
    contents = read_file(write(tmp_path, "a.csv", "id,name,\n1,Ada,\n"))
    assert contents.table.column_names == ["id", "name", "column_3"]


@pytest.mark.parametrize("name", ["p.tsv", "p.tab"])
def test_tab_separated_files_are_read(tmp_path: Path, name: Any) -> None:
    assert read_file(write(tmp_path, name, TEXT.replace(",", "\t"))).table.to_pylist() == ROWS


def test_json_lines_are_flattened_and_numbers_stay_as_written(tmp_path: Path) -> None:
    lines = (
        '{"id": 7, "name": {"given": "Ada"}, "emails": ["a@x.example", "b@x.example"]}\n\n'
        '{"id": 1.50, "vip": true, "note": null}\n[1]\n{"id": \n'
    )
    contents = read_file(write(tmp_path, "a.jsonl", lines))
    assert contents.table.to_pylist() == [
        {"id": "7", "name.given": "Ada", "emails.1": "a@x.example", "emails.2": "b@x.example",
         "vip": None},
        {"id": "1.50", "name.given": None, "emails.1": None, "emails.2": None, "vip": "true"},
    ]  # fmt: skip
    assert [(r.row, r.line) for r in contents.rejects] == [(2, 4), (3, 5)]
    assert contents.rejects[0].reason == "not a JSON object"


@pytest.mark.parametrize(
    "text",
    ['[{"id": 1},\n{"id": 2}]', '[{"id": 1}]', '{\n"id": 1\n}', '[\n {"id": 1},\n {"id": 2}\n]'],
)
def test_one_json_document_is_not_json_lines(tmp_path: Path, text: Any) -> None:
    with pytest.raises(errors.UnknownFormat, match="one JSON document"):
        read_file(write(tmp_path, "a.json", text))


def test_half_a_character_in_a_name_of_json_rejects_its_row(tmp_path: Path) -> None:
    contents = read_file(write(tmp_path, "a.jsonl", '{"\\ud800": "x"}\n{"id": "1"}\n'))
    assert contents.table.to_pylist() == [{"id": "1"}]
    assert "half a character" in contents.rejects[0].reason


def test_json_objects_that_hold_nothing_are_no_records(tmp_path: Path) -> None:
    with pytest.raises(errors.NoRecords, match="holds no values"):
        read_file(write(tmp_path, "a.jsonl", "{}\n{}\n"))


def test_parquet_columns_become_text(tmp_path: Path) -> None:
    table = pa.table(
        {
            "id": [1, 2],
            "zip": [1234.0, None],
            "born": [dt.date(1980, 5, 17), None],
            "seen": pa.array([dt.datetime(2020, 1, 2, 3, 4), None], pa.timestamp("ns")),  # noqa: DTZ001
            "kind": pa.array(["a", ""]).dictionary_encode(),
            "name": [{"given": "Ada"}, {"given": None}],
            "phones": [["1", "2"], []],
            "photo": [b"x", b"y"],
        }
    )
    parquet.write_table(table, tmp_path / "a.parquet")
    assert read_file(tmp_path / "a.parquet").table.to_pylist() == [
        {"id": "1", "zip": "1234", "born": "1980-05-17", "seen": "2020-01-02T03:04:00",
         "kind": "a", "name.given": "Ada", "phones.1": "1", "phones.2": "2"},
        {"id": "2", "zip": None, "born": None, "seen": None,
         "kind": None, "name.given": None, "phones.1": None, "phones.2": None},
    ]  # fmt: skip


def test_a_workbook_gives_its_first_filled_sheet(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.create_sheet("people")
    sheet.append(["id", "name", "born", "zip"])
    sheet.append([1, "Ada", dt.date(1980, 5, 17), 1234.5])
    sheet.append([None, None, None, None])
    sheet.append([2, "Bo", None, None])
    book.save(tmp_path / "a.xlsx")
    contents = read_file(tmp_path / "a.xlsx")
    assert contents.table.to_pylist() == [
        {"id": "1", "name": "Ada", "born": "1980-05-17", "zip": "1234.5"},
        {"id": "2", "name": "Bo", "born": None, "zip": None},
    ]
    assert "sheet 'people'" in contents.report.sentences()[0]


def test_a_file_larger_than_a_block_reads_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [f'{n},"Ada\nTest {n}",ada{n}@example.com\n' for n in range(2000)]
    rows[1234] = "1234,short\n"
    path = write(tmp_path, "a.csv", "id,name,email\n" + "".join(rows))
    whole = read_file(path)
    monkeypatch.setattr(read, "_SAMPLE", 256)
    original = read.byte_blocks
    monkeypatch.setattr(read, "byte_blocks", lambda p, **k: original(p, **{**k, "block": 777}))
    streamed = list(open_file(path).chunks)
    assert len(streamed) > 50
    assert pa.Table.from_batches([c.table for c in streamed if c.table.num_rows]) == whole.table
    assert [r for c in streamed for r in c.rejects] == list(whole.rejects)
    assert whole.rejects[0].line == 2 + 2 * 1234


ERRORS = [
    ("missing.csv", None, errors.FileMissing),
    ("empty.csv", "", errors.FileEmpty),
    ("blank.csv", "\n\n  \n", errors.FileEmpty),
    ("blank.csv.gz", gzip.compress(b"", mtime=0), errors.FileEmpty),
    ("header.csv", "id,name\n", errors.NoRecords),
    ("bare.csv", "id,name", errors.NoRecords),
    ("twice.csv", "id,name,id\n1,Ada,2\n", errors.DuplicateHeaders),
    ("ragged.csv", "id,name\n1\n2\n", errors.NothingReadable),
    ("binary.csv", b"id,name\n\0\1\2\xff\xfe", errors.NotText),
    ("workbook.csv", b"PK\x03\x04rest", errors.NotText),
    ("table.csv", b"PAR1rest", errors.NotText),
    ("zipped.csv", gzip.compress(TEXT.encode(), mtime=0), errors.NotText),
    ("cut.csv.gz", gzip.compress(TEXT.encode() * 99, mtime=0)[:-20], errors.DamagedFile),
    ("not.csv.gz", TEXT, errors.DamagedFile),
    ("broken.parquet", "PAR1 but no more", errors.DamagedFile),
    ("broken.xlsx", "PK\x03\x04 but no more", errors.DamagedFile),
    ("people.doc", "x", errors.UnknownFormat),
    ("people", "x", errors.UnknownFormat),
]


@pytest.mark.parametrize(("name", "data", "error"), ERRORS, ids=[name for name, *_ in ERRORS])
def test_a_file_that_cannot_be_read_gets_a_sentence_and_a_hint(
    tmp_path: Path, name: Any, data: Any, error: Any
) -> None:
    path = tmp_path / name if data is None else write(tmp_path, name, data)
    with pytest.raises(error) as raised:
        read_file(path)
    assert isinstance(raised.value, InputError)
    assert name in str(raised.value)
    assert str(raised.value).endswith(".")
    assert raised.value.hint.endswith((".", ".gz."))


def test_a_folder_is_not_a_file(tmp_path: Path) -> None:
    with pytest.raises(errors.NotAFile, match="is a folder"):
        read_file(tmp_path)


def test_an_empty_workbook_is_empty(tmp_path: Path) -> None:
    openpyxl.Workbook().save(tmp_path / "a.xlsx")
    with pytest.raises(errors.FileEmpty, match="empty sheets"):
        read_file(tmp_path / "a.xlsx")


def test_a_corrupt_page_of_parquet_is_found_while_reading(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    parquet.write_table(pa.table({"name": [f"Ada {n}" for n in range(5000)]}), path)
    data = bytearray(path.read_bytes())
    data[10:2000] = b"\xff" * 1990
    path.write_bytes(data)
    with pytest.raises(errors.DamagedFile):
        read_file(path)


@pytest.mark.parametrize("delimiter", ["", "::", '"', "ł"])
def test_what_cannot_be_a_delimiter_is_refused(tmp_path: Path, delimiter: Any) -> None:
    path = write(tmp_path, "a.csv", TEXT)
    with pytest.raises(errors.BadSetting, match="cannot be a delimiter"):
        read_file(path, FileSettings(delimiter=delimiter))


def test_a_table_without_rows_is_refused() -> None:
    with pytest.raises(errors.NoRecords):
        read_frame(pa.table({"id": pa.array([], pa.int64())}), "crm")


def test_a_file_of_very_many_columns_is_refused_in_whatever_format(tmp_path: Path) -> None:
    many = MAX_COLUMNS + 1
    wide = {str(n): "1" for n in range(many)}
    csv = write(tmp_path, "wide.csv", ",".join(wide) + "\n" + ",".join(wide.values()) + "\n")
    with pytest.raises(errors.TooWide, match=r"wide.csv has 10,001 columns; at most 10,000"):
        open_file(csv)
    parquet.write_table(pa.Table.from_pylist([wide]), tmp_path / "wide.parquet")
    with pytest.raises(errors.TooWide):
        open_file(tmp_path / "wide.parquet")
    lines = [json.dumps({f"{row}.{n}": "1" for n in range(2_000)}) for row in range(20)]
    with pytest.raises(errors.TooWide, match="Line 6 brings the columns to more than 10,000"):
        read_file(write(tmp_path, "wide.jsonl", "\n".join(lines)))


def test_of_rows_that_are_sent_those_are_rejected_that_make_them_too_wide() -> None:
    rows = [{f"{row}.{n}": "1" for n in range(4_000)} for row in range(3)]
    chunk = object_chunk([*rows, rows[0]])
    assert chunk.rows.to_pylist() == [0, 1, 3]
    (reject,) = chunk.rejects
    assert (reject.row, reject.reason) == (2, "its fields bring the columns to more than 10,000")
