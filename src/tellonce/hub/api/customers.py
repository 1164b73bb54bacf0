"""Customers: found, read as they are or were, and their history."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from ninja import Query, Router, Schema
from pydantic import AwareDatetime, Field, model_validator

from tellonce.hub.api.auth import (
    PURPOSE_HEADER,
    PURPOSE_PARAMETER,
    Scoped,
    actor_of,
    limit_searches,
    purpose_of,
)
from tellonce.hub.api.fields import Purpose
from tellonce.hub.snapshots.searching import SearchRequest, search_customers
from tellonce.hub.snapshots.telling import view_history
from tellonce.hub.snapshots.viewing import view_customer

router = Router(tags=["customers"])
EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
_ID = "cus_019a2b3c4d5e7f8091a2b3c4d5e6f708"
_MOMENT = "2026-11-26T08:15:30Z"
_VALUE = {
    "attribute": "email",
    "value": "annamaria@example.org",
    "masked": False,
    "rank": 0,
    "source": "crm",
    "record": "1",
    "observed_at": None,
    "delivered_at": _MOMENT,
    "age_days": None,
    "decay": 4.2,
    "stale": False,
    "confirmed_at": None,
    "confidence": 0.98,
    "agreeing": 2,
    "rule": "trust",
}


class Moment(Schema):
    """When; without it, now."""

    as_of: AwareDatetime | None = Field(
        None, ge=EARLIEST, description="As we held it then: an ISO 8601 time with its zone."
    )


class Customer(Schema):
    """A golden record as this client may see it for this purpose."""

    customer: str
    asked_as: str | None = Field(description="The id it was asked by, where that was merged.")
    version: int
    as_of: str | None
    created_at: str
    purpose: str
    policy_version: int
    records: dict[str, int] = Field(description="How many records each source has of it.")
    completeness: float | None
    values: list[dict[str, Any]] = Field(description="With source, age, decay and confidence.")
    masking: dict[str, list[str]] = Field(description="What is shown, masked and withheld.")

    model_config = {
        "json_schema_extra": {
            "examples": [
                {
                    "customer": _ID,
                    "asked_as": None,
                    "version": 3,
                    "as_of": None,
                    "created_at": _MOMENT,
                    "purpose": "service",
                    "policy_version": 3,
                    "records": {"crm": 1, "shop": 2},
                    "completeness": 0.83,
                    "values": [_VALUE],
                    "masking": {"shown": ["demographics.email"], "masked": [], "withheld": []},
                }
            ]
        }
    }


class History(Schema):
    """Members by period, and what happened as a story; sentences are for people."""

    customer: str
    asked_as: str | None
    version: int
    created_at: str
    retired_at: str | None
    members: list[dict[str, Any]]
    story: list[dict[str, Any]]
    asked_story: list[dict[str, Any]] = Field(
        description="The same of the id it was asked by, until that led here; else empty."
    )

    model_config = {
        "json_schema_extra": {
            "examples": [
                {
                    "customer": _ID,
                    "asked_as": None,
                    "version": 2,
                    "created_at": _MOMENT,
                    "retired_at": None,
                    "members": [
                        {"record": "crm:1", "confidence": 1.0, "from": _MOMENT, "to": None}
                    ],
                    "story": [
                        {
                            "at": _MOMENT,
                            "what": "joined",
                            "sentence": "crm:1 joined.",
                            "records": ["crm:1"],
                            "customers": [],
                            "attributes": [],
                            "version": None,
                            "by": None,
                        }
                    ],
                    "asked_story": [],
                }
            ]
        }
    }


class Search(Schema):
    """Whom to look for. All that is given must fit; nothing of it stands in an address."""

    q: str | None = Field(
        None, min_length=1, max_length=100, description="Beginnings of names, in any order."
    )
    email: str | None = Field(None, min_length=3, max_length=254, description="A complete one.")
    phone: str | None = Field(None, min_length=3, max_length=60, description="A complete one.")
    record: str | None = Field(None, min_length=3, max_length=400, description="SOURCE:ID.")
    purpose: Purpose | None = Field(None, description="May also come by header.")
    limit: int = Field(20, ge=1, le=100)
    cursor: str = Field("", max_length=60, description="The `cursor` of the page before.")

    model_config = {
        "extra": "forbid",
        "json_schema_extra": {"examples": [{"q": "testo anna", "purpose": "service"}]},
    }

    @model_validator(mode="after")
    def _something(self) -> Search:
        if not any((self.q, self.email, self.phone, self.record)):
            raise ValueError("Give at least one of q, email, phone, record")
        return self


class Hits(Schema):
    """Customers with what tells them apart, as policy shows it."""

    customers: list[dict[str, Any]]
    cursor: str = Field(description="For the next page; empty where there is none.")

    model_config = {
        "json_schema_extra": {
            "examples": [
                {
                    "customers": [
                        {
                            "customer": _ID,
                            "version": 3,
                            "values": {"family_name": "Testowska", "city": "Przykładów"},
                            "masked": [],
                        }
                    ],
                    "cursor": "",
                }
            ]
        }
    }


@router.post(
    "/search",
    auth=Scoped("customers:read"),
    response=Hits,
    summary="Search customers",
    openapi_extra=PURPOSE_PARAMETER,
)
def search(request: HttpRequest, asked: Search) -> dict[str, Any]:
    """Exactly by e-mail, phone or record; by the beginnings of names where policy shows names."""
    purpose = purpose_of(request, asked.purpose)
    limit_searches(request)
    found = search_customers(
        SearchRequest(
            purpose=purpose,
            name=asked.q or "",
            email=asked.email or "",
            phone=asked.phone or "",
            record=asked.record or "",
            limit=asked.limit,
            after=asked.cursor,
        ),
        actor_of(request),
    )
    return {"customers": found.customers, "cursor": found.cursor}


@router.get(
    "/{customer_id}",
    auth=Scoped("customers:read"),
    response={200: Customer, 304: None},
    summary="Read a customer",
    openapi_extra=PURPOSE_PARAMETER,
)
def read(request: HttpRequest, customer_id: str, moment: Query[Moment]) -> HttpResponse:
    """The golden record. The id of a merged customer answers with the one it leads to. `ETag`
    begins with the version; `If-None-Match` spares the body.
    """
    seen = view_customer(customer_id, purpose_of(request), actor_of(request), moment.as_of)
    headers = {
        "ETag": f'"{seen.version}-{seen.tag}"',
        "Vary": f"Authorization, {PURPOSE_HEADER}",
    }
    if seen.id != customer_id:
        headers["Content-Location"] = f"/api/v1/customers/{seen.id}"
    if _is_known(request.headers.get("If-None-Match", ""), headers["ETag"]):
        return HttpResponse(status=304, headers=headers)
    return JsonResponse(dict(seen.document), headers=headers)


@router.get(
    "/{customer_id}/history",
    auth=Scoped("customers:read"),
    response=History,
    summary="Read a customer's history",
    openapi_extra=PURPOSE_PARAMETER,
)
def read_history(request: HttpRequest, customer_id: str) -> JsonResponse:
    """Which records were members when, what changed, what was merged and split."""
    return JsonResponse(view_history(customer_id, purpose_of(request), actor_of(request)))


def _is_known(given: str, tag: str) -> bool:
    """Whether one of the entity tags of If-None-Match is this one; `*` is any."""
    return given.strip() == "*" or tag in re.findall(r'"[^"]*"', given)
