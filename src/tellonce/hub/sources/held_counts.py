"""How many deletions wait for a person, for whoever looks at the hub."""

from __future__ import annotations

from tellonce.hub.sources.models import Delivery


def held_by_source() -> list[tuple[str, int, int]]:
    """Source, delivery and how many records it would delete now, of each that a person is to look
    at; the oldest first.
    """
    rows = Delivery.objects.filter(held__gt=0).order_by("id")
    return list(rows.values_list("source__name", "id", "held"))
