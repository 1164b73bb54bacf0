"""A lease that a process keeps from one use to the next, for as long as nobody else asks for it.

Taking and giving back a lease is two transactions; who serves many short acts one after the other
spares them. Of several threads of the process one uses it at a time. It is given back after an
error, when `wanted` says so at the end of a use, and after `IDLE` seconds without any.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import DatabaseError, connection

from tellonce.hub.core.errors import Busy, LeaseLost
from tellonce.hub.jobs.leases import BEAT, confirm, release
from tellonce.hub.jobs.types import HeldLease

IDLE = 0.25
_log = logging.getLogger(__name__)


class KeptLease:
    """`taken(deadline, actor)` takes the lease, or raises `Busy`; `wanted()` says whether another
    process waits for it.
    """

    def __init__(
        self, taken: Callable[[float, str], HeldLease], wanted: Callable[[], bool]
    ) -> None:
        self._taken, self._wanted = taken, wanted
        self._turn = threading.Lock()
        self._lease: HeldLease | None = None
        self._used = self._renewed = 0.0

    @contextmanager
    def held(self, actor: str, wait_seconds: float) -> Iterator[HeldLease]:
        """Hold the lease inside the block; raises `Busy` where it is not free in time."""
        deadline = time.monotonic() + wait_seconds
        if not self._turn.acquire(timeout=max(0.0, wait_seconds)):
            raise Busy(
                "This process is doing this for others already.",
                hint="Wait until that has ended, then run the same again.",
            )
        try:
            lease = self._at_hand(deadline, actor)
            yield lease
            self._used = time.monotonic()
            if self._wanted():
                self._give_back()
        except BaseException:
            self._give_back()
            raise
        finally:
            self._turn.release()

    def give_back(self, wait_seconds: float = 0.0) -> None:
        """Give the lease back, if nobody in this process uses it by then."""
        if self._turn.acquire(timeout=wait_seconds):
            try:
                self._give_back()
            finally:
                self._turn.release()

    def _at_hand(self, deadline: float, actor: str) -> HeldLease:
        if self._lease is not None and time.monotonic() - self._used > BEAT:
            self._give_back()  # the process was held up, and with it the thread that renews
        if self._lease is None:
            self._lease = self._taken(deadline, actor)
            self._renewed = time.monotonic()
            threading.Thread(target=self._keep, args=(self._lease,), daemon=True).start()
        return self._lease

    def _keep(self, lease: HeldLease) -> None:
        """Renew the lease while it is used, and give it back when it no longer is."""
        try:
            while self._lease is lease:
                time.sleep(IDLE / 2)
                if self._turn.acquire(blocking=False):
                    try:
                        if self._lease is lease and time.monotonic() - self._used > IDLE:
                            self._give_back()
                    finally:
                        self._turn.release()
                elif time.monotonic() - self._renewed > BEAT:
                    self._renew(lease)
        finally:
            connection.close()

    def _renew(self, lease: HeldLease) -> None:
        self._renewed = time.monotonic()
        try:
            confirm(lease)
        except LeaseLost:
            pass  # whoever uses it finds out at its next confirm()
        except DatabaseError as error:
            _log.warning("Lease %s was not renewed this time: %s", lease.name, error)

    def _give_back(self) -> None:
        lease, self._lease = self._lease, None
        if lease is not None:
            release(lease)
