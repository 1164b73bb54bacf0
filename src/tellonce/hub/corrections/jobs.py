"""Background work: looking at what sources deliver, what the hub finds, and what time does."""

from __future__ import annotations

from collections.abc import Sequence

from tellonce.hub.corrections.services import (
    detect_declared,
    take_answer,
    tend_corrections,
    verify_corrections,
)
from tellonce.hub.corrections.work import ANSWER
from tellonce.hub.events.types import StoredEvent
from tellonce.hub.jobs.services import enqueue
from tellonce.hub.jobs.types import SYSTEM, JobContext
from tellonce.hub.upkeep.nudging import ANSWERED


def verify(_context: JobContext) -> None:
    """Look at what the sources delivered."""
    verify_corrections()


def tend(_context: JobContext) -> None:
    """Remind, escalate, expire."""
    tend_corrections()


def detect(_context: JobContext) -> None:
    """Open corrections for what the hub found, as declared."""
    detect_declared()


def answer(context: JobContext) -> None:
    """Open a correction for what a person said instead."""
    take_answer(context.payload["nudge"])


def follow_answers(events: Sequence[StoredEvent]) -> None:
    """Have what people answered looked at."""
    for event in events:
        if event.type == ANSWERED and event.data.get("answer") == "changed":
            nudge = str(event.data["nudge"])
            enqueue(ANSWER, {"nudge": nudge}, SYSTEM, unique=f"{ANSWER}:{nudge}")
