"""What a full delivery lacks is deleted, unless so much is missing that it may be an accident."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db import transaction

from tellonce.hub.accounts.types import Actor
from tellonce.hub.audit.services import record_act
from tellonce.hub.audit.types import Act
from tellonce.hub.intake.waiting import waits_now
from tellonce.hub.jobs.services import confirm, held_lease
from tellonce.hub.jobs.types import HeldLease
from tellonce.hub.sources.alone import alone_in
from tellonce.hub.sources.arrival import ROWS_AT_ONCE
from tellonce.hub.sources.holding import (
    close_held,
    held_deletions,
    hold_deletions,
    is_too_many,
    still_held,
    supersede_held,
)
from tellonce.hub.sources.recording import delete_absent
from tellonce.hub.sources.selectors import delivery_view, source_records
from tellonce.hub.sources.services import advance, check_deliverer
from tellonce.hub.sources.types import DeliveryView


@dataclass(frozen=True)
class Missing:
    """What tells the missing records: ids that a full delivery holds, how many of its rows could
    not be used, the newest of its versions, and whether a person said that deletions are meant.
    """

    held: Collection[str]
    refused: int
    as_of: int | None
    meant: bool


def delete_missing(
    delivery: DeliveryView, guard: float, missing: Missing, lease: HeldLease
) -> list[str]:
    """Delete the records that a full delivery does not hold, as of its newest version.

    Where some rows could not be used nobody knows which records they are, so nothing is deleted.
    Where more than `guard` of the records held before would go, the deletions are held. Gives what
    is to be said of that.
    """
    if missing.refused:
        return [
            f"Nothing was deleted: {missing.refused:,} "
            f"{'row' if missing.refused == 1 else 'rows'} could not be used, and the records "
            "missing from this file may be among them. Deletions held before stay held."
        ]
    records = list(source_records(delivery.source_id))
    absent = [(pk, key) for pk, key in records if key not in missing.held]
    before = len(records) - delivery.counts.added
    supersede_held(delivery.source_id)
    if not missing.meant and is_too_many(len(absent), before, guard):
        hold_deletions(delivery, absent)
        return [
            f"Held: {len(absent):,} of {before:,} records are missing from {delivery.file_name}, "
            f"more than the {guard:.0%} that its guard lets pass, so nothing was deleted. "
            f"If that is right: tellonce source approve {delivery.id}"
        ]
    _delete(delivery, absent, missing.as_of, lease)
    return []


def approve_deletions(delivery_id: int, *, by: Actor) -> DeliveryView:
    """Delete what was held of a delivery, but for records that arrived again since.

    The records wait to be placed then. Raises `WrongCall`, and `Refused` for who may not load.
    """
    delivery, _ = held_deletions(delivery_id)
    check_deliverer(by, "source.approve", delivery.source)
    with held_lease(f"deliver:{delivery.source_id}", by.id) as lease:
        delivery, records = held_deletions(delivery_id)
        _delete(delivery, records, delivery.as_of, lease, held=True)
        with transaction.atomic():
            confirm(lease)
            close_held(delivery)
            details = {"records": len(records), "delivery": delivery.id}
            record_act(Act("source.approve", by.id, target=delivery.source[:64], details=details))
    return delivery_view(delivery_id)


def _delete(
    delivery: DeliveryView,
    records: Sequence[tuple[int, str]],
    as_of: int | None,
    lease: HeldLease,
    *,
    held: bool = False,
) -> None:
    for start in range(0, len(records), ROWS_AT_ONCE):
        with transaction.atomic():
            confirm(lease)
            alone_in([delivery.source_id])
            part = records[start : start + ROWS_AT_ONCE]
            part = still_held(delivery, part) if held else part
            counts = waits_now(delete_absent(delivery, part, as_of))
            delivery = advance(delivery, 0, counts)
