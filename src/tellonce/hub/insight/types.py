"""Frozen values that may leave the app."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from tellonce.hub.accounts.types import Actor
from tellonce.hub.core.clock import iso
from tellonce.hub.policy.seeing import NOTHING, Withheld, at_best
from tellonce.hub.policy.types import Answer

SHARE, DAYS, MILLISECONDS, POINTS = "share", "days", "ms", "points"
UNITS = {SHARE: "share, 0 to 1", DAYS: "days", MILLISECONDS: "milliseconds", POINTS: "-100 to 100"}
"""Units of KPIs, in words."""

NOT_MEASURED, MET, MISSED, NO_TARGET = "not measured", "met", "missed", "no target"


@dataclass(frozen=True)
class Window:
    """What a measurement looks at: from `since` to before `until`, which is now."""

    since: datetime
    until: datetime

    @classmethod
    def of_days(cls, days: int, until: datetime) -> Window:
        """The days before `until`."""
        return cls(until - timedelta(days=days), until)


@dataclass(frozen=True)
class Part:
    """A KPI, or one part of it, as it was measured.

    `value` None: not measured, because of `why`. `evidence`: how many things it is counted from.
    `low` and `high`: its interval at 95 % where it is an estimate from a sample.
    """

    name: str
    value: float | None
    evidence: int = 0
    low: float | None = None
    high: float | None = None
    why: str = ""


@dataclass(frozen=True)
class Measured:
    """What measuring a KPI gave: the whole (its name is ""), and its parts."""

    whole: Part
    parts: tuple[Part, ...] = ()

    @classmethod
    def nothing(cls, why: str, parts: Sequence[Part] = ()) -> Measured:
        """There is no evidence: `why` in a sentence that says what to do."""
        return cls(Part("", None, why=why), tuple(parts))

    @classmethod
    def counted(cls, good: float, of: float, parts: Sequence[Part] = ()) -> Measured:
        """A share of what was counted in full."""
        return cls(share_part("", good, of), tuple(parts))


def share_part(name: str, good: float, of: float) -> Part:
    """A part that is a share; not measured where there is nothing to count."""
    if not of:
        return Part(name, None, why="There is nothing to count.")
    return Part(name, good / of, int(of))


@dataclass(frozen=True)
class Evidence:
    """The things behind a KPI: rows of ids, times and counts, never a person's values.

    `next` goes on after the last one, "" at the end; `withheld`: what whoever asks does not see.
    """

    rows: tuple[Mapping[str, Any], ...] = ()
    next: str = ""
    withheld: Withheld = NOTHING


@dataclass(frozen=True)
class Asked:
    """Which evidence: of a part ("" of the whole), at most `limit`, on after a cursor. `by`: who is
    to see it; None: somebody at the machine, or the hub itself.
    """

    part: str = ""
    limit: int = 50
    cursor: str = ""
    by: Actor | None = None

    def hides(self, attribute: str) -> bool:
        """Whether nothing of an attribute is shown to who asks."""
        return self.by is not None and at_best(self.by, attribute) is Answer.DENY


@dataclass(frozen=True)
class Kpi:
    """A measure of quality: what it says, how it is worked out, and what is good.

    `better`: more or less. `target` is the default. `days`: how far back it looks; 0: at what is
    held now. `measure` and `evidence` read, and write nothing.
    """

    name: str
    title: str
    unit: str
    better: str
    target: float
    days: int
    definition: str
    formula: str
    measure: Callable[[Window], Measured]
    evidence: Callable[[Window, Asked], Evidence]
    evidence_words: str


@dataclass(frozen=True)
class TrendPoint:
    """What a KPI was on a day."""

    day: date
    value: float | None


@dataclass(frozen=True)
class KpiState:
    """A KPI as it stands: the newest point, its parts, its target and its trend.

    `state`: met, missed, or not measured. `measured_at` None: it was never measured.
    """

    kpi: Kpi
    whole: Part
    parts: tuple[Part, ...]
    target: float
    state: str
    measured_at: datetime | None
    trend: tuple[TrendPoint, ...] = ()
    targets: Mapping[str, float] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Everything about it, ready for JSON."""
        return {
            "name": self.kpi.name,
            "title": self.kpi.title,
            "definition": self.kpi.definition,
            "formula": self.kpi.formula,
            "unit": self.kpi.unit,
            "better": self.kpi.better,
            "days": self.kpi.days,
            "target": self.target,
            "state": self.state,
            **_figures(self.whole),
            "measured_at": self.measured_at and iso(self.measured_at),
            "parts": [
                {"name": part.name, "target": self.targets.get(part.name), **_figures(part)}
                for part in self.parts
            ],
            "trend": [{"day": one.day.isoformat(), "value": one.value} for one in self.trend],
        }


def _figures(part: Part) -> dict[str, Any]:
    return {
        "value": part.value,
        "low": part.low,
        "high": part.high,
        "evidence": part.evidence,
        "why": part.why,
    }


@dataclass(frozen=True)
class DrawnValue:
    """A golden value that waits for somebody who knows whether it is right; see `SampledValue`."""

    id: str
    sample: str
    customer: str
    attribute: str
    state: str
    drawn_at: datetime
    said_by: str = ""
    answered_by: str = ""
    answered_at: datetime | None = None
    note: str = ""


@dataclass(frozen=True)
class SampleView:
    """A sample: how many values were drawn, and how many are in each state."""

    id: str
    seed: str
    drawn_at: datetime
    values: int
    states: Mapping[str, int]
    population: Mapping[str, int]


SEVERITIES = ("low", "medium", "high", "critical")


@dataclass(frozen=True)
class Trouble:
    """Something a detector found: `key` says which one of its kind, `sentence` what is wrong,
    `advice` what to do next; `details` are ids, names and figures, no personal value.
    """

    key: str
    severity: str
    sentence: str
    advice: str
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class AlertView:
    """A trouble that was found. `state`: open, acknowledged, snoozed (`until`) or closed."""

    id: str
    kind: str
    key: str
    severity: str
    sentence: str
    advice: str
    details: Mapping[str, Any]
    state: str
    opened_at: datetime
    seen_at: datetime
    closed_at: datetime | None
    settled_by: str
    settled_at: datetime | None
    reason: str
    until: datetime | None
