"""Reads."""

from __future__ import annotations

from tellonce.hub.core.bulk import fetched
from tellonce.hub.events.feed import STREAM
from tellonce.hub.events.models import Event
from tellonce.hub.events.types import StoredEvent
from tellonce.hub.jobs.sequencer import head


def events_after(cursor: int, limit: int = 1000) -> list[StoredEvent]:
    """Events numbered above `cursor`, in order; the last one's number is the next cursor."""
    rows = Event.objects.filter(number__gt=cursor).order_by("number")[:limit]
    return [
        StoredEvent(row.public_id, row.number, row.type, row.subject, row.at, row.data)
        for row in rows
    ]


def newest_number() -> int:
    """The number of the last event; 0 before the first."""
    return head(STREAM).number


def is_number(number: int) -> bool:
    """Whether an event has this number."""
    return bool(fetched("SELECT 1 FROM events WHERE number = %s", number))


def event_count() -> int:
    """How many events there are."""
    return Event.objects.count()


def has_unnumbered() -> bool:
    """Whether an event waits for its number."""
    return bool(fetched("SELECT 1 FROM events WHERE number IS NULL LIMIT 1"))
