"""One resolver at a time, and whose turn is next.

Whoever wants to place stands in the door (one at a time) until the one who is placing has ended,
and leaves the door when he begins. Bulk work steps out after every chunk, so a person who came
meanwhile goes before the next one.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from tellonce.hub.core.errors import Busy
from tellonce.hub.jobs.services import held_lease
from tellonce.hub.jobs.types import HeldLease

RESOLVER = "resolver"
_DOOR = "resolver:next"


@contextmanager
def resolving(actor: str, *, wait_seconds: float = 60, bulk: bool = False) -> Iterator[HeldLease]:
    """Hold the resolver's lease; raises `Busy` where it is not free in time.

    `bulk` work always goes through the door; a person only where someone is placing.
    """
    with ExitStack() as stack:
        lease = None if bulk else _at_once(stack, actor)
        if lease is None:
            with held_lease(_DOOR, actor, wait_seconds=wait_seconds):
                lease = stack.enter_context(held_lease(RESOLVER, actor, wait_seconds=wait_seconds))
        yield lease


def _at_once(stack: ExitStack, actor: str) -> HeldLease | None:
    try:
        return stack.enter_context(held_lease(RESOLVER, actor))
    except Busy:
        return None
