"""Numbering the feed: one UPDATE for thousands of rows."""

from __future__ import annotations

from django.db import connection

from tellonce.hub.jobs.sequencer import Head

STREAM = "events"
_AT_ONCE = 5_000
_NUMBER = """
    UPDATE events SET number = numbered.number FROM (
        SELECT id, %s + row_number() OVER (ORDER BY id) AS number
        FROM events WHERE number IS NULL ORDER BY id LIMIT %s
    ) AS numbered WHERE events.id = numbered.id
"""


def number_events(last: Head) -> Head:
    """Number the next events; see `jobs.sequencer.register_stream`."""
    with connection.cursor() as cursor:
        cursor.execute(_NUMBER, [last.number, _AT_ONCE])
        return Head(last.number + cursor.rowcount, "")
