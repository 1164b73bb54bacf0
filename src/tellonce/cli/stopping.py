"""Ending on Ctrl-C and SIGTERM: the first asks, the second does not."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from types import FrameType
from typing import Any

from tellonce.cli.output import INTERRUPTED

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Stopping:
    """Inside the block a signal to end makes `asked` true and calls `on_asked`, which must take no
    lock; a second one ends the process at once: what it held is freed by whoever works next.
    """

    def __init__(self, on_asked: Callable[[], None] | None = None) -> None:
        self.asked = False
        self._on_asked = on_asked
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Stopping:
        self._before = {number: signal.signal(number, self._ask) for number in _SIGNALS}
        return self

    def __exit__(self, *exc: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _ask(self, number: int, frame: FrameType | None) -> None:
        if self.asked:
            os._exit(INTERRUPTED)
        self.asked = True
        if self._on_asked is not None:
            self._on_asked()
