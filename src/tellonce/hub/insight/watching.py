"""Writing down, minute by minute, whether the hub is ready: by workers and by probes.

Asking costs next to nothing: each process writes at most once a minute. What a process sees while
the database is away is written when it is back.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import DatabaseError, InterfaceError, transaction
from django.db.models import F

from tellonce.hub.core import clock
from tellonce.hub.insight.models import HealthHour

_KEPT = timedelta(days=1)  # of what could not be written yet


class Watch:
    """What this process has seen and not written yet; minute -> names of checks that failed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seen: dict[datetime, frozenset[str]] = {}
        self._waiting: dict[datetime, frozenset[str]] = {}

    def note(self, failing: Sequence[str] = ()) -> None:
        """The hub is ready now, unless checks fail; called as often as one likes."""
        minute = clock.now().replace(second=0, microsecond=0)
        found = frozenset(failing)
        with self._lock:
            before = self._seen.get(minute)
            if before is not None and found <= before:
                return
            self._seen = {minute: found | (before or frozenset())}
            self._waiting[minute] = self._seen[minute]
            waiting = {at: f for at, f in self._waiting.items() if minute - at < _KEPT}
            self._waiting = {}
        left = _written(waiting)
        with self._lock:
            self._waiting = left | self._waiting

    def forget(self) -> None:
        """As a new process begins; for tests."""
        with self._lock:
            self._seen, self._waiting = {}, {}


def _written(waiting: dict[datetime, frozenset[str]]) -> dict[datetime, frozenset[str]]:
    """Write what was seen; what the database does not take is given back."""
    left = dict(waiting)
    try:
        for minute, failing in sorted(waiting.items()):
            with transaction.atomic():
                _write(minute, failing)
            del left[minute]
    except (DatabaseError, InterfaceError):
        return left
    return left


def _write(minute: datetime, failing: frozenset[str]) -> None:
    hour, bit = minute.replace(minute=0), 1 << minute.minute
    column = "down" if failing else "up"
    HealthHour.objects.bulk_create([HealthHour(hour=hour)], ignore_conflicts=True)
    rows = HealthHour.objects.filter(hour=hour)
    rows.update(**{column: F(column).bitor(bit)})
    if failing:
        row = rows.select_for_update().get()
        rows.update(reasons=sorted({*row.reasons, *failing})[:20])


WATCH = Watch()


def note_alive() -> None:
    """A worker's word: it works, and the database takes what it writes."""
    WATCH.note()
