"""The background work of this app, by name: who does it is imported when it is first called for."""

from __future__ import annotations

from tellonce.hub.jobs.registry import register_handler, register_recurring

PROFILE = "activity.profile"
"""The kind of job that profiles what got a delivery."""


def register() -> None:
    """Tell the workers."""
    register_handler(PROFILE, "tellonce.hub.activity.jobs.profile")
    register_recurring("activity-profiles", "every 15m", PROFILE)
