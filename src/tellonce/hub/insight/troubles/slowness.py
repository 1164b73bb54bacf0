"""Snapshots that have become slow, for the hub's own target or against its own past."""

from __future__ import annotations

from datetime import timedelta

from tellonce.hub.core import clock
from tellonce.hub.insight.declared import declared
from tellonce.hub.insight.types import Trouble
from tellonce.hub.snapshots.timing import time_quantiles

FEWEST = 10
_TIMES, _NOTICED = 4, 200.0
_FEWEST_BEFORE = 50
_WINDOWS = (timedelta(hours=1), timedelta(days=1))
TARGET = 500.0


def slow_snapshots() -> list[Trouble]:
    """One trouble where the snapshots of the last hour, or of the last day where there were few,
    are slow.
    """
    now = clock.now()
    for window in _WINDOWS:
        count, found = time_quantiles(now - window, now, (0.95,))
        if count >= FEWEST:
            before, usual = time_quantiles(now - timedelta(days=14), now - window, (0.95,))
            target = declared().targets.get("retrieval-time", TARGET)
            usually = usual[0] if before >= _FEWEST_BEFORE else None
            if is_slow(found[0], target, usually):
                return [_trouble(found[0], count, target, usually)]
            return []
    return []


def is_slow(ms: float, target: float, usual: float | None) -> bool:
    """Whether the 95th percentile is above twice the target, or above 200 ms and four times what
    was usual (None: not known).
    """
    return ms > 2 * target or (usual is not None and ms > max(_NOTICED, _TIMES * usual))


def _trouble(ms: float, count: int, target: float, usual: float | None) -> Trouble:
    past = f"{usual:,.0f} ms were usual" if usual is not None else f"{target:,.0f} ms are wanted"
    return Trouble(
        "snapshots",
        "high" if ms > 10 * target else "medium",
        f"5 of 100 snapshots take longer than {ms:,.0f} ms, of the last {count:,}; {past}.",
        "See what else is at work: tellonce jobs list --state running; then whether the disk or "
        "the database is busy: tellonce doctor.",
        {"p95_ms": ms, "snapshots": count, "usual_ms": usual, "target_ms": target},
    )
