"""Reads. A client of the API sees its own endpoints, people who may manage webhooks see all."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q

from tellonce.hub.accounts.types import CLIENT, Actor
from tellonce.hub.core.errors import Unknown
from tellonce.hub.events.models import Delivery, Endpoint
from tellonce.hub.events.webhooks.types import DeliveryView, EndpointView


def endpoints(*, by: Actor) -> list[EndpointView]:
    """Every endpoint the actor may see, the oldest first."""
    return [_endpoint_view(row) for row in _counted(visible(by)).order_by("id")]


def endpoint(public_id: str, *, by: Actor) -> EndpointView:
    """One endpoint; raises `Unknown`, also for another client's."""
    return _endpoint_view(row_of(public_id, by=by, rows=_counted(visible(by))))


def deliveries(
    public_id: str, state: str = "", *, by: Actor, limit: int = 100, before: int | None = None
) -> list[DeliveryView]:
    """Deliveries to one endpoint, the newest event first, of one state where it is named.

    `before`: only of events with a smaller number, for the next page. Raises `Unknown`.
    """
    found = row_of(public_id, by=by)
    rows = Delivery.objects.filter(endpoint=found).order_by("-number")
    rows = rows.filter(state=state) if state else rows
    rows = rows if before is None else rows.filter(number__lt=before)
    return [
        DeliveryView(
            id=row.pk,
            endpoint=public_id,
            number=row.number,
            state=row.state,
            attempts=row.attempts,
            next_at=row.next_at,
            status=row.status,
            trouble=row.trouble,
            created_at=row.created_at,
            finished_at=row.finished_at,
        )
        for row in rows[:limit]
    ]


def delivery_counts() -> dict[str, int]:
    """Deliveries by state, over all endpoints."""
    counts = dict.fromkeys(Delivery.STATES, 0)
    return counts | dict(Delivery.objects.values_list("state").annotate(Count("id")))


def disabled_endpoints() -> int:
    """How many endpoints nothing is sent to any more."""
    return Endpoint.objects.exclude(disabled_at=None).count()


def visible(by: Actor) -> Any:
    """The rows an actor may see."""
    return Endpoint.objects.filter(**({"created_by": by.id} if CLIENT in by.roles else {}))


def row_of(public_id: str, *, by: Actor, rows: Any = None) -> Endpoint:
    """The row of an endpoint the actor may see; raises `Unknown`."""
    found = (visible(by) if rows is None else rows).filter(public_id=public_id).first()
    if found is None:
        raise Unknown("There is no such webhook.", hint="See `tellonce webhook list`.")
    return found


def _counted(rows: Any) -> Any:
    return rows.annotate(
        waiting=Count("deliveries", Q(deliveries__state=Delivery.WAITING)),
        dead=Count("deliveries", Q(deliveries__state=Delivery.DEAD)),
    )


def _endpoint_view(row: Any) -> EndpointView:
    return EndpointView(
        id=row.public_id,
        url=row.url,
        types=tuple(row.types),
        created_at=row.created_at,
        disabled_at=row.disabled_at,
        reason=row.reason,
        failing_since=row.failing_since,
        waiting=row.waiting,
        dead=row.dead,
    )
