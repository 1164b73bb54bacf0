"""Under what everything is placed: the adopted model and what the sources declare."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

from tellonce.hub.bridge.services import STANDARDISER
from tellonce.hub.bridge.types import ResolutionRules
from tellonce.hub.core.canonical import digest
from tellonce.hub.matching.held import (
    SHIPPED,
    is_newest_in_force,
    newest_trained_on,
    only_shipped,
)
from tellonce.hub.matching.selectors import (
    adopted_fingerprint,
    adopted_model,
    any_decision,
)
from tellonce.hub.matching.types import StoredModel
from tellonce.hub.sources.selectors import active_record_count, declarations, newest_record
from tellonce.hub.vault.services import hash_key

TRAINS_AT = 1_000
"""Active records from which a first model is trained and adopted."""

GROWN = 4
"""Times the records that a model was trained on, from which there is to be another: the keys by
which it brings records together are worth their pairs for so many only."""


@dataclass(frozen=True)
class Rules:
    """Rules of a resolution, and their fingerprint. `origin`: of the model that is to be adopted
    with them, "" where it is adopted already; `of_own`: that model is not the shipped one.
    """

    resolution: ResolutionRules
    fingerprint: str
    origin: str = ""
    of_own: bool = False


def rules_in_force() -> Rules:
    """The adopted model with what the sources declare; the shipped one before the first."""
    return _kept(fingerprint_in_force(), hash_key())


@lru_cache(maxsize=2)
def _kept(fingerprint: str, key: bytes) -> Rules:
    """The model is large, and read again only where the rules are others."""
    adopted = adopted_model()
    rules = _rules(adopted.document if adopted else None, "" if adopted else SHIPPED)
    return replace(rules, of_own=adopted is not None and adopted.origin != SHIPPED)


def rules_to_train() -> Rules:
    """A model is trained anew and adopted."""
    return _rules("", "trained")


def rules_of_model(model: StoredModel) -> Rules:
    """A model that is held is adopted, for the first time or again."""
    return _rules(model.document, model.origin)


def is_time_to_train() -> bool:
    """Whether there are enough records for a first model, none was ever made or proposed, and no
    person has decided anything.
    """
    if not only_shipped() or any_decision():
        return False
    return active_record_count() >= TRAINS_AT


def is_outgrown() -> bool:
    """Whether there are GROWN times the records that the newest model was trained on."""
    least = GROWN * newest_trained_on()
    return 0 < least <= newest_record() and active_record_count() >= least


def is_free_to_train() -> bool:
    """Whether no person decided anything or chose a model, so that another may come unasked."""
    return is_newest_in_force() and not any_decision()


def fingerprint_in_force() -> str:
    """What `rules_in_force()` would have as fingerprint, without reading the model."""
    trust, unique = declarations()
    return _fingerprint(adopted_fingerprint(), trust, unique)


def _rules(model: str | None, origin: str) -> Rules:
    trust, unique = declarations()
    found = ResolutionRules(model, hash_key(), trust, frozenset(unique))
    return Rules(found, _fingerprint(adopted_fingerprint(), trust, unique), origin)


def _fingerprint(model: str, trust: object, unique: object) -> str:
    return digest({"model": model, "trust": trust, "unique": unique, "by": STANDARDISER})
