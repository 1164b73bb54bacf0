"""Frozen values that may leave the app."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tellonce.hub.core.clock import iso

SOURCE = "/tellonce/hub"


@dataclass(frozen=True)
class Happened:
    """An event to be emitted: `type` such as `tellonce.customer.changed.v1`, `subject` a public
    id ('' for none), `data` without personal values.
    """

    type: str
    subject: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class StoredEvent:
    """An event in the feed; `number` is None until the sequencer has seen it."""

    id: str
    number: int | None
    type: str
    subject: str
    at: datetime
    data: Mapping[str, Any]

    def envelope(self) -> dict[str, Any]:
        """The event as CloudEvents 1.0, ready for JSON."""
        return {
            "specversion": "1.0",
            "id": self.id,
            "source": SOURCE,
            "type": self.type,
            **({"subject": self.subject} if self.subject else {}),
            "time": iso(self.at),
            "datacontenttype": "application/json",
            "data": dict(self.data),
        }
