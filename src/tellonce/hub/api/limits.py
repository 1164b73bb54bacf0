"""How much a caller may ask: fixed windows of a minute, counted in this process."""

from __future__ import annotations

import threading
import time
from typing import NamedTuple

from tellonce.hub.api.problems import Problem

WINDOW = 60


class Count(NamedTuple):
    """How much of a limit is used in the window at hand; `reset` in seconds."""

    limit: int
    used: int
    reset: int

    @property
    def headers(self) -> dict[str, str]:
        """For the answer, in the words of the IETF draft on rate limit headers."""
        return {
            "RateLimit-Limit": str(self.limit),
            "RateLimit-Remaining": str(max(0, self.limit - self.used)),
            "RateLimit-Reset": str(self.reset),
        }


class _Window:
    """The counts of one minute; the next one begins with none."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.number, self.used = 0, dict[str, int]()


_at_hand = _Window()


def count(who: str, limit: int) -> Count:
    """Count one more of `who`, and raise `Problem` where it is more than `limit` in a minute."""
    found = _count(who, limit)
    if found.used > limit:
        raise Problem(
            "too-many", f"More than {limit:,} such requests in a minute are not answered."
        ).with_headers({**found.headers, "Retry-After": str(found.reset)})
    return found


def forget() -> None:
    """Start all windows anew; for tests."""
    with _at_hand.lock:
        _at_hand.used.clear()


def _count(who: str, limit: int) -> Count:
    now = time.monotonic()
    number = int(now // WINDOW)
    with _at_hand.lock:
        if number != _at_hand.number:
            _at_hand.number, _at_hand.used = number, {}
        used = _at_hand.used[who] = _at_hand.used.get(who, 0) + 1
    return Count(limit, used, max(1, int((number + 1) * WINDOW - now)))
