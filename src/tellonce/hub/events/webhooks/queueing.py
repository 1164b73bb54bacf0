"""Which events go to which endpoint, when, and for how long that is remembered."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from django.db.models import Q

from tellonce.hub.core import clock
from tellonce.hub.events.models import Delivery, Endpoint
from tellonce.hub.events.types import StoredEvent
from tellonce.hub.events.work import DELIVER
from tellonce.hub.jobs.services import enqueue
from tellonce.hub.jobs.types import SYSTEM, JobContext

_KEPT = timedelta(days=30)
_TOO_FAR = timedelta(days=3)


def wants(types: Sequence[str], kind: str) -> bool:
    """Whether an event of this type passes the filter: empty, the type, or a prefix with `*`."""
    return not types or any(
        kind.startswith(one[:-1]) if one.endswith("*") else kind == one for one in types
    )


def queue_deliveries(events: Sequence[StoredEvent]) -> None:
    """The consumer of the feed: a delivery for each event and endpoint that wants it."""
    endpoints = list(Endpoint.objects.filter(disabled_at=None))
    for endpoint in endpoints:
        numbers = [
            event.number
            for event in events
            if event.number and event.number > endpoint.after and wants(endpoint.types, event.type)
        ]
        insert_deliveries(endpoint, numbers)


def insert_deliveries(endpoint: Endpoint, numbers: Sequence[int]) -> None:
    """A waiting delivery of each of these events; one that is there stays as it is."""
    now = clock.now()
    Delivery.objects.bulk_create(
        [
            Delivery(endpoint=endpoint, number=number, next_at=now, created_at=now)
            for number in numbers
        ],
        ignore_conflicts=True,
        batch_size=100,
    )


def enqueue_due() -> None:
    """The pulse: a job for each endpoint that something is due for."""
    now = clock.now()
    ready = Q(endpoint__paused_until=None) | Q(endpoint__paused_until__lte=now)
    due = Delivery.objects.filter(ready, due_deliveries(), endpoint__disabled_at=None)
    for public_id in due.values_list("endpoint__public_id", flat=True).distinct():
        enqueue(DELIVER, {"endpoint": public_id}, SYSTEM, unique=public_id, bulk=True)


def due_deliveries() -> Q:
    """Those whose time has come, or lies further ahead than any pause: the clock was set back."""
    now = clock.now()
    return Q(state=Delivery.WAITING) & (Q(next_at__lte=now) | Q(next_at__gt=now + _TOO_FAR))


def purge_deliveries(context: JobContext) -> None:
    """Forget deliveries that were accepted more than a month ago."""
    old = Delivery.objects.filter(state=Delivery.DELIVERED, finished_at__lt=clock.now() - _KEPT)
    while some := list(old.values_list("pk", flat=True)[:1000]):
        Delivery.objects.filter(pk__in=some).delete()
        if context.stopping.is_set():
            return
