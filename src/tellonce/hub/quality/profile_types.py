"""Frozen values about profiles that may leave the app."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tellonce.rules.drift import Drift
from tellonce.rules.profile_types import Profile


@dataclass(frozen=True)
class SourceProfileView:
    """The profile of a source at a time, of its records or (`content`) of a kind of activity.

    `records` are all active ones, or rows, `profile.rows` those that were looked at; `changes`
    since the profile made at `compared_with` (None: there was none).
    """

    id: int
    source: str
    content: str
    at: datetime
    records: int
    profile: Profile
    compared_with: datetime | None
    changes: tuple[Drift, ...]

    def as_document(self) -> dict[str, Any]:
        """Plain values that JSON can hold."""
        return {
            "source": self.source,
            "content": self.content,
            "at": self.at,
            "records": self.records,
            "looked_at": self.profile.rows,
            "fields": self.profile.as_document()["fields"],
            "compared_with": self.compared_with,
            "changes": [one.as_document() for one in self.changes],
        }


@dataclass(frozen=True)
class FieldMoment:
    """A few figures of a field at a time, for charts over time."""

    at: datetime
    field: str
    fill: float
    distinct: int
    formats: int
    placeholders: int


@dataclass(frozen=True)
class SourceDrift:
    """A change of a source, as the newest profile that showed it tells; `since` is when the profile
    was made that it is compared with.
    """

    source: str
    content: str
    at: datetime
    since: datetime
    change: Drift
