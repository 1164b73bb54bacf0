"""How long corrections take, and how many come back wrong."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tellonce.hub.core.clock import iso
from tellonce.hub.core.errors import WrongCall
from tellonce.hub.corrections.selectors import (
    correction_figures,
    corrections,
    corrections_withheld,
)
from tellonce.hub.corrections.types import SEVERITIES, CorrectionView
from tellonce.hub.insight.intervals import wilson
from tellonce.hub.insight.types import Asked, Evidence, Measured, Part, Window
from tellonce.hub.policy.seeing import NOTHING

P90 = "p90"
_DAY = timedelta(days=1)


def measure_lead_time(window: Window) -> Measured:
    """The median of days from proposal to closing; parts: the 90th percentile, each severity."""
    found = correction_figures(window.since)
    if found.lead_days_median is None:
        return Measured.nothing("No correction was closed in this time.")
    parts = [Part(P90, found.lead_days_p90, found.closed)]
    parts += [Part(name, days) for name, days in found.lead_days_by_severity.items()]
    return Measured(Part("", found.lead_days_median, found.closed), tuple(parts))


def measure_reopen_rate(window: Window) -> Measured:
    """Of corrections that were closed in the time, the share that came back wrong."""
    found = correction_figures(window.since)
    if found.reopen_rate is None:
        return Measured.nothing("No correction was closed in this time.")
    closed = round(found.reopened / found.reopen_rate) if found.reopened else found.closed
    low, high = wilson(found.reopened, closed)
    return Measured(Part("", found.reopen_rate, closed, low, high))


def closed_corrections(window: Window, asked: Asked) -> Evidence:
    """Corrections that are closed, the newest first, with the days each took."""
    if asked.part not in ("", P90, *SEVERITIES):
        raise WrongCall(
            "The lead time has no such part.", hint=f"Known: {', '.join((P90, *SEVERITIES))}."
        )
    severity = "" if asked.part == P90 else asked.part
    return _evidence(asked, state="closed", severity=severity)


def reopened_corrections(window: Window, asked: Asked) -> Evidence:
    """Corrections that came back wrong, the newest first."""
    return _evidence(asked, reopened=True)


def _evidence(asked: Asked, **which: Any) -> Evidence:
    found = corrections(**which, limit=asked.limit, before=asked.cursor, by=asked.by)
    kept = NOTHING if asked.by is None else corrections_withheld(**which, by=asked.by)
    following = found[-1].id if len(found) == asked.limit else ""
    return Evidence(tuple(map(_row, found)), following, kept)


def _row(one: CorrectionView) -> dict[str, object]:
    closed = one.closed_at
    return {
        "correction": one.id,
        "record": one.record,
        "attribute": one.attribute,
        "state": one.state,
        "reopened": one.reopened,
        "days": None if closed is None else round((closed - one.created_at) / _DAY, 2),
        "closed_at": closed and iso(closed),
    }
