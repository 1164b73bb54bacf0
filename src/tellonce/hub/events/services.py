"""Emitting events."""

from __future__ import annotations

from collections.abc import Iterable

from tellonce.hub.core import clock
from tellonce.hub.core.canonical import plain
from tellonce.hub.core.ids import new_id
from tellonce.hub.events.feed import STREAM
from tellonce.hub.events.models import Event
from tellonce.hub.events.types import Happened, StoredEvent
from tellonce.hub.jobs.sequencer import number_after_commit


def emit(happened: Happened) -> StoredEvent:
    """Insert one event in the transaction at hand; it is numbered after its commit."""
    return emit_many([happened])[0]


def emit_many(happened: Iterable[Happened]) -> list[StoredEvent]:
    """`emit` of many, in order."""
    at = clock.now()
    rows = Event.objects.bulk_create(
        (
            Event(
                public_id=new_id("evt"),
                type=one.type,
                subject=one.subject,
                at=at,
                data=plain(dict(one.data)),
            )
            for one in happened
        ),
        batch_size=5_000,
    )
    if rows:
        number_after_commit(STREAM)
    return [
        StoredEvent(row.public_id, None, row.type, row.subject, row.at, row.data) for row in rows
    ]
