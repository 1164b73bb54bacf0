"""The id of every record of a file."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from tellonce.io.errors import DuplicateIds
from tellonce.io.values import Contents

ID_COLUMNS = ("unique_id", "record_id", "rec_id", "id")


def id_column(contents: Contents) -> str | None:
    """The first of `ID_COLUMNS` that is filled and unique in the file; None: there is none."""
    by_name = {name.strip().lower(): name for name in reversed(contents.table.column_names)}
    for candidate in ID_COLUMNS:
        name = by_name.get(candidate)
        if name is None:
            continue
        values = contents.table[name]
        if values.null_count == 0 and pc.count_distinct(values).as_py() == len(values):
            return name
    return None


def record_ids(contents: Contents, source: str, column: str | None = None) -> pa.Array:
    """One id of type string per row of `contents.table`: the values of `column`, else those of
    `id_column`, else the row number in the file.

    Raises DuplicateIds where `column` is given and is missing, empty somewhere, or names two
    records the same; the message names the first such value.
    """
    chosen = column if column is not None else id_column(contents)
    if chosen is None:
        return contents.rows.cast(pa.string())
    if column is not None:
        _check_ids(contents, source, column)
    values = contents.table[chosen].combine_chunks()
    return values if isinstance(values, pa.Array) else pa.concat_arrays(values.chunks)


def _check_ids(contents: Contents, source: str, column: str) -> None:
    if column not in contents.table.column_names:
        raise DuplicateIds(
            f"{source} has no column {column!r} to take record ids from.",
            f"It has {', '.join(contents.table.column_names)}.",
        )
    values = contents.table[column]
    if values.null_count:
        row = contents.rows[pc.index(values.is_null(), True).as_py()].as_py()
        raise DuplicateIds(
            f"Row {row} of {source} has no value in {column!r}, its record id.",
            "Fill it, name another column with --id, or leave --id away to number the rows.",
        )
    counts = pc.value_counts(values.combine_chunks())
    repeated = counts.filter(pc.greater(counts.field("counts"), 1))
    if len(repeated):
        raise DuplicateIds(
            f"The record id {repeated[0]['values'].as_py()!r} comes "
            f"{repeated[0]['counts'].as_py()} times in {column!r} of {source}.",
            "Name another column with --id, or leave --id away to number the rows.",
        )
