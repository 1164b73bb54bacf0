"""The verified sample: values drawn at random that somebody who knows is to confirm."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any, Literal

from django.http import HttpRequest
from ninja import Query, Router, Schema, Status
from pydantic import Field

from tellonce.hub.accounts.types import QUALITY_READ, QUALITY_WRITE
from tellonce.hub.api.auth import Scoped, actor_of
from tellonce.hub.api.routes import answers_also
from tellonce.hub.insight import sampling
from tellonce.hub.insight.types import DrawnValue, SampleView

router = Router(tags=["quality"])
_VALUE = {
    "id": "val_019a2b3c4d5e7f8091a2b3c4d5e6f701",
    "sample": "sam_019a2b3c4d5e7f8091a2b3c4d5e6f702",
    "customer": "cus_019a2b3c4d5e7f8091a2b3c4d5e6f708",
    "attribute": "email",
    "state": "open",
    "drawn_at": "2026-11-26T08:15:30Z",
    "said_by": "",
    "answered_by": "",
    "answered_at": None,
    "note": "",
}
_SAMPLE = {
    "id": "sam_019a2b3c4d5e7f8091a2b3c4d5e6f702",
    "seed": "sed_019a2b3c4d5e7f8091a2b3c4d5e6f703",
    "drawn_at": "2026-11-26T08:15:30Z",
    "values": 60,
    "states": {"open": 60},
    "population": {"email": 1204, "phone": 950},
}


class Listed(Schema):
    """Which values."""

    state: Literal["open", "right", "wrong", "unknown", "withdrawn"] = "open"
    limit: int = Field(50, ge=1, le=200)


class Value(Schema):
    """Which value of which customer; the value itself is read with GET /customers/{id}."""

    id: str
    sample: str
    customer: str
    attribute: str
    state: str = Field(description="open, right, wrong, unknown, or withdrawn: it had changed.")
    drawn_at: datetime
    said_by: str = Field(description="steward or customer.")
    answered_by: str
    answered_at: datetime | None
    note: str

    model_config = {"json_schema_extra": {"examples": [_VALUE]}}


class Values(Schema):
    """Those that wait longest first."""

    values: list[Value]


class Draw(Schema):
    """How many, and by which seed."""

    size: int = Field(60, ge=1, le=5_000, description="Spread evenly over what matters.")
    seed: str = Field("", max_length=64, description="The same draws the same again.")

    model_config = {"extra": "forbid", "json_schema_extra": {"examples": [{"size": 60}]}}


class SampleDrawn(Schema):
    """A sample and the states of its values."""

    id: str
    seed: str
    drawn_at: datetime
    values: int
    states: dict[str, int]
    population: dict[str, int] = Field(description="How many customers have each attribute.")

    model_config = {"json_schema_extra": {"examples": [_SAMPLE]}}


class Answer(Schema):
    """What is known of it."""

    answer: Literal["right", "wrong", "unknown"]
    said_by: Literal["steward", "customer"] = "steward"
    note: str = Field("", max_length=255)

    model_config = {
        "extra": "forbid",
        "json_schema_extra": {"examples": [{"answer": "right", "said_by": "customer"}]},
    }


@router.get("", auth=Scoped(QUALITY_READ), response=Values, summary="List sampled values")
def list_values(request: HttpRequest, asked: Query[Listed]) -> dict[str, Any]:
    """Values drawn at random for the accuracy rate; no value of a person is shown."""
    found = sampling.drawn_values(state=asked.state, limit=asked.limit, by=actor_of(request))
    return {"values": [asdict(one) for one in found]}


@router.post("", auth=Scoped(QUALITY_WRITE), response={201: SampleDrawn}, summary="Draw a sample")
def draw(request: HttpRequest, asked: Draw) -> Status[SampleView]:
    """Draw one now; one is drawn by itself as often as declared."""
    return Status(201, sampling.draw_sample(asked.size, by=actor_of(request), seed=asked.seed))


@router.post(
    "/{value_id}/answer",
    auth=Scoped(QUALITY_WRITE),
    response=Value,
    summary="Answer for a sampled value",
)
@answers_also(409)
def answer(request: HttpRequest, value_id: str, asked: Answer) -> DrawnValue:
    """Once; a value that has changed since it was drawn is withdrawn."""
    return sampling.answer_value(
        value_id, asked.answer, by=actor_of(request), said_by=asked.said_by, note=asked.note
    )
