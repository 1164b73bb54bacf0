"""Profiles: what the values of every field look like, told from one pass over the rows.

Memory is bounded whatever the number of rows (`sketches.py`), and no figure depends on the order of
the rows, except where a field has more than `sketches.KEPT` different values: then the counts of
its most frequent ones are lower bounds that say how much they may miss.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import chain

import pyarrow as pa

from tellonce.engine.errors import NothingRecognised
from tellonce.engine.standardise import Mapping, Recognition, recognise
from tellonce.rules.field_profiling import FieldProfiler
from tellonce.rules.profile_types import Profile

BATCH = 1 << 16
_LOOKED_AT = 1 << 17  # rows by which the fields of a stream are recognised


@dataclass(frozen=True)
class Known:
    """What is known of fields: header -> attribute, the country, and whether days come first."""

    attributes: dict[str, str] = field(default_factory=dict)
    region: str | None = None
    day_first: bool | None = None


def profile(rows: pa.Table, name: str = "rows", recognition: Recognition | None = None) -> Profile:
    """The profile of a table of text columns, one row a record.

    `recognition` says what the columns are; None: they are recognised here.
    """
    known = known_from(recognition or recognised(rows, name))
    return profile_known(rows.to_batches(max_chunksize=BATCH), name, known, rows.column_names)


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
    known = known_from(recognised(looked_at, name, mapping))
    return profile_known(chain(first, coming), name, known, looked_at.column_names)


def profile_known(
    batches: Iterable[pa.RecordBatch], name: str, known: Known, headers: Sequence[str] = ()
) -> Profile:
    """The same where it is known what the fields are; `headers` come first, others as they come."""
    fields = {header: _field(header, known) for header in headers}
    total = 0
    for batch in batches:
        for header in batch.schema.names:
            if header not in fields:
                fields[header] = _field(header, known)
            fields[header].add(batch.column(header))
        total += batch.num_rows
    return Profile(name, total, tuple(one.finished(total) for one in fields.values()))


def known_from(recognition: Recognition) -> Known:
    """What was recognised."""
    attributes = {one.header: one.attribute for one in recognition.columns if one.attribute}
    return Known(attributes, recognition.region, recognition.day_first)


def recognised(rows: pa.Table, name: str, mapping: Mapping | None = None) -> Recognition:
    """What the columns are; of a table of which nothing is recognised, that."""
    try:
        return recognise(name, rows, mapping)
    except NothingRecognised:
        return Recognition(name, ())


def recognised_known(rows: pa.Table, name: str, known: Known) -> Recognition:
    """The same where it is known what some columns are; of those that the table has not, nothing is
    said.
    """
    said = {
        header: what for header, what in known.attributes.items() if header in rows.schema.names
    }
    return recognised(rows, name, Mapping(said, known.region, known.day_first))


def _field(header: str, known: Known) -> FieldProfiler:
    return FieldProfiler(header, known.attributes.get(header), known.region, known.day_first)
