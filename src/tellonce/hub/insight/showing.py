"""KPIs and alerts, as much of them as somebody may be told.

A figure about what he does not see is left out where it is of fewer than `FEWEST` on either side,
and so is a whole from which it could be worked out.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import timedelta

from tellonce.hub.accounts.types import Actor
from tellonce.hub.core import clock
from tellonce.hub.insight.kpis.dimensions import RULES
from tellonce.hub.insight.kpis.queues import measure_queue_age
from tellonce.hub.insight.kpis.registry import kpi_named
from tellonce.hub.insight.models import KpiPoint
from tellonce.hub.insight.selectors import TREND_DAYS, kpi_states, meets
from tellonce.hub.insight.types import (
    MET,
    MISSED,
    NOT_MEASURED,
    KpiState,
    Part,
    TrendPoint,
    Window,
)
from tellonce.hub.policy.seeing import FEWEST, WHY, at_best, at_the_machine, sees_all
from tellonce.hub.policy.types import Answer
from tellonce.hub.quality.showing_counts import hidden_rules
from tellonce.hub.upkeep.declared import policy_in_force

_DAYS_OF_RULES = 30
_BY_RULE, _QUEUES = "validity", "queue-age"
_BY_ATTRIBUTE = ("completeness", "accuracy", "timeliness")


def shown_states(by: Actor, days: int = TREND_DAYS) -> list[KpiState]:
    """Every KPI as it was last measured, as `by` may be told."""
    states = kpi_states(days)
    if at_the_machine(by):
        return states
    viewer = _Viewer(by)
    return [viewer.shown(state) for state in states]


def shown_state(name: str, by: Actor, days: int = TREND_DAYS) -> KpiState:
    """One of them; raises `Unknown`."""
    kpi = kpi_named(name)
    return next(state for state in shown_states(by, days) if state.kpi is kpi)


class _Viewer:
    def __init__(self, by: Actor) -> None:
        today = clock.now().date()
        self._by = by
        self._rules = hidden_rules(today - timedelta(days=_DAYS_OF_RULES), today, by)

    def shown(self, state: KpiState) -> KpiState:
        """The state without what would tell of what is not seen."""
        name = state.kpi.name
        if name == _QUEUES and state.whole.value is not None:
            found = measure_queue_age(Window.of_days(1, clock.now()), self._by)
            return _judged(state, found.whole, found.parts, ())
        hidden = {part.name for part in state.parts if self._hides(name, part)}
        if not hidden and not self._hides_whole(name):
            return state
        parts = tuple(part for part in state.parts if part.name not in hidden)
        whole, trend = Part("", None, why=WHY), tuple[TrendPoint, ...]()
        if name == _BY_RULE and parts:
            whole, trend = _together(parts), _trend(state, {part.name for part in parts})
        return _judged(state, whole, parts, trend)

    def _hides(self, kpi: str, part: Part) -> bool:
        if kpi == _BY_RULE:
            few = part.name in self._rules.countable and _is_of_few(part)
            return few or part.name in self._rules.others
        if part.name == RULES:
            return bool(self._rules)
        if kpi in _BY_ATTRIBUTE:
            return at_best(self._by, part.name) is Answer.DENY and _is_of_few(part)
        return False

    def _hides_whole(self, kpi: str) -> bool:
        """Of what compares records with each other no count is told, however large."""
        if kpi == "uniqueness":
            return at_best(self._by, "identifier") is Answer.DENY
        if kpi == "consistency":
            return not sees_all(self._by, policy_in_force().agree_on)
        return False


def _judged(
    state: KpiState, whole: Part, parts: tuple[Part, ...], trend: tuple[TrendPoint, ...]
) -> KpiState:
    met = whole.value is not None and meets(state.kpi, whole.value, state.target)
    judged = NOT_MEASURED if whole.value is None else MET if met else MISSED
    return replace(state, whole=whole, parts=parts, trend=trend, state=judged)


def _is_of_few(part: Part) -> bool:
    """Whether a share is of fewer than `FEWEST`, or of all but fewer."""
    if part.value is None:
        return True
    good = part.value * part.evidence
    return min(good, part.evidence - good) < FEWEST


def _together(parts: Iterable[Part]) -> Part:
    counted = [(one.value, one.evidence) for one in parts if one.value is not None]
    of = sum(count for _, count in counted)
    share = sum(value * count for value, count in counted) / of if of else None
    return Part("", share, of, why="" if of else WHY)


def _trend(state: KpiState, parts: Collection[str]) -> tuple[TrendPoint, ...]:
    days: dict[object, list[Part]] = {one.day: [] for one in state.trend}
    rows = KpiPoint.objects.filter(kpi=state.kpi.name, part__in=parts, day__in=list(days))
    for row in rows:
        days[row.day].append(Part(row.part, row.value, row.evidence))
    return tuple(TrendPoint(one.day, _together(days[one.day]).value) for one in state.trend)
