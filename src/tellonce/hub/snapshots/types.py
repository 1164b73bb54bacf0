"""Frozen values that may leave the app."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tellonce.hub.upkeep.types import NEVER_AGES, Ageing


@dataclass(frozen=True)
class SnapshotRequest:
    """Who is meant, and what for. Exactly one of the first four is given.

    `record` is `SOURCE:ID`. `sections` empty means all that the purpose needs.
    """

    purpose: str
    customer: str = ""
    record: str = ""
    email: str = ""
    phone: str = ""
    trigger: str = "profile"
    sections: tuple[str, ...] = ()


@dataclass(frozen=True)
class HeldValue:
    """A golden value as we hold it, before policy: `rank` 0 is the golden one, others follow.

    `observed_at`: when it was true, None where its source does not say; `delivered_at`: when its
    source last handed it over, None where the record is gone; `ageing`: how it goes out of date.
    """

    attribute: str
    value: str
    rank: int
    source: str
    record: str
    observed_at: datetime | None
    delivered_at: datetime | None
    confidence: float
    agreeing: int
    rule: str
    ageing: Ageing = NEVER_AGES


@dataclass(frozen=True)
class HeldEntry:
    """One line of a section's timeline, before policy. `fields` holds only what is filled.

    `confidence`: how sure it is that the record it hangs on is this customer's.
    """

    kind: str
    at: datetime | None
    source: str
    confidence: float
    fields: Mapping[str, Any]


@dataclass(frozen=True)
class HeldSection:
    """A section as we hold it, before policy. `total` counts entries that are not shown, too."""

    name: str
    values: tuple[HeldValue, ...] = ()
    entries: tuple[HeldEntry, ...] = ()
    total: int = 0
    summary: Mapping[str, Any] = field(default_factory=dict)
    completeness: float | None = None

    @property
    def freshness(self) -> datetime | None:
        """When the newest of it was true or, where its source does not say, handed over."""
        moments = [v.observed_at or v.delivered_at for v in self.values]
        moments += [e.at for e in self.entries]
        return max((moment for moment in moments if moment is not None), default=None)


@dataclass(frozen=True)
class SealedSnapshot:
    """A snapshot as it was handed out. `document` None: the body was erased at `erased_at`."""

    id: str
    customer: str
    purpose: str
    trigger: str
    requested_by: str
    as_of: datetime
    sha256: str
    document: Mapping[str, Any] | None
    erased_at: datetime | None = None

    def as_json(self) -> dict[str, Any]:
        """The document with its hash, which is over the canonical JSON of all the rest."""
        return {**(self.document or {"snapshot": self.id}), "sha256": self.sha256}


@dataclass(frozen=True)
class TakenSnapshot:
    """A snapshot that is ready, and the CloudEvent P1624 that says so."""

    snapshot: SealedSnapshot
    event: Mapping[str, Any]


@dataclass(frozen=True)
class Verification:
    """Whether a snapshot is what was sealed; None where its body was erased."""

    holds: bool | None
    sentence: str
