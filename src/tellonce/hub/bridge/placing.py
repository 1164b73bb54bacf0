"""Placing what changed among what a database holds: plain values in, plain values out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock
from typing import Any

import pyarrow as pa

from tellonce.engine import placing
from tellonce.engine.model.document import MatchModel
from tellonce.engine.settings import Settings
from tellonce.hub.bridge.held import Held, Kept
from tellonce.hub.bridge.holdings import Holdings, KeptPair, Name
from tellonce.hub.bridge.names import StatedName, names_of, stated_names
from tellonce.hub.bridge.resolution import (
    entries_of,
    identifier_kinds,
    model_of,
    sets_of,
    settings_of,
)
from tellonce.hub.bridge.rows import records_table
from tellonce.hub.bridge.types import ResolutionRules


@dataclass(frozen=True)
class RowChanges:
    """What is to be placed: `records`, row id -> (name, whole content as JSON); `deleted` row ids;
    `decisions` as (row id, row id, verdict).
    """

    records: Mapping[int, tuple[Name, str]]
    deleted: Mapping[int, Name]
    decisions: Sequence[tuple[int, int, str]] = ()


@dataclass(frozen=True)
class PlacedRows:
    """What placing changes, by row id.

    `sets`, `golden`, `identifiers` and `names` are as in `resolution.ResolvedPart`, of every
    customer that was touched; `keys` are those of the records that arrived.
    """

    sets: Sequence[Mapping[int, float]]
    golden: Sequence[Sequence[Sequence[Any]]]
    identifiers: frozenset[str]
    names: Sequence[frozenset[StatedName]]
    added: Sequence[KeptPair]
    removed: Sequence[tuple[int, int]]
    keys: Mapping[int, frozenset[int]]


def place_rows(changes: RowChanges, holdings: Holdings, rules: ResolutionRules) -> PlacedRows:
    """Place the changes under the adopted model. Nothing is written.

    Raises the engine's errors. Decisions must name records that the changes or holdings know.
    """
    model, settings = model_of(rules), settings_of(rules)
    assert model is not None
    with _kept_of(model, settings) as kept:
        return _placed(changes, Held(holdings, model, settings, kept), model, settings)


_lock = Lock()
_kept: list[Kept] = []


@contextmanager
def _kept_of(model: MatchModel, settings: Settings) -> Iterator[Kept]:
    """What is kept of this model in this process; begun anew for another, and after an error."""
    if not _lock.acquire(blocking=False):  # another hub's resolver in this process
        yield Kept(model, settings)
        return
    try:
        held = _kept.pop() if _kept else None
        fits = held is not None and held.model is model and held.settings == settings
        kept = held if held is not None and fits else Kept(model, settings)
        yield kept
        if len(kept.row) < Kept.MOST:
            _kept.append(kept)
    finally:
        _lock.release()


def _placed(changes: RowChanges, held: Held, model: MatchModel, settings: Settings) -> PlacedRows:
    held.learn({i: name for i, (name, _) in changes.records.items()})
    held.learn(changes.deleted)
    found = placing.place(
        placing.Changes(
            records_table(document for _, document in changes.records.values()),
            [changes.deleted[i] for i in sorted(changes.deleted)],
            [
                placing.Decision(*sorted(held.names([left, right])), verdict)
                for left, right, verdict in changes.decisions
            ],
        ),
        held,
        model,
        settings,
    )
    return _rows(found, held)


def keys_by_record(
    documents: Mapping[int, str], rules: ResolutionRules
) -> dict[int, frozenset[int]]:
    """The blocking keys of records given as JSON, under the model."""
    model = model_of(rules)
    assert model is not None
    table = placing.match_keys(records_table(documents.values()), model, settings_of(rules))
    return _keys(table, list(documents))


def _keys(table: pa.Table, ids: Sequence[int]) -> dict[int, frozenset[int]]:
    found: dict[int, set[int]] = {i: set() for i in ids}
    for row, key in zip(table["row"].to_pylist(), table["key"].to_pylist(), strict=True):
        found[ids[row]].add(key)
    return {i: frozenset(keys) for i, keys in found.items()}


def _rows(found: placing.Placed, held: Held) -> PlacedRows:
    ids = held.ids_of(_names(found.records))
    rows = zip(*(found.clusters[n].to_pylist() for n in found.clusters.column_names), strict=True)
    by_row = sorted(rows)
    members = sets_of((cluster, ids[row], sure) for row, cluster, sure in by_row)
    stated = stated_names(found.records, [cluster for _, cluster, _ in by_row])
    arrived = held.ids_of(list(found.arrived.row))
    return PlacedRows(
        list(members.values()),
        entries_of(found.golden, members),
        identifier_kinds(found.records),
        names_of(stated, members),
        [_pair(edge, held) for edge in found.added],
        [_pair(edge, held)[:2] for edge in found.removed],
        _keys(found.arrived.keys, arrived),
    )


def _pair(edge: placing.Edge, held: Held) -> KeptPair:
    left, right = sorted(held.ids_of([edge.left, edge.right]))
    return KeptPair(left, right, *edge[2:])


def _names(records: pa.Table) -> list[Name]:
    columns: Iterable[Any] = (records[name].to_pylist() for name in ("source", "record_id"))
    return list(zip(*columns, strict=True))
