"""Groups that were cut short, half applied or half undone: the hub goes on by itself."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from tellonce.hub.core import clock
from tellonce.hub.core.errors import HubError
from tellonce.hub.corrections.applying import apply_corrections, take_back
from tellonce.hub.corrections.models import Correction
from tellonce.hub.corrections.proposing import THE_HUB
from tellonce.hub.corrections.storing import policy_in_force, rows_of_group
from tellonce.hub.corrections.types import CLOSED, EXPIRED, IN_FORCE, PROPOSED, STANDS, UNDONE

QUIET_FOR = timedelta(minutes=10)
"""Whoever acts on a group has moved none of it for so long: he does not go on."""


def resume_groups() -> list[str]:
    """Apply, or take back, the rest of groups that were cut short; returns their public ids.

    A group is approved, and undone, as a whole; so one that is half in force was cut short.
    """
    went_on = []
    for group in _half(PROPOSED) | _half(UNDONE):
        rows = rows_of_group(group)
        if max(row.since for row in rows) > clock.now() - QUIET_FOR:
            continue
        try:
            _go_on(rows)
        except HubError:  # the hub is busy, or somebody acts on it after all: the next time
            continue
        went_on.append(group)
    return went_on


def _half(state: str) -> set[str]:
    """Groups with some corrections in this state, and others in force."""
    groups = Correction.objects.filter(group__isnull=False)
    some = groups.filter(state=state).values("group_id")
    others = groups.filter(group_id__in=some, state__in=IN_FORCE).exclude(
        state=CLOSED, outcome__in=(EXPIRED, STANDS)
    )
    return set(others.values_list("group__public_id", flat=True))


def _go_on(rows: Sequence[Correction]) -> None:
    policy = policy_in_force()[1]
    held = [row for row in rows if row.state in IN_FORCE]
    if any(row.state == UNDONE for row in rows):
        take_back(held, policy, by=THE_HUB, reason="the rest of its group, which was cut short")
        return
    left = [row for row in rows if row.state == PROPOSED]
    why = "the rest of its group, which was cut short"
    apply_corrections(left, policy, by=THE_HUB, reviewer=held[0].reviewer, why=why, rest=True)
