"""Background work of this app: a source is fetched by its schedule."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tellonce.hub.accounts.types import Actor
from tellonce.hub.jobs.types import SYSTEM, JobContext, ReleaseJob
from tellonce.hub.sources.running import Run, run_source
from tellonce.hub.sources.runs import SCHEDULE

THE_SCHEDULE = Actor(SYSTEM, "the schedule", "", frozenset({"engineer"}))
"""Who fetches by a schedule: whoever set it may have left since."""


def fetch(context: JobContext) -> None:
    """Run the source that the payload names; stops between slices when the worker is to end."""
    payload: Mapping[str, Any] = context.payload

    def progress(stage: str, done: int, total: int) -> None:
        context.progress(stage, done, total)
        if context.stopping.is_set():
            raise ReleaseJob

    run_source(payload["source"], Run(THE_SCHEDULE, SCHEDULE, progress=progress))
