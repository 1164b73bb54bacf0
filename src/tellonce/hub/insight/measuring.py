"""Measuring all KPIs and keeping what they were on each day."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction

from tellonce.hub.bridge.types import Progress, no_progress
from tellonce.hub.core import clock
from tellonce.hub.insight.figures import follow_golden
from tellonce.hub.insight.kpis.registry import KPIS
from tellonce.hub.insight.models import HealthHour, KpiPoint
from tellonce.hub.insight.types import Kpi, Part, Window
from tellonce.hub.snapshots.timing import forget_times

KEPT_TIMES = timedelta(days=90)
KEPT_HOURS = timedelta(days=400)
_MOST_PARTS = 60


def measure_all(progress: Progress = no_progress) -> int:
    """Measure every KPI and write today's points over; returns how many KPIs have a value.

    Each is kept by itself: one that cannot be measured does not keep the others from it, and its
    error is raised at the end.
    """
    follow_golden(progress)
    now, measured, trouble = clock.now(), 0, []
    for done, kpi in enumerate(KPIS):
        progress("measure", done, len(KPIS))
        try:
            measured += measure(kpi, now)
        except Exception as error:
            trouble.append(error)
    _forget(now)
    if trouble:
        raise trouble[0]
    return measured


def measure(kpi: Kpi, now: datetime) -> bool:
    """Measure one and keep it; whether it has a value."""
    found = kpi.measure(Window.of_days(kpi.days or 1, now))
    with transaction.atomic():
        _keep(kpi, [found.whole, *found.parts[:_MOST_PARTS]], now)
    return found.whole.value is not None


def _keep(kpi: Kpi, parts: Iterable[Part], now: datetime) -> None:
    """Today's points become exactly these."""
    rows = [
        KpiPoint(
            kpi=kpi.name,
            part=part.name,
            day=now.date(),
            value=part.value,
            evidence=part.evidence,
            low=part.low,
            high=part.high,
            why=part.why[:255],
            measured_at=now,
        )
        for part in parts
    ]
    today = KpiPoint.objects.filter(kpi=kpi.name, day=now.date())
    today.exclude(part__in=[row.part for row in rows]).delete()
    KpiPoint.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["kpi", "part", "day"],
        update_fields=["value", "evidence", "low", "high", "why", "measured_at"],
    )


def _forget(now: datetime) -> None:
    """What the points were counted from is not kept for ever; the points are."""
    forget_times(now - KEPT_TIMES)
    HealthHour.objects.filter(hour__lt=now - KEPT_HOURS).delete()
