"""The background work of this app: the kinds of its jobs, and who does them."""

from __future__ import annotations

from tellonce.hub.jobs.registry import register_handler, register_recurring

PURGE = "jobs.purge"


def register() -> None:
    """Tell the workers."""
    register_handler(PURGE, "tellonce.hub.jobs.ticking.purge_old_jobs")
    register_recurring(PURGE, "every 1h", PURGE)
