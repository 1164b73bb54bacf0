"""Delimited text -> chunks: pyarrow's parser where a block is beyond doubt, `rows.py` elsewhere.

A block is beyond doubt when it decodes, every quote stands where a quote may stand, no row is too
long, and pyarrow finds the same number of fields in every row. Then both parsers agree (tested), so
the fast one is taken; line numbers are needed for rejects only, and such a block has none.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv as arrow_csv

from tellonce.io.rows import Record, Shape, split_records
from tellonce.io.stream import readable
from tellonce.io.values import MAX_RAW, Chunk, Reject


@dataclass(frozen=True)
class Position:
    """How far the file is read: the number of data rows, and the lines before the next row."""

    row: int
    line: int


def delimited_chunks(
    blocks: Iterator[bytes], columns: tuple[str, ...], shape: Shape, first_line: int
) -> Iterator[Chunk]:
    """Chunks of transcoded `blocks`, the first of which begins with the first data row."""
    at = Position(0, first_line)
    rest = b""
    skipping = False
    for data, final in _with_final(blocks):
        if skipping:
            cut = data.find(b"\n") + 1
            if not cut:
                continue
            data, skipping, at = data[cut:], False, Position(at.row, at.line + 1)
        chunk, taken, at = _next_chunk(rest + data, columns, shape, at, final=final)
        rest = (rest + data)[taken:]
        if len(rest) > shape.max_row:
            chunk, at = _with_endless_row(chunk, rest, shape, at)
            rest, skipping = b"", True
        if chunk.table.num_rows or chunk.rejects:
            yield chunk


def _with_final(blocks: Iterator[bytes]) -> Iterator[tuple[bytes, bool]]:
    before: bytes | None = None
    for block in blocks:
        if before is not None:
            yield before, False
        before = block
    yield before or b"", True


def _next_chunk(
    data: bytes, columns: tuple[str, ...], shape: Shape, at: Position, *, final: bool
) -> tuple[Chunk, int, Position]:
    """The chunk of all whole records of `data`, the bytes they took, and where that leads."""
    end = sound_end(data, shape, final=final)
    table = _parse_fast(data[:end], columns, shape) if end else None
    if table is not None:
        after = Position(at.row + table.num_rows, at.line + data.count(b"\n", 0, end))
        rows = pa.array(np.arange(at.row, after.row, dtype=np.int64))
        return Chunk(table, rows, ()), end, after
    split = split_records(data, shape, final=final)
    chunk = _chunk_of(split.records, columns, at)
    after = Position(at.row + len(split.records), at.line + split.lines)
    return chunk, split.size, after


def _chunk_of(records: list[Record], columns: tuple[str, ...], at: Position) -> Chunk:
    kept = [(at.row + n, r.fields) for n, r in enumerate(records) if r.fields is not None]
    rejects = tuple(
        Reject(at.row + n, at.line + r.line + 1, r.reason, r.raw)
        for n, r in enumerate(records)
        if r.fields is None
    )
    values = zip(*(fields for _, fields in kept), strict=True) if kept else ([] for _ in columns)
    arrays = [_nulls_for_empty(pa.array(column, pa.string())) for column in values]
    table = pa.RecordBatch.from_arrays(arrays, names=list(columns))
    return Chunk(table, pa.array([row for row, _ in kept], pa.int64()), rejects)


def _nulls_for_empty(values: pa.Array) -> pa.Array:
    return pc.if_else(pc.equal(values, ""), pa.scalar(None, pa.string()), values)


def _with_endless_row(
    chunk: Chunk, rest: bytes, shape: Shape, at: Position
) -> tuple[Chunk, Position]:
    """`chunk` and a reject for the line in `rest`, which passed the limit and still has no end."""
    raw = readable(rest[: 4 * MAX_RAW])[0][:MAX_RAW]
    reason = f"the row is longer than {shape.max_row} bytes"
    reject = Reject(at.row, at.line + 1, reason, raw)
    return Chunk(chunk.table, chunk.rows, (*chunk.rejects, reject)), Position(at.row + 1, at.line)


def sound_end(data: bytes, shape: Shape, *, final: bool) -> int:
    """The end of the last whole record of `data`, or 0 where anything in it is suspicious."""
    if b"\0" in data or data.count(b"\r") != data.count(b"\r\n"):
        return 0
    if not data.isascii() and not readable(data)[1]:
        return 0
    codes = np.frombuffer(data, np.uint8)
    ends = np.flatnonzero(codes == ord("\n")) + 1
    quotes = np.flatnonzero(codes == ord('"'))
    if quotes.size:
        if not _quotes_in_place(codes, quotes, shape.delimiter):
            return 0
        ends = ends[np.searchsorted(quotes, ends) % 2 == 0]
    if final and quotes.size % 2 == 0 and data and not data.endswith(b"\n"):
        ends = np.append(ends, len(data))
    elif final and quotes.size % 2:
        return 0
    if not ends.size or np.diff(ends, prepend=0).max() > shape.max_row:
        return 0
    return int(ends[-1])


def _quotes_in_place(codes: np.ndarray, quotes: np.ndarray, delimiter: str) -> bool:
    """Whether every opening quote follows a delimiter, a line end or a quote, and every closing
    quote precedes one; then an even number of quotes before a newline means a record ends there.
    """
    border = np.zeros(256, bool)
    border[[ord(delimiter), ord("\n"), ord('"')]] = True
    opening, closing = quotes[0::2], quotes[1::2]
    before = opening[opening > 0] - 1
    border_after = border.copy()
    border_after[ord("\r")] = True
    after = closing[closing < codes.size - 1] + 1
    return bool(border[codes[before]].all() and border_after[codes[after]].all())


def _parse_fast(data: bytes, columns: tuple[str, ...], shape: Shape) -> pa.RecordBatch | None:
    """One batch of text columns, or None where a row has another number of fields."""
    ragged = False

    def note_ragged(_row: object) -> str:
        nonlocal ragged
        ragged = True
        return "skip"

    names = [f"c{n}" for n in range(len(columns))]
    table = arrow_csv.read_csv(
        pa.py_buffer(data),
        read_options=arrow_csv.ReadOptions(column_names=names, block_size=len(data) + 1),
        parse_options=arrow_csv.ParseOptions(
            delimiter=shape.delimiter, newlines_in_values=True, invalid_row_handler=note_ragged
        ),
        convert_options=arrow_csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()),
            null_values=[""],
            strings_can_be_null=True,
        ),
    )
    if ragged:
        return None
    batches = table.combine_chunks().to_batches()
    if not batches:
        return pa.RecordBatch.from_arrays([pa.array([], pa.string())] * len(columns), list(columns))
    return batches[0].rename_columns(list(columns))
