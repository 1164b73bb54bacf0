"""Profiles: what the values of every field look like, told from one pass over the rows.

Memory is bounded whatever the number of rows (`sketches.py`), and no figure depends on the order of
the rows, except where a field has more than `sketches.KEPT` different values: then the counts of
its most frequent ones are lower bounds that say how much they may miss.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pyarrow as pa

from tellonce.engine.errors import NothingRecognised
from tellonce.engine.standardise import Column, Mapping, Recognition, recognise
from tellonce.rules.field_profiling import FieldProfiler
from tellonce.rules.profile_types import Profile

BATCH = 1 << 16
_LOOKED_AT = 1 << 17  # rows by which the fields of a stream are recognised


def profile(rows: pa.Table, name: str = "rows", recognition: Recognition | None = None) -> Profile:
    """The profile of a table of text columns, one row a record.

    `recognition` says what the columns are; None: they are recognised here.
    """
    known = recognition or recognised(rows, name)
    return _profile(rows.to_batches(max_chunksize=BATCH), name, known, rows.column_names)


def profile_stream(
    batches: Iterable[pa.RecordBatch], name: str, mapping: Mapping | None = None
) -> Profile:
    """The same of batches that are read once and not kept; fields may appear as they go.

    What the fields are is decided by the first 131,072 rows.
    """
    coming = iter(batches)
    first: list[pa.RecordBatch] = []
    while sum(batch.num_rows for batch in first) < _LOOKED_AT:
        batch = next(coming, None)
        if batch is None:
            break
        first.append(batch)
    looked_at = pa.concat_tables(
        [pa.Table.from_batches([batch]) for batch in first], promote_options="default"
    ) if first else pa.table({})  # fmt: skip
    known = recognised(looked_at, name, mapping)
    return _profile(first, name, known, looked_at.column_names, coming)


def recognised(rows: pa.Table, name: str, mapping: Mapping | None = None) -> Recognition:
    """What the columns are; of a table of which nothing is recognised, that."""
    try:
        return recognise(name, rows, mapping)
    except NothingRecognised:
        return Recognition(name, ())


def _profile(
    batches: Iterable[pa.RecordBatch],
    name: str,
    known: Recognition,
    headers: Sequence[str],
    further: Iterable[pa.RecordBatch] = (),
) -> Profile:
    columns = {column.header: column for column in known.columns}
    fields = {header: _field(header, columns.get(header), known) for header in headers}
    total = 0
    for part in (batches, further):
        for batch in part:
            for header in batch.schema.names:
                if header not in fields:
                    fields[header] = _field(header, None, known)
                fields[header].add(batch.column(header))
            total += batch.num_rows
    return Profile(name, total, tuple(field.finished(total) for field in fields.values()))


def _field(header: str, column: Column | None, known: Recognition) -> FieldProfiler:
    attribute = column.attribute if column else None
    return FieldProfiler(header, attribute, known.region, known.day_first)
