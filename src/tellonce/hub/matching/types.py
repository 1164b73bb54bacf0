"""Frozen values that may leave the app."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class StoredModel:
    """A match model: a JSON document. `origin` is shipped, trained (on `records`) or edited."""

    document: str
    fingerprint: str
    origin: str
    records: int
    created_at: datetime
    adopted_at: datetime | None


@dataclass(frozen=True, slots=True)
class StoredEdge:
    """A pair of records (row ids, left below right) at or above the review cut; `linked` where
    both ended in one customer.
    """

    left: int
    right: int
    kind: int
    pattern: int
    match_weight: float
    probability: float
    linked: bool


@dataclass(frozen=True, slots=True)
class LiveDecision:
    """The newest word of a person about two records (row ids, left below right)."""

    left: int
    right: int
    verdict: str


@dataclass(frozen=True)
class NewDecision:
    """What a person says about two records (row ids, in either order): same, different, unsure."""

    left: int
    right: int
    verdict: str
    actor: str
    reason: str = ""
