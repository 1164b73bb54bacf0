"""Numbering the feed, one UPDATE for thousands of rows, and telling one feed from another."""

from __future__ import annotations

from tellonce.hub.core.bulk import changed, fetched
from tellonce.hub.core.ids import new_id
from tellonce.hub.events.models import Feed
from tellonce.hub.jobs.sequencer import Head

STREAM = "events"
_AT_ONCE = 5_000
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
    """Make it another feed, since numbers that were given out are to be given again."""
    new = {"public_id": new_id("fed")}
    Feed.objects.update_or_create(name=STREAM, defaults=new)


def number_events(last: Head) -> Head:
    """Number the next events; see `jobs.sequencer.register_stream`."""
    return Head(last.number + changed(_NUMBER, last.number, _AT_ONCE), "")
