"""What was refused, and what was looked for in vain, by whom."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max
from django.db.models.functions import TruncDate

from tellonce.hub.audit.models import AuditEntry
from tellonce.hub.audit.types import FAILED, REFUSED


@dataclass(frozen=True, slots=True)
class Denials:
    """How often an actor was refused, or failed, on a day, and when last."""

    actor: str
    outcome: str
    day: object
    count: int
    last_at: datetime


def denials(since: datetime) -> list[Denials]:
    """Refused and failed acts since then, by actor, outcome and day (UTC)."""
    rows = AuditEntry.objects.extra(where=["outcome IN ('refused', 'failed')"])
    found = rows.filter(at__gte=since).annotate(day=TruncDate("at"))
    counted = found.values_list("actor", "outcome", "day").annotate(Count("id"), Max("at"))
    return [Denials(*row) for row in counted.order_by("actor", "outcome", "day")]


def refused_actions(actor: str, since: datetime) -> dict[str, int]:
    """What an actor was refused since then: action -> how often."""
    rows = AuditEntry.objects.extra(where=["outcome IN ('refused', 'failed')"])
    rows = rows.filter(at__gte=since, actor=actor, outcome__in=(REFUSED, FAILED))
    return dict(rows.values_list("action").annotate(Count("id")).order_by("-id__count"))
