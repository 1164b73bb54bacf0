"""Deletions held back, since a full delivery that lacks much may be an accident.

A held deletion ends in one of three ways: a person approves it, the record arrives again, or the
next full delivery of the source says anew what is missing.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from django.db import transaction
from django.db.models import F

from tellonce.hub.core.bulk import fetched
from tellonce.hub.core.errors import Unknown, WrongCall
from tellonce.hub.sources.models import Delivery, HeldDeletion
from tellonce.hub.sources.selectors import delivery_view
from tellonce.hub.sources.types import DeliveryView

FEWEST = 10
"""So many missing records at least are held back; fewer are an everyday matter."""


def is_too_many(missing: int, held: int, guard: float) -> bool:
    """Whether `missing` of the `held` records of a source may be missing by accident."""
    return missing >= FEWEST and missing > guard * held


def hold_deletions(delivery: DeliveryView, records: Sequence[tuple[int, str]]) -> None:
    """Keep what would be deleted (row id, record id) for a person to approve."""
    with transaction.atomic():
        HeldDeletion.objects.bulk_create(
            (HeldDeletion(delivery_id=delivery.id, record_id=pk) for pk, _ in records),
            batch_size=5_000,
        )
        Delivery.objects.filter(pk=delivery.id).update(held=len(records))


def supersede_held(source_id: int, but: int | None = None) -> None:
    """Forget what earlier full deliveries of a source wanted deleted."""
    earlier = Delivery.objects.filter(source_id=source_id, held__gt=0).exclude(pk=but)
    with transaction.atomic():
        HeldDeletion.objects.filter(delivery__in=list(earlier)).delete()
        earlier.update(held=0)


def release_arrived(record_ids: Collection[int]) -> None:
    """Forget the held deletions of records that have just arrived again."""
    if record_ids and fetched("SELECT 1 FROM held_deletions LIMIT 1"):
        held = HeldDeletion.objects.filter(record_id__in=record_ids)
        for delivery in set(held.values_list("delivery_id", flat=True)):
            gone, _ = held.filter(delivery_id=delivery).delete()
            Delivery.objects.filter(pk=delivery).update(held=F("held") - gone)


def held_deletions(delivery_id: int) -> tuple[DeliveryView, list[tuple[int, str]]]:
    """A delivery and the (row id, record id) that it would delete; raises `WrongCall`."""
    if not Delivery.objects.filter(pk=delivery_id).exists():
        raise Unknown(f"There is no delivery {delivery_id}.", hint="See `tellonce source show`.")
    delivery = delivery_view(delivery_id)
    if not delivery.held:
        raise WrongCall(
            f"Nothing of delivery {delivery_id} is held.",
            hint="It deleted nothing, was approved, or a later full delivery has replaced it.",
        )
    rows = HeldDeletion.objects.filter(delivery_id=delivery_id).order_by("id")
    return delivery, list(rows.values_list("record_id", "record__record_key"))


def still_held(delivery: DeliveryView, records: Sequence[tuple[int, str]]) -> list[tuple[int, str]]:
    """Those of these records that have not arrived again since they were looked up."""
    held = HeldDeletion.objects.filter(delivery_id=delivery.id)
    there = set(held.filter(record_id__in=[pk for pk, _ in records]).values_list("record_id"))
    return [one for one in records if one[:1] in there]


def close_held(delivery: DeliveryView) -> None:
    """They are deleted now: the delivery waits to be placed."""
    HeldDeletion.objects.filter(delivery_id=delivery.id).delete()
    Delivery.objects.filter(pk=delivery.id).update(held=0, state=Delivery.STORED)
