"""Resolving a whole hub, and explaining two of its records."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import islice, pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from tellonce.engine import pipeline
from tellonce.engine.explaining import explain
from tellonce.engine.golden import golden
from tellonce.engine.golden.rules import GoldenRules, SourceTrust
from tellonce.engine.model.document import MatchModel
from tellonce.engine.placing import match_keys
from tellonce.engine.tables import CLUSTERS, DECISIONS, RECORDS
from tellonce.hub.bridge.holdings import KeptPair
from tellonce.hub.bridge.names import StatedName, names_of, stated_names
from tellonce.hub.bridge.rows import records_table
from tellonce.hub.bridge.types import Explained, Progress, ResolutionRules, no_progress

_CONFIDENCE_DIGITS = 4
_SLICE = 50_000
Decided = tuple[int, int, str]
Entry = tuple[Any, ...]


def resolve_all(
    records: Iterable[tuple[int, str]],
    rules: ResolutionRules,
    decisions: Sequence[Decided] = (),
    progress: Progress = no_progress,
) -> Resolution:
    """Resolve records given as (row id, JSON as of `rows.join_documents`), none named twice.

    `decisions`: (row id, row id, "same" or "different"), of these records. The result depends on
    the records, decisions, model and rules only, not on their order. Raises the engine's errors.
    """
    table, ids = _table(records)
    order = pc.sort_indices(table, [("source", "ascending"), ("record_id", "ascending")])
    ids = ids[order.to_numpy()]
    found = pipeline.resolve(
        table,
        model=model_of(rules),
        settings=replace(settings_of(rules), golden=False),
        decisions=_decisions(decisions, ids),
        progress=progress,
    )
    return Resolution(found, ids, settings_of(rules))


class Resolution:
    """Who is who, given out in parts: as a whole it would not fit as plain values.

    `model` is the JSON of the model that was used; `identifiers` are the kinds among the records.
    """

    def __init__(
        self, found: pipeline.Resolved, ids: npt.NDArray[np.int64], settings: pipeline.Settings
    ) -> None:
        self._found, self._ids, self._settings = found, ids, settings
        self.model, self.fingerprint = found.model.to_json(), found.model.fingerprint
        self.report = found.report
        self.identifiers = identifier_kinds(found.records)
        row, cluster, confidence = (
            found.clusters[name].to_numpy() for name in ("row", "cluster", "confidence")
        )
        order = np.lexsort((row, cluster))
        self._row, self._cluster, self._confidence = row[order], cluster[order], confidence[order]
        starts = np.unique(self._cluster, return_index=True)[1]
        self._starts = np.append(starts, len(order))

    def sets(self) -> Iterator[frozenset[int]]:
        """The records (row ids) of each customer, in the order of `customers`."""
        for first in range(0, len(self), _SLICE):
            ends = self._starts[first : first + _SLICE + 1].tolist()
            ids = self._ids[self._row[ends[0] : ends[-1]]].tolist()
            for start, end in pairwise(ends):
                yield frozenset(ids[start - ends[0] : end - ends[0]])

    def __len__(self) -> int:
        return len(self._starts) - 1

    def customers(self, at_once: int) -> Iterator[ResolvedPart]:
        """The customers, by their first record in order of (source, record id)."""
        for first in range(0, len(self), at_once):
            yield self.customers_of(range(first, min(first + at_once, len(self))))

    def customers_of(self, numbers: Sequence[int]) -> ResolvedPart:
        """Some of the customers, by their place in the order of `customers`, in that order."""
        chosen = np.asarray(numbers, np.int64)
        spans = map(np.arange, self._starts[chosen], self._starts[chosen + 1])
        own = np.concatenate([np.zeros(0, np.int64), *spans])
        row, cluster, confidence = self._row[own], self._cluster[own], self._confidence[own]
        rows = zip(cluster.tolist(), self._ids[row].tolist(), confidence.tolist(), strict=True)
        names = self._cluster[self._starts[chosen]].tolist()
        records = self._found.records.take(pa.array(row))
        return ResolvedPart(
            list(sets_of(rows).values()),
            entries_of(self._golden(records, cluster, confidence), names),
            self.identifiers,
            names_of(stated_names(records, cluster.tolist()), names),
        )

    def _golden(
        self, records: pa.Table, cluster: npt.NDArray[Any], confidence: npt.NDArray[Any]
    ) -> pa.Table:
        """GOLDEN of some whole clusters."""
        columns = (np.arange(len(cluster)), cluster, confidence)
        clusters = pa.table(dict(zip(CLUSTERS.names, columns, strict=True)))
        return golden(records, clusters.cast(CLUSTERS), self._settings.rules)

    def pairs(self, at_once: int) -> Iterator[list[tuple[KeptPair, bool]]]:
        """The kept pairs, and whether both records ended in one customer."""
        linked = pipeline.linked(self._found.edges, self._found.clusters)
        edges = self._found.edges.append_column("linked", linked)
        for start in range(0, edges.num_rows, at_once):
            part = edges.slice(start, at_once)
            left, right = (self._ids[part[name].to_numpy()] for name in ("left", "right"))
            columns = (
                np.minimum(left, right).tolist(),
                np.maximum(left, right).tolist(),
                *(part[name].to_pylist() for name in KeptPair._fields[2:]),
            )
            yield [
                (KeptPair(*row), on)
                for *row, on in zip(*columns, part["linked"].to_pylist(), strict=True)
            ]

    def keys(self, at_once: int) -> Iterator[list[tuple[int, int]]]:
        """(key, row id) of every blocking key of every record, in that order."""
        keys, rows = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
        for start in range(0, self._found.records.num_rows, _SLICE):
            part = self._found.records.slice(start, _SLICE)
            found = match_keys(part, self._found.model, self._settings)
            keys.append(found["key"].to_numpy())
            rows.append(self._ids[found["row"].to_numpy() + start])
        key, record = np.concatenate(keys), np.concatenate(rows)
        order = np.lexsort((record, key))
        key, record = key[order], record[order]
        new = np.ones(len(key), np.bool_)
        new[1:] = (key[1:] != key[:-1]) | (record[1:] != record[:-1])
        key, record = key[new], record[new]
        for start in range(0, len(key), at_once):
            part = slice(start, start + at_once)
            yield list(zip(key[part].tolist(), record[part].tolist(), strict=True))


@dataclass(frozen=True)
class ResolvedPart:
    """Some customers: members (row id -> confidence) of each, and its golden entries (as in
    `customers.types.GOLDEN_FIELDS`); `identifiers` are attributes that are kinds of identifiers;
    `names`: those that the members of each state.
    """

    sets: Sequence[Mapping[int, float]]
    golden: Sequence[Sequence[Entry]]
    identifiers: frozenset[str]
    names: Sequence[frozenset[StatedName]]


def _table(records: Iterable[tuple[int, str]]) -> tuple[pa.Table, npt.NDArray[np.int64]]:
    """RECORDS and row ids; the JSON is let go of part by part."""
    tables, ids = [RECORDS.empty_table()], [np.zeros(0, np.int64)]
    rows = iter(records)
    while part := list(islice(rows, _SLICE)):
        tables.append(records_table(document for _, document in part))
        ids.append(np.array([i for i, _ in part], np.int64))
    return pa.concat_tables(tables), np.concatenate(ids)


def sets_of(rows: Iterable[tuple[int, int, float]]) -> dict[int, dict[int, float]]:
    """(cluster, row id, confidence) -> members of each cluster, in the order they come in."""
    found: dict[int, dict[int, float]] = {}
    for cluster, record, confidence in rows:
        found.setdefault(cluster, {})[record] = round(confidence, _CONFIDENCE_DIGITS)
    return found


def explain_pair(left: str, right: str, rules: ResolutionRules) -> Explained:
    """Why two records (as JSON) are, or are not, one customer under the model."""
    model = model_of(rules) or pipeline.shipped_model(rules.hash_key)
    found = explain(records_table([left, right]), model, rules.hash_key)
    return Explained(found.match_weight, found.probability, found.sentences(), found.to_dict())


def model_of(rules: ResolutionRules) -> MatchModel | None:
    """The model that the rules name; None where one is to be trained."""
    if rules.model is None:
        return pipeline.shipped_model(rules.hash_key)
    return _parsed(rules.model) if rules.model else None


@lru_cache(maxsize=2)
def _parsed(document: str) -> MatchModel:
    return MatchModel.from_json(document)


def settings_of(rules: ResolutionRules) -> pipeline.Settings:
    """What the hub's rules choose for the engine."""
    trust = tuple(
        SourceTrust(source, value, attribute)
        for source, trusts in sorted(rules.trust.items())
        for attribute, value in sorted(trusts.items())
    )
    return pipeline.Settings(
        unique_sources=rules.unique_sources,
        hash_key=rules.hash_key,
        rules=GoldenRules(trust=trust),
        threads=os.cpu_count() or 1,
    )


def _decisions(decisions: Sequence[Decided], ids: npt.NDArray[np.int64]) -> pa.Table | None:
    if not decisions:
        return None
    rank = {record: row for row, record in enumerate(ids.tolist())}
    rows = [
        {"left": rank[left], "right": rank[right], "verdict": verdict}
        for left, right, verdict in decisions
    ]
    return pa.Table.from_pylist(rows, schema=DECISIONS)


def entries_of(table: pa.Table, clusters: Iterable[int]) -> list[list[tuple[Any, ...]]]:
    """GOLDEN as entries of `customers.types.GOLDEN_FIELDS`, per cluster in the order given."""
    found: dict[int, list[tuple[Any, ...]]] = {cluster: [] for cluster in clusters}
    texts = [_plain(table.column(name)) for name in table.column_names]
    for cluster, *entry in zip(*texts, strict=True):
        found[cluster].append(tuple(entry))
    return list(found.values())


def _plain(column: pa.ChunkedArray) -> list[Any]:
    if pa.types.is_timestamp(column.type):
        shown = pc.strftime(column, "%Y-%m-%dT%H:%M:%SZ")
        return shown.to_pylist()
    if pa.types.is_floating(column.type):
        return pc.round(column, _CONFIDENCE_DIGITS).to_pylist()
    return column.to_pylist()


def identifier_kinds(records: pa.Table) -> frozenset[str]:
    """The kinds of identifiers that RECORDS hold."""
    flat = pc.list_flatten(records.column("identifiers"))
    if not len(flat):
        return frozenset()
    kinds = pc.unique(pc.struct_field(flat, "kind"))
    return frozenset(kind for kind in kinds.to_pylist() if kind)
