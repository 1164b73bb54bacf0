"""Background work: placing what waits."""

from __future__ import annotations

from tellonce.hub.intake.services import place_pending
from tellonce.hub.intake.waiting import PLACE
from tellonce.hub.jobs.registry import register_handler
from tellonce.hub.jobs.types import JobContext, ReleaseJob


def register() -> None:
    """Tell the workers who places."""
    register_handler(PLACE, place)


def place(context: JobContext) -> None:
    """Place what waits; given back between chunks where the worker is asked to end."""

    def progress(stage: str, done: int, total: int) -> None:
        context.progress(stage, done, total)
        if context.stopping.is_set():
            raise ReleaseJob

    place_pending(context.actor, progress)
