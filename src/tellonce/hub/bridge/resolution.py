"""Resolving a whole hub, and explaining two of its records."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tellonce.engine import pipeline
from tellonce.engine.explaining import explain
from tellonce.engine.golden.rules import GoldenRules, SourceTrust
from tellonce.engine.model.document import MatchModel
from tellonce.engine.tables import DECISIONS
from tellonce.hub.bridge.rows import records_table
from tellonce.hub.bridge.types import (
    Explained,
    Pair,
    Progress,
    Resolution,
    ResolutionRules,
    no_progress,
)

_CONFIDENCE_DIGITS = 4
Decided = tuple[int, int, str]


def resolve_all(
    documents: Iterable[str],
    rules: ResolutionRules,
    decisions: Sequence[Decided] = (),
    progress: Progress = no_progress,
) -> Resolution:
    """Resolve records given as JSON (`rows.join_documents`). No record is named twice.

    `decisions`: (position, position, "same" or "different"). The result depends on the records,
    decisions, model and rules only, not on their order. Raises the engine's errors.
    """
    records = records_table(documents)
    order = pc.sort_indices(records, [("source", "ascending"), ("record_id", "ascending")])
    position = order.to_numpy()
    found = pipeline.resolve(
        records,
        model=model_of(rules),
        settings=settings_of(rules),
        decisions=_decisions(decisions, position),
        progress=progress,
    )
    sets, golden = _customers(found, position)
    return Resolution(
        sets,
        golden,
        _pairs(found, position),
        identifier_kinds(records),
        found.model.to_json(),
        found.model.fingerprint,
        found.report,
    )


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


def _decisions(decisions: Sequence[Decided], position: np.ndarray) -> pa.Table | None:
    if not decisions:
        return None
    rank = np.empty(len(position), np.int64)
    rank[position] = np.arange(len(position))
    rows = [
        {"left": int(rank[left]), "right": int(rank[right]), "verdict": verdict}
        for left, right, verdict in decisions
    ]
    return pa.Table.from_pylist(rows, schema=DECISIONS)


def _customers(
    found: pipeline.Resolved, position: np.ndarray
) -> tuple[list[dict[int, float]], list[list[tuple[Any, ...]]]]:
    """The sets by their smallest row, and the golden entries of each."""
    members: dict[int, dict[int, float]] = {}
    rows = zip(
        *(found.clusters.column(n).to_pylist() for n in found.clusters.column_names), strict=True
    )
    for row, cluster, confidence in sorted(rows):
        members.setdefault(cluster, {})[int(position[row])] = round(confidence, _CONFIDENCE_DIGITS)
    return list(members.values()), entries_of(found.golden, members)


def entries_of(golden: pa.Table, clusters: Iterable[int]) -> list[list[tuple[Any, ...]]]:
    """GOLDEN as entries of `customers.types.GOLDEN_FIELDS`, per cluster in the order given."""
    found: dict[int, list[tuple[Any, ...]]] = {cluster: [] for cluster in clusters}
    texts = [_plain(golden.column(name)) for name in golden.column_names]
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


def _pairs(found: pipeline.Resolved, position: np.ndarray) -> list[Pair]:
    edges = found.edges
    columns = (
        position[edges.column("left").to_numpy()].tolist(),
        position[edges.column("right").to_numpy()].tolist(),
        *(edges.column(n).to_pylist() for n in ("kind", "pattern", "match_weight", "probability")),
        pipeline.linked(edges, found.clusters).to_pylist(),
    )
    return [Pair(*row) for row in zip(*columns, strict=True)]


def identifier_kinds(records: pa.Table) -> frozenset[str]:
    """The kinds of identifiers that RECORDS hold."""
    flat = pc.list_flatten(records.column("identifiers"))
    if not len(flat):
        return frozenset()
    kinds = pc.unique(pc.struct_field(flat, "kind"))
    return frozenset(kind for kind in kinds.to_pylist() if kind)
