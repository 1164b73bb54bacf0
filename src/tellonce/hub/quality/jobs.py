"""Background work of this app: what is held is judged each day, and after rules changed; a source
is profiled after each delivery.
"""

from __future__ import annotations

from tellonce.hub.bridge.types import Progress
from tellonce.hub.jobs.services import enqueue
from tellonce.hub.jobs.types import JobContext, ReleaseJob
from tellonce.hub.quality.profiles import profile_due
from tellonce.hub.quality.running import run_due
from tellonce.hub.quality.work import RUN


def enqueue_run(actor: str) -> int:
    """In the transaction that changed something: have what is due judged soon; gives the job."""
    return enqueue(RUN, {}, actor, unique=RUN, bulk=True)


def judge(context: JobContext) -> None:
    """Judge what is due of every source; stops between slices when the worker is to end."""
    run_due(_stoppable(context))


def profile(context: JobContext) -> None:
    """Profile the sources that got a delivery; stops as `judge` does."""
    profile_due(_stoppable(context))


def _stoppable(context: JobContext) -> Progress:
    def progress(stage: str, done: int, total: int) -> None:
        context.progress(stage, done, total)
        if context.stopping.is_set():
            raise ReleaseJob

    return progress
