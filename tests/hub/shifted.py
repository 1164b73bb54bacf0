"""A command of Tellonce whose clock jumps while it runs: `python -m tests.hub.shifted SECONDS ...`.

The clock of the wall is moved, for a while, and moved back; the monotonic one runs on, as on a
machine whose time is corrected.
"""

from __future__ import annotations

import sys
import time
from datetime import UTC, datetime, timedelta

from tellonce.cli.main import run
from tellonce.hub.core import clock

_AFTER, _FOR = 2.0, 6.0  # seconds


def main() -> None:
    """Move the clock, then run the command."""
    shift, began, wall = int(sys.argv.pop(1)), time.monotonic(), time.time

    def moved() -> float:
        ran = time.monotonic() - began
        return wall() + (shift if _AFTER < ran < _AFTER + _FOR else 0)

    time.time = moved
    clock.now = lambda: datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=moved())
    run()


if __name__ == "__main__":
    main()
