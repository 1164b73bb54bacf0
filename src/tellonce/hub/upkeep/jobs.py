"""Background work: everybody anew once a day, and what went stale meanwhile every hour."""

from __future__ import annotations

from datetime import timedelta

from tellonce.hub.jobs.registry import register_handler, register_recurring
from tellonce.hub.jobs.types import JobContext, ReleaseJob
from tellonce.hub.upkeep.declared import SWEEP
from tellonce.hub.upkeep.keeping import sweep
from tellonce.hub.upkeep.turning import open_what_went_stale

TURN = "upkeep.turn"
_LATER = timedelta(minutes=5)


def register() -> None:
    """Tell the workers."""
    register_handler(SWEEP, sweep_all)
    register_handler(TURN, turn)
    register_recurring("upkeep sweep", "every 1d", SWEEP)
    register_recurring("upkeep turn", "every 1h", TURN)


def sweep_all(context: JobContext) -> None:
    """Work out every customer anew: what no event told, and what is declared since."""
    done = 0
    for count in sweep():
        done += count
        context.progress("sweep", done, 0)
        if context.stopping.is_set():
            raise ReleaseJob(_LATER)


def turn(context: JobContext) -> None:
    """Open findings about values that went stale by time alone."""
    done = 0
    for count in open_what_went_stale():
        done += count
        context.progress("turn", done, 0)
        if context.stopping.is_set():
            raise ReleaseJob
