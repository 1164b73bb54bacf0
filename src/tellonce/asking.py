"""ask(): the pairs of records whose answers would teach the model most, for a person to decide."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from tellonce.engine import pipeline, standardise
from tellonce.engine.cluster.constraints import decided
from tellonce.engine.cluster.split import Constraints
from tellonce.engine.model.document import MatchModel
from tellonce.engine.score.calibrate import compared
from tellonce.engine.score.comparisons import packed
from tellonce.engine.score.select import OpenPairs, chosen
from tellonce.engine.score.weights import odds
from tellonce.engine.settings import SPELLING
from tellonce.engine.tables import DECISIONS
from tellonce.io.errors import BadSetting
from tellonce.io.labels import read_labels, taken
from tellonce.resolution import NOBODY, Progress, Say, StageClock, settings_of, standardised

Longs = npt.NDArray[np.int64]
# Pairs down to this probability may be asked about: links that are missed lie far below the cut.
LEAST = 0.001


@dataclass(frozen=True)
class Questions:
    """Pairs to ask a person about, the most useful first.

    pairs   Arrow: verdict (empty, to be filled in with same or different), left_source, left_id,
            right_source, right_id, probability, then `left <attribute>` and `right <attribute>` of
            what the records say
    model   the model that finds them uncertain
    open    pairs that could have been asked about
    """

    pairs: pa.Table
    model: MatchModel
    open: int


def ask(
    sources: Mapping[str, Any],
    *,
    count: int = 50,
    labels: Any = None,
    id: str | None = None,
    mapping: Mapping[str, Any] | str | Path | None = None,
    ignore: Collection[str] = (),
    unique: Collection[str] = (),
    seed: int = 0,
    progress: Progress | None = None,
    say: Say = NOBODY,
) -> Questions:
    """Choose up to `count` pairs of `sources` that a person should decide; see `score.select`.

    `labels` are the pairs decided so far: they teach the model that chooses, and are not asked
    again. Filled in, the result is read as labels by `tellonce.resolve`. The other arguments are
    those of `resolve`. Raises TellonceError.
    """
    if count < 1:
        raise BadSetting(f"{count} pairs cannot be asked about.", "Ask about 1 or more.")
    clock = StageClock(progress)
    settings = settings_of(sources, threshold=None, review=LEAST, seed=seed, unique=unique)
    settings = replace(settings, golden=False)
    said = None if labels is None else read_labels(labels, sources)
    ready = standardised(sources, id=id, mapping=mapping, ignore=ignore, progress=clock, say=say)
    told = None if said is None else taken(said, pipeline.canonical(ready.records))
    if told is not None:
        say(told.sentence())
    decisions = DECISIONS.empty_table() if told is None else told.decisions
    found = pipeline.resolve(ready.records, settings=settings, decisions=decisions, progress=clock)
    pairs = _open_pairs(found, decided(decisions), settings)
    asked = chosen(pairs, count)
    clock.stop()
    table = _table(found, pairs, asked)
    return Questions(table, found.model, len(pairs.left) - pairs.answered)


def _open_pairs(
    found: pipeline.Resolved, told: Constraints, settings: pipeline.Settings
) -> OpenPairs:
    """The pairs that are answered, then the kept ones that are not."""
    model, edges = found.model.score, found.edges
    answered = [
        np.concatenate([told.same_left, told.different_left]),
        np.concatenate([told.same_right, told.different_right]),
    ]
    seen = compared(
        standardise.comparable(found.records, standardise.StandardiseParams()),
        model,
        *answered,
        spelling=SPELLING,
        hash_key=settings.hash_key,
    )
    kept = [edges[side].to_numpy().astype(np.int64) for side in ("left", "right")]
    fresh = ~np.isin(_codes(*kept), _codes(*answered))
    left, right = (
        np.concatenate([old, new[fresh]]) for old, new in zip(answered, kept, strict=True)
    )
    pattern = edges["pattern"].to_numpy()[fresh]
    weight = edges["match_weight"].to_numpy()[fresh]
    return OpenPairs(
        left,
        right,
        np.concatenate([packed(seen.levels), pattern]),
        odds(np.concatenate([seen.weight, weight]), model),
        _moved(found.clusters["cluster"].to_numpy(), left, right),
        len(answered[0]),
    )


def _codes(left: Longs, right: Longs) -> Longs:
    return (left << 32) | right


def _moved(cluster: Longs, left: Longs, right: Longs) -> npt.NDArray[np.float64]:
    """How much the answer moves: log2 of the records of the customers that both records are of."""
    size = np.bincount(cluster, minlength=len(cluster))[cluster]
    both = np.where(cluster[left] == cluster[right], size[left], size[left] + size[right])
    return np.asarray(np.log2(np.maximum(both, 2)))


def _table(found: pipeline.Resolved, pairs: OpenPairs, asked: Longs) -> pa.Table:
    sides = {"left": pairs.left[asked], "right": pairs.right[asked]}
    probability = 1.0 / (1.0 + np.exp2(-pairs.odds[asked]))
    columns = {"verdict": pa.nulls(len(asked), pa.string())}
    shown = {}
    for side, rows in sides.items():
        records = found.records.take(pa.array(rows))
        columns[f"{side}_source"] = records["source"].combine_chunks()
        columns[f"{side}_id"] = records["record_id"].combine_chunks()
        shown[side] = [values_of(record) for record in records.to_pylist()]
    columns["probability"] = pa.array(np.round(probability, 4))
    there = dict.fromkeys(name for side in shown.values() for values in side for name in values)
    for name in there:
        for side, records in shown.items():
            columns[f"{side} {name}"] = pa.array([r.get(name) for r in records], pa.string())
    return pa.table(columns)


def values_of(record: Mapping[str, Any]) -> dict[str, str]:
    """What a row of RECORDS says, by attribute, as a person reads it; what is empty is left out."""
    names = [_joined(n, "title", "given", "middle", "family", "suffix") for n in record["names"]]
    full = [name["full"] for name in record["names"]]
    places = [
        _joined(a, "street", "number", "unit", "postal_code", "city", "region", "country")
        for a in record["addresses"]
    ]
    said = {
        "name": [name or whole for name, whole in zip(names, full, strict=True)],
        "organisation": record["organisations"],
        "birth date": [record["birth_date"]],
        "gender": [record["gender"]],
        "e-mail": record["emails"],
        "phone": record["phones"],
        "address": [a or b["full"] for a, b in zip(places, record["addresses"], strict=True)],
        "identifier": [f"{i['kind']} {i['value']}" for i in record["identifiers"]],
    }
    for other in record["others"]:
        said.setdefault(other["name"], []).append(other["value"])
    texts = {name: ", ".join(filter(None, values)) for name, values in said.items()}
    return {name: text for name, text in texts.items() if text}


def _joined(entry: Mapping[str, Any], *parts: str) -> str:
    return " ".join(entry[part] for part in parts if entry[part])
