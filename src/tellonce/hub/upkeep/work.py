"""The background work of this app: the kinds of its jobs, and who does them."""

from __future__ import annotations

from tellonce.hub.jobs.registry import register_consumer, register_handler, register_recurring

SWEEP, TURN = "upkeep.sweep", "upkeep.turn"
CATCH_UP = "upkeep.catch-up"
"""Whom a large load left is worked out."""


def register() -> None:
    """Tell the workers."""
    register_consumer(
        "upkeep",
        "tellonce.hub.upkeep.following.keep_ahead",
        "tellonce.hub.upkeep.following.look_at_events",
    )
    register_handler(SWEEP, "tellonce.hub.upkeep.jobs.sweep_all")
    register_handler(CATCH_UP, "tellonce.hub.upkeep.jobs.catch_up_all")
    register_handler(TURN, "tellonce.hub.upkeep.jobs.turn")
    register_recurring("upkeep sweep", "every 1d", SWEEP)
    register_recurring("upkeep turn", "every 1h", TURN)
