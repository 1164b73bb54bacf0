"""Numbering the feed, one UPDATE for thousands of rows, and telling one feed from another."""

from __future__ import annotations

from tellonce.hub.core import clock
from tellonce.hub.core.bulk import changed, fetched
from tellonce.hub.core.ids import new_id
from tellonce.hub.events.models import Feed
from tellonce.hub.jobs.sequencer import Head, leave_out

STREAM = "events"
AT_ONCE = 5_000
_NUMBER = """
    UPDATE events SET number = numbered.number FROM (
        SELECT id, %s + row_number() OVER (ORDER BY id) AS number
        FROM events WHERE number IS NULL ORDER BY id LIMIT %s
    ) AS numbered WHERE events.id = numbered.id
"""
_ID = "SELECT public_id FROM feeds WHERE name = %s"


def feed_id() -> str:
    """The id of the feed: under another one the same numbers mean other events."""
    while not (found := fetched(_ID, STREAM)):
        first = Feed(name=STREAM, public_id=new_id("fed"))
        Feed.objects.bulk_create([first], ignore_conflicts=True)
    return str(found[0][0])


def renew_feed() -> None:
    """In the transaction at hand: make it another feed, for its followers have seen events that are
    not here any more.

    Its numbers go on from the moment, in microseconds: above any that can have been given out since
    what is here was written, so that a cursor of then is none of now.
    """
    leave_out(STREAM, int(clock.now().timestamp() * 1_000_000))
    new = {"public_id": new_id("fed")}
    Feed.objects.update_or_create(name=STREAM, defaults=new)


def number_events(last: Head) -> Head:
    """Number the next events; see `jobs.sequencer.register_stream`."""
    return Head(last.number + changed(_NUMBER, last.number, AT_ONCE), "")
