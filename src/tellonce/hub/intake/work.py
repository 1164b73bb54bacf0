"""The background work of this app: the kinds of its jobs, and who does them."""

from __future__ import annotations

from tellonce.hub.jobs.registry import register_handler

PLACE = "intake.place"
"""What waits is placed."""
PROPOSE, ADOPT = "intake.propose_model", "intake.adopt_model"


def register() -> None:
    """Tell the workers who places."""
    register_handler(PLACE, "tellonce.hub.intake.jobs.place", leads=True)
    register_handler(PROPOSE, "tellonce.hub.intake.jobs.propose_model")
    register_handler(ADOPT, "tellonce.hub.intake.jobs.adopt_model")
