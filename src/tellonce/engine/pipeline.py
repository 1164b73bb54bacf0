"""The path on one page: RECORDS in, customers out. Only this module knows all stages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tellonce.engine import golden as golden_stage
from tellonce.engine import standardise
from tellonce.engine.block import keys as block
from tellonce.engine.block.cost import cost
from tellonce.engine.block.kinds import KINDS, SELECTIVE
from tellonce.engine.cluster.components import Pairs
from tellonce.engine.cluster.constraints import decided
from tellonce.engine.cluster.partition import Cut, partition
from tellonce.engine.coded import coded
from tellonce.engine.evaluate import estimate
from tellonce.engine.model.document import BlockModel, MatchModel, ScoreModel
from tellonce.engine.model.hashing import FILE_HASH_KEY, key_fingerprint
from tellonce.engine.score import explain as explained
from tellonce.engine.score.arrays import Encoded
from tellonce.engine.score.calibrate import calibrated, compared
from tellonce.engine.score.encode import encode
from tellonce.engine.score.priors import shipped
from tellonce.engine.score.scoring import score, weigh
from tellonce.engine.score.train import train as train_scores
from tellonce.engine.score.weights import log_odds, odds
from tellonce.engine.settings import SPELLING, Settings, link_cut, under_key
from tellonce.engine.tables import DECISIONS, GOLDEN, RECORDS, check

__all__ = [
    "SPELLING",
    "Resolved",
    "Settings",
    "canonical",
    "explain",
    "linked",
    "rehearse",
    "resolve",
    "shipped_model",
]
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Resolved:
    """The result of a batch; `records` are in canonical order, `row` is the rank there."""

    records: pa.Table
    edges: pa.Table
    clusters: pa.Table
    golden: pa.Table
    model: MatchModel
    report: dict[str, Any]


def resolve(
    records: pa.Table,
    *,
    model: MatchModel | None = None,
    settings: Settings | None = None,
    decisions: pa.Table | None = None,
    progress: Progress = lambda _stage, _done, _of: None,
) -> Resolved:
    """Who is who among RECORDS: edges, clusters and golden records.

    Without a model one is trained on the records, and calibrated on the decisions; a given model
    stays as it is. `decisions` (DECISIONS) refer to rows in canonical order. The result depends on
    the set of records, decisions, model and settings only.
    """
    settings = settings or Settings()
    if not rehearse.cache_info().currsize:
        progress("compile", 0, 1)
        rehearse()
    progress("standardise", 0, 1)
    return _resolved(canonical(records), model, settings, decisions, progress)


@lru_cache(maxsize=1)
def rehearse() -> None:
    """Walk the path once with two records of nobody, so that every kernel is compiled or loaded."""
    entry = {"source": "", "names": [{"given": "a", "family": "b"}], "emails": ["a@b"]}
    rows = [{**entry, "record_id": record_id} for record_id in ("1", "2")]
    records = pa.Table.from_pylist(rows, schema=RECORDS)
    _resolved(records, None, Settings(), None, lambda _stage, _done, _of: None)


def _resolved(
    records: pa.Table,
    model: MatchModel | None,
    settings: Settings,
    decisions: pa.Table | None,
    progress: Progress,
) -> Resolved:
    comparable = standardise.comparable(records, standardise.StandardiseParams())
    progress("block", 0, 1)
    given = under_key(model or MatchModel(), settings.hash_key)
    records_coded = coded(comparable, settings.threads)
    if model is None:
        trained, keys = block.train_keys(
            records_coded, SPELLING, settings.hash_key, threads=settings.threads
        )
        given = replace(given, block=trained)
    else:
        keys = block.keys_of(records_coded, given.block, SPELLING, settings.hash_key, alone=False)
    progress("train", 0, 1)
    if model is None:
        given = _trained(given, comparable, keys, settings)
        given = replace(given, score=_taught(given.score, comparable, decisions, settings))
    progress("score", 0, 1)
    pairs = _scored(comparable, keys, given, settings, progress)
    progress("cluster", 0, 1)
    clusters = _clustered(records, pairs, given, settings, decisions)
    progress("golden", 0, 1)
    table = GOLDEN.empty_table()
    if settings.golden:
        table = golden_stage.golden(records, clusters, settings.rules)
    report = {
        "blocks": cost(keys),
        "skipped_kinds": given.block.skipped,
        "pairs_scored": pairs.scored,
        "estimated": asdict(estimate(pairs.edges["probability"], linked(pairs.edges, clusters))),
    }
    progress("done", 1, 1)
    return Resolved(records, pairs.edges, clusters, table, given, report)


@dataclass(frozen=True)
class _Pairs:
    """EDGES, the number of pairs scored for them, and the arrays to score further pairs."""

    edges: pa.Table
    scored: int
    encoded: Encoded


def _scored(
    comparable: pa.Table,
    keys: pa.Table,
    model: MatchModel,
    settings: Settings,
    progress: Progress,
) -> _Pairs:
    encoded, _values = encode(
        comparable, model.score, SPELLING, settings.hash_key, settings.unique_sources
    )
    edges, scored = score(
        encoded,
        keys,
        model.score,
        min(settings.review, link_cut(settings, model)),
        threads=settings.threads,
        progress=lambda done, of: progress("score", done, of),
    )
    return _Pairs(edges, scored, encoded)


def linked(edges: pa.Table, clusters: pa.Table) -> pa.ChunkedArray:
    """Whether both rows of each edge ended in one cluster."""
    cluster = clusters["cluster"]
    return pc.equal(cluster.take(edges["left"]), cluster.take(edges["right"]))


def canonical(records: pa.Table) -> pa.Table:
    """RECORDS sorted by (source, record_id), in one chunk."""
    records = check(records, RECORDS, "RECORDS")
    order = pc.sort_indices(records, [("source", "ascending"), ("record_id", "ascending")])
    return records.take(order).combine_chunks()


def shipped_model(hash_key: bytes = FILE_HASH_KEY) -> MatchModel:
    """The model an empty hub starts on: shipped priors and the selective key kinds."""
    return MatchModel(
        block=BlockModel(kinds=SELECTIVE), score=shipped(), hash_key=key_fingerprint(hash_key)
    )


def _trained(
    model: MatchModel, comparable: pa.Table, keys: pa.Table, settings: Settings
) -> MatchModel:
    scores = train_scores(
        comparable,
        keys,
        [kind.blocks_on for kind in KINDS],
        spelling=SPELLING,
        hash_key=settings.hash_key,
        seed=settings.seed,
        threads=settings.threads,
        unique=settings.unique_sources,
    )
    return replace(model, score=scores, trained_on=comparable.num_rows)


def _taught(
    model: ScoreModel, comparable: pa.Table, decisions: pa.Table | None, settings: Settings
) -> ScoreModel:
    """The model calibrated on what people decided."""
    if decisions is None or not decisions.num_rows:
        return model
    limits = decided(check(decisions, DECISIONS, "DECISIONS"))
    left = np.concatenate([limits.same_left, limits.different_left])
    right = np.concatenate([limits.same_right, limits.different_right])
    same = np.arange(len(left)) < len(limits.same_left)
    found = compared(comparable, model, left, right, spelling=SPELLING, hash_key=settings.hash_key)
    return calibrated(model, found, same)


def _clustered(
    records: pa.Table,
    pairs: _Pairs,
    model: MatchModel,
    settings: Settings,
    decisions: pa.Table | None,
) -> pa.Table:
    """CLUSTERS: components of links, split where they conflict or do not cohere."""
    given = DECISIONS.empty_table() if decisions is None else decisions

    def weighed(left: Any, right: Any) -> Any:
        return odds(weigh(pairs.encoded, model.score, left, right), model.score)

    return partition(
        records,
        _pairs(pairs.edges, model),
        decided(check(given, DECISIONS, "DECISIONS")),
        Cut(log_odds(link_cut(settings, model)), settings.unique_sources),
        weighed,
    )


def _pairs(edges: pa.Table, model: MatchModel) -> Pairs:
    left, right = (edges[name].to_numpy().astype(np.int64) for name in ("left", "right"))
    return Pairs(left, right, odds(edges["match_weight"].to_numpy(), model.score))


def explain(
    records: pa.Table, model: MatchModel, hash_key: bytes = FILE_HASH_KEY
) -> explained.Explanation:
    """Why the two rows of RECORDS are, or are not, one customer under the model."""
    comparable = standardise.comparable(
        check(records, RECORDS, "RECORDS"), standardise.StandardiseParams()
    )
    return explained.explanation(comparable, under_key(model, hash_key).score, SPELLING, hash_key)
