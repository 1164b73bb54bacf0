"""Columns of any Arrow type as text, the way a person would type them into a CSV file."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from tellonce.io.errors import DuplicateHeaders


def text_table(table: pa.Table, name: str) -> pa.Table:
    """`table` with every column as `string`; "" and NaN are null, structs and lists are spread
    over columns (`parent.child`, `parent.1`), dates are ISO 8601, whole floats lose their ".0",
    binary columns are left out. `name` is the table's, for the message.

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
    if isinstance(kind, pa.BaseExtensionType):
        return _spread(
            header, pa.chunked_array([c.storage for c in column.chunks], kind.storage_type)
        )
    if pa.types.is_dictionary(kind):
        return _spread(header, column.cast(kind.value_type))
    if pa.types.is_struct(kind):
        inner = [(kind.field(n).name, pc.struct_field(column, [n])) for n in range(kind.num_fields)]
        return [pair for child, values in inner for pair in _spread(f"{header}.{child}", values)]
    if _is_list(kind):
        width = pc.max(pc.list_value_length(column)).as_py() or 0
        lists = column.cast(pa.large_list(kind.value_type))
        return [
            pair for n in range(width) for pair in _spread(f"{header}.{n + 1}", _item(lists, n))
        ]
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_map(kind):
        return []
    return [(header, _as_text(column))]


def _is_list(kind: pa.DataType) -> bool:
    return (
        pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind)
    )


def _item(lists: pa.ChunkedArray, n: int) -> pa.ChunkedArray:
    """The n-th item of every list, null where it is shorter."""
    firsts = [
        pc.list_flatten(pc.list_slice(c, n, n + 1, return_fixed_size_list=True))
        for c in lists.chunks
    ]
    return pa.chunked_array(firsts, lists.type.value_type)


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
        text = column.cast(pa.string())
    return pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.string()), text)


def _floats_as_text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    column = pc.if_else(pc.is_finite(column), column, pa.scalar(None, pa.float64()))
    whole = pc.and_(pc.equal(pc.floor(column), column), pc.less(pc.abs(column), 2.0**53))
    digits = pc.if_else(whole, column, 0.0).cast(pa.int64()).cast(pa.string())
    return pc.if_else(whole, digits, column.cast(pa.string()))


def _times_as_text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """ISO 8601; only the date where every time of the column is midnight."""
    times = column.cast(pa.timestamp("us", column.type.tz), safe=False)
    if _all_at(times, "day"):
        return pc.strftime(times, "%Y-%m-%d")
    if _all_at(times, "second"):
        times = times.cast(pa.timestamp("s", column.type.tz))
    return pc.strftime(times, "%Y-%m-%dT%H:%M:%S%z" if column.type.tz else "%Y-%m-%dT%H:%M:%S")


def _all_at(times: pa.ChunkedArray, unit: str) -> bool:
    """Whether every time begins a `unit`; true of none."""
    return pc.all(pc.equal(pc.floor_temporal(times, unit=unit), times)).as_py() is not False
