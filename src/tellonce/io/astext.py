"""Columns of any Arrow type as text, the way a person would type them into a CSV file."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from tellonce.io.errors import DuplicateHeaders

MAX_ITEMS = 32  # of a list that is spread over columns; a longer one stays JSON


def text_table(table: pa.Table, name: str) -> pa.Table:
    """`table` with every column as `string`; "" and NaN are null, structs and lists are spread
    over columns (`parent.child`, `parent.1`; lists of more than MAX_ITEMS stay JSON in `parent`),
    dates are ISO 8601, whole floats lose their ".0", binary columns and maps are left out. `name`
    is the table's, for the message.

    Raises DuplicateHeaders when two columns come out with the same name.
    """
    columns: dict[str, pa.ChunkedArray] = {}
    for header, column in zip(table.column_names, table.columns, strict=True):
        for label, values in _spread(header, column):
            if label in columns:
                raise DuplicateHeaders(
                    f"{name} has two columns called {label!r}.",
                    "Rename one of them; which of the two is meant cannot be guessed.",
                )
            columns[label] = values
    return pa.table(columns)


def _spread(header: str, column: pa.ChunkedArray) -> list[tuple[str, pa.ChunkedArray]]:
    kind = column.type
    if isinstance(kind, pa.UuidType):
        return [(header, _one_by_one(column))]
    if isinstance(kind, pa.BaseExtensionType):
        return _spread(header, _of_chunks(column, lambda c: c.storage, kind.storage_type))
    if pa.types.is_dictionary(kind):
        words = _plain(kind.value_type)
        return _spread(
            header, _of_chunks(column, lambda c: c.dictionary.cast(words).take(c.indices), words)
        )
    if pa.types.is_run_end_encoded(kind):
        return _spread(header, _of_chunks(column, pc.run_end_decode, kind.value_type))
    if pa.types.is_struct(kind):
        inner = [(kind.field(n).name, pc.struct_field(column, [n])) for n in range(kind.num_fields)]
        return [pair for child, values in inner for pair in _spread(f"{header}.{child}", values)]
    if _is_list(kind):
        return _spread_lists(header, column)
    if _is_unreadable(kind):
        return []
    return [(header, _as_text(column))]


def _of_chunks(
    column: pa.ChunkedArray, function: Callable[[pa.Array], pa.Array], kind: pa.DataType
) -> pa.ChunkedArray:
    return pa.chunked_array([function(chunk) for chunk in column.chunks], kind)


def _is_unreadable(kind: pa.DataType) -> bool:
    """Whether values are bytes or maps, of which nothing can be read."""
    return (
        pa.types.is_binary(kind)
        or pa.types.is_large_binary(kind)
        or pa.types.is_binary_view(kind)
        or pa.types.is_fixed_size_binary(kind)
        or pa.types.is_map(kind)
    )


def _is_list(kind: pa.DataType) -> bool:
    return (
        pa.types.is_list(kind)
        or pa.types.is_large_list(kind)
        or pa.types.is_fixed_size_list(kind)
        or pa.types.is_list_view(kind)
        or pa.types.is_large_list_view(kind)
    )


def _spread_lists(header: str, column: pa.ChunkedArray) -> list[tuple[str, pa.ChunkedArray]]:
    """A column for each place of the lists, and one of JSON where a list is too long for that."""
    lengths = pc.fill_null(pc.list_value_length(column), 0)
    long = pc.greater(lengths, MAX_ITEMS)
    spread: list[tuple[str, pa.ChunkedArray]] = []
    if pc.any(long).as_py():
        rows = zip(column.to_pylist(), long.to_pylist(), strict=True)
        texts = [_json(row) if is_long else None for row, is_long in rows]
        spread.append((header, pa.chunked_array([pa.array(texts, pa.string())])))
    width = pc.max(pc.if_else(long, 0, lengths)).as_py() or 0
    items = _plain(column.type.value_type)
    lists = _of_chunks(column, lambda chunk: _as_lists(chunk, items), pa.large_list(items))
    for n in range(width):
        nth = _of_chunks(lists, lambda chunk, n=n: _item(chunk, n), items)  # type: ignore[misc]
        spread += _spread(f"{header}.{n + 1}", nth)
    return spread


def _as_lists(lists: pa.Array, items: pa.DataType) -> pa.LargeListArray:
    if pa.types.is_list_view(lists.type) or pa.types.is_large_list_view(lists.type):
        return pa.array(lists.to_pylist(), pa.large_list(items))  # casting may lose the items
    return lists.cast(pa.large_list(items))


def _plain(kind: pa.DataType) -> pa.DataType:
    """The type without string views, of which Arrow cannot take elements yet."""
    if pa.types.is_string_view(kind):
        return pa.string()
    if pa.types.is_struct(kind):
        fields = (kind.field(n) for n in range(kind.num_fields))
        return pa.struct([(field.name, _plain(field.type)) for field in fields])
    if _is_list(kind):
        return pa.large_list(_plain(kind.value_type))
    return kind


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)


def _item(lists: pa.LargeListArray, n: int) -> pa.Array:
    """The n-th item of every list, null where it is shorter, missing, or too long to be spread."""
    lengths = pc.fill_null(pc.list_value_length(lists), 0).to_numpy()
    at = lists.offsets.to_numpy()[:-1] + n
    return lists.values.take(pa.array(at, mask=(lengths <= n) | (lengths > MAX_ITEMS)))


def _as_text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    kind = column.type
    if pa.types.is_null(kind):
        return column.cast(pa.string())
    if pa.types.is_floating(kind):
        text = _floats_as_text(column.cast(pa.float64()))
    elif pa.types.is_timestamp(kind):
        text = _times_as_text(column)
    elif pa.types.is_boolean(kind):
        text = pc.if_else(column, "true", "false")
    else:
        text = _cast(column)
    return pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.string()), text)


def _cast(column: pa.ChunkedArray) -> pa.ChunkedArray:
    try:
        return column.cast(pa.string())
    except pa.ArrowNotImplementedError:  # unions, intervals of months, days and nanoseconds
        return _one_by_one(column)


def _one_by_one(column: pa.ChunkedArray) -> pa.ChunkedArray:
    texts = [typed(value) or None for value in column.to_pylist()]
    return pa.chunked_array([pa.array(texts, pa.string())])


def typed(value: Any) -> str:
    """One value as it would be typed: whole numbers without ".0", dates as ISO 8601; "" for None,
    NaN and their like, and for objects that have no text of their own.
    """
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode("utf-8")
    if value is None or isinstance(value, bytes) or _is_gap(value):
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return str(int(value))
    if isinstance(value, dt.datetime) and value.time() == dt.time():
        return value.date().isoformat()
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    return "" if type(value).__repr__ is object.__repr__ else str(value)


def _is_gap(value: Any) -> bool:
    """Whether this is NaN, NaT or NA: what is not equal to itself, or does not know."""
    try:
        return bool(value != value)
    except TypeError:
        return True
    except ValueError:  # an array
        return False


def _floats_as_text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    column = pc.if_else(pc.is_finite(column), column, pa.scalar(None, pa.float64()))
    whole = pc.and_(pc.equal(pc.floor(column), column), pc.less(pc.abs(column), 2.0**53))
    digits = pc.if_else(whole, column, 0.0).cast(pa.int64()).cast(pa.string())
    return pc.if_else(whole, digits, column.cast(pa.string()))


def _times_as_text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """ISO 8601; only the date where every time of the column is midnight. Times in a zone that this
    machine does not know are told in UTC.
    """
    try:
        return _local_times_as_text(column)
    except pa.ArrowInvalid:
        utc = column.cast(pa.int64()).cast(pa.timestamp(column.type.unit))
        return pc.binary_join_element_wise(_local_times_as_text(utc), "+0000", "")


def _local_times_as_text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    times = column.cast(pa.timestamp("us", column.type.tz), safe=False)
    if _all_at(times, "day"):
        return pc.strftime(times, "%Y-%m-%d")
    if _all_at(times, "second"):
        times = times.cast(pa.timestamp("s", column.type.tz))
    return pc.strftime(times, "%Y-%m-%dT%H:%M:%S%z" if column.type.tz else "%Y-%m-%dT%H:%M:%S")


def _all_at(times: pa.ChunkedArray, unit: str) -> bool:
    """Whether every time begins a `unit`; true of none."""
    return pc.all(pc.equal(pc.floor_temporal(times, unit=unit), times)).as_py() is not False
