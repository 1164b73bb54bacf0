"""The document of a snapshot: what is held, after policy has looked at every value."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tellonce.hub.policy.masks import HIDDEN, masked
from tellonce.hub.policy.types import Answer
from tellonce.hub.snapshots.types import HeldEntry, HeldSection, HeldValue

Judge = Callable[[str], Answer]
"""Says of an attribute, or of `section.field`, whether it is shown, masked or withheld."""


@dataclass
class Tally:
    """Names of what was shown, masked and withheld, for the document and the audit."""

    shown: set[str] = field(default_factory=set)
    masked: set[str] = field(default_factory=set)
    withheld: set[str] = field(default_factory=set)

    def note(self, name: str, answer: Answer) -> Answer:
        """Write down what became of `name`; returns the answer."""
        {Answer.ALLOW: self.shown, Answer.MASK: self.masked, Answer.DENY: self.withheld}[
            answer
        ].add(name)
        return answer

    def as_json(self) -> dict[str, list[str]]:
        """The names, sorted."""
        return {
            "shown": sorted(self.shown),
            "masked": sorted(self.masked),
            "withheld": sorted(self.withheld),
        }


def refused_section(reason: str) -> dict[str, Any]:
    """A section that the purpose has no need of."""
    return {"served": False, "reason": reason, "completeness": None, "freshness": None}


def section_document(
    held: HeldSection, judge: Judge, tally: Tally, now: datetime
) -> dict[str, Any]:
    """A section as it may be seen; what is withheld is left out and named in the tally."""
    values = [_value(held.name, value, judge, tally, now) for value in held.values]
    return {
        "served": True,
        "completeness": held.completeness,
        "freshness": held.freshness,
        "age_days": _age(held.freshness, now),
        "values": [value for value in values if value is not None],
        "entries": [_entry(held.name, entry, judge, tally, now) for entry in held.entries],
        "total": held.total,
        "summary": _summary(held, judge),
    }


def _summary(held: HeldSection, judge: Judge) -> dict[str, Any]:
    """Sums are shown to whoever may see the amounts they are made of."""
    if judge(f"{held.name}.amount") is Answer.ALLOW:
        return dict(held.summary)
    return {
        kind: {name: value for name, value in one.items() if name != "amounts"}
        for kind, one in held.summary.items()
    }


def _value(
    section: str, held: HeldValue, judge: Judge, tally: Tally, now: datetime
) -> dict[str, Any] | None:
    answer = tally.note(f"{section}.{held.attribute}", judge(held.attribute))
    if answer is Answer.DENY:
        return None
    hidden = answer is Answer.MASK
    decay = held.ageing.score(now)
    return {
        "attribute": held.attribute,
        "value": masked(held.attribute, held.value) if hidden else held.value,
        "masked": hidden,
        "rank": held.rank,
        "source": held.source,
        "record": held.record if judge("record_id") is Answer.ALLOW else HIDDEN,
        "observed_at": held.observed_at,
        "delivered_at": held.delivered_at,
        "age_days": _age(held.observed_at, now),
        "decay": decay,
        "stale": decay is not None and decay >= held.ageing.stale_from,
        "confirmed_at": held.ageing.confirmed_at,
        "confidence": round(held.confidence, 4),
        "agreeing": held.agreeing,
        "rule": held.rule,
    }


def _entry(
    section: str, held: HeldEntry, judge: Judge, tally: Tally, now: datetime
) -> dict[str, Any]:
    shown: dict[str, Any] = {}
    hidden = []
    for name, value in held.fields.items():
        answer = tally.note(f"{section}.{name}", judge(f"{section}.{name}"))
        if answer is Answer.ALLOW:
            shown[name] = value
        elif answer is Answer.MASK:
            shown[name] = masked(name, str(value))
            hidden.append(name)
    return {
        "kind": held.kind,
        "at": held.at,
        "age_days": _age(held.at, now),
        "source": held.source,
        "confidence": round(held.confidence, 4),
        "fields": shown,
        "masked": sorted(hidden),
    }


def _age(moment: datetime | None, now: datetime) -> int | None:
    return None if moment is None else max(0, (now - moment).days)
