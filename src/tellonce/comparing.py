"""compare(): what another model would change in the customers, before it is adopted."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from tellonce.engine import changes, explaining, pipeline, standardise
from tellonce.engine.model.document import MatchModel
from tellonce.engine.score.calibrate import compared
from tellonce.engine.score.explain import Explanation
from tellonce.engine.score.weights import odds
from tellonce.engine.settings import SPELLING, hashed_values, link_cut
from tellonce.io.labels import read_labels, taken
from tellonce.resolution import (
    NOBODY,
    Progress,
    Say,
    StageClock,
    load_model,
    settings_of,
    standardised,
)

Longs = npt.NDArray[np.int64]
MOST_PAIRS = 10
LEAST_REASON = 0.05  # bits below which a difference is not worth a word


@dataclass(frozen=True)
class ChangedPair:
    """Two records, (source, record id), that one model has in one customer and the other has not.

    `reasons`: what weighs differently, in bits (new less old), most first. `old` and `new` are the
    explanations under each.
    """

    left: tuple[str, str]
    right: tuple[str, str]
    together: bool
    reasons: tuple[tuple[str, float], ...]
    old: Explanation
    new: Explanation


@dataclass(frozen=True)
class Comparison:
    """What would change if `new` took the place of `old`: `moves` counts customers and records,
    `pairs` are the changed ones whose odds moved most, of `changed_pairs` in all among those that
    either model keeps.
    """

    old: MatchModel
    new: MatchModel
    moves: changes.Moves
    changed_pairs: int
    pairs: tuple[ChangedPair, ...]

    def to_dict(self) -> dict[str, Any]:
        """As plain values."""
        return {
            **{name: _about(model) for name, model in (("old", self.old), ("new", self.new))},
            **asdict(self.moves),
            "changed_pairs": self.changed_pairs,
            "pairs": [
                {
                    **{k: v for k, v in asdict(pair).items() if k not in ("old", "new")},
                    "old": pair.old.to_dict(),
                    "new": pair.new.to_dict(),
                }
                for pair in self.pairs
            ],
        }


def _about(model: MatchModel) -> dict[str, Any]:
    return {
        "fingerprint": model.fingerprint,
        "trained_on": model.trained_on,
        "labels": model.score.labels,
        "link": model.score.link,
    }


def compare(
    sources: Mapping[str, Any],
    model: MatchModel | str | Path,
    new: MatchModel | str | Path | None = None,
    *,
    labels: Any = None,
    id: str | None = None,
    mapping: Mapping[str, Any] | str | Path | None = None,
    ignore: Collection[str] = (),
    unique: Collection[str] = (),
    seed: int = 0,
    progress: Progress | None = None,
    say: Say = NOBODY,
) -> Comparison:
    """Resolve `sources` under `model` and under `new`, which is trained on them where it is None.

    `labels` hold under both, and teach a model that is trained. The other arguments are those of
    `resolve`. Nothing is written. Raises TellonceError.
    """
    clock = StageClock(progress)
    settings = settings_of(sources, threshold=None, review=0.5, seed=seed, unique=unique)
    settings = replace(settings, golden=False)
    given = [load_model(one) for one in (model, new)]
    said = None if labels is None else read_labels(labels, sources)
    ready = standardised(sources, id=id, mapping=mapping, ignore=ignore, progress=clock, say=say)
    told = None if said is None else taken(said, pipeline.canonical(ready.records))
    if told is not None:
        say(told.sentence())
    for name, one in zip(("old", "new"), given, strict=True):
        sentence = hashed_values(one, settings.hash_key) if one else ""
        if sentence:
            say(f"{name} model: {sentence}")
    decisions = told.decisions if told else None
    runs = [
        pipeline.resolve(
            ready.records, model=one, settings=settings, decisions=decisions, progress=clock
        )
        for one in given
    ]
    clock.stop()
    return compared_runs(runs[0], runs[1], settings)


def compared_runs(
    old: pipeline.Resolved, new: pipeline.Resolved, settings: pipeline.Settings
) -> Comparison:
    """The comparison of two results on the same records."""
    clusters = [run.clusters["cluster"].to_numpy().astype(np.int64) for run in (old, new)]
    left, right, together = _changed(old, new, clusters)
    return Comparison(
        old=old.model,
        new=new.model,
        moves=changes.moves(clusters[0], clusters[1]),
        changed_pairs=len(left),
        pairs=tuple(
            _explained(old, new, (int(left[at]), int(right[at])), bool(together[at]), settings)
            for at in _most_moved(old, new, left, right, settings)
        ),
    )


def _changed(
    old: pipeline.Resolved, new: pipeline.Resolved, clusters: list[Longs]
) -> tuple[Longs, Longs, npt.NDArray[np.bool_]]:
    """Kept pairs of either run that one has in one customer and the other has not; whether the new
    one has.
    """
    edges = pa.concat_tables([run.edges.select(["left", "right"]) for run in (old, new)])
    codes = np.unique(edges["left"].to_numpy().astype(np.int64) << 32 | edges["right"].to_numpy())
    left, right = codes >> 32, codes & 0xFFFFFFFF
    before, after = (cluster[left] == cluster[right] for cluster in clusters)
    moved = before != after
    return left[moved], right[moved], after[moved]


def _most_moved(
    old: pipeline.Resolved,
    new: pipeline.Resolved,
    left: Longs,
    right: Longs,
    settings: pipeline.Settings,
) -> Longs:
    """Positions of the pairs whose odds differ most between the models."""
    if not len(left):
        return np.zeros(0, np.int64)
    comparable = standardise.comparable(old.records, standardise.StandardiseParams())
    bits = []
    for run in (old, new):
        model, key = run.model.score, settings.hash_key
        seen = compared(comparable, model, left, right, spelling=SPELLING, hash_key=key)
        bits.append(odds(seen.weight, model))
    return np.lexsort((right, left, -np.abs(bits[1] - bits[0])))[:MOST_PAIRS]


def _explained(
    old: pipeline.Resolved,
    new: pipeline.Resolved,
    rows: tuple[int, int],
    together: bool,
    settings: pipeline.Settings,
) -> ChangedPair:
    records = old.records.take(pa.array(rows))
    names = list(zip(records["source"].to_pylist(), records["record_id"].to_pylist(), strict=True))
    told = [
        replace(
            explaining.explain(records, run.model, settings.hash_key),
            link=link_cut(settings, run.model),
            one_customer=one,
        )
        for run, one in ((old, not together), (new, together))
    ]
    return ChangedPair(names[0], names[1], together, reasons(*told), *told)


def reasons(old: Explanation, new: Explanation) -> tuple[tuple[str, float], ...]:
    """What weighs differently under the new model, in bits, most first."""
    parts = []
    for told in (old, new):
        weighed = {step.words: step.all_bits for step in told.steps if step.level}
        weighed["how rare matches are"] = told.prior_bits
        weighed["what relatives share"] = told.relatives_bits
        weighed["calibration on labels"] = told.labels_bits
        parts.append(weighed)
    words = dict.fromkeys([*parts[0], *parts[1]])
    moved = [(word, round(parts[1].get(word, 0.0) - parts[0].get(word, 0.0), 3)) for word in words]
    moved = [(word, bits) for word, bits in moved if abs(bits) >= LEAST_REASON]
    return tuple(sorted(moved, key=lambda reason: -abs(reason[1])))
