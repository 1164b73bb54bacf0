"""Consumers of the numbered feed: each with a cursor of its own that moves with what it wrote."""

from __future__ import annotations

import logging
import time
from datetime import timedelta

from django.db import transaction
from django.db.models import F

from tellonce.hub.core import clock
from tellonce.hub.jobs.models import Cursor
from tellonce.hub.jobs.registry import Consumer, Feed, consumers, feed
from tellonce.hub.jobs.running import sentence

AT_ONCE = 50
"""Events of one transaction at first; then as many as are handled in `LOCKED`, MOST at most."""
MOST = 2_000
LOCKED = 0.1
"""Seconds for which a consumer may hold SQLite's write lock; half of the time it leaves it."""
LONGEST = 2.0
"""Seconds after which a consumer is left for now, so that a worker that is to end is not kept."""
_LONGEST_PAUSE = 300
_at_once: dict[str, int] = {}
_log = logging.getLogger(__name__)


def consume_feed() -> int:
    """Give every consumer what it has not seen; returns how many events were handled.

    A consumer that raises keeps its place and is asked again later; the others go on.
    """
    read = feed()
    if read is None:
        return 0
    positions = dict(Cursor.objects.values_list("name", "position"))
    handled = 0
    for name, handle in consumers().items():
        if name not in positions:
            Cursor.objects.bulk_create([Cursor(name=name)], ignore_conflicts=True)
        handled += _consume(name, handle, read)
    return handled


def _consume(name: str, handle: Consumer, read: Feed) -> int:
    handled, begun = 0, time.monotonic()
    while time.monotonic() - begun < LONGEST:
        cursor = Cursor.objects.get(name=name)
        if cursor.retry_at and _is_ahead(cursor):
            return handled
        batch = read(cursor.position, _at_once.get(name, AT_ONCE))
        if not batch:
            return handled
        held = time.monotonic()
        try:
            with transaction.atomic():
                if not _moved(cursor, batch[-1].number or 0):
                    return handled  # another worker is at it
                handle(batch)
        except Exception as error:
            _hold_up(cursor, error)
            return handled
        handled += len(batch)
        seconds = time.monotonic() - held
        _learn(name, len(batch), seconds)
        # SQLite gives the write lock to whoever asks first: leave it to others for as long.
        time.sleep(min(0.5, seconds))
    return handled


def _learn(name: str, handled: int, seconds: float) -> None:
    """A consumer has handled so many events in so long: how many it gets the next time."""
    before = _at_once.get(name, AT_ONCE)
    if seconds > LOCKED:
        _at_once[name] = max(1, int(min(handled, before) * LOCKED / seconds * 0.8))
    elif handled >= before and seconds < LOCKED / 2:
        _at_once[name] = min(MOST, before * 2)


def _is_ahead(cursor: Cursor) -> bool:
    """Whether the pause is not over; one longer than any of ours: the clock was set back."""
    pause = (cursor.retry_at or clock.now()) - clock.now()
    return timedelta(0) < pause <= timedelta(seconds=_LONGEST_PAUSE)


def _moved(cursor: Cursor, position: int) -> bool:
    same = Cursor.objects.filter(name=cursor.name, position=cursor.position)
    return same.update(position=position, failures=0, retry_at=None, trouble="") == 1


def _hold_up(cursor: Cursor, error: Exception) -> None:
    _log.warning("Consumer %s failed: %s", cursor.name, type(error).__name__)
    pause = timedelta(seconds=min(2.0**cursor.failures, _LONGEST_PAUSE))
    Cursor.objects.filter(name=cursor.name, position=cursor.position).update(
        failures=F("failures") + 1, retry_at=clock.now() + pause, trouble=sentence(error)
    )
