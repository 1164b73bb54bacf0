"""Open any file of records: what it is, said aloud, and its rows as a stream."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain, islice
from pathlib import Path

import numpy as np
import pyarrow as pa

from tellonce.io.astext import text_table
from tellonce.io.columnar import open_parquet, open_workbook
from tellonce.io.delimited import delimited_chunks
from tellonce.io.dialect import recognise_dialect
from tellonce.io.encoding import (
    encoding_words,
    known_encoding,
    recognise_encoding,
    refuse_binary,
)
from tellonce.io.errors import FileEmpty, NoRecords, NothingReadable, TooWide, UnknownFormat
from tellonce.io.jsonlines import json_chunks
from tellonce.io.rows import Shape
from tellonce.io.stream import byte_blocks, check_file, utf8_blocks
from tellonce.io.values import MAX_COLUMNS, Chunk, Contents, FileReport, FileSettings, Opened

TEXT = {".csv": "csv", ".txt": "csv", ".tsv": "csv", ".tab": "csv"}
JSON = {".jsonl", ".ndjson", ".json"}
_HEAD = 1 << 16  # bytes by which binary files and UTF-16 are known
_SAMPLE = 1 << 16  # bytes by which delimiter and header are known
_LOOK = 16  # blocks by which the encoding is judged: 64 MB


def open_file(path: str | Path, settings: FileSettings | None = None) -> Opened:
    """Look at a file of records and offer its rows as a stream.

    Raises the errors of `io.errors`, those of the rows themselves while they are iterated.
    """
    path, settings = Path(path), settings or FileSettings()
    check_file(path)
    gzipped = path.suffix.lower() == ".gz"
    ending = Path(path.stem).suffix.lower() if gzipped else path.suffix.lower()
    if ending in TEXT or ending in JSON:
        return _not_too_wide(_open_text(path, ending, settings, gzipped=gzipped), path.name)
    if ending == ".parquet" and not gzipped:
        return _not_too_wide(open_parquet(path), path.name)
    if ending in (".xlsx", ".xlsm") and not gzipped:
        return _not_too_wide(open_workbook(path, settings), path.name)
    raise UnknownFormat(
        f"{path.name} ends in {''.join(path.suffixes[-2:]) or 'nothing'}, which cannot be read.",
        "Read are csv, tsv, jsonl (also .gz), parquet and xlsx; rename the file if it is one.",
    )


def _not_too_wide(opened: Opened, name: str) -> Opened:
    columns = len(opened.report.columns)
    if columns > MAX_COLUMNS:
        raise TooWide(
            f"{name} has {columns:,} columns; at most {MAX_COLUMNS:,} are read.",
            "Check its delimiter, and whether its rows and columns changed places.",
        )
    return opened


def read_file(path: str | Path, settings: FileSettings | None = None) -> Contents:
    """The whole file. Raises the errors of `io.errors`, NoRecords and NothingReadable included."""
    return whole_contents(open_file(path, settings), Path(path).name)


def whole_contents(opened: Opened, name: str) -> Contents:
    """All rows of what was opened, called `name`. Raises as `read_file` does."""
    chunks = list(opened.chunks)
    rejects = tuple(reject for chunk in chunks for reject in chunk.rejects)
    tables = [pa.Table.from_batches([chunk.table]) for chunk in chunks if chunk.table.num_rows]
    if not tables and rejects:
        raise NothingReadable(
            f"No row of {name} could be read; line {rejects[0].line}: {rejects[0].reason}.",
            "Check its delimiter, encoding and header, or give them in the mapping.",
        )
    if not any(table.num_columns for table in tables):
        what = "has a header and no row below it" if opened.report.columns else "holds no values"
        raise NoRecords(f"{name} {what}.", "Export it again with rows.")
    rows = pa.concat_arrays([chunk.rows for chunk in chunks])
    table = pa.concat_tables(tables, promote_options="default")
    report = replace(opened.report, columns=tuple(table.column_names))
    return Contents(table, rows, rejects, report)


def read_frame(table: pa.Table, name: str) -> Contents:
    """The same for an Arrow table called `name`. Raises NoRecords where it has no row."""
    if not table.num_rows:
        raise NoRecords(f"The table {name!r} has no rows.", "Give one that has.")
    text = text_table(table, name)
    rows = pa.array(np.arange(table.num_rows, dtype=np.int64))
    return Contents(text, rows, (), FileReport(name, "table", tuple(text.column_names)))


def _open_text(path: Path, ending: str, settings: FileSettings, *, gzipped: bool) -> Opened:
    head = next(byte_blocks(path, gzipped=gzipped, block=_HEAD), b"")
    if not head:
        raise FileEmpty(f"{path} is empty.", "Export it again; there is nothing in it to read.")
    refuse_binary(path.name, head)
    if settings.encoding is None:
        codec = recognise_encoding(head, islice(byte_blocks(path, gzipped=gzipped), _LOOK))
    else:
        codec = known_encoding(settings.encoding)
    unmarked = "utf-8-sig" if codec == "utf-8" else codec  # drops a mark where there is one
    blocks = utf8_blocks(byte_blocks(path, gzipped=gzipped), unmarked, old_mac=_is_old_mac(head))
    if ending in JSON:
        return _open_json(path, codec, blocks, settings, gzipped=gzipped)
    first, second = next(blocks), next(blocks, b"")
    final = not second and len(first) <= _SAMPLE
    dialect = recognise_dialect(path.name, first[:_SAMPLE], settings, final=final)
    shape = Shape(dialect.delimiter, len(dialect.columns), settings.max_row)
    rows = chain([first[dialect.skip_bytes :], second], blocks)
    report = FileReport(
        path=str(path),
        format="csv",
        columns=dialect.columns,
        gzip=gzipped,
        encoding=encoding_words(codec),
        delimiter=dialect.delimiter,
        header=dialect.header,
        given=_given(settings),
    )
    return Opened(report, delimited_chunks(rows, dialect.columns, shape, dialect.skip_lines))


def _is_old_mac(head: bytes) -> bool:
    """Whether lines end in a carriage return alone."""
    return b"\r" in head and b"\n" not in head


def _given(settings: FileSettings) -> frozenset[str]:
    parts = ("encoding", "delimiter", "header")
    return frozenset(part for part in parts if getattr(settings, part) is not None)


def _open_json(
    path: Path, codec: str, blocks: Iterator[bytes], settings: FileSettings, *, gzipped: bool
) -> Opened:
    report = FileReport(
        path=str(path),
        format="JSON lines",
        columns=(),
        gzip=gzipped,
        encoding=encoding_words(codec),
        given=_given(settings) & {"encoding"},
    )
    return Opened(report, _checked(json_chunks(blocks, settings.max_row), path))


def _checked(chunks: Iterator[Chunk], path: Path) -> Iterator[Chunk]:
    """The chunks; raises UnknownFormat where the file is one JSON document, recognised by a first
    row that is no more than its opening, or by rows none of which can be read.
    """
    for chunk in chunks:
        raw = chunk.rejects[0].raw.strip() if chunk.rejects else ""
        opening = raw in ("[", "{") or (raw[:1] in ("[", "{") and not chunk.table.num_rows)
        if opening and chunk.rejects[0].row == 0:
            raise UnknownFormat(
                f"{path.name} is one JSON document, not one object a line.",
                "Write one object on each line (jq -c '.[]' does it).",
            )
        yield chunk
