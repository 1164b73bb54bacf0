"""Background work: placing what waits, and other models."""

from __future__ import annotations

from tellonce.hub.bridge.types import Progress
from tellonce.hub.intake import modelling
from tellonce.hub.intake.services import place_pending
from tellonce.hub.jobs.types import JobContext, ReleaseJob


def place(context: JobContext) -> None:
    """Place what waits."""
    place_pending(context.actor, _shown(context))


def propose_model(context: JobContext) -> None:
    """Train a model and say what it would change."""
    modelling.propose(_shown(context))


def adopt_model(context: JobContext) -> None:
    """Resolve all records anew under a model."""
    modelling.adopt(context.payload["fingerprint"], context.actor, _shown(context))


def _shown(context: JobContext) -> Progress:
    """Progress of a job, which is given back between steps where the worker is asked to end."""

    def progress(stage: str, done: int, total: int) -> None:
        context.progress(stage, done, total)
        if context.stopping.is_set():
            raise ReleaseJob

    return progress
