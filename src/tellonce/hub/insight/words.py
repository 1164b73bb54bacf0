"""Figures of KPIs in words, for the command line and the report."""

from __future__ import annotations

from tellonce.hub.insight.types import DAYS, MILLISECONDS, SHARE, Kpi, KpiState, Part


def amount(kpi: Kpi, value: float) -> str:
    """A value with its unit: 97.3 %, 120 ms, 2.5 days, +31.

    A share is never rounded up to all, nor down to none.
    """
    if kpi.unit == SHARE:
        return _percent(value)
    if kpi.unit == MILLISECONDS:
        return f"{value:,.0f} ms" if value >= 10 else f"{value:.1f} ms"
    if kpi.unit == DAYS:
        return f"{value:,.1f} days"
    return f"{value:+.0f}"


def brief(kpi: Kpi, value: float | None) -> str:
    """A value, or that there is none."""
    return "not measured" if value is None else amount(kpi, value)


def _percent(share: float) -> str:
    for digits in (1, 2, 3):
        text = f"{share * 100:.{digits}f}"
        if float(text) not in (0.0, 100.0) or share in (0.0, 1.0):
            return f"{text} %"
    return "under 0.001 %" if share < 0.5 else "over 99.999 %"


def said(kpi: Kpi, part: Part) -> str:
    """A part in words: value, interval and what it is counted from, or why there is none."""
    if part.value is None:
        return f"not measured. {part.why}".strip()
    interval = ""
    if part.low is not None and part.high is not None:
        interval = f" ({amount(kpi, part.low)} to {amount(kpi, part.high)})"
    left = f". {part.why}" if part.why else ""
    return f"{amount(kpi, part.value)}{interval}, of {part.evidence:,}{left}"


def target_words(state: KpiState) -> str:
    """What is wanted: at least 97 %."""
    least = "at least" if state.kpi.better == "more" else "at most"
    return f"{least} {amount(state.kpi, state.target)}"
