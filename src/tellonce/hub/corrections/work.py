"""The background work of this app: the kinds of its jobs, and who does them."""

from __future__ import annotations

from tellonce.hub.jobs.registry import register_consumer, register_handler, register_recurring

VERIFY, TEND = "corrections.verify", "corrections.tend"
DETECT, ANSWER = "corrections.detect", "corrections.answer"
_JOBS = "tellonce.hub.corrections.jobs"


def register() -> None:
    """Tell the workers."""
    register_handler(VERIFY, f"{_JOBS}.verify", kept=False)
    register_handler(TEND, f"{_JOBS}.tend", kept=False)
    register_handler(DETECT, f"{_JOBS}.detect", kept=False)
    register_handler(ANSWER, f"{_JOBS}.answer", kept=False)
    register_recurring(VERIFY, "every 1m", VERIFY)
    register_recurring(TEND, "every 15m", TEND)
    register_recurring(DETECT, "every 15m", DETECT)
    register_consumer("corrections", f"{_JOBS}.follow_answers")
