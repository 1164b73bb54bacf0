"""POST /records and POST /match: records handed over, and customers looked for before creating."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema
from pydantic import Field

from tellonce.hub.api.auth import (
    PURPOSE_PARAMETER,
    Scoped,
    actor_of,
    limit_searches,
    purpose_of,
)
from tellonce.hub.api.fields import Purpose
from tellonce.hub.api.idempotency import PARAMETER, once
from tellonce.hub.api.routes import answers_also
from tellonce.hub.customers.searching import customers_by_record
from tellonce.hub.intake.pushing import MOST_ROWS, Accepted, accept_records
from tellonce.hub.intake.services import accept_placed
from tellonce.hub.snapshots.matching import match_customers

router = Router(tags=["records"])
_ROW = {"id": "17", "first name": "Annamaria", "last name": "Testowska", "email": "a@example.org"}
_CUSTOMER = "cus_019a2b3c4d5e7f8091a2b3c4d5e6f708"
Record = dict[str, Any]


class RecordsSent(Schema):
    """Rows of one source, in its own columns; one of them is the record's id."""

    source: str = Field(min_length=1, max_length=100)
    records: list[Record] = Field(min_length=1, max_length=MOST_ROWS)

    model_config = {
        "extra": "forbid",
        "json_schema_extra": {"examples": [{"source": "crm", "records": [_ROW]}]},
    }


class Wait(Schema):
    """Whether to resolve before answering."""

    wait: bool = Field(False, description="Place the records first, and say their customers.")


class Refusal(Schema):
    """A row that cannot be used, from 0; it is kept in quarantine."""

    row: int
    reason: str


class PlacedRecord(Schema):
    """A record and the customer it belongs to; none where the record says it is deleted."""

    record: str
    customer: str | None


class RecordsAccepted(Schema):
    """What became of the rows. `records` is filled where the request waited."""

    delivery: int
    counts: dict[str, int]
    refused: list[Refusal]
    records: list[PlacedRecord]

    model_config = {
        "json_schema_extra": {
            "examples": [
                {
                    "delivery": 12,
                    "counts": {"added": 1, "changed": 0, "repeated": 0, "quarantined": 0},
                    "refused": [],
                    "records": [{"record": "crm:17", "customer": _CUSTOMER}],
                }
            ]
        }
    }


class MatchAsked(Schema):
    """A record that is not there yet, in columns of its own or of a source."""

    record: Record
    source: str = Field("", max_length=100, description="Read it as a row of this source.")
    purpose: Purpose | None = Field(None, description="May also come by header.")
    limit: int = Field(10, ge=1, le=50)

    model_config = {
        "extra": "forbid",
        "json_schema_extra": {"examples": [{"record": _ROW, "purpose": "service"}]},
    }


class Candidates(Schema):
    """Customers the record may belong to, likeliest first; `linked`: it would be."""

    candidates: list[dict[str, Any]]

    model_config = {
        "json_schema_extra": {
            "examples": [
                {
                    "candidates": [
                        {
                            "customer": _CUSTOMER,
                            "probability": 0.9991,
                            "match_weight": 10.1,
                            "linked": True,
                            "record": "crm:17",
                            "records": 2,
                            "reasons": [{"comparison": "email", "words": "the same", "bits": 12.5}],
                            "values": {"family_name": "Testowska"},
                            "masked": [],
                        }
                    ]
                }
            ]
        }
    }


@router.post(
    "/records",
    auth=Scoped("records:write"),
    response={200: RecordsAccepted, 202: RecordsAccepted},
    summary="Deliver records",
    openapi_extra=PARAMETER,
)
@answers_also(409)
def deliver(request: HttpRequest, asked: RecordsSent, how: Query[Wait]) -> HttpResponse:
    """One record or up to 10,000: kept when this answers, whatever happens then. Repeated versions
    change nothing. What cannot be used is in quarantine, with the reason.
    """
    who = actor_of(request)

    def work() -> tuple[int, dict[str, Any]]:
        accept = accept_placed if how.wait else accept_records
        accepted = accept(asked.source, asked.records, by=who)
        return (200 if how.wait else 202), _accepted(asked.source, accepted, told=how.wait)

    return once(request, work)


@router.post(
    "/match",
    auth=Scoped("match:read"),
    response=Candidates,
    summary="Search before creating",
    openapi_extra=PURPOSE_PARAMETER,
)
def match(request: HttpRequest, asked: MatchAsked) -> dict[str, Any]:
    """Which customers a record may belong to, and why; nothing is written."""
    purpose = purpose_of(request, asked.purpose)
    limit_searches(request)
    found = match_customers(
        asked.record, purpose, actor_of(request), source=asked.source, limit=asked.limit
    )
    return {"candidates": found}


def _accepted(source: str, accepted: Accepted, *, told: bool) -> dict[str, Any]:
    customers = customers_by_record(accepted.records.values()) if told else {}
    return {
        "delivery": accepted.delivery,
        "counts": {name: int(count) for name, count in vars(accepted.counts).items()},
        "refused": [{"row": one.row, "reason": one.reason} for one in accepted.refused],
        "records": [
            {"record": f"{source}:{key}", "customer": customers.get(pk)}
            for key, pk in (accepted.records.items() if told else ())
        ],
    }
