"""Frozen values that may leave the app."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class EndpointView:
    """Where events are sent. `types` empty: every event; `reason` says why it is disabled."""

    id: str
    url: str
    types: tuple[str, ...]
    created_at: datetime
    disabled_at: datetime | None
    reason: str
    failing_since: datetime | None
    waiting: int = 0
    dead: int = 0


@dataclass(frozen=True)
class DeliveryView:
    """One event on its way to one endpoint; `number` is the event's in the feed.

    `state` is waiting, delivered or dead; `status` the last answer's, None where there was none.
    """

    id: int
    endpoint: str
    number: int
    state: str
    attempts: int
    next_at: datetime
    status: int | None
    trouble: str
    created_at: datetime
    finished_at: datetime | None


@dataclass(frozen=True)
class Answer:
    """What came of one attempt. `status` None: no answer; `trouble` '': the message was accepted.

    `retry_after`: seconds the receiver asked us to wait.
    """

    status: int | None
    trouble: str = ""
    retry_after: float = 0.0
    milliseconds: int = 0

    @property
    def accepted(self) -> bool:
        """Whether the receiver has the message."""
        return not self.trouble
