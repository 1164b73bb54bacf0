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
from tellonce.engine.cluster.evidence import Evidence, PairScores
from tellonce.engine.cluster.partition import partition
from tellonce.engine.coded import Coded, coded
from tellonce.engine.doubts import doubts
from tellonce.engine.evaluate import Estimates, Scored, duplicate_free, estimate
from tellonce.engine.model.document import BlockModel, MatchModel, ScoreModel
from tellonce.engine.model.hashing import FILE_HASH_KEY, key_fingerprint
from tellonce.engine.placing import Changes, Lookup, Placed
from tellonce.engine.placing import place as placed
from tellonce.engine.score.arrays import Blocks, Encoded
from tellonce.engine.score.blocks import blocks
from tellonce.engine.score.calibrate import calibrated, compared
from tellonce.engine.score.encode import encode_coded, reweighted
from tellonce.engine.score.frequencies import shared_contacts
from tellonce.engine.score.priors import shipped
from tellonce.engine.score.scoring import evidence, score_in, weigh
from tellonce.engine.score.train import trained, untrained
from tellonce.engine.score.weights import odds, weight_at, weights
from tellonce.engine.settings import (
    SPELLING,
    Settings,
    apart,
    check_fits,
    cut,
    kept_from,
    mixture,
    under_key,
)
from tellonce.engine.tables import COMPARABLE, DECISIONS, GOLDEN, RECORDS, canonical, check

__all__ = [
    "SPELLING",
    "Resolved",
    "Settings",
    "canonical",
    "linked",
    "place",
    "rehearse",
    "resolve",
    "shipped_model",
]
Progress = Callable[[str, int, int], None]
LEAST_LIKELY = 0.01  # match probability from which on a pair counts for what may be missing


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
    the set of records, decisions, model and settings only. Raises ModelError where the given model
    does not fit this software.
    """
    settings = settings or Settings()
    if model is not None:
        check_fits(model)
    if not rehearse.cache_info().currsize:
        progress("compile", 0, 1)
        rehearse()
    progress("standardise", 0, 1)
    return _resolved(canonical(records), model, settings, decisions, progress)


@lru_cache(maxsize=1)
def rehearse() -> None:
    """Walk the path once with two records of nobody, so that every kernel is compiled or loaded:
    that they are alike and said to be different is what clustering needs its kernels for.
    """
    entry = {"source": "", "names": [{"given": "anna", "family": "bell"}]}
    entry |= {"emails": ["x@y"], "phones": ["000"]}
    rows = [{**entry, "record_id": record_id} for record_id in ("1", "2")]
    records = pa.Table.from_pylist(rows, schema=RECORDS)
    apart = pa.Table.from_pylist(
        [{"left": 0, "right": 1, "verdict": "different"}], schema=DECISIONS
    )
    _resolved(records, None, Settings(), apart, lambda _stage, _done, _of: None)


def _resolved(
    records: pa.Table,
    model: MatchModel | None,
    settings: Settings,
    decisions: pa.Table | None,
    progress: Progress,
) -> Resolved:
    comparable = standardise.comparable(records, standardise.StandardiseParams())
    entries = coded(comparable, settings.threads)
    if decisions is None:
        comparable = COMPARABLE.empty_table()  # its texts are not looked at any more
    progress("block", 0, 1)
    if model is None:
        blank = MatchModel(hash_key=key_fingerprint(settings.hash_key))
        ready = _trained(blank, entries, settings, progress)
        taught = _taught(ready.model.score, comparable, decisions, settings)
        ready = replace(ready, model=replace(ready.model, score=taught))
    else:
        ready = _prepared(model, entries, settings)
    given = ready.model
    progress("score", 0, 1)
    pairs = _scored(ready, settings, progress)
    progress("cluster", 0, 1)
    clusters = _clustered(records, pairs, given, settings, decisions)
    table = GOLDEN.empty_table()
    if settings.golden:
        progress("golden", 0, 1)
        table = golden_stage.golden(records, clusters, settings.rules)
    report = {
        "blocks": ready.cost,
        "skipped_kinds": given.block.skipped,
        "pairs_scored": pairs.count,
        "duplicate_free": _duplicate_free(records, clusters, apart(settings, given.score)),
        "estimated": {
            **asdict(_estimated(pairs.scored, clusters, given)),
            "doubts": list(doubts(records, given.score, clusters)),
        },
    }
    progress("done", 1, 1)
    return Resolved(records, pairs.edges, clusters, table, given, report)


def place(
    changes: Changes, lookup: Lookup, model: MatchModel, settings: Settings | None = None
) -> Placed:
    """Place what arrived, changed, went or was decided among what the lookup holds.

    The partition, edges and golden records are then those of one `resolve` over what is left, with
    the same model, settings and decisions. Raises InputError where a record is named twice.
    """
    return placed(changes, lookup, model, settings or Settings())


@dataclass(frozen=True)
class _Pairs:
    """EDGES worth keeping, these and less likely ones as `Scored`, how many pairs were scored for
    them, and the arrays to score further pairs.
    """

    edges: pa.Table
    scored: Scored
    count: int
    encoded: Encoded


@dataclass(frozen=True)
class _Ready:
    """Records ready to be scored: the model, what the blocks cost, the blocks and the arrays."""

    model: MatchModel
    cost: dict[str, dict[str, Any]]
    blocks: Blocks
    encoded: Encoded


def _prepared(model: MatchModel, records: Coded, settings: Settings) -> _Ready:
    """With a given model. Hashed values that it does not hold, or that were made under another key,
    are counted anew in these records.
    """
    key = settings.hash_key
    if model.hash_key == key_fingerprint(key):
        keys = block.keys_of(records, model.block, SPELLING, key, alone=False)
    else:
        model = under_key(model, key)
        chosen, keys = block.count_anew(
            records, model.block, SPELLING, key, threads=settings.threads
        )
        shared = shared_contacts(records, key)
        model = replace(model, block=chosen, score=replace(model.score, shared=shared))
    encoded, _values = encode_coded(
        records, model.score, SPELLING, key, apart(settings, model.score)
    )
    return _Ready(model, cost(keys), blocks(keys, records.table.num_rows), encoded)


def _trained(model: MatchModel, records: Coded, settings: Settings, progress: Progress) -> _Ready:
    key, rows = settings.hash_key, records.table.num_rows
    chosen, keys = block.train_keys(records, SPELLING, key, threads=settings.threads)
    progress("train", 0, 1)
    start = untrained(records, key)
    encoded, values = encode_coded(records, start, SPELLING, key, apart(settings, start))
    found = blocks(keys, rows)
    blocks_on = [kind.blocks_on_with(chosen.categories) for kind in KINDS]
    scores = trained(start, encoded, found, blocks_on, settings.seed, threads=settings.threads)
    full = replace(model, block=chosen, score=scores, trained_on=rows)
    return _Ready(full, cost(keys), found, reweighted(encoded, values, scores))


def _scored(ready: _Ready, settings: Settings, progress: Progress) -> _Pairs:
    kept, score = kept_from(settings, ready.model), ready.model.score
    every, count = score_in(
        ready.blocks,
        ready.encoded,
        score,
        min(kept, LEAST_LIKELY),
        threads=settings.threads,
        progress=lambda done, of: progress("score", done, of),
    )
    left, right = (every[name].to_numpy().astype(np.int64) for name in ("left", "right"))
    weight = every["match_weight"]
    edges = every.filter(pc.greater_equal(weight, weight_at(kept, score)))
    return _Pairs(edges, Scored(left, right, odds(weight.to_numpy(), score)), count, ready.encoded)


def _duplicate_free(records: pa.Table, clusters: pa.Table, known: frozenset[str]) -> list[str]:
    """Names of sources that look free of duplicates of their own, and are not said to be."""
    source = records["source"].combine_chunks().dictionary_encode()
    names = source.dictionary.to_pylist()
    codes = source.indices.to_numpy().astype(np.int64)
    found = duplicate_free(codes, clusters["cluster"].to_numpy().astype(np.int64))
    return sorted({names[code] for code in found} - known)


def _estimated(scored: Scored, clusters: pa.Table, model: MatchModel) -> Estimates:
    return estimate(
        clusters["cluster"].to_numpy().astype(np.int64),
        clusters["confidence"].to_numpy(),
        scored,
        model.score.unseen,
        one_each=bool(model.score.unique),
    )


def linked(edges: pa.Table, clusters: pa.Table) -> pa.ChunkedArray:
    """Whether both rows of each edge ended in one cluster."""
    cluster = clusters["cluster"]
    return pc.equal(cluster.take(edges["left"]), cluster.take(edges["right"]))


def shipped_model(hash_key: bytes = FILE_HASH_KEY) -> MatchModel:
    """The model an empty hub starts on: shipped priors and the selective key kinds."""
    return MatchModel(
        block=BlockModel(kinds=SELECTIVE), score=shipped(), hash_key=key_fingerprint(hash_key)
    )


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

    known = _pairs(pairs.edges, model)
    limits = decided(check(given, DECISIONS, "DECISIONS"))
    scores = _pair_scores(pairs.encoded, model.score)
    return partition(records, known, limits, cut(settings, model), scores)


def _pair_scores(encoded: Encoded, model: ScoreModel) -> PairScores:
    """What clustering asks about pairs of rows of `encoded`."""
    all_pairs = weights(model, encoded, None)

    def weighed(left: Any, right: Any) -> Any:
        return odds(weigh(encoded, model, left, right), model)

    def said(left: Any, right: Any) -> Evidence:
        return Evidence(*evidence(encoded, all_pairs, left, right))

    return PairScores(weighed, said, mixture(model))


def _pairs(edges: pa.Table, model: MatchModel) -> Pairs:
    left, right = (edges[name].to_numpy().astype(np.int64) for name in ("left", "right"))
    return Pairs(left, right, odds(edges["match_weight"].to_numpy(), model.score))
