"""The background work of this app: the kinds of its jobs, and who does them."""

from __future__ import annotations

from tellonce.hub.jobs.registry import register_handler, register_recurring

RUN = "quality.run"
"""What is due is judged."""
PROFILE = "quality.profile"
"""The sources which got a delivery are profiled."""


def register() -> None:
    """Tell the workers who judges, and how often."""
    register_handler(RUN, "tellonce.hub.quality.jobs.judge")
    register_recurring("quality", "every 1d", RUN)
    register_handler(PROFILE, "tellonce.hub.quality.jobs.profile")
    register_recurring("profiles", "every 15m", PROFILE)
