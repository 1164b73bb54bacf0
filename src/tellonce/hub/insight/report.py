"""The report on quality: on one page, to be printed or sent; as text, HTML or JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.template.loader import render_to_string
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from tellonce.hub.core import clock
from tellonce.hub.core.canonical import plain
from tellonce.hub.insight.alerts import alerts, detector_runs
from tellonce.hub.insight.charts import share_bar, trend_chart
from tellonce.hub.insight.selectors import TREND_DAYS, kpi_states
from tellonce.hub.insight.troubles.registry import BY_NAME
from tellonce.hub.insight.types import (
    MET,
    MISSED,
    NOT_MEASURED,
    SHARE,
    AlertView,
    KpiState,
    Part,
    TrendPoint,
)
from tellonce.hub.insight.words import amount, brief, said, target_words

_MOST_ALERTS = 50
_MOST_PARTS = 16


@dataclass(frozen=True)
class Report:
    """What there is to say now. `blind`: detectors that could not look."""

    made_at: datetime
    states: tuple[KpiState, ...]
    alerts: tuple[AlertView, ...]
    blind: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """Everything, ready for JSON."""
        return plain(
            {
                "made_at": self.made_at,
                "kpis": [state.as_json() for state in self.states],
                "alerts": [asdict(one) for one in self.alerts],
                "could_not_look": list(self.blind),
            }
        )

    def json_text(self) -> str:
        """The same as a text, to be kept in a file."""
        return json.dumps(self.as_json(), ensure_ascii=False, indent=2)

    @property
    def headline(self) -> str:
        """In one sentence: how many targets are met, and what is wrong."""
        states = [state.state for state in self.states]
        met, missed = states.count(MET), states.count(MISSED)
        open_alerts = sum(one.state == "open" for one in self.alerts)
        troubles = f"{open_alerts} known trouble{'' if open_alerts == 1 else 's'} open"
        return (
            f"{met} of {met + missed} measured targets met, {states.count(NOT_MEASURED)} not "
            f"measured, {troubles if open_alerts else 'no known trouble open'}."
        )


def quality_report(days: int = TREND_DAYS) -> Report:
    """The report of now, from what was last measured and found."""
    blind = sorted(name for name, (_, _, trouble) in detector_runs().items() if trouble)
    return Report(
        clock.now(), tuple(kpi_states(days)), tuple(alerts(limit=_MOST_ALERTS)), tuple(blind)
    )


def as_text(report: Report) -> Iterator[str]:
    """The report as lines for a terminal."""
    yield f"Quality of customer data, {report.made_at:%Y-%m-%d %H:%M} UTC"
    yield report.headline
    for one in report.alerts:
        yield f"! {one.severity}{'' if one.state == 'open' else f' ({one.state})'}: {one.sentence}"
        yield f"    {one.advice}"
    for state in report.states:
        yield ""
        yield f"{state.kpi.title}: {said(state.kpi, state.whole)}"
        yield f"    target {target_words(state)}: {state.state}{_change(state)}"
        for part in state.parts[:_MOST_PARTS]:
            yield f"    {part.name:<28} {brief(state.kpi, part.value)}"


def as_html(report: Report) -> str:
    """The report as one page that stands alone: charts as SVG, no script, light, dark and print."""
    shown = [_card(state) for state in report.states]
    context = {
        "report": report,
        "cards": shown,
        "alerts": [
            {"alert": one, "title": BY_NAME[one.kind].title if one.kind in BY_NAME else one.kind}
            for one in report.alerts
        ],
    }
    return render_to_string("insight/report.html", context)


def _card(state: KpiState) -> dict[str, Any]:
    """What the page says of one KPI."""
    kpi, whole = state.kpi, state.whole
    interval = None if whole.low is None or whole.high is None else (whole.low, whole.high)
    told = "" if whole.value is None else f"{brief(kpi, whole.value)} now, {target_words(state)}"
    chart = trend_chart(state.trend, state.target, interval, escape(f"{kpi.title}: {told}"))
    return {
        "kpi": kpi,
        "state": state,
        "mark": {MET: "met", MISSED: "missed"}.get(state.state, "none"),
        "value": brief(kpi, whole.value),
        "why": whole.why,
        "interval": f"{amount(kpi, interval[0])} to {amount(kpi, interval[1])}" if interval else "",
        "target": target_words(state),
        "change": _change(state).removeprefix(", "),
        "chart": _drawn(chart),
        "first": state.trend[0].day if len(state.trend) > 1 else None,
        "last": state.trend[-1].day if state.trend else None,
        "parts": [_row(state, part) for part in state.parts[:_MOST_PARTS]],
        "more": max(0, len(state.parts) - _MOST_PARTS),
    }


def _row(state: KpiState, part: Part) -> dict[str, Any]:
    wanted = state.targets.get(part.name)
    bar = share_bar(part.value) if state.kpi.unit == SHARE and part.value is not None else ""
    return {
        "name": part.name.replace("_", " "),
        "value": brief(state.kpi, part.value),
        "evidence": part.evidence,
        "bar": _drawn(bar),
        "target": "" if wanted is None else amount(state.kpi, wanted),
    }


def _drawn(svg: str) -> SafeString:
    """A drawing of our own: numbers, and words that were escaped."""
    return mark_safe(svg)  # noqa: S308


def _change(state: KpiState) -> str:
    """How it has moved since the oldest day of the trend; "" where there are not two days."""
    days: list[TrendPoint] = [point for point in state.trend if point.value is not None]
    if len(days) < 2 or days[0].value is None or days[-1].value is None:
        return ""
    moved = days[-1].value - days[0].value
    since = f" since {days[0].day}"
    if moved == 0:
        return f", unchanged{since}"
    better = (moved > 0) == (state.kpi.better == "more")
    if state.kpi.unit == SHARE:
        size = f"{abs(moved) * 100:.1f} points"
    else:
        size = amount(state.kpi, abs(moved)).lstrip("+")
    return f", {'better' if better else 'worse'} by {size}{since}"
