"""Frozen values that may leave the app."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

SYSTEM = "system"  # the actor of what nobody asked for, such as the purge of old jobs


@dataclass(frozen=True)
class HeldLease:
    """A lease we hold. `token` is larger than that of every earlier holder."""

    name: str
    token: int
    holder: str


@dataclass(frozen=True)
class ClaimedJob:
    """A job that is ours until its lease ends; `attempt` counts from 1."""

    id: int
    kind: str
    payload: Mapping[str, Any]
    actor: str
    token: int
    attempt: int
    unique: str = ""


@dataclass(frozen=True)
class JobContext:
    """What a handler is given.

    `progress(stage, done, total)` shows how far it has come; `total` 0 means not known.
    `confirm()` is called in each write transaction: it keeps the job for the commit, or raises
    `LeaseLost`. `finish()` marks the job done in the transaction of its last write; a handler that
    does not call it is marked done after it returns, and may then run twice.
    `stopping` is set when the worker is asked to end or the job was taken away: a long handler
    looks at it between chunks and raises `ReleaseJob`.
    """

    id: int
    kind: str
    payload: Mapping[str, Any]
    actor: str
    attempt: int
    progress: Callable[[str, int, int], None]
    confirm: Callable[[], None]
    finish: Callable[[], None]
    stopping: threading.Event = field(default_factory=threading.Event)


class ReleaseJob(Exception):
    """A handler raises it to give its job back: done later, and not counted as an attempt."""

    def __init__(self, after: timedelta = timedelta(0)) -> None:
        super().__init__("given back")
        self.after = after


@dataclass(frozen=True)
class JobView:
    """A job as people see it; without its payload, which may point at a person."""

    id: int
    kind: str
    state: str
    actor: str
    attempts: int
    bulk: bool
    stage: str
    done: int
    total: int
    trouble: str
    run_at: datetime
    created_at: datetime
    finished_at: datetime | None

    @property
    def progress(self) -> str:
        """How far it has come, such as `score 300/1,000`; '' before it says so, and once it is
        done: what it was at last is not what it did, others may have done the rest.
        """
        if self.state == "done":
            return ""
        figures = f"{self.done:,}/{self.total:,}" if self.total else f"{self.done:,}"
        return f"{self.stage} {figures}" if self.stage else ""


@dataclass(frozen=True)
class ScheduleView:
    """Something that is enqueued again and again."""

    name: str
    rule: str
    kind: str
    next_at: datetime
    last_at: datetime | None


@dataclass(frozen=True)
class ConsumerView:
    """How far a consumer of the feed has come; `trouble` is what holds it up, '' nothing."""

    name: str
    position: int
    lag: int
    failures: int
    trouble: str


@dataclass(frozen=True)
class QueueState:
    """The queue in figures: jobs by state, and how long the oldest due job has waited (seconds)."""

    counts: Mapping[str, int]
    oldest_due: float
