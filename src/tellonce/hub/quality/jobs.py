"""Background work of this app: what is held is judged each day, and after rules changed."""

from __future__ import annotations

from tellonce.hub.jobs.services import enqueue, register_handler, register_recurring
from tellonce.hub.jobs.types import JobContext, ReleaseJob
from tellonce.hub.quality.running import run_due

RUN = "quality.run"
"""The kind of job that judges what is due."""


def register() -> None:
    """Tell the workers who judges, and how often."""
    register_handler(RUN, judge)
    register_recurring("quality", "every 1d", RUN)


def enqueue_run(actor: str) -> None:
    """In the transaction that changed something: have what is due judged soon."""
    enqueue(RUN, {}, actor, unique=RUN, bulk=True)


def judge(context: JobContext) -> None:
    """Judge what is due of every source; stops between slices when the worker is to end."""

    def progress(stage: str, done: int, total: int) -> None:
        context.progress(stage, done, total)
        if context.stopping.is_set():
            raise ReleaseJob

    run_due(progress)
