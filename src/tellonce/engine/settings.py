"""What the caller of the engine chooses, and what every path through it shares."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from tellonce.engine.golden.rules import GoldenRules
from tellonce.engine.model.document import MatchModel
from tellonce.engine.model.hashing import FILE_HASH_KEY, key_fingerprint
from tellonce.engine.model.spelling import Spelling
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
