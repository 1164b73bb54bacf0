"""Numbers rows after their transaction is committed, so that no reader's cursor skips one.

A row is inserted without a number in the act's own transaction. After the commit the sequencer
takes the stream's row in `sequences` (that row is the lock), and numbers what it finds. Whatever a
crash leaves unnumbered is numbered by the next run.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from django.db import transaction

from tellonce.hub.core.bulk import changed, fetched, locking
from tellonce.hub.core.late import late
from tellonce.hub.jobs.models import Sequence


class Head(NamedTuple):
    """The last number of a stream and the digest of the row that has it ('' where unchained)."""

    number: int
    digest: str


Numberer = Callable[[Head], Head]
_streams: dict[str, Numberer] = {}
_waiting: dict[str, Callable[[], bool]] = {}
_last: dict[str, float] = {}
_PAUSE = 1.0
_HEAD = "SELECT number, digest FROM sequences WHERE name = %s"
_GIVEN = "SELECT number, before, begins FROM sequences WHERE name = %s"
_LEAVE_OUT = """
    UPDATE sequences SET before = CASE WHEN number > begins THEN number ELSE before END,
    number = %s, begins = %s WHERE name = %s AND number < %s
"""
_MOVE = "UPDATE sequences SET number = %s, digest = %s WHERE name = %s"


def register_stream(
    name: str, numberer: Numberer | str, waiting: Callable[[], bool] | str | None = None
) -> None:
    """`numberer(head)` numbers the next few unnumbered rows and returns the new head.

    It returns the head it was given when nothing is left, and holds the lock at most 250 ms.
    `waiting()` says cheaply whether there is any unnumbered row.
    """
    _streams[name] = late(numberer)
    _waiting[name] = late(waiting or (lambda: True))


def number_after_commit(name: str) -> None:
    """Number the stream as soon as the transaction at hand is committed."""
    transaction.on_commit(partial(number_pending, name), robust=True)


def number_soon(name: str) -> None:
    """The same, at most once a second in this process; a worker numbers what is left.

    For streams that nobody follows: so a thousand reads a second do not each wait for the chain.
    """
    transaction.on_commit(partial(_number_if_due, name), robust=True)


def _number_if_due(name: str) -> None:
    now = time.monotonic()
    if now - _last.get(name, -_PAUSE) >= _PAUSE:
        _last[name] = now
        number_pending(name)


def number_pending(name: str | None = None) -> int:
    """Number every committed row of one stream, or of all; returns how many."""
    return sum(_number(stream) for stream in ([name] if name else _streams))


def number_waiting() -> int:
    """`number_pending`, without a lock on streams where nothing waits; for those who ask often."""
    return sum(_number(stream) for stream, waiting in _waiting.items() if waiting())


def head(name: str) -> Head:
    """The head of a stream; `Head(0, "")` before its first row."""
    found = fetched(_HEAD, name)
    return Head(*found[0]) if found else Head(0, "")


def given_above(name: str, number: int) -> int:
    """How many numbers of a stream above this one were given to something."""
    for last, before, begins in fetched(_GIVEN, name):
        return int(last - number - (begins - before if number < begins else 0))
    return -number


def leave_out(name: str, upto: int) -> None:
    """In the transaction at hand: give no number up to this one, for it may have been given
    already, to something that is not here any more.
    """
    _locked(name)
    changed(_LEAVE_OUT, upto, upto, name, upto)


def number_now(name: str, at_once: int) -> None:
    """Number the stream as the last thing in the transaction at hand, which keeps the lock until
    its commit: for who acts alone anyway, and would wait for a second commit. `at_once`: how many
    its numberer numbers, if there are so many.
    """
    while _number_some(name) == at_once:
        pass


def _number(name: str) -> int:
    numbered = 0
    while True:
        with transaction.atomic():
            some = _number_some(name)
        numbered += some
        if not some or not _waiting[name]():
            return numbered


def _number_some(name: str) -> int:
    before = _locked(name)
    after = _streams[name](before)
    if after != before:
        changed(_MOVE, after.number, after.digest, name)
    return after.number - before.number


def _locked(name: str) -> Head:
    while not (found := fetched(locking(_HEAD), name)):
        Sequence.objects.bulk_create([Sequence(name=name)], ignore_conflicts=True)
    return Head(*found[0])
