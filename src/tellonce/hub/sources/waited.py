"""How long rows have waited in quarantine."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Count, Min

from tellonce.hub.sources.models import Quarantined


def waiting_since() -> tuple[int, datetime | None]:
    """How many rows wait, and when the oldest of them was delivered."""
    waiting = Quarantined.objects.filter(state__in=(Quarantined.WAITING, Quarantined.REPLAYING))
    found = waiting.aggregate(count=Count("id"), oldest=Min("delivery__started_at"))
    return found["count"], found["oldest"]
