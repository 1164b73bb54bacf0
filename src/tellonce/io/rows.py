"""Splitting delimited text into records, exactly: the slow way, which finds what is wrong.

Python's csv module decides what a record is. A record is rejected when it has another number of
fields than the header, holds bytes that do not decode or zero bytes, is longer than the limit, or
opens a quote that is never closed; then only its first line is rejected and reading goes on with
the next one, so that a stray quote cannot swallow the file.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass, replace

from tellonce.io.stream import readable
from tellonce.io.values import MAX_RAW

_END = "\0end"  # follows the last line; a record that swallows it has an open quote


@dataclass(frozen=True)
class Shape:
    """What a record must look like: delimiter, number of fields (0: any), longest record.

    `trusted` text is known to decode and to hold no zero bytes.
    """

    delimiter: str
    width: int
    max_row: int
    trusted: bool = False


@dataclass(frozen=True)
class Record:
    """`fields` of an accepted record, else None and the `reason`. `line` and `end` count lines of
    the text from 0, `end` being the line after; `raw` is filled for rejected records only.
    """

    line: int
    end: int
    fields: list[str] | None
    reason: str = ""
    raw: str = ""


@dataclass(frozen=True)
class Split:
    """Records of a text, and how many of its lines and bytes they took; the rest is a record that
    goes on beyond the text.
    """

    records: list[Record]
    lines: int
    size: int


def split_records(data: bytes, shape: Shape, *, final: bool) -> Split:
    """Split transcoded UTF-8 that begins at a record. `final`: nothing comes after it."""
    csv.field_size_limit(max(csv.field_size_limit(), shape.max_row))
    data = data if final else data[: data.rfind(b"\n") + 1]  # the tail may end inside a letter
    lines = _newline_split(data)
    records: list[Record] = []
    if b"\0" not in data and readable(data)[1]:
        shape = replace(shape, trusted=True)
    at = 0
    while at < len(lines):
        at, stuck = _read_from(lines, at, shape, records)
        if not stuck or (not final and sum(map(len, lines[at:])) <= shape.max_row):
            break
        records.append(_reject(lines, at, at + 1, "a quote is opened and not closed"))
        at += 1
    return Split(records, at, sum(map(len, lines[:at])))


def _newline_split(data: bytes) -> list[bytes]:
    *lines, tail = data.split(b"\n")
    return [line + b"\n" for line in lines] + ([tail] if tail else [])


def _read_from(
    lines: list[bytes], at: int, shape: Shape, records: list[Record]
) -> tuple[int, bool]:
    """Append the records from line `at` on; return where it stopped, and whether at a record of
    several lines that has no end, or none within the limit.
    """
    for start, end, fields, error in _spans(lines, at, shape):
        if end > len(lines):
            return start, True
        if end - start > 1 and (error or sum(map(len, lines[start:end])) > shape.max_row):
            return start, True
        record = _judge(lines, (start, end), fields, error, shape)
        records.extend([record] if record else [])
    return len(lines), False


def _spans(
    lines: list[bytes], at: int, shape: Shape
) -> Iterator[tuple[int, int, list[str] | None, str]]:
    """(first line, line after the last, fields, error) of every record from line `at` on."""
    texts = [line.decode("utf-8", "surrogatepass") for line in lines[at:]]
    reader = csv.reader([*texts, _END], delimiter=shape.delimiter)
    start = at
    while start < len(lines):
        fields: list[str] | None = None
        error = ""
        try:
            fields = next(reader)
        except csv.Error as problem:
            error = f"not delimited text: {_in_words(problem)}"
        yield start, at + reader.line_num, fields, error
        start = at + reader.line_num


def _in_words(problem: csv.Error) -> str:
    """What Python's csv module complains of, without its advice to programmers."""
    alone = "new-line character seen in unquoted field"
    return "a carriage return alone in a field" if alone in str(problem) else str(problem)


def _judge(
    lines: list[bytes], span: tuple[int, int], fields: list[str] | None, error: str, shape: Shape
) -> Record | None:
    """The record of these lines, accepted or rejected; None for a blank line."""
    if not fields and not error:
        return None
    start, end = span
    whole = lines[start] if end - start == 1 else b"".join(lines[start:end])
    reason = error or _fault(whole, len(fields or ()), shape)
    if reason == BLANK:
        return None
    return _reject(lines, start, end, reason) if reason else Record(start, end, fields)


BLANK = "blank"


def _fault(data: bytes, width: int, shape: Shape) -> str:
    if len(data) > shape.max_row:
        return f"the row is longer than {shape.max_row} bytes"
    if not shape.trusted and b"\0" in data:
        return "the row holds a zero byte"
    if not shape.trusted and not readable(data)[1]:
        return "the row holds bytes that do not decode"
    if shape.width not in (0, width):
        if not data.strip():
            return BLANK
        return f"the row has {width} fields, not {shape.width}"
    return ""


def _reject(lines: list[bytes], start: int, end: int, reason: str) -> Record:
    raw = readable(b"".join(lines[start:end])[: 4 * MAX_RAW])[0].rstrip("\r\n")
    return Record(start, end, None, reason, raw[:MAX_RAW])
