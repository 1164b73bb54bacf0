"""JSON lines -> chunks. One object a line; nested objects become `parent.child`, lists
`parent.1`, `parent.2`; all values become text, numbers as they are written.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pyarrow as pa

from tellonce.io.astext import MAX_ITEMS
from tellonce.io.errors import TooWide
from tellonce.io.stream import readable
from tellonce.io.values import MAX_COLUMNS, MAX_RAW, Chunk, Reject


def json_chunks(blocks: Iterator[bytes], max_row: int) -> Iterator[Chunk]:
    """Chunks of transcoded `blocks`. Their columns are those that occur in each, so may differ.

    Raises TooWide where they are more than MAX_COLUMNS in all.
    """
    row = line = 0
    rest = b""
    names: dict[str, None] = {}
    for block in blocks:
        *lines, rest = (rest + block).split(b"\n")
        chunk, row = _chunk_of(lines, row, line, max_row, names)
        line += len(lines)
        yield from _unless_empty(chunk)
    if rest:
        chunk, row = _chunk_of([rest], row, line, max_row, names)
        yield from _unless_empty(chunk)


def _unless_empty(chunk: Chunk) -> Iterator[Chunk]:
    if len(chunk.rows) or chunk.rejects:
        yield chunk


def _chunk_of(
    lines: list[bytes], row: int, line: int, max_row: int, names: dict[str, None]
) -> tuple[Chunk, int]:
    records: list[dict[str, str]] = []
    rows: list[int] = []
    rejects: list[Reject] = []
    for n, data in enumerate(lines):
        if not data.strip():
            continue
        record, reason = _parse(data, max_row)
        if reason:
            raw = readable(data[: 4 * MAX_RAW])[0].rstrip("\r")[:MAX_RAW]
            rejects.append(Reject(row, line + n + 1, reason, raw))
        else:
            records.append(record)
            rows.append(row)
            names.update(dict.fromkeys(record))
            if len(names) > MAX_COLUMNS:
                raise TooWide(
                    f"Line {line + n + 1} brings the columns to more than {MAX_COLUMNS:,}.",
                    "Check whether values stand where names should.",
                )
        row += 1
    return Chunk(text_batch(records), pa.array(rows, pa.int64()), tuple(rejects)), row


def text_batch(records: list[dict[str, str]]) -> pa.RecordBatch:
    """A batch of text columns, in the order in which they first occur; missing and "" are null."""
    names = list(dict.fromkeys(name for record in records for name in record))
    arrays = [
        pa.array([record.get(name) or None for record in records], pa.string()) for name in names
    ]
    if not names:
        return pa.RecordBatch.from_struct_array(pa.array([{}] * len(records), pa.struct([])))
    return pa.RecordBatch.from_arrays(arrays, names=names)


def _parse(data: bytes, max_row: int) -> tuple[dict[str, str], str]:
    """The flat record of a line, or the reason why it is none."""
    if len(data) > max_row:
        return {}, f"the row is longer than {max_row} bytes"
    text, sound = readable(data)
    if not sound:
        return {}, "the row holds bytes that do not decode"
    try:
        value = json.loads(text, parse_int=str, parse_float=str, parse_constant=lambda _: None)
    except (ValueError, RecursionError) as error:
        return {}, f"not JSON: {error}"
    if not isinstance(value, dict):
        return {}, "not a JSON object"
    flat: dict[str, str] = {}
    _flatten("", value, flat)
    if not all(is_sound(text) for text in (*flat, *flat.values())):
        return {}, "the row holds a zero byte or half a character"
    return flat, ""


def is_sound(text: str) -> bool:
    """Whether a text can be stored: no zero byte, no half of a surrogate pair."""
    if text.isascii():
        return "\0" not in text
    return not any("\ud800" <= char <= "\udfff" or char == "\0" for char in text)


def _flatten(name: str, value: Any, flat: dict[str, str]) -> None:
    prefix = f"{name}." if name else ""
    if isinstance(value, dict):
        for key, inner in value.items():
            _flatten(prefix + key, inner, flat)
    elif isinstance(value, list) and len(value) <= MAX_ITEMS:
        for n, inner in enumerate(value):
            _flatten(f"{prefix}{n + 1}", inner, flat)
    elif isinstance(value, list):
        flat[name] = json.dumps(value, ensure_ascii=False)
    elif isinstance(value, bool):
        flat[name] = "true" if value else "false"
    elif value is not None:
        flat[name] = str(value)
