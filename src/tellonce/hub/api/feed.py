"""GET /changes: the numbered feed, to be followed with a cursor."""

from __future__ import annotations

import threading
import time
from typing import Any

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from tellonce.hub.accounts.types import FEED_SCOPE
from tellonce.hub.api.auth import Scoped
from tellonce.hub.api.problems import Problem
from tellonce.hub.api.routes import answers_also
from tellonce.hub.events.feed import feed_id
from tellonce.hub.events.selectors import events_after, is_number
from tellonce.hub.events.types import StoredEvent

router = Router(tags=["changes"])
MOST_WAITING = 2
"""Requests that wait for news at once; the threads of a server must not all stand waiting."""

_PAUSE = 0.5
_waiting = threading.BoundedSemaphore(MOST_WAITING)
_EVENT = {
    "specversion": "1.0",
    "id": "evt_019a2b3c4d5e7f8091a2b3c4d5e6f708",
    "source": "/tellonce/hub",
    "type": "tellonce.customer.changed.v1",
    "subject": "cus_019a2b3c4d5e7f8091a2b3c4d5e6f708",
    "time": "2026-11-26T08:15:30Z",
    "datacontenttype": "application/json",
    "data": {"attributes": ["email"]},
    "sequence": "18",
}


class ChangesAsked(Schema):
    """From where to read on, how much, and how long to wait for news."""

    after: int = Field(0, ge=0, le=2**63 - 1, description="The `cursor` of the answer before.")
    limit: int = Field(100, ge=1, le=1000, description="Events at most.")
    wait: int = Field(0, ge=0, le=30, description="Seconds to wait where there is nothing new.")
    feed: str = Field("", max_length=36, description="The `feed` of the answer before.")


class Changes(Schema):
    """CloudEvents in order. `cursor` is where to read on in this `feed`; it stays where nothing is
    new.
    """

    events: list[dict[str, Any]]
    cursor: int
    feed: str = Field(description="Changes where a backup was restored: then begin anew.")
    more: bool = Field(description="Whether there is more to read at once.")

    model_config = {
        "json_schema_extra": {
            "examples": [
                {
                    "events": [_EVENT],
                    "cursor": 18,
                    "feed": "fed_019a2b3c4d5e7f8091a2b3c4d5e6f70b",
                    "more": False,
                }
            ]
        }
    }


@router.get("", auth=Scoped(FEED_SCOPE), response=Changes, summary="Follow what changes")
@answers_also(410)
def read_changes(request: HttpRequest, asked: Query[ChangesAsked]) -> dict[str, Any]:
    """Events after a cursor, none skipped, none twice. They hold ids and names of attributes, no
    value: read the customer for that. 410 where the cursor is not one of this feed's.
    """
    feed = _checked_feed(asked)
    found = _news(asked)
    events = found[: asked.limit]
    return {
        "events": [{**event.envelope(), "sequence": str(event.number)} for event in events],
        "cursor": events[-1].number if events else asked.after,
        "feed": feed,
        "more": len(found) > asked.limit,
    }


def _checked_feed(asked: ChangesAsked) -> str:
    """The feed's id. Who read on with a cursor that a restored hub does not have any more would
    keep what it does not know, and not know it.
    """
    feed = feed_id()
    if asked.feed and asked.feed != feed:
        detail = "The feed that this cursor belongs to is over: a backup was restored."
        raise Problem("feed", detail, feed=feed)
    if asked.after and not is_number(asked.after):
        detail = "This feed gave no such cursor; one of before a backup was restored may be over."
        raise Problem("feed", detail, feed=feed)
    return feed


def _news(asked: ChangesAsked) -> list[StoredEvent]:
    """One event more than asked for, where there is one."""
    found = events_after(asked.after, asked.limit + 1)
    if found or not asked.wait or not _waiting.acquire(blocking=False):
        return found
    try:
        until = time.monotonic() + asked.wait
        while not found and (left := until - time.monotonic()) > 0:
            time.sleep(min(_PAUSE, left))
            found = events_after(asked.after, asked.limit + 1)
        return found
    finally:
        _waiting.release()
