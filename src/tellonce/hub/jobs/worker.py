"""A worker: threads that do jobs, one that ticks, one that keeps the leases of all of them alive.

Every thread outlives a database that was restarted: it drops its connection and asks again.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import NamedTuple

from django.db import DatabaseError, InterfaceError, connection

from tellonce.hub.jobs import queue, roster, waking
from tellonce.hub.jobs.consumers import is_any_behind
from tellonce.hub.jobs.registry import handlers
from tellonce.hub.jobs.running import run_job
from tellonce.hub.jobs.ticking import tick
from tellonce.hub.jobs.types import ClaimedJob

_IDLE = 0.5  # seconds between two looks at an empty queue
_AWAY = 1.0  # seconds between two tries to reach a database that is away
_LOOK = 0.1  # seconds until a request to stop is seen
_BEAT = queue.LASTS.total_seconds() / 4
_OUTWARD = 2  # threads for what mostly waits for other machines
_STEADY = 2 * _BEAT  # as long as a living worker may take to renew a lease after a clock jump
_JUMP = 5.0
_log = logging.getLogger(__name__)


class _Lane(NamedTuple):
    """Which jobs a thread does."""

    outward: bool | None = None  # None: whether they wait for other machines or not
    bulk_too: bool = True

    def kinds(self) -> set[str]:
        known = handlers().items()
        return {kind for kind, one in known if self.outward in (None, one.outward)}


class Worker:
    """Works until `stop` is called, or until nothing is due.

    The first of several threads does only what people wait for; two more do only what mostly waits
    for other machines, such as webhooks. `most`: one thread, and at most so many jobs.
    """

    def __init__(self, threads: int = 1, *, most: int | None = None) -> None:
        self.name = roster.new_name()
        self.done = 0
        self._threads = threads
        self._most = most
        self._asked = False
        self._ended = threading.Event()  # no thread goes on
        self._stopping = threading.Event()  # nothing new is begun
        self._running: dict[tuple[int, int], tuple[ClaimedJob, threading.Event]] = {}
        self._guard = _ClockGuard()

    def run(self, *, until_idle: bool = False) -> int:
        """Work in threads until it ends; returns how many jobs were done.

        On `stop` every job at hand is finished, or given back by its handler. `until_idle`: until
        nothing is due.
        """
        roster.sign_on(self.name)
        helpers = [
            threading.Thread(target=self._again_and_again, args=(act, pause), daemon=True)
            for act, pause in ((self._keep_alive, _BEAT), (tick, _IDLE))
        ]
        workers = [
            threading.Thread(target=self._work, args=(lane, until_idle)) for lane in self._lanes()
        ]
        for thread in (*helpers, *workers):
            thread.start()
        try:
            while any(thread.is_alive() for thread in workers):
                self._stop_if_asked()
                time.sleep(_LOOK)
        finally:
            self._asked = True
            self._stop_if_asked()
            for thread in workers:
                thread.join()
            self._ended.set()
            for thread in helpers:
                thread.join()
            self._sign_off()
        return self.done

    def stop(self) -> None:
        """Begin nothing new, and say so to the handlers at work; a signal handler may call it."""
        self._asked = True  # takes no lock, which the interrupted code might hold

    def _stop_if_asked(self) -> None:
        if not self._asked:
            return
        self._stopping.set()
        for _, stopping in list(self._running.values()):
            stopping.set()
        waking.wake()

    def _again_and_again(self, act: Callable[[], object], pause: float) -> None:
        try:
            while not self._ended.is_set():
                _survived(act, self._ended)
                self._ended.wait(pause)
        finally:
            connection.close()

    def _lanes(self) -> list[_Lane]:
        if self._most is not None:
            return [_Lane()]
        inward = [_Lane(False) for _ in range(self._threads)]
        if self._threads > 1:
            inward[0] = _Lane(False, bulk_too=False)
        return inward + [_Lane(True)] * _OUTWARD

    def _work(self, lane: _Lane, until_idle: bool) -> None:
        try:
            while not (self._asked or self._has_done_enough()):
                seen = waking.woken()
                if _survived(lambda: self._do_next(lane), self._stopping):
                    continue
                if until_idle and _survived(self._is_idle, self._stopping):
                    return
                waking.wait(seen, _IDLE)
        finally:
            connection.close()

    def _has_done_enough(self) -> bool:
        return self._most is not None and self.done >= self._most

    def _do_next(self, lane: _Lane) -> bool:
        job = queue.claim(
            lane.kinds(),
            worker=self.name,
            bulk_too=lane.bulk_too,
            silent_too=self._guard.is_steady(),
        )
        if job is None:
            return False
        stopping = threading.Event()
        self._running[job.id, job.token] = (job, stopping)
        if self._stopping.is_set():
            stopping.set()
        try:
            run_job(job, handlers()[job.kind], stopping)
            self.done += 1
        finally:
            del self._running[job.id, job.token]
        return True

    def _is_idle(self) -> bool:
        """Whether nothing is due even after a tick, no consumer has anything to see, and no other
        thread is at work.
        """
        tick()
        if self._running or queue.is_any_due(handlers()):
            return False
        return self._most is not None or not is_any_behind()

    def _keep_alive(self) -> None:
        self._guard.look()
        roster.beat(self.name)
        for job, stopping in list(self._running.values()):
            if not queue.heartbeat(job):
                stopping.set()  # finished just now, or taken away: its writes are refused

    def _sign_off(self) -> None:
        try:
            roster.sign_off(self.name)
        except (DatabaseError, InterfaceError) as error:
            _log.warning("The worker could not sign off: %s", type(error).__name__)
        connection.close()


class _ClockGuard:
    """Watches the wall clock against the monotonic one.

    After a jump every lease looks ended, or endless, until its living holder has renewed it: for
    that long nothing is taken from another worker.
    """

    def __init__(self) -> None:
        self._offset = time.time() - time.monotonic()
        self._since = time.monotonic()

    def look(self) -> None:
        """Notice a jump; the steady time then begins anew."""
        offset = time.time() - time.monotonic()
        if abs(offset - self._offset) > _JUMP:
            _log.warning("The clock jumped by %.0f seconds.", offset - self._offset)
            self._since = time.monotonic()
        self._offset = offset

    def is_steady(self) -> bool:
        """Whether the clock has run evenly for as long as a living worker needs to be seen."""
        self.look()
        return time.monotonic() - self._since > _STEADY


def _survived(act: Callable[[], object], ended: threading.Event) -> bool:
    """Whether `act` returned something true; what it raises is logged and waited out."""
    try:
        return bool(act())
    except (DatabaseError, InterfaceError) as error:
        _log.warning("The database does not answer: %s", type(error).__name__)
        connection.close()
        ended.wait(_AWAY)
    except Exception:
        _log.exception("A worker's step failed.")
        ended.wait(_AWAY)
    return False
