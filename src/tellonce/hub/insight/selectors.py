"""Reads."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta

from django.db.models import Max

from tellonce.hub.core import clock
from tellonce.hub.insight.declared import Declared, declared
from tellonce.hub.insight.kpis.registry import KPIS, kpi_named
from tellonce.hub.insight.models import KpiPoint
from tellonce.hub.insight.types import (
    MET,
    MISSED,
    NOT_MEASURED,
    Asked,
    Evidence,
    Kpi,
    KpiState,
    Part,
    TrendPoint,
    Window,
)

TREND_DAYS = 90
_NEVER = (
    "It was never measured: a worker does so every hour, `tellonce quality kpis --measure` now."
)


def kpi_states(days: int = TREND_DAYS) -> list[KpiState]:
    """Every KPI as it was last measured, with the trend of so many days; measures nothing."""
    newest = dict(KpiPoint.objects.values_list("kpi").annotate(Max("day")))
    points: dict[str, list[KpiPoint]] = defaultdict(list)
    for day in set(newest.values()):
        for point in KpiPoint.objects.filter(day=day).order_by("id"):
            if newest[point.kpi] == day:
                points[point.kpi].append(point)
    trends = _trends(days)
    found = declared()
    return [_state(kpi, points[kpi.name], trends[kpi.name], found) for kpi in KPIS]


def kpi_state(name: str, days: int = TREND_DAYS) -> KpiState:
    """One of them; raises `Unknown`."""
    kpi = kpi_named(name)
    return next(state for state in kpi_states(days) if state.kpi is kpi)


def kpi_evidence(name: str, asked: Asked) -> Evidence:
    """What is behind a KPI now; raises `Unknown`, and `WrongCall` for a part it does not have."""
    kpi = kpi_named(name)
    return kpi.evidence(Window.of_days(kpi.days or 1, clock.now()), asked)


def _trends(days: int) -> dict[str, tuple[TrendPoint, ...]]:
    since = (clock.now() - timedelta(days=days)).date()
    rows = KpiPoint.objects.filter(part="", day__gte=since).order_by("day")
    found: dict[str, list[TrendPoint]] = defaultdict(list)
    for kpi, day, value in rows.values_list("kpi", "day", "value"):
        found[kpi].append(TrendPoint(day, value))
    return defaultdict(tuple, {kpi: tuple(points) for kpi, points in found.items()})


def _state(
    kpi: Kpi, points: list[KpiPoint], trend: tuple[TrendPoint, ...], found: Declared
) -> KpiState:
    whole = next((point for point in points if not point.part), None)
    target = found.targets.get(kpi.name, kpi.target)
    value = whole.value if whole else None
    prefix = f"{kpi.name}."
    return KpiState(
        kpi,
        _part(whole) if whole else Part("", None, why=_NEVER),
        tuple(_part(point) for point in points if point.part),
        target,
        NOT_MEASURED if value is None else MET if meets(kpi, value, target) else MISSED,
        whole.measured_at if whole else None,
        trend,
        {n.removeprefix(prefix): t for n, t in found.targets.items() if n.startswith(prefix)},
    )


def meets(kpi: Kpi, value: float, target: float) -> bool:
    """Whether a value is as good as its target."""
    return value >= target if kpi.better == "more" else value <= target


def _part(point: KpiPoint) -> Part:
    return Part(point.part, point.value, point.evidence, point.low, point.high, point.why)
