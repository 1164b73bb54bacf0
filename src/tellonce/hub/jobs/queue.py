"""The table of jobs: at least once, never lost. A count of 1 means mine, 0 someone else's."""

from __future__ import annotations

import random
from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.models import F, Q

from tellonce.hub.core import clock
from tellonce.hub.jobs import waking
from tellonce.hub.jobs.models import Job
from tellonce.hub.jobs.registry import MOST_ATTEMPTS
from tellonce.hub.jobs.types import ClaimedJob

SCHEDULED = "schedule:"
"""What the keys of jobs begin with that a schedule makes."""
LASTS = timedelta(seconds=60)
_SKEW = timedelta(seconds=60)  # what the clocks of two machines may differ
_LONGEST_PAUSE = 2000.0  # seconds; eight attempts take about an hour and a half
_KEEP_WAITING = "SELECT id FROM jobs WHERE kind = %s AND unique_key = %s AND state = %s FOR SHARE"


def enqueue(
    kind: str,
    payload: Mapping[str, Any],
    actor: str,
    *,
    unique: str = "",
    bulk: bool = False,
    delay: timedelta = timedelta(0),
) -> int:
    """Insert a job in the caller's own transaction; returns its id.

    `unique`: where a job of this kind and key is waiting already, that one is kept instead, and
    is not begun before the caller's transaction ends, so that it sees what the caller wrote.
    `bulk` goes after what people wait for. `delay`: not before then.
    """
    now = clock.now()
    job = Job(
        kind=kind,
        payload=dict(payload),
        actor=actor,
        unique_key=unique,
        bulk=bulk,
        run_at=now + delay,
        created_at=now,
        changed_at=now,
    )
    with transaction.atomic():
        transaction.on_commit(waking.wake, robust=True)
        if not unique:
            job.save(force_insert=True)
            return job.pk
        while True:
            try:
                with transaction.atomic():
                    job.save(force_insert=True)
                return job.pk
            except IntegrityError:
                job.pk = None
                if (there := _keep_waiting(kind, unique)) is not None:
                    return there


def _keep_waiting(kind: str, unique: str) -> int | None:
    """The waiting job of this key, which stays waiting until our transaction ends."""
    if connection.vendor != "postgresql":  # SQLite: our transaction holds the only write lock
        waiting = Job.objects.filter(kind=kind, unique_key=unique, state=Job.WAITING)
        return waiting.values_list("pk", flat=True).first()
    with connection.cursor() as cursor:
        cursor.execute(_KEEP_WAITING, [kind, unique, Job.WAITING])
        row = cursor.fetchone()
    return row[0] if row else None


def claim(
    kinds: Collection[str] | None = None,
    *,
    worker: str = "",
    bulk_too: bool = True,
    silent_too: bool = True,
) -> ClaimedJob | None:
    """The first job that is due or whose worker fell silent; None when there is none.

    `worker` is the name of who works; without `bulk_too` only what people wait for; without
    `silent_too` no job is taken from another worker.
    """
    if kinds is not None and not kinds:
        return None
    jobs = Job.objects.filter(_due(silent_too=silent_too)).order_by("bulk", "run_at", "id")
    jobs = jobs if kinds is None else jobs.filter(kind__in=kinds)
    jobs = jobs if bulk_too else jobs.filter(bulk=False)
    while jobs.exists():  # an idle worker takes no lock
        with transaction.atomic():
            free = jobs
            if connection.features.has_select_for_update_skip_locked:
                free = jobs.select_for_update(skip_locked=True)
            job = free.first()
            if job is None:
                return None
            if (mine := _taken(job, worker)) is not None:
                return mine
    return None


def is_any_due(kinds: Collection[str]) -> bool:
    """Whether a job of these kinds could be claimed now."""
    return Job.objects.filter(_due(silent_too=False), kind__in=kinds).exists()


def _due(*, silent_too: bool) -> Q:
    """Waiting jobs whose time has come, and running ones that nobody keeps alive any more.

    A time that lies further ahead than any we would have written says that the clock was set back.
    """
    now = clock.now()
    due = Q(state=Job.WAITING) & (Q(run_at__lte=now) | Q(changed_at__gt=now + _SKEW))
    free = Q(leased_until=None)  # its worker is known to be dead
    if silent_too:
        free |= Q(leased_until__lt=now) | Q(leased_until__gt=now + LASTS + _SKEW)
    return due | (Q(state=Job.RUNNING) & free)


def _taken(job: Job, worker: str) -> ClaimedJob | None:
    now = clock.now()
    token, attempt = job.token + 1, job.attempts + 1
    same = Job.objects.filter(pk=job.pk, token=job.token)
    if job.state == Job.RUNNING and job.attempts >= MOST_ATTEMPTS:
        trouble = f"Its worker ended {job.attempts} times without a word."
        same.update(state=Job.DEAD, token=token, leased_until=None, changed_at=now, trouble=trouble)
        return None
    mine = same.update(
        state=Job.RUNNING,
        token=token,
        attempts=attempt,
        leased_until=now + LASTS,
        changed_at=now,
        worker=worker,
    )
    if not mine:
        return None
    return ClaimedJob(job.pk, job.kind, job.payload, job.actor, token, attempt, job.unique_key)


def heartbeat(job: ClaimedJob) -> bool:
    """Renew the lease; False when the job is no longer ours."""
    return _mine(job).update(leased_until=clock.now() + LASTS) == 1


def show_progress(job: ClaimedJob, stage: str, done: int, total: int) -> bool:
    """Write down how far the job has come; False when it is no longer ours."""
    lasts = clock.now() + LASTS
    return _mine(job).update(stage=stage[:64], done=done, total=total, leased_until=lasts) == 1


def finish(job: ClaimedJob, *, kept: bool = True) -> bool:
    """Mark done, in the transaction of the job's own writes; False: roll them back.

    Without `kept` the job is gone.
    """
    if not kept:
        done = _mine(job).delete()[0]
    else:
        now = clock.now()
        ended = {"finished_at": now, "changed_at": now, "leased_until": None, "trouble": ""}
        done = _mine(job).update(state=Job.DONE, **ended)
    if done and job.unique.startswith(SCHEDULED):
        _replace_dead(job)
    return done == 1


def fail(job: ClaimedJob, trouble: str, *, attempts: int = MOST_ATTEMPTS) -> bool:
    """Try again later (four times as late each time, with jitter), or give up."""
    if job.attempt >= attempts:
        return _bury(job, trouble)
    pause = min(4.0**job.attempt, _LONGEST_PAUSE) * random.uniform(0.5, 1.5)
    return _wait(_mine(job), run_at=clock.now() + timedelta(seconds=pause), trouble=trouble[:2000])


def bury(job: ClaimedJob, trouble: str) -> bool:
    """Give up at once: trying again would not help."""
    return _bury(job, trouble)


def release(job: ClaimedJob, after: timedelta = timedelta(0)) -> bool:
    """Give the job back as if it had not been begun."""
    return _wait(_mine(job), run_at=clock.now() + after, attempts=F("attempts") - 1)


def replay(job_id: int) -> bool:
    """Give a dead job all its attempts again; False when it is not dead."""
    dead = Job.objects.filter(pk=job_id, state=Job.DEAD)
    return _wait(dead, attempts=0, token=F("token") + 1, run_at=clock.now())


def cancel(job_id: int) -> bool:
    """Take a job off the list; one that runs may write nothing more. False: it has ended."""
    now = clock.now()
    open_ones = Job.objects.filter(pk=job_id, state__in=(Job.WAITING, Job.RUNNING, Job.DEAD))
    return (
        open_ones.update(
            state=Job.CANCELLED,
            token=F("token") + 1,
            leased_until=None,
            finished_at=now,
            changed_at=now,
        )
        == 1
    )


def _mine(job: ClaimedJob) -> Any:
    return Job.objects.filter(pk=job.id, token=job.token, state=Job.RUNNING)


def _bury(job: ClaimedJob, trouble: str) -> bool:
    now = clock.now()
    gone = {"state": Job.DEAD, "leased_until": None, "changed_at": now, "trouble": trouble[:2000]}
    buried = _mine(job).update(**gone) == 1
    if buried and job.unique.startswith(SCHEDULED):
        _replace_dead(job)
    return buried


def _replace_dead(job: ClaimedJob) -> None:
    """What a schedule runs anew does what its earlier runs did not: they are trouble no more."""
    now, trouble = clock.now(), "A later run of its schedule took its place."
    dead = Job.objects.filter(state=Job.DEAD, kind=job.kind, unique_key=job.unique)
    dead.exclude(pk=job.id).update(
        state=Job.CANCELLED, finished_at=now, changed_at=now, trouble=trouble
    )


def _wait(jobs: Any, **values: Any) -> bool:
    """Let the job wait again; where another of its key waits already, that one does its work."""
    now = clock.now()
    try:
        with transaction.atomic():
            values |= {"state": Job.WAITING, "leased_until": None, "changed_at": now}
            moved = jobs.update(**values)
            transaction.on_commit(waking.wake, robust=True)
    except IntegrityError:
        trouble = "Another job of the same key waits already and does its work."
        moved = jobs.update(
            state=Job.CANCELLED, leased_until=None, changed_at=now, finished_at=now, trouble=trouble
        )
    return moved == 1
