"""What operators do to jobs and keys, checked and audited."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

from django.db import transaction

from tellonce.hub.accounts.refusing import refuse_unless
from tellonce.hub.accounts.types import Actor
from tellonce.hub.audit.services import record_act
from tellonce.hub.audit.types import Act
from tellonce.hub.core.errors import WrongCall
from tellonce.hub.jobs import selectors, services
from tellonce.hub.jobs.types import HeldLease, JobView
from tellonce.hub.vault import rotation

Progress = Callable[[str, int, int], None]
OPERATORS = ("engineer", "admin")


def check_operate(action: str, by: Actor) -> None:
    """Raise `Refused`, audited, unless the actor is an engineer or an administrator."""
    hint = "Ask an engineer or an administrator, or act as one."
    refuse_unless(by, OPERATORS, action, may_not="do this", hint=hint)


def replay_job(job_id: int, *, by: Actor) -> JobView:
    """Have a dead job tried again.

    Raises `Unknown`, `Refused`, or `WrongCall` when it is not dead.
    """
    check_operate("job.replay", by)
    job = selectors.job(job_id)
    with transaction.atomic():
        if not services.replay(job_id):
            raise WrongCall(
                f"The job {job_id} is {job.state}, not dead.",
                hint="Only dead jobs are replayed; others go on by themselves.",
            )
        record_act(Act("job.replay", by.id, details={"job": job_id, "kind": job.kind}))
    return selectors.job(job_id)


def replay_dead_jobs(kind: str = "", *, by: Actor) -> int:
    """Have every dead job, or those of one kind, tried again; returns how many."""
    check_operate("job.replay", by)
    dead = selectors.jobs(state="dead", kind=kind, limit=10_000)
    with transaction.atomic():
        count = sum(services.replay(job.id) for job in dead)
        record_act(Act("job.replay", by.id, details={"jobs": count, "kind": kind}))
    return count


def cancel_job(job_id: int, *, by: Actor) -> JobView:
    """Take a job off the list for good; one that runs may write nothing more.

    Raises `Unknown`, `Refused`, or `WrongCall` when it has ended already.
    """
    check_operate("job.cancel", by)
    job = selectors.job(job_id)
    with transaction.atomic():
        if not services.cancel(job_id):
            raise WrongCall(f"The job {job_id} is {job.state} already.", hint="Nothing was done.")
        record_act(Act("job.cancel", by.id, details={"job": job_id, "kind": job.kind}))
    return selectors.job(job_id)


def rotate_master_key(progress: Progress, *, by: Actor) -> tuple[str, int]:
    """A new master key, and every key wrapped by it; returns its name and how many were.

    Raises `Refused` unless the actor is an administrator.
    """
    check_keep_keys("key.rotate", by)
    with _keys_held(by):
        name = rotation.add_master_key()
        count = rotation.rewrap_keys(progress)
    with transaction.atomic():
        record_act(Act("key.rotate", by.id, target=name, details={"keys": count}))
    return name, count


def rewrap_keys(progress: Progress, *, by: Actor) -> int:
    """Finish a rotation that was interrupted, or what older processes wrapped meanwhile."""
    check_keep_keys("key.rewrap", by)
    with _keys_held(by):
        count = rotation.rewrap_keys(progress)
    with transaction.atomic():
        record_act(Act("key.rewrap", by.id, details={"keys": count}))
    return count


def drop_master_key(name: str, *, by: Actor) -> None:
    """Take an old master key out of the file; see `vault.rotation`."""
    check_keep_keys("key.drop", by)
    with _keys_held(by):
        with transaction.atomic():
            record_act(Act("key.drop", by.id, target=name))
            rotation.forget_master_key(name)
        rotation.remove_from_file(name)


def _keys_held(by: Actor) -> AbstractContextManager[HeldLease]:
    """One at a time: of two who write the key file at once, the key of one would not be in it."""
    return services.held_lease("keys", by.id)


def check_keep_keys(action: str, by: Actor) -> None:
    """Raise `Refused`, audited, unless the actor is an administrator."""
    hint = "Ask an administrator, or act as one."
    refuse_unless(by, ("admin",), action, may_not="change keys", hint=hint)
