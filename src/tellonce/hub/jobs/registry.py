"""What can be worked on: handlers, consumers of the feed and recurring jobs, registered by name.

An app registers its own in `apps.py`, so that an earlier app never has to know a later one. It
gives functions by their dotted names: they are imported when they are first called.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from tellonce.hub.core.late import late
from tellonce.hub.jobs.types import JobContext

MOST_ATTEMPTS = 8


class Numbered(Protocol):
    """A row of the feed."""

    @property
    def number(self) -> int | None:
        """Its place in the feed."""

    @property
    def at(self) -> datetime:
        """When it happened."""


Handler = Callable[[JobContext], None]
Feed = Callable[[int, int], Sequence[Numbered]]


class Handling(NamedTuple):
    """A handler, how often it is tried before its job is a dead letter, and how it is treated."""

    handler: Handler
    attempts: int = MOST_ATTEMPTS
    outward: bool = False
    kept: bool = True
    leads: bool = False


class Consumer(NamedTuple):
    """What follows the feed: `prepare(events)` (None: nothing is worked out ahead) outside of any
    transaction, then `write(events, prepared)` in the one that moves the cursor.
    """

    write: Callable[[Sequence[Any], Any], None]
    prepare: Callable[[Sequence[Any]], Any] | None = None


class Recurring(NamedTuple):
    """A job of the program itself: `rule` as in `schedules.parse_rule`."""

    rule: str
    kind: str


_handlers: dict[str, Handling] = {}
_consumers: dict[str, Consumer] = {}
_recurring: dict[str, Recurring] = {}
_pulses: dict[str, Callable[[], object]] = {}
_feeds: list[Feed] = []


def register_handler(
    kind: str,
    handler: Handler | str,
    *,
    attempts: int = MOST_ATTEMPTS,
    outward: bool = False,
    kept: bool = True,
    leads: bool = False,
) -> None:
    """`handler(context)` does the jobs of this kind; at least once, so it must bear repetition.

    `outward`: it mostly waits for other machines, so it has threads of its own and keeps nobody
    waiting. `kept` False: its done jobs are so many and so dull that they are not kept.
    `leads`: while this process does one, consumers that work ahead stand back for a while.

    An exception means: again later, with growing pauses, `attempts` times in all. `WrongCall` and
    `Refused` mean that trying again is useless; `Busy` and `ReleaseJob` are not counted.
    """
    _handlers[kind] = Handling(late(handler), attempts, outward, kept, leads)


def register_consumer(
    name: str,
    write: Callable[..., None] | str,
    prepare: Callable[[Sequence[Any]], Any] | str | None = None,
) -> None:
    """`write(events)` sees every event of the feed, in order, batch by batch.

    It runs in the transaction that moves the consumer's cursor: its writes are kept exactly once.
    It must be short. What takes long but only reads belongs in `prepare(events)`, which is called
    before, outside of any transaction; `write(events, prepared)` is then given some of these events
    at a time, looks whether what was read still holds, and writes. What takes longer still it
    enqueues. An exception means: the same events again later.
    """
    writing = late(write)
    if prepare is None:
        _consumers[name] = Consumer(lambda events, _: writing(events))
    else:
        _consumers[name] = Consumer(writing, late(prepare))


def register_recurring(name: str, rule: str, kind: str) -> None:
    """A job without payload that every hub runs by itself, such as `every 1h`."""
    _recurring[name] = Recurring(rule, kind)


def register_pulse(name: str, act: Callable[[], object] | str) -> None:
    """`act()` is called about twice a second in every worker: cheap, short, and safe with others
    at it too, such as enqueueing what has become due.
    """
    _pulses[name] = late(act)


def register_feed(read: Feed | str) -> None:
    """`read(cursor, limit)`: the rows numbered above the cursor, in order. There is one feed."""
    _feeds[:] = [late(read)]


def handlers() -> dict[str, Handling]:
    """By kind."""
    return dict(_handlers)


def consumers() -> dict[str, Consumer]:
    """By name."""
    return dict(_consumers)


def recurring() -> dict[str, Recurring]:
    """By name."""
    return dict(_recurring)


def pulses() -> dict[str, Callable[[], object]]:
    """By name."""
    return dict(_pulses)


def feed() -> Feed | None:
    """The one feed; None where no app has registered it."""
    return _feeds[0] if _feeds else None
