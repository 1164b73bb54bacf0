"""The measures of quality, each with definition, target, trend and what is behind it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from tellonce.hub.accounts.types import QUALITY_READ
from tellonce.hub.api.auth import Scoped, actor_of, told_row
from tellonce.hub.api.fields import Withheld
from tellonce.hub.insight.selectors import kpi_evidence
from tellonce.hub.insight.showing import shown_state, shown_states
from tellonce.hub.insight.types import Asked

router = Router(tags=["quality"])
_PART = {
    "name": "email",
    "target": None,
    "value": 0.912,
    "low": None,
    "high": None,
    "evidence": 1204,
    "why": "",
}
_KPI = {
    "name": "completeness",
    "title": "Completeness rate",
    "definition": "How much of what matters about a customer is filled in the golden records.",
    "formula": "Filled values of the attributes that matter / (customers x those attributes).",
    "unit": "share",
    "better": "more",
    "days": 0,
    "target": 0.9,
    "state": "missed",
    "value": 0.873,
    "low": None,
    "high": None,
    "evidence": 8428,
    "why": "",
    "measured_at": "2026-11-26T08:15:30Z",
    "parts": [_PART],
    "trend": [{"day": "2026-11-26", "value": 0.873}],
}


class Trend(Schema):
    """How far back."""

    days: int = Field(90, ge=1, le=3_660, description="Days of the trend.")


class EvidenceAsked(Trend):
    """Which of the things behind it."""

    part: str = Field("", max_length=120, description="Of one part only.")
    limit: int = Field(50, ge=1, le=200)
    cursor: str = Field(
        "", pattern="^[0-9a-z_:-]{0,60}$", description="`cursor` of the page before."
    )


class Part(Schema):
    """A part of a KPI; see `Kpi`."""

    name: str
    target: float | None
    value: float | None
    low: float | None
    high: float | None
    evidence: int
    why: str


class Point(Schema):
    """What it was on a day; null: it could not be measured."""

    day: str
    value: float | None


class Kpi(Schema):
    """A KPI as it was last measured; a worker does so every hour."""

    name: str
    title: str
    definition: str
    formula: str
    unit: str = Field(description="share (0 to 1), days, ms, or points (-100 to 100).")
    better: str = Field(description="more or less: which way is good.")
    days: int = Field(description="How far back it looks; 0: at what is held now.")
    target: float
    state: str = Field(description="met, missed, or not measured.")
    value: float | None = Field(description="Null: not measured, and `why`.")
    low: float | None = Field(description="Of its interval at 95 %, where it is an estimate.")
    high: float | None
    evidence: int = Field(description="How many things it is counted from.")
    why: str
    measured_at: str | None
    parts: list[Part]
    trend: list[Point]

    model_config = {"json_schema_extra": {"examples": [_KPI]}}


class Kpis(Schema):
    """All of them."""

    kpis: list[Kpi]

    model_config = {"json_schema_extra": {"examples": [{"kpis": [_KPI]}]}}


class KpiExplained(Kpi):
    """With the things behind it: ids, times and counts; values are read under a purpose."""

    evidence_words: str = Field(description="What the rows are.")
    rows: list[dict[str, Any]]
    cursor: str = Field(description="For the next page; empty at the end.")
    withheld: Withheld

    model_config = {
        "json_schema_extra": {
            "examples": [
                {
                    **_KPI,
                    "evidence_words": "customers that lack an attribute that matters, and which",
                    "rows": [
                        {
                            "customer": "cus_019a2b3c4d5e7f8091a2b3c4d5e6f708",
                            "lacks": ["phone"],
                        }
                    ],
                    "cursor": "",
                }
            ]
        }
    }


@router.get("", auth=Scoped(QUALITY_READ), response=Kpis, summary="List the measures of quality")
def list_kpis(request: HttpRequest, asked: Query[Trend]) -> dict[str, Any]:
    """Accuracy, completeness, and so on: as measured in the last hour; null is not measured."""
    return {"kpis": [one.as_json() for one in shown_states(actor_of(request), asked.days)]}


@router.get(
    "/{name}",
    auth=Scoped(QUALITY_READ),
    response=KpiExplained,
    summary="Read a measure and what is behind it",
)
def read_kpi(request: HttpRequest, name: str, asked: Query[EvidenceAsked]) -> dict[str, Any]:
    """With the records, customers or times it is counted from, as they are now."""
    by = actor_of(request)
    state = shown_state(name, by, asked.days)
    found = kpi_evidence(name, Asked(asked.part, asked.limit, asked.cursor, by))
    return {
        **state.as_json(),
        "evidence_words": state.kpi.evidence_words,
        "rows": [told_row(one, request) for one in found.rows],
        "cursor": found.next,
        "withheld": asdict(found.withheld),
    }
