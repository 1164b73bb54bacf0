"""When a source is fetched: `every 15m`, or the five fields of cron."""

from __future__ import annotations

import re

from croniter import croniter

_EVERY = re.compile(r"every\s+(\d{1,5})\s*([smhd])", re.IGNORECASE)
_HINT = "Write `schedule: every 15m`, `every 2h`, `every 1d`, or cron such as `0 6 * * 1-5`."


def schedule_trouble(text: str) -> tuple[str, str] | None:
    """What is wrong with a schedule and what to do; None where it can be kept."""
    every = _EVERY.fullmatch(text.strip())
    if every is not None:
        if int(every[1]) == 0:
            return "A schedule cannot be every 0.", _HINT
        return None
    if len(text.split()) != 5 or not croniter.is_valid(text):
        return f"Nobody can say when {text!r} is.", _HINT
    return None
