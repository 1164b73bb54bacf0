"""What stewards set, or take back, and the golden records that follow from it."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime

from tellonce.hub.bridge.types import no_progress
from tellonce.hub.core import clock
from tellonce.hub.customers.models import StewardValue
from tellonce.hub.customers.stewarding import end_steward_values, expired_steward_values
from tellonce.hub.intake.acts import act
from tellonce.hub.intake.placing import ChunkSize, place_records
from tellonce.hub.intake.rules import rules_in_force
from tellonce.hub.intake.services import resolved_if_due
from tellonce.hub.intake.telling import Tally
from tellonce.hub.intake.turns import resolving
from tellonce.hub.intake.waiting import await_placing, waiting_among
from tellonce.hub.sources.alone import alone_with
from tellonce.hub.sources.selectors import ACTIVE, current_versions

StewardChange = Callable[[datetime], Collection[int]]
"""Writes steward values, and whatever belongs to them, as of a moment; gives the records (row ids)
that they are anchored to.
"""


def change_steward_values(change: StewardChange, *, actor: str, bulk: bool = False) -> Tally:
    """Write what stewards say in one act, and make the golden records anew that it concerns.

    Nobody else places meanwhile. Where it is cut short after the act, the records wait, and whoever
    places next goes on. Raises `Busy`, and whatever `change` raises: then nothing is kept.
    """
    tally, size = Tally(), ChunkSize()
    with resolving(actor, bulk=bulk) as lease:
        resolved_if_due(tally, lease, no_progress)
        with act(lease) as moment:
            records = set(change(moment))
            alone_with(records)
            await_placing(_as_they_are(records), urgent=True)
        while waiting := list(waiting_among(records).values())[: size.records]:
            chunk = place_records(waiting, rules_in_force(), lease)
            size.learn(chunk.records, chunk.locked)
            tally.add(chunk.applied)
    return tally


def expire_steward_values(actor: str, told: Callable[[list[str]], object] = len) -> list[str]:
    """End the steward values whose time is over; returns their corrections (public ids), which
    `told` is given in the same transaction.
    """
    corrections: list[str] = []

    def change(moment: datetime) -> list[int]:
        due = expired_steward_values(clock.now())  # those that nobody has ended meanwhile
        corrections.extend(sorted(set(due.values())))
        told(corrections)
        return end_steward_values(due, moment, StewardValue.EXPIRED)

    if expired_steward_values(clock.now(), limit=1):
        change_steward_values(change, actor=actor, bulk=True)
    return corrections


def _as_they_are(records: Collection[int]) -> dict[int, tuple[int, int | None]]:
    """Records that take part in matching, to be placed with the version they are held by."""
    return {
        record: (version, version)
        for record, (version, state) in current_versions(records).items()
        if state == ACTIVE
    }
