"""Consumers of the numbered feed: each with a cursor of its own that moves with what it wrote.

Where little is new, all of them write in the same transactions, each what is its own: one commit
and one wait for the lock instead of one for each consumer. What is more is worked off one consumer
after the other, in batches as large as it is quick.
"""

from __future__ import annotations

import logging
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.db.models import F

from tellonce.hub.core import clock
from tellonce.hub.jobs.models import Cursor
from tellonce.hub.jobs.registry import Consumer, Feed, Numbered, consumers, feed
from tellonce.hub.jobs.running import is_led, sentence

AT_ONCE = 50
"""Events of one transaction at first; then as many as are handled in `LOCKED`, MOST at most."""
MOST = 2_000
LEAST = 20
"""Events of one transaction below which most of it is what any transaction costs;"""
LEAST_TOGETHER = 10
"""where it is that of all consumers."""
FEW = 100
"""New events from which each consumer is given them apart."""
LOCKED = 0.01
"""Seconds for which a consumer may hold SQLite's write lock, for which every read waits, since it
writes its line of the audit; the consumer leaves it for as long."""
LONGEST = 2.0
"""Seconds after which a consumer is left for now, so that a worker that is to end is not kept."""
PATIENCE = timedelta(minutes=1)
"""For which events wait for consumers that work ahead, while this process does a job that leads:
they take as much of the interpreter as placing itself, and are quicker with many at once."""
_LONGEST_PAUSE = 300
_log = logging.getLogger(__name__)


@dataclass
class _Pace:
    """How many events a consumer writes in one transaction, and is given to prepare at once."""

    written: int = AT_ONCE
    prepared: int = AT_ONCE


_paces: defaultdict[str, _Pace] = defaultdict(_Pace)


def consume_feed() -> int:
    """Give every consumer what it has not seen; returns how many events were handled.

    A consumer that raises keeps its place and is asked again later; the others go on.
    """
    read = feed()
    if read is None:
        return 0
    positions = dict(Cursor.objects.values_list("name", "position"))
    for name in consumers():
        if name not in positions:
            Cursor.objects.bulk_create([Cursor(name=name)], ignore_conflicts=True)
    handled = _consume_few(read)
    for name, consumer in consumers().items():
        handled += _consume(name, consumer, read)
    return handled


def is_any_behind() -> bool:
    """Whether a consumer has numbered events to see, and is not waiting after it failed."""
    read = feed()
    if read is None:
        return False
    cursors = [one for one in Cursor.objects.filter(name__in=consumers()) if not _is_paused(one)]
    return any(read(cursor.position, 1) for cursor in cursors)


@dataclass
class _Few:
    """What few events are new to a consumer, what it prepared for them, and what it raised."""

    cursor: Cursor
    consumer: Consumer
    events: Sequence[Numbered]
    prepared: object
    error: Exception | None = None

    def write(self, count: int) -> int:
        """In the transaction at hand: see the next events; returns how many were handled. Of what
        raises nothing is kept, and no more is seen.
        """
        part, self.events = self.events[:count], self.events[count:]
        last = part[-1].number or 0
        try:
            with transaction.atomic():
                if not _moved(self.cursor, last):
                    self.events = ()  # another worker is at it
                    return 0
                self.consumer.write(part, self.prepared)
        except Exception as error:
            self.events, self.error = (), error
            return 0
        self.cursor.position = last
        return len(part)


def _consume_few(read: Feed) -> int:
    """Work off what little is new, in transactions of all consumers; returns how many events were
    handled. Who is behind by more is left out; and so are all once a transaction as a whole is
    refused, for it says not whose writes it was.
    """
    cursors = {one.name: one for one in Cursor.objects.filter(name__in=consumers())}
    found = (_few(cursors[name], one, read) for name, one in consumers().items() if name in cursors)
    handled, begun, pace = 0, time.monotonic(), _paces[""]
    every = [one for one in found if one is not None]
    while (left := [o for o in every if o.events]) and time.monotonic() - begun < LONGEST:
        most = max(len(one.events[: pace.written]) for one in left)
        try:
            with transaction.atomic():
                held = time.monotonic()
                some = sum([one.write(pace.written) for one in left])
        except Exception as error:
            _log.warning("Consumers failed together: %s", type(error).__name__)
            return handled
        handled += some
        seconds = time.monotonic() - held
        pace.written = _fitting(pace.written, most, seconds, LOCKED, LEAST_TOGETHER)
        time.sleep(min(0.5, seconds))  # as in `_work_off`
    for one in every:
        if one.error is not None:
            _hold_up(one.cursor, one.error)
    return handled


def _few(cursor: Cursor, consumer: Consumer, read: Feed) -> _Few | None:
    if _is_paused(cursor):
        return None
    events = read(cursor.position, FEW)
    if not 0 < len(events) < FEW or (consumer.prepare and _stands_back(events[0])):
        return None
    try:
        prepared = consumer.prepare(events) if consumer.prepare else None
    except Exception as error:
        _hold_up(cursor, error)
        return None
    return _Few(cursor, consumer, events, prepared)


def _consume(name: str, consumer: Consumer, read: Feed) -> int:
    handled, begun, pace = 0, time.monotonic(), _paces[name]
    while (start := time.monotonic()) - begun < LONGEST:
        cursor = Cursor.objects.get(name=name)
        if _is_paused(cursor):
            return handled
        events = read(cursor.position, pace.prepared if consumer.prepare else pace.written)
        if not events or (consumer.prepare and _stands_back(events[0])):
            return handled
        done = _work_off(cursor, consumer, events, pace)
        handled += done
        if done < len(events):
            return handled
        pace.prepared = _fitting(pace.prepared, done, time.monotonic() - start, LONGEST / 2)
    return handled


def _stands_back(oldest: Numbered) -> bool:
    """Whether what happened may wait; where it lies ahead, the clock was set back: as if past."""
    age: timedelta = clock.now() - oldest.at
    return is_led() and abs(age) < PATIENCE


def _work_off(cursor: Cursor, consumer: Consumer, events: Sequence[Numbered], pace: _Pace) -> int:
    """Have events handled, transaction by transaction; returns how many were."""
    done = 0
    try:
        prepared = consumer.prepare(events) if consumer.prepare else None
        while part := events[done : done + pace.written]:
            with transaction.atomic():
                held = time.monotonic()  # on SQLite the lock is there: waiting for it is no work
                if not _moved(cursor, part[-1].number or 0):
                    return done  # another worker is at it
                consumer.write(part, prepared)
            cursor.position = part[-1].number or 0
            done += len(part)
            seconds = time.monotonic() - held
            pace.written = _fitting(pace.written, len(part), seconds, LOCKED)
            # SQLite gives the write lock to whoever asks first: leave it to others for as long.
            time.sleep(min(0.5, seconds))
    except Exception as error:
        _hold_up(cursor, error)
    return done


def _fitting(before: int, handled: int, seconds: float, most: float, least: int = LEAST) -> int:
    """How many the next time, after so many were handled in so long, so that it takes `most`."""
    if seconds > most:
        return max(min(before, least), int(min(handled, before) * most / seconds * 0.8))
    if handled >= before and seconds < most / 2:
        return min(MOST, before * 2)
    return before


def _is_paused(cursor: Cursor) -> bool:
    """Whether its pause is not over; one longer than any of ours: the clock was set back."""
    if cursor.retry_at is None:
        return False
    pause = cursor.retry_at - clock.now()
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
