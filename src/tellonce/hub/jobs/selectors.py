"""Reads."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Max, Min, Q

from tellonce.hub.core import clock
from tellonce.hub.core.errors import Unknown
from tellonce.hub.jobs.models import Cursor, Job, Schedule, Worker
from tellonce.hub.jobs.processes import is_dead
from tellonce.hub.jobs.registry import consumers
from tellonce.hub.jobs.sequencer import given_above
from tellonce.hub.jobs.types import ConsumerView, JobView, QueueState, ScheduleView

_SEEN = timedelta(seconds=60)  # a worker that was silent for longer is not there


def job_counts() -> dict[str, int]:
    """Jobs by state: waiting, running, done, dead, cancelled."""
    counts = dict.fromkeys(Job.STATES, 0)
    return counts | dict(Job.objects.values_list("state").annotate(Count("id")))


def jobs(*, state: str = "", kind: str = "", limit: int = 100) -> list[JobView]:
    """The newest jobs first, of one state and of one kind where these are named."""
    rows = Job.objects.order_by("-id")
    rows = rows.filter(state=state) if state else rows
    rows = rows.filter(kind=kind) if kind else rows
    return [_view(row) for row in rows[:limit]]


def job(job_id: int) -> JobView:
    """One job; raises `Unknown`."""
    row = Job.objects.filter(pk=job_id).first()
    if row is None:
        raise Unknown(f"There is no job {job_id}.", hint="See `tellonce jobs list`.")
    return _view(row)


def job_payload(job_id: int) -> Mapping[str, Any]:
    """What a job is about, for who put it there; it may point at a person."""
    return Job.objects.values_list("payload", flat=True).get(pk=job_id)


def queue_state() -> QueueState:
    """The queue in figures."""
    due = Job.objects.filter(state=Job.WAITING, run_at__lte=clock.now())
    oldest = due.aggregate(Min("run_at"))["run_at__min"]
    age = (clock.now() - oldest).total_seconds() if oldest else 0.0
    return QueueState(job_counts(), max(0.0, age))


def schedules() -> list[ScheduleView]:
    """Every schedule, the next to run first."""
    return [
        ScheduleView(row.name, row.rule, row.kind, row.next_at, row.last_at)
        for row in Schedule.objects.order_by("next_at", "name")
    ]


def consumer_states(stream: str = "events") -> list[ConsumerView]:
    """Every registered consumer of the feed, with how many events it has not seen yet."""
    rows = {row.name: row for row in Cursor.objects.filter(name__in=consumers())}
    found = [rows.get(name) or Cursor(name=name) for name in sorted(consumers())]
    return [
        ConsumerView(
            row.name, row.position, given_above(stream, row.position), row.failures, row.trouble
        )
        for row in found
    ]


def living_workers() -> int:
    """How many workers gave a sign of life within the last minute, and are not known to be dead."""
    now = clock.now()
    heard = Worker.objects.filter(beat_at__gte=now - _SEEN, beat_at__lte=now + _SEEN)
    return sum(not is_dead(*who) for who in heard.values_list("host", "process"))


def worker_last_seen() -> datetime | None:
    """The last sign of life of any worker that has not signed off; None where there is none."""
    return Worker.objects.aggregate(Max("beat_at"))["beat_at__max"]


def running_jobs() -> list[JobView]:
    """What is being worked on now."""
    at_work = Q(state=Job.RUNNING)
    return [_view(row) for row in Job.objects.filter(at_work).order_by("id")[:100]]


def _view(row: Job) -> JobView:
    return JobView(
        id=row.pk,
        kind=row.kind,
        state=row.state,
        actor=row.actor,
        attempts=row.attempts,
        bulk=row.bulk,
        stage=row.stage,
        done=row.done,
        total=row.total,
        trouble=row.trouble,
        run_at=row.run_at,
        created_at=row.created_at,
        finished_at=row.finished_at,
    )
