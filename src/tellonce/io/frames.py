"""Frames of pandas, Polars, DuckDB and Arrow -> Arrow, without importing any of the first three."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from tellonce.io.errors import UnknownFormat


def arrow_table(frame: Any, name: str) -> pa.Table:
    """The Arrow table of anything that speaks the Arrow C stream interface or has `to_arrow`.

    Raises UnknownFormat, naming the source, for anything else.
    """
    if isinstance(frame, pa.Table):
        return frame
    if isinstance(frame, pa.RecordBatch):
        return pa.Table.from_batches([frame])
    if hasattr(frame, "__arrow_c_stream__"):
        return pa.RecordBatchReader.from_stream(frame).read_all()
    for method in ("to_arrow_table", "to_arrow", "arrow"):
        if hasattr(frame, method):
            found = getattr(frame, method)()
            return found if isinstance(found, pa.Table) else found.read_all()
    raise UnknownFormat(
        f"The source {name!r} is a {type(frame).__name__}, which cannot be read.",
        "Give a path, or a frame of pandas, Polars, DuckDB or Arrow.",
    )
