"""Frames of pandas, Polars, DuckDB and Arrow -> Arrow, without importing any of the first three."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from tellonce.io.astext import typed
from tellonce.io.errors import UnknownFormat


def arrow_table(frame: Any, name: str) -> pa.Table:
    """The Arrow table of anything that speaks the Arrow C stream interface or has `to_arrow`. A
    column of a pandas frame that Arrow refuses, such as one of numbers and texts, becomes text.

    Raises UnknownFormat, naming the source, for anything else.
    """
    if isinstance(frame, pa.Table):
        return frame
    if isinstance(frame, pa.RecordBatch):
        return pa.Table.from_batches([frame])
    try:
        table = _streamed(frame)
    except (pa.ArrowException, TypeError, ValueError, NotImplementedError):
        table = _by_column(frame)
    if table is not None:
        return table
    raise UnknownFormat(
        f"The source {name!r} is a {type(frame).__name__}, which cannot be read.",
        "Give a path, or a frame of pandas, Polars, DuckDB or Arrow.",
    )


def _streamed(frame: Any) -> pa.Table | None:
    if hasattr(frame, "__arrow_c_stream__"):
        return pa.RecordBatchReader.from_stream(frame).read_all()
    for method in ("to_arrow_table", "to_arrow", "arrow"):
        if hasattr(frame, method):
            found = getattr(frame, method)()
            return found if isinstance(found, pa.Table) else found.read_all()
    return None


def _by_column(frame: Any) -> pa.Table | None:
    """The table of a pandas frame, column by column; None where it is none."""
    if not (hasattr(frame, "columns") and hasattr(frame, "items")):
        return None
    named = [(str(header), _column(values)) for header, values in frame.items()]
    return pa.Table.from_arrays([column for _, column in named], [header for header, _ in named])


def _column(values: Any) -> pa.Array:
    try:
        return pa.array(values, from_pandas=True)
    except (pa.ArrowException, TypeError, ValueError, NotImplementedError):
        return pa.array([typed(value) or None for value in values], pa.string())
