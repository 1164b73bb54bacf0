"""Who works: each worker's row, its last sign of life, and what a dead one leaves behind."""

from __future__ import annotations

from datetime import timedelta

from tellonce.hub.core import clock
from tellonce.hub.core.ids import new_id
from tellonce.hub.jobs.models import Job, Lease, Worker
from tellonce.hub.jobs.processes import is_dead, this_host, this_process

_FORGOTTEN = timedelta(days=1)


def new_name() -> str:
    """A name no other worker has."""
    return new_id("wrk")


def sign_on(name: str) -> None:
    """Begin to work; what dead workers of this machine left is free again at once."""
    now = clock.now()
    Worker(name=name, host=this_host(), process=this_process(), started_at=now, beat_at=now).save(
        force_insert=True
    )
    free_what_the_dead_held()


def beat(name: str) -> None:
    """Say that this worker lives."""
    if not Worker.objects.filter(name=name).update(beat_at=clock.now()):
        sign_on(name)  # the database was restored from a backup, or we slept for a day
    free_what_the_dead_held()


def sign_off(name: str) -> None:
    """Work no longer."""
    Worker.objects.filter(name=name).delete()


def forget_workers() -> None:
    """After a restore: nobody works here yet, and what was at work is done again."""
    Worker.objects.all().delete()
    Lease.objects.update(expires_at=None)
    Job.objects.filter(state=Job.RUNNING).update(leased_until=None)


def free_what_the_dead_held() -> int:
    """End the leases of workers whose process on this machine is gone; returns how many jobs."""
    freed = 0
    for worker in Worker.objects.filter(host=this_host()):
        if is_dead(worker.host, worker.process):
            held = Job.objects.filter(worker=worker.name, state=Job.RUNNING)
            freed += held.update(leased_until=None)
            Worker.objects.filter(name=worker.name).delete()
    Worker.objects.filter(beat_at__lt=clock.now() - _FORGOTTEN).delete()
    return freed
