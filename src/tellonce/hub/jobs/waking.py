"""Workers of this process wake as soon as a job is enqueued in it; others look twice a second."""

from __future__ import annotations

import threading

_changed = threading.Condition()
_count = 0


def wake() -> None:
    """Something may be due now."""
    global _count
    with _changed:
        _count += 1
        _changed.notify_all()


def woken() -> int:
    """How often `wake` was called; to be read before looking for work."""
    return _count


def wait(since: int, seconds: float) -> None:
    """Sleep until somebody wakes us after `since`, at most so long."""
    with _changed:
        _changed.wait_for(lambda: _count != since, seconds)
