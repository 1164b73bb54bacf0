"""CLUSTERS + RECORDS -> GOLDEN: slice by slice of whole clusters, so that memory stays level."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tellonce.engine.errors import InputError
from tellonce.engine.golden.candidates import Candidates, Ints, candidates
from tellonce.engine.golden.few import golden_of_few
from tellonce.engine.golden.lineage import REASONS, VERIFIED_TRUST, Floats
from tellonce.engine.golden.override import overridden
from tellonce.engine.golden.rules import ATTRIBUTES, GoldenRules, Override
from tellonce.engine.golden.stated import FAMILIES
from tellonce.engine.golden.survive import Standing, Survivors, survivors
from tellonce.engine.tables import CLUSTERS, GOLDEN, RECORDS, check
from tellonce.engine.units import UNITS

SLICE = 100_000  # records; a slice grows to the end of its last cluster

FEW = 16  # records; up to here the fixed cost of columns outweighs what they save


def golden(
    records: pa.Table,
    clusters: pa.Table,
    rules: GoldenRules | None = None,
    *,
    overrides: Sequence[Override] = (),
    as_of: datetime | None = None,
) -> pa.Table:
    """The surviving values of each cluster, with lineage: a GOLDEN table.

    `records` is RECORDS in canonical order, so that `row` of `clusters` (CLUSTERS, one row a
    record, in any order) is the position in it. `overrides` that ended by `as_of` are left out;
    without `as_of` none has ended. Rows stand by cluster, attribute (`rules.ATTRIBUTES`, then
    identifiers, then others, each by name) and rank. An attribute that no record states has no row.

    Name and address survive as a unit: all their parts come from one record, so a part that
    record lacks is missing, never borrowed. Raises SchemaMismatch, and InputError where `clusters`
    does not name each record once.
    """
    rules = rules or GoldenRules()
    records = check(records, RECORDS, "RECORDS")
    clusters = check(clusters, CLUSTERS, "CLUSTERS")
    _check_rows(clusters, records.num_rows)
    if records.num_rows <= FEW:
        rows = zip(*(clusters[name].to_pylist() for name in CLUSTERS.names), strict=True)
        table = golden_of_few(records.to_pylist(), list(rows), rules)
    else:
        chunks = [_slice(records, part, rules) for part in _slices(clusters, records.num_rows)]
        table = pa.Table.from_batches(chunks, GOLDEN)
    return overridden(table, clusters, rules, overrides, as_of=as_of)


@dataclasses.dataclass(frozen=True)
class _Members:
    """The records of whole clusters, by (cluster, row)."""

    row: Ints
    cluster: Ints
    confidence: Floats


def _check_rows(clusters: pa.Table, rows: int) -> None:
    row = clusters.column("row").to_numpy()
    if not np.array_equal(np.sort(row), np.arange(rows)):
        raise InputError(
            f"The CLUSTERS table has {len(row)} rows for {rows} records, or names one twice.",
            "Give one row for each record.",
        )


def _slices(clusters: pa.Table, rows: int) -> Iterator[_Members]:
    row, cluster = (
        clusters.column(name).to_numpy().astype(np.int64) for name in CLUSTERS.names[:2]
    )
    membership = clusters.column("confidence").to_numpy().astype(np.float64)
    order = np.lexsort((row, cluster))
    row, cluster, membership = row[order], cluster[order], membership[order]
    start = 0
    while start < rows:
        end = min(start + SLICE, rows)
        end = int(np.searchsorted(cluster, cluster[end - 1], side="right"))
        yield _Members(row[start:end], cluster[start:end], membership[start:end])
        start = end


def _slice(records: pa.Table, members: _Members, rules: GoldenRules) -> pa.RecordBatch:
    """GOLDEN of the clusters of `members`."""
    part = records.take(pa.array(members.row)).combine_chunks()
    rows = [
        _rows(stated, survivors(stated, standing, rule), part, members)
        for stated, rule in _by_rule(part, members.cluster, rules)
        if len(stated.record)
        for standing in [_standing(part, members, rules, rule.attribute)]
    ]
    if not rows:
        return pa.RecordBatch.from_pylist([], schema=GOLDEN)
    columns = [pa.concat_arrays(column) for column in zip(*rows, strict=True)]
    order = pc.sort_indices(
        pa.table(columns[:3], names=["cluster", "place", "rank"]),
        sort_keys=[("cluster", "ascending"), ("place", "ascending"), ("rank", "ascending")],
    )
    del columns[1]
    return pa.RecordBatch.from_arrays([c.take(order) for c in columns], schema=_LAID_OUT).select(
        GOLDEN.names
    )


def _by_rule(part: pa.Table, cluster: Ints, rules: GoldenRules) -> Iterator[tuple[Candidates, Any]]:
    """Candidates with their survivorship; members of a family with one of their own apart."""
    for stated in candidates(part, cluster):
        own = [label for label in stated.labels if rules.declared(label)]
        for name in own:
            mask = stated.label == stated.labels.index(name)
            yield (
                stated.where(mask, stated.unit),
                dataclasses.replace(rules.rule(name, stated.unit), attribute=name),
            )
        if own:
            others = [i for i, label in enumerate(stated.labels) if label not in own]
            stated = stated.where(np.isin(stated.label, others), stated.unit)
        yield stated, dataclasses.replace(rules.rule(stated.unit), attribute=stated.unit)


def _standing(part: pa.Table, members: _Members, rules: GoldenRules, attribute: str) -> Standing:
    sources = pc.dictionary_encode(part.column("source")).combine_chunks()
    names = sources.dictionary.to_pylist()
    code = sources.indices.to_numpy().astype(np.int64)
    verified = np.array([name in rules.verified_sources for name in names], dtype=np.int64)
    trust = np.array([rules.trust_of(name, attribute) for name in names], dtype=np.float64)
    trust = np.where(verified, np.maximum(trust, VERIFIED_TRUST), trust)
    observed = pc.fill_null(pc.cast(part.column("observed_at"), pa.int64()), -(2**63))
    starts = np.ones(len(members.cluster), dtype=bool)
    starts[1:] = members.cluster[1:] != members.cluster[:-1]
    return Standing(
        cluster=np.cumsum(starts) - 1,
        recency=np.unique(observed.to_numpy(), return_inverse=True)[1].astype(np.int64),
        trust=trust[code],
        verified=verified[code],
        membership=members.confidence,
    )


_LAID_OUT = pa.schema(
    [
        GOLDEN.field(name)
        for name in (
            "cluster",
            "rank",
            "agreeing",
            "confidence",
            "attribute",
            "value",
            "runner_up",
            "source",
            "record_id",
            "rule",
            "observed_at",
        )
    ]
)


def _rows(
    stated: Candidates, surviving: Survivors, part: pa.Table, members: _Members
) -> list[pa.Array]:
    """The columns of `_LAID_OUT`, with the place of the attribute after the cluster."""
    per_part = [
        _part_rows(stated, surviving, part, members, which=which)
        for which in range(len(stated.parts))
    ]
    return [pa.concat_arrays(column) for column in zip(*per_part, strict=True)]


def _part_rows(
    stated: Candidates,
    surviving: Survivors,
    part: pa.Table,
    members: _Members,
    *,
    which: int,
) -> list[pa.Array]:
    values = stated.parts[which]
    won = values.take(pa.array(surviving.winner))
    filled = np.flatnonzero(won.is_valid().to_numpy(zero_copy_only=False))
    winner, runner_up = surviving.winner[filled], surviving.runner_up[filled]
    won = won.take(pa.array(filled))
    second = values.take(pa.array(runner_up, mask=runner_up < 0))
    record = stated.record[winner]
    taken = pa.array(record)
    place, attribute = _attribute(stated, stated.label[winner], which)
    return [
        pa.array(members.cluster[record], pa.int32()),
        pa.array(place),
        pa.array(surviving.rank[filled], pa.int32()),
        pa.array(surviving.agreeing[filled], pa.int32()),
        pa.array(surviving.confidence[filled]),
        attribute,
        won,
        pc.if_else(pc.equal(second, won), None, second),
        _one(part.column("source")).take(taken),
        _one(part.column("record_id")).take(taken),
        pa.array(REASONS).take(pa.array(surviving.reason[filled])),
        _one(part.column("observed_at")).take(taken),
    ]


def _one(column: pa.ChunkedArray) -> pa.Array:
    return column.combine_chunks() if column.num_chunks != 1 else column.chunk(0)


def _attribute(stated: Candidates, label: Ints, which: int) -> tuple[Ints, pa.Array]:
    """Where the attribute of each row stands among all, and its name."""
    if stated.unit in FAMILIES:
        base = len(ATTRIBUTES) + FAMILIES.index(stated.unit) * 2**32
        return label + base, pa.array(stated.labels, pa.string()).take(pa.array(label))
    name = UNITS[stated.unit][which]
    place = np.full(len(label), ATTRIBUTES.index(name), dtype=np.int64)
    return place, pa.repeat(pa.scalar(name), len(label))
