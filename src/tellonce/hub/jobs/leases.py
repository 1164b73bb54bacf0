"""Doing something alone: a lease row with a fencing token, the same on both databases.

A holder renews its lease from a thread. A lease is free when it has ended, or when its holder's
process is known to be dead, so that a killed load does not keep the next one waiting.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.db import DatabaseError, connection, transaction
from django.db.models import F, Q

from tellonce.hub.core import clock
from tellonce.hub.core.bulk import as_stored, changed, fetched
from tellonce.hub.core.errors import Busy, LeaseLost
from tellonce.hub.jobs.models import Lease
from tellonce.hub.jobs.processes import is_dead, this_host, this_process
from tellonce.hub.jobs.types import HeldLease

LASTS = timedelta(seconds=60)
BEAT = LASTS.total_seconds() / 4
_POLL = 0.02
_CONFIRM = (
    "UPDATE leases SET expires_at = %s WHERE name = %s AND token = %s AND expires_at IS NOT NULL"
)
_HOLDER = "SELECT host, process FROM leases WHERE name = %s AND expires_at >= %s"
_log = logging.getLogger(__name__)


@contextmanager
def held_lease(name: str, actor: str, *, wait_seconds: float = 0.0) -> Iterator[HeldLease]:
    """Hold the lease `name` inside the block; `actor` is the text id of who acts.

    Raises `Busy` when another living process still holds it after `wait_seconds`. Each write
    transaction of the block calls `confirm(lease)`.
    """
    lease = acquire(name, actor, time.monotonic() + wait_seconds)
    ended = threading.Event()
    beat = threading.Thread(target=_renew_until, args=(lease, ended), daemon=True)
    beat.start()
    try:
        yield lease
    finally:
        ended.set()
        beat.join()
        release(lease)


def confirm(lease: HeldLease) -> None:
    """Inside a transaction: keep the lease for its commit, or raise `LeaseLost`."""
    if changed(_CONFIRM, as_stored(clock.now() + LASTS), lease.name, lease.token) != 1:
        raise LeaseLost(
            f"Another process took over the work '{lease.name}' from this one.",
            hint="Nothing of this step was written; see `tellonce status` and run it again.",
        )


def acquire(name: str, actor: str, deadline: float) -> HeldLease:
    """Take a lease, which its holder renews and releases; raises `Busy` where it is not free by
    then (`time.monotonic`).
    """
    while True:
        holder = _try(name, actor)
        if isinstance(holder, HeldLease):
            return holder
        if time.monotonic() >= deadline:
            raise Busy(
                f"Another process ({holder.process.partition('@')[0]}) is doing this already, "
                f"since {holder.since:%Y-%m-%d %H:%M:%S} UTC.",
                hint="Wait until it has ended, then run the same again.",
            )
        time.sleep(_POLL)


def _try(name: str, actor: str) -> HeldLease | Lease:
    """The lease, or the row of whoever holds it."""
    now = clock.now()
    held = Lease.objects.filter(name=name, expires_at__gte=now).first()
    if held is not None and not is_dead(held.host, held.process):
        return held  # seen without the write lock, which the holder may be waiting for
    with transaction.atomic():
        Lease.objects.bulk_create([Lease(name=name)], ignore_conflicts=True)
        row = Lease.objects.get(name=name)
        free = Q(expires_at__isnull=True) | Q(expires_at__lt=now)
        if row.expires_at and is_dead(row.host, row.process):
            free |= Q(token=row.token)
        taken = Lease.objects.filter(free, name=name, token=row.token).update(
            token=F("token") + 1,
            holder=actor,
            host=this_host(),
            process=this_process(),
            since=now,
            expires_at=now + LASTS,
        )
        if taken == 1:
            return HeldLease(name, row.token + 1, actor)
    return Lease.objects.get(name=name)


def _renew_until(lease: HeldLease, ended: threading.Event) -> None:
    try:
        while not ended.wait(BEAT):
            try:
                confirm(lease)
            except LeaseLost:
                return  # the holder finds out at its next confirm()
            except DatabaseError as error:
                _log.warning("Lease %s was not renewed this time: %s", lease.name, error)
    finally:
        connection.close()


def is_held(name: str) -> bool:
    """Whether a living process holds the lease `name`."""
    held = fetched(_HOLDER, name, as_stored(clock.now()))
    return bool(held) and not is_dead(*held[0])


def release(lease: HeldLease) -> None:
    """Free the lease; where the database cannot be reached, it ends by itself."""
    try:
        Lease.objects.filter(name=lease.name, token=lease.token).update(expires_at=None)
    except DatabaseError as error:
        _log.warning("Lease %s was not given back: %s", lease.name, error)
