"""Background work: everybody anew once a day, what went stale meanwhile every hour, and whom a
large load left.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from tellonce.hub.jobs.types import JobContext, ReleaseJob
from tellonce.hub.upkeep.following import catch_up, sweep
from tellonce.hub.upkeep.turning import open_what_went_stale

_LATER = timedelta(minutes=5)
_AT_ONCE = timedelta(0)


def sweep_all(context: JobContext) -> None:
    """Work out every customer anew: what no event told, and what is declared since."""
    _count(context, "sweep", sweep(), _LATER)


def catch_up_all(context: JobContext) -> None:
    """Work out whom a large load left; stopped, it goes on with those who are left."""
    _count(context, "catch up", catch_up(), _AT_ONCE)


def turn(context: JobContext) -> None:
    """Open findings about values that went stale by time alone."""
    _count(context, "turn", open_what_went_stale(), _AT_ONCE)


def _count(context: JobContext, stage: str, counts: Iterator[int], after: timedelta) -> None:
    done = 0
    for count in counts:
        done += count
        context.progress(stage, done, 0)
        if context.stopping.is_set():
            raise ReleaseJob(after)
