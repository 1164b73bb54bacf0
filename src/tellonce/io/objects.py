"""Rows as they come from a program (a query, an API) -> a chunk of text columns."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import pyarrow as pa

from tellonce.io.astext import MAX_ITEMS, typed
from tellonce.io.jsonlines import is_sound, text_batch
from tellonce.io.values import MAX_COLUMNS, MAX_RAW, MAX_ROW, Chunk, Reject


def object_chunk(objects: Iterable[Any], first_row: int = 0, named: str = "") -> Chunk:
    """The chunk of these rows, numbered from `first_row`; a row is a mapping of name to value.

    Nested mappings become `parent.child`, lists `parent.1`, `parent.2`; each value becomes the text
    it would be typed as, whatever stands in the other rows, so that equal rows stay equal. What is
    no mapping, too long, holds what is no text, or brings the columns to more than MAX_COLUMNS is
    rejected; so is a row whose value of the column `named`, its id, is a truth value or a
    fraction, which are mistakes of whoever wrote them.
    """
    records: list[dict[str, str]] = []
    rows: list[int] = []
    rejects: list[Reject] = []
    names: set[str] = set()
    for row, value in enumerate(objects, first_row):
        record, reason = _flat_record(value)
        if named and not reason and _is_no_id(_inside(value, named)):
            reason = f"the value of {named}, the record id, is neither text nor a whole number"
        if not reason and len(names) + len(record.keys() - names) > MAX_COLUMNS:
            reason = f"its fields bring the columns to more than {MAX_COLUMNS:,}"
        if reason:
            rejects.append(Reject(row, 0, reason, _raw(value)))
        else:
            records.append(record)
            rows.append(row)
            names.update(record)
    return Chunk(text_batch(records), pa.array(rows, pa.int64()), tuple(rejects))


def _is_no_id(value: Any) -> bool:
    """Whether a value would become an id that nobody meant; `1.0` is the number 1, as in files."""
    return isinstance(value, bool) or (isinstance(value, float) and not value.is_integer())


def _inside(value: Any, name: str) -> Any:
    """What a row holds in a column of its flat form; None where there is none."""
    if name in value:
        return value[name]
    outer, dot, inner = name.partition(".")
    below = value.get(outer) if dot else None
    return _inside(below, inner) if hasattr(below, "items") else None


def _raw(value: Any) -> str:
    """The row as JSON, as far as it can be told."""
    try:
        return json.dumps(value, default=typed)[:MAX_RAW]
    except (RecursionError, TypeError, ValueError):
        return ""


def _flat_record(value: Any) -> tuple[dict[str, str], str]:
    """The flat record of a row, or the reason why it is none."""
    if not hasattr(value, "items"):
        return {}, "not an object with names and values"
    flat: dict[str, str] = {}
    try:
        _flatten("", value, flat)
    except RecursionError:
        return {}, "the row is nested too deeply"
    if not all(is_sound(text) for text in (*flat, *flat.values())):
        return {}, "the row holds a zero byte or half a character"
    if sum(map(len, flat.values())) > MAX_ROW:
        return {}, f"the row is longer than {MAX_ROW} bytes"
    return flat, ""


def _flatten(name: str, value: Any, flat: dict[str, str]) -> None:
    if isinstance(value, str):  # most are
        flat[name] = value
    elif hasattr(value, "items"):
        for key, inner in value.items():
            _flatten(f"{name}.{key}" if name else str(key), inner, flat)
    elif isinstance(value, list | tuple) and len(value) <= MAX_ITEMS:
        for n, inner in enumerate(value):
            _flatten(f"{name}.{n + 1}", inner, flat)
    elif isinstance(value, list | tuple):
        flat[name] = json.dumps(value, ensure_ascii=False, default=typed)
    elif not isinstance(value, bytearray | memoryview):
        flat[name] = typed(value)
