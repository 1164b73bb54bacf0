"""The table of jobs: at least once, never lost. A count of 1 means mine, 0 someone else's."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import F, Q

from tellonce.hub.core import clock
from tellonce.hub.jobs.models import Job
from tellonce.hub.jobs.types import ClaimedJob

LASTS = timedelta(seconds=60)
MOST_ATTEMPTS = 8


def enqueue(kind: str, payload: Mapping[str, Any], actor: str) -> int:
    """Insert a job in the caller's own transaction; returns its id."""
    now = clock.now()
    job = Job(kind=kind, payload=dict(payload), actor=actor, run_at=now, created_at=now)
    job.save(force_insert=True)
    return job.pk


def claim(kinds: frozenset[str] | None = None) -> ClaimedJob | None:
    """The oldest job that is due or whose worker fell silent; None when there is none."""
    now = clock.now()
    due = Q(state=Job.WAITING, run_at__lte=now) | Q(state=Job.RUNNING, leased_until__lt=now)
    with transaction.atomic():
        jobs = Job.objects.filter(due).order_by("run_at", "id")
        jobs = jobs if kinds is None else jobs.filter(kind__in=kinds)
        if connection.features.has_select_for_update_skip_locked:
            jobs = jobs.select_for_update(skip_locked=True)
        job = jobs.first()
        if job is None:
            return None
        token, attempt = job.token + 1, job.attempts + 1
        mine = Job.objects.filter(pk=job.pk, token=job.token).update(
            state=Job.RUNNING, token=token, attempts=attempt, leased_until=now + LASTS
        )
    return ClaimedJob(job.pk, job.kind, job.payload, job.actor, token, attempt) if mine else None


def heartbeat(job: ClaimedJob) -> bool:
    """Renew the lease; False when the job is no longer ours."""
    return _mine(job).update(leased_until=clock.now() + LASTS) == 1


def finish(job: ClaimedJob) -> bool:
    """Mark done, in the transaction of the job's own writes; False: roll them back."""
    return _mine(job).update(state=Job.DONE, finished_at=clock.now(), leased_until=None) == 1


def fail(job: ClaimedJob, trouble: str) -> bool:
    """Try again later (twice as late each time, with jitter), or give up after 8 attempts."""
    pause = timedelta(seconds=2**job.attempt * random.uniform(0.5, 1.5))
    state = Job.DEAD if job.attempt >= MOST_ATTEMPTS else Job.WAITING
    return (
        _mine(job).update(
            state=state, run_at=clock.now() + pause, leased_until=None, trouble=trouble[:2000]
        )
        == 1
    )


def replay(job_id: int) -> bool:
    """Give a dead job another 8 attempts; False when it is not dead."""
    return (
        Job.objects.filter(pk=job_id, state=Job.DEAD).update(
            state=Job.WAITING, attempts=0, token=F("token") + 1, run_at=clock.now()
        )
        == 1
    )


def _mine(job: ClaimedJob) -> Any:
    return Job.objects.filter(pk=job.id, token=job.token, state=Job.RUNNING)
