"""What workers do now and then, however many: number, consume, enqueue, count, purge."""

from __future__ import annotations

import time
from datetime import timedelta

from tellonce.hub.core import clock
from tellonce.hub.core.bulk import count_grown_tables
from tellonce.hub.jobs import schedules
from tellonce.hub.jobs.consumers import consume_feed
from tellonce.hub.jobs.models import Job
from tellonce.hub.jobs.registry import pulses
from tellonce.hub.jobs.running import work_once
from tellonce.hub.jobs.sequencer import number_waiting
from tellonce.hub.jobs.types import JobContext

KEPT = timedelta(days=7)  # what is done stays this long, so that one can see what was
_AT_ONCE = 1000
_COUNTED_EVERY = 10.0  # seconds
_counted = [0.0]


def tick() -> None:
    """Number the streams, give consumers what is new, enqueue what the schedules say."""
    number_waiting()
    consume_feed()
    schedules.enqueue_due()
    for act in pulses().values():
        act()
    if time.monotonic() - _counted[0] > _COUNTED_EVERY:
        count_grown_tables()
        _counted[0] = time.monotonic()


def work_until_idle() -> int:
    """Tick and do every due job in this thread, until nothing is due; returns how many."""
    done = 0
    while True:
        tick()
        if not work_once():
            return done
        done += 1


def purge_old_jobs(context: JobContext) -> None:
    """Delete jobs that ended, done or cancelled, more than a week ago; dead ones stay."""
    ended = Job.objects.filter(
        state__in=(Job.DONE, Job.CANCELLED), finished_at__lt=clock.now() - KEPT
    )
    purged = 0
    while not context.stopping.is_set():
        some = list(ended.values_list("pk", flat=True)[:_AT_ONCE])
        if not some:
            return
        purged += Job.objects.filter(pk__in=some).delete()[0]
        context.progress("purge", purged, 0)
