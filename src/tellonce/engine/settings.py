"""What the caller of the engine chooses, and what every path through it shares."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from tellonce.engine.block.kinds import BY_NAME
from tellonce.engine.cluster.evidence import Mixture
from tellonce.engine.cluster.partition import Cut
from tellonce.engine.errors import ModelError
from tellonce.engine.golden.rules import GoldenRules
from tellonce.engine.model.document import MatchModel, ScoreModel
from tellonce.engine.model.hashing import FILE_HASH_KEY, key_fingerprint
from tellonce.engine.model.spelling import Spelling
from tellonce.engine.score.comparisons import COMPARISONS, MAX_LEVELS, ORGANISATION
from tellonce.engine.score.weights import log_odds
from tellonce.engine.standardise.phonetics import phonetic
from tellonce.engine.standardise.variants import variant_groups

SPELLING = Spelling(phonetic=phonetic, variants=variant_groups)


@dataclass(frozen=True)
class Settings:
    """What the caller chooses.

    `threshold` and `review` are match probabilities: pairs are linked from the first on (None: from
    the model's own cut on) and kept from the second on. `seed`, 0 or more, is for sampling.
    `unique_sources` have no duplicates of their own. `threads` score at the same time and change no
    result. Without `golden` no golden records are built. Keys are hashed under `hash_key` (16
    bytes).
    """

    threshold: float | None = None
    review: float = 0.5
    seed: int = 0
    unique_sources: frozenset[str] = frozenset()
    threads: int = 1
    golden: bool = True
    hash_key: bytes = FILE_HASH_KEY
    rules: GoldenRules = field(default_factory=GoldenRules)


def under_key(model: MatchModel, hash_key: bytes) -> MatchModel:
    """The model; its hashed values are dropped where they were made under another key."""
    if model.hash_key == key_fingerprint(hash_key):
        return model
    return replace(model.shareable(), hash_key=key_fingerprint(hash_key))


def link_cut(settings: Settings, model: MatchModel) -> float:
    """The match probability from which on pairs are linked: the caller's, else the model's."""
    return model.score.link if settings.threshold is None else settings.threshold


def hashed_values(model: MatchModel, hash_key: bytes) -> str:
    """What becomes of a given model's hashed values (shared contacts, common blocking keys) under
    this key, in a sentence; empty where they are used as they are.
    """
    if model.hash_key == key_fingerprint(hash_key):
        return ""
    if not model.hash_key:
        return "the model holds no hashed values: shared contacts and common keys are counted anew"
    return (
        "the model's hashed values were made under another key: they are dropped, and shared "
        "contacts and common keys are counted anew"
    )


def check_fits(model: MatchModel) -> None:
    """Raise ModelError where the model speaks of key kinds or levels that are not there."""
    unknown = sorted(set(model.block.kinds) - set(BY_NAME))
    shapes = {np.array(table).shape for table in (model.score.m, model.score.u, model.score.r)}
    if unknown or shapes != {(len(COMPARISONS), MAX_LEVELS)}:
        what = f"key kinds {', '.join(unknown)}" if unknown else "comparisons and levels"
        raise ModelError(
            f"The model speaks of {what} that this software does not have.",
            "It was made by another version, or edited: train it anew.",
        )


def apart(settings: Settings, score: ScoreModel) -> frozenset[str]:
    """The sources without duplicates of their own: the caller's and the model's."""
    return settings.unique_sources | frozenset(score.unique)


def kept_from(settings: Settings, model: MatchModel) -> float:
    """The match probability from which on pairs are kept as edges."""
    return min(settings.review, link_cut(settings, model))


def cut(settings: Settings, model: MatchModel) -> Cut:
    """What is kept and what is linked, in log2 odds."""
    kept, link = kept_from(settings, model), link_cut(settings, model)
    return Cut(log_odds(kept), log_odds(link), apart(settings, model.score))


def mixture(model: ScoreModel) -> Mixture:
    """How sums of evidence become odds under a model."""
    return Mixture(
        prior=log_odds(model.prior),
        relatives=model.relatives,
        branches=model.branches,
        slope=model.slope,
        shift=model.shift,
        own=ORGANISATION,
    )
