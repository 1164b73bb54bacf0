"""Who was addressed lately: campaign touches by the source's key for the customer."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Max

from tellonce.hub.activity.models import Activity

KIND = "marketing"
_NEWEST_ROWS = 200_000


def latest_touches(since: datetime, until: datetime, limit: int) -> list[tuple[int, str, datetime]]:
    """(source row id, customer key, when last) of customers that were addressed from `since` to
    before `until`, the latest first; among the newest 200,000 rows of activity, so that asking
    costs the same however much there is.
    """
    newest = Activity.objects.aggregate(newest=Max("id"))["newest"] or 0
    rows = Activity.objects.filter(id__gt=newest - _NEWEST_ROWS, kind=KIND).exclude(customer_key="")
    rows = rows.filter(occurred_at__gte=since, occurred_at__lt=until)
    found = rows.values_list("source_id", "customer_key").annotate(last=Max("occurred_at"))
    return list(found.order_by("-last", "source_id", "customer_key")[:limit])
