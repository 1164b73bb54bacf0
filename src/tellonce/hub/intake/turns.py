"""One resolver at a time, and whose turn is next.

Whoever wants to place stands in the door (one at a time) until the one who is placing has ended,
and leaves the door when he begins. Bulk work steps out after the chunk during which someone came to
the door, so a person goes before the next one. A process that serves keeps the turn from one
request to the next, until someone stands in the door.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from tellonce.hub.core.errors import Busy
from tellonce.hub.jobs.services import KeptLease, acquire, held_lease, is_held
from tellonce.hub.jobs.types import HeldLease

RESOLVER = "resolver"
_DOOR = "resolver:next"
_ENDING = 5.0  # seconds
_kept: list[KeptLease] = []


@contextmanager
def resolving(actor: str, *, wait_seconds: float = 60, bulk: bool = False) -> Iterator[HeldLease]:
    """Hold the resolver's lease; raises `Busy` where it is not free in time.

    `bulk` work always goes through the door; a person only where someone is placing.
    """
    with ExitStack() as stack:
        if _kept and not bulk:
            yield stack.enter_context(_kept[0].held(actor, wait_seconds))
            return
        lease = None if bulk else _at_once(stack, actor)
        if lease is None:
            with held_lease(_DOOR, actor, wait_seconds=wait_seconds):
                for kept in _kept:
                    kept.give_back()
                lease = stack.enter_context(held_lease(RESOLVER, actor, wait_seconds=wait_seconds))
        yield lease


def is_turn_wanted() -> bool:
    """Whether someone stands in the door."""
    return is_held(_DOOR)


@contextmanager
def turns_kept() -> Iterator[None]:
    """In this process people's turns are kept from one to the next, inside the block."""
    kept = KeptLease(_taken, is_turn_wanted)
    _kept.append(kept)
    try:
        yield
    finally:
        _kept.remove(kept)
        kept.give_back(_ENDING)


def _taken(deadline: float, actor: str) -> HeldLease:
    try:
        return acquire(RESOLVER, actor, 0.0)
    except Busy:
        wait = max(0.0, deadline - time.monotonic())
        with held_lease(_DOOR, actor, wait_seconds=wait):
            return acquire(RESOLVER, actor, deadline)


def _at_once(stack: ExitStack, actor: str) -> HeldLease | None:
    try:
        return stack.enter_context(held_lease(RESOLVER, actor))
    except Busy:
        return None
