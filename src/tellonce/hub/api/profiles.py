"""Profiles of sources: what their records look like, over time, and what changed."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any, Literal

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import AwareDatetime, Field

from tellonce.hub.accounts.types import QUALITY_READ
from tellonce.hub.api.auth import Scoped, actor_of
from tellonce.hub.api.fields import Withheld
from tellonce.hub.quality.profile_views import PROFILED
from tellonce.hub.quality.selectors import latest_profile, moments, standing_drifts
from tellonce.hub.quality.showing_profiles import shown_drifts, shown_moments, shown_profile
from tellonce.hub.sources.contents import RECORDS

router = Router(tags=["quality"])
_CHANGE = {
    "kind": "fill",
    "field": "email",
    "sentence": "email is filled in 61 % of the rows; it was in 84.2 %.",
    "before": 0.842,
    "after": 0.61,
    "details": [],
}
_FIELD = {
    "field": "email",
    "attribute": "email",
    "kind": "text",
    "rows": 4802,
    "filled": 3624,
    "padded": 0,
    "distinct": 3590,
    "distinct_exact": True,
    "repeated": 0.009,
    "lengths": {"low": 14, "median": 25, "high": 41},
    "formats": [{"text": "a.a@a.a", "rows": 2990}],
    "formats_distinct": 14,
    "top": [],
    "top_short": 0,
    "placeholders": [],
    "range": None,
    "outliers": [{"kind": "format", "rows": 3, "sentence": "3 rows are not of the form a.a@a.a."}],
}
_PROFILE = {
    "source": "crm",
    "content": "records",
    "at": "2026-11-26T08:15:30Z",
    "records": 4802,
    "looked_at": 4802,
    "fields": [_FIELD],
    "compared_with": "2026-10-28T08:15:02Z",
    "changes": [_CHANGE],
    "withheld": {"lines": 0, "why": ""},
}
_MOMENT = {
    "at": "2026-11-26T08:15:30Z",
    "field": "email",
    "fill": 0.755,
    "distinct": 3590,
    "formats": 14,
    "placeholders": 0,
}


class AsOf(Schema):
    """Of which time."""

    content: Literal[PROFILED] = Field(RECORDS, description="Of its records, or of its activity.")
    as_of: AwareDatetime | None = Field(None, description="The profile that was newest then.")


class OneField(Schema):
    """Of which field."""

    content: Literal[PROFILED] = Field(RECORDS, description="Of its records, or of its activity.")
    field: str = Field("", max_length=255, description="Of one field only, by its header.")


class Counted(Schema):
    """A format, value or placeholder, and how many records hold it."""

    text: str
    rows: int


class Lengths(Schema):
    """Characters of the values."""

    low: int
    median: int
    high: int


class Bar(Schema):
    """One bar of a histogram."""

    low: str
    high: str
    rows: int


class Range(Schema):
    """Numbers or dates; ends that are single values are left out ("")."""

    rows: int
    low: str
    high: str
    quantiles: list[str] = Field(
        description="At 1, 5, 10, 20, 30, 40, 50, 60, 70, 80, 90, 95 and 99 per cent."
    )
    bars: list[Bar]
    mean: float | None
    deviation: float | None


class Outlier(Schema):
    """Values unlike the others of their field."""

    kind: str
    rows: int
    sentence: str


class FieldProfile(Schema):
    """What the values of one field look like, without values that fewer than 20 records share."""

    field: str
    attribute: str | None
    kind: str
    rows: int
    filled: int
    padded: int = Field(description="Records whose value has blanks at an end.")
    distinct: int
    distinct_exact: bool
    repeated: float = Field(description="Share of the different values that come more than once.")
    lengths: Lengths | None
    formats: list[Counted]
    formats_distinct: int
    top: list[Counted]
    top_short: int
    placeholders: list[Counted]
    range: Range | None
    outliers: list[Outlier]

    model_config = {"json_schema_extra": {"examples": [_FIELD]}}


class Change(Schema):
    """What changed, in a sentence that holds no value of a record."""

    kind: str
    field: str | None
    sentence: str
    before: float
    after: float
    details: list[str]

    model_config = {"json_schema_extra": {"examples": [_CHANGE]}}


class SourceProfile(Schema):
    """The profile of a source, and what changed since the one it is compared with."""

    source: str
    content: str
    at: datetime
    records: int = Field(description="Active ones, or rows of activity.")
    looked_at: int = Field(description="Of them; fewer where they are many, or seen last month.")
    fields: list[FieldProfile]
    compared_with: datetime | None
    changes: list[Change]
    withheld: Withheld = Field(description="How many fields, and why; 0: none.")

    model_config = {"json_schema_extra": {"examples": [_PROFILE]}}


class Moment(Schema):
    """Figures of a field at a time."""

    at: datetime
    field: str
    fill: float
    distinct: int
    formats: int
    placeholders: int

    model_config = {"json_schema_extra": {"examples": [_MOMENT]}}


class History(Schema):
    """Figures over time, the oldest first."""

    source: str
    content: str
    moments: list[Moment]

    model_config = {
        "json_schema_extra": {
            "examples": [{"source": "crm", "content": "records", "moments": [_MOMENT]}]
        }
    }


class SourceChange(Change):
    """Of which source, told by the profile of which time, compared with that of `since`."""

    source: str
    content: str
    at: datetime
    since: datetime

    model_config = {
        "json_schema_extra": {
            "examples": [
                {
                    **_CHANGE,
                    "source": "crm",
                    "content": "records",
                    "at": _PROFILE["at"],
                    "since": "2026-10-28T08:15:02Z",
                }
            ]
        }
    }


class Drifts(Schema):
    """What is unlike last month."""

    drifts: list[SourceChange]


@router.get("/drifts", auth=Scoped(QUALITY_READ), response=Drifts, summary="List what changed")
def list_drifts(request: HttpRequest) -> dict[str, Any]:
    """What the newest profile of each source shows to be unlike last month's."""
    return {
        "drifts": [
            {
                **one.change.as_document(),
                "source": one.source,
                "content": one.content,
                "at": one.at,
                "since": one.since,
            }
            for one in shown_drifts(standing_drifts(), actor_of(request))
        ]
    }


@router.get(
    "/profiles/{source}",
    auth=Scoped(QUALITY_READ),
    response=SourceProfile,
    summary="Read the profile of a source",
)
def read_profile(request: HttpRequest, source: str, moment: Query[AsOf]) -> dict[str, Any]:
    """What its records, or its new activity, look like, field by field, and what changed since last
    month.
    """
    found = latest_profile(source, content=moment.content, as_of=moment.as_of)
    told = shown_profile(found, actor_of(request))
    return {**told.profile.as_document(), "withheld": asdict(told.withheld)}


@router.get(
    "/profiles/{source}/history",
    auth=Scoped(QUALITY_READ),
    response=History,
    summary="Read the figures of a source over time",
)
def read_history(request: HttpRequest, source: str, asked: Query[OneField]) -> dict[str, Any]:
    """Filled, different, formats and placeholders of its fields in its newest 200 profiles."""
    found = moments(source, content=asked.content, field=asked.field)
    told = shown_moments(source, found, actor_of(request))
    return {"source": source, "content": asked.content, "moments": [vars(one) for one in told]}
