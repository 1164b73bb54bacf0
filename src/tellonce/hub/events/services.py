"""Emitting events."""

from __future__ import annotations

from collections.abc import Iterable

from tellonce.hub.core import clock
from tellonce.hub.core.bulk import insert_rows
from tellonce.hub.core.canonical import canonical_json, plain
from tellonce.hub.core.ids import new_id
from tellonce.hub.events.feed import AT_ONCE, STREAM
from tellonce.hub.events.models import Event
from tellonce.hub.events.types import Happened, StoredEvent
from tellonce.hub.jobs.sequencer import number_after_commit, number_now


def emit(happened: Happened) -> StoredEvent:
    """Insert one event in the transaction at hand; it is numbered after its commit."""
    return emit_many([happened])[0]


def emit_many(happened: Iterable[Happened], *, last: bool = False) -> list[StoredEvent]:
    """`emit` of many, in order; where they are the `last` thing that is written in the transaction
    at hand, they are numbered in it.
    """
    at = clock.now()
    stored = [
        StoredEvent(new_id("evt"), None, one.type, one.subject, at, plain(dict(one.data)))
        for one in happened
    ]
    insert_rows(
        Event,
        ("public_id", "type", "subject", "at", "data"),
        [(one.id, one.type, one.subject, at, canonical_json(one.data).decode()) for one in stored],
    )
    if stored and last:
        number_now(STREAM, AT_ONCE)
    elif stored:
        number_after_commit(STREAM)
    return stored
