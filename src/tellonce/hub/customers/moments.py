"""Which customer an id meant at a moment."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q

from tellonce.hub.core.errors import Unknown
from tellonce.hub.customers.models import Customer, Redirect
from tellonce.hub.customers.selectors import customer_by_public_id
from tellonce.hub.customers.types import CustomerView


def customer_at(public_id: str, moment: datetime) -> CustomerView:
    """The customer this id led to at `moment`; raises `Unknown` where there was none then."""
    customer_by_public_id(public_id)  # says so where the id never was one
    row = Customer.objects.get(public_id=public_id)
    asked_as = ""
    if row.created_at > moment:
        raise Unknown(
            f"The customer {public_id} was not there yet.",
            hint=f"It is there since {row.created_at:%Y-%m-%dT%H:%M:%S.%fZ}.",
        )
    while (into := _led_to(row, moment)) is not None:
        asked_as, row = public_id, into
    return CustomerView(row.pk, row.public_id, row.version, row.created_at, None, asked_as)


def _led_to(row: Customer, moment: datetime) -> Customer | None:
    then = Q(to_at=None) | Q(to_at__gt=moment)
    redirects = Redirect.objects.select_related("into").filter(then, from_at__lte=moment)
    found = redirects.filter(customer_id=row.pk).order_by("-id").first()
    return found.into if found else None
