"""Background work of this app: kinds of activity are profiled after each delivery."""

from __future__ import annotations

from tellonce.hub.activity.profiling import activity_profiles_due
from tellonce.hub.jobs.types import JobContext, ReleaseJob


def profile(context: JobContext) -> None:
    """Profile what got a delivery; stops between slices when the worker is to end."""

    def progress(stage: str, done: int, total: int) -> None:
        context.progress(stage, done, total)
        if context.stopping.is_set():
            raise ReleaseJob

    activity_profiles_due(progress)
