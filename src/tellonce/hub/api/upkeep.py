"""How current customers are: who is stale, what was found, confirmations, questions to people."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse, JsonResponse
from ninja import Path, Query, Router, Schema
from pydantic import AwareDatetime, Field

from tellonce.hub.api.auth import (
    PURPOSE_PARAMETER,
    Scoped,
    actor_of,
    may_read_records,
    purpose_of,
)
from tellonce.hub.api.fields import WHY, Withheld
from tellonce.hub.api.idempotency import PARAMETER, once
from tellonce.hub.api.routes import answers_also
from tellonce.hub.core.canonical import plain
from tellonce.hub.upkeep import confirming, nudging, selectors, showing
from tellonce.hub.upkeep.types import SAID_BY, FindingView

router = Router(tags=["upkeep"])
customers_router = Router(tags=["upkeep"])
SCOPE = "upkeep:write"
_CUSTOMER = "cus_019a2b3c4d5e7f8091a2b3c4d5e6f708"
_MOMENT = "2026-11-26T08:15:30Z"
_CURSOR = r"^([a-z]{3}_[0-9a-f]{32}|-?[0-9]{1,18}:[0-9]{1,18}|[0-9]{1,18})?$"
_NUDGE = {
    "id": "nud_019a2b3c4d5e7f8091a2b3c4d5e6f708",
    "customer": _CUSTOMER,
    "attribute": "email",
    "score": 38.5,
    "worth": 33.1,
    "channel": "phone",
    "purpose": "service",
    "state": "asked",
    "asked_at": _MOMENT,
    "answered_at": None,
}
_FINDING = {
    "id": "fnd_019a2b3c4d5e7f8091a2b3c4d5e6f708",
    "customer": _CUSTOMER,
    "kind": "disagreement",
    "attribute": "address",
    "rule": "address-agrees",
    "rule_version": "policy 0",
    "severity": "medium",
    "dimension": "consistency",
    "owner": "",
    "state": "open",
    "sentence": "The sources say different things of the address; the newest is shop:A.",
    "detail": {
        "sides": [
            {"records": ["shop:A"], "said_at": _MOMENT},
            {"records": ["crm:1"], "said_at": "2024-03-01T00:00:00Z"},
        ]
    },
    "since": _MOMENT,
    "opened_at": _MOMENT,
    "gone_at": None,
}
_CONFIRMATION = {
    "id": "cnf_019a2b3c4d5e7f8091a2b3c4d5e6f708",
    "customer": _CUSTOMER,
    "record": "crm:1",
    "attribute": "email",
    "said_by": "customer",
    "channel": "phone",
    "author": "cli_019a2b3c4d5e7f8091a2b3c4d5e6f708",
    "said_at": _MOMENT,
    "undone_at": None,
}
PublicId = Annotated[str, Path(min_length=1, max_length=36)]


class StaleAsked(Schema):
    """Which part of the list."""

    attribute: str = Field("", max_length=60, description="Only by it, such as email or address.")
    limit: int = Field(20, ge=1, le=showing.MOST)
    cursor: str = Field("", pattern=_CURSOR, description="Of the page before.")


class StalePage(Schema):
    """Customers with stale values, the most overdue first; values as policy shows them."""

    customers: list[dict[str, Any]]
    withheld: int = Field(description="Customers of this page whom policy does not show.")
    cursor: str = Field(description="For the next page; empty at the end.")

    model_config = {
        "json_schema_extra": {
            "examples": [
                {
                    "customers": [
                        {
                            "customer": _CUSTOMER,
                            "due_at": _MOMENT,
                            "values": [
                                {
                                    "attribute": "email",
                                    "decay": 38.5,
                                    "stated_at": "2024-11-20T00:00:00Z",
                                    "confirmed_at": None,
                                    "stale_since": "2025-10-06T04:00:00Z",
                                    "importance": 1.0,
                                    "says": {"email": {"value": "a***@e***", "masked": True}},
                                }
                            ],
                        }
                    ],
                    "withheld": 0,
                    "cursor": "",
                }
            ]
        }
    }


class FindingsAsked(Schema):
    """Which findings."""

    state: Literal["", "open", "gone"] = Field("open", description="Empty: both.")
    kind: Literal["", "disagreement", "shared", "stale"] = ""
    customer: str = Field("", max_length=36, description="cus_...")
    limit: int = Field(50, ge=1, le=selectors.MOST)
    cursor: str = Field("", pattern=_CURSOR, description="Of the page before.")


class Findings(Schema):
    """What was found about customers as a whole, the newest first; ids and times, no values."""

    findings: list[dict[str, Any]]
    cursor: str = Field(description="For the next page; empty at the end.")
    withheld: Withheld

    model_config = {
        "json_schema_extra": {
            "examples": [
                {"findings": [_FINDING], "cursor": "", "withheld": {"lines": None, "why": WHY}}
            ]
        }
    }


class ConfirmationSent(Schema):
    """Which value is right, and who said so."""

    attribute: str = Field(min_length=1, max_length=60)
    said_by: Literal[SAID_BY] = "customer"
    channel: str = Field("", max_length=40, description="Such as phone, letter, portal.")
    said_at: AwareDatetime | None = Field(None, description="When; without it, now.")
    version: int | None = Field(None, ge=0, le=2**31 - 1, description="As it was seen; else 409.")

    model_config = {
        "extra": "forbid",
        "json_schema_extra": {"examples": [{"attribute": "email", "channel": "phone"}]},
    }


class Confirmation(Schema):
    """That a person said a value is right. It counts while its record says the same."""

    id: str
    customer: str
    record: str
    attribute: str
    said_by: str
    channel: str
    author: str
    said_at: datetime
    undone_at: datetime | None

    model_config = {"json_schema_extra": {"examples": [_CONFIRMATION]}}


class Confirmations(Schema):
    """Of a customer, the newest first, undone ones too."""

    confirmations: list[Confirmation]


class NudgesAsked(Schema):
    """Which questions."""

    state: Literal["", "asked", "confirmed", "changed", "declined", "lapsed"] = ""
    limit: int = Field(50, ge=1, le=nudging.MOST)
    cursor: str = Field("", pattern=_CURSOR, description="Of the page before.")


class Nudge(Schema):
    """A question to one customer about one attribute; `worth` ranks, 0 to 100."""

    id: str
    customer: str
    attribute: str
    score: float
    worth: float
    channel: str
    purpose: str
    state: str
    asked_at: datetime | None
    answered_at: datetime | None

    model_config = {"json_schema_extra": {"examples": [_NUDGE]}}


class Nudges(Schema):
    """Questions, and the cursor of the next page."""

    nudges: list[Nudge]
    cursor: str = ""


class NudgePlan(Schema):
    """Questions that would be asked."""

    nudges: list[Nudge]
    passed_over: dict[str, int] = Field(
        description="Of the stale customers looked at, how many are not asked, by reason."
    )

    model_config = {
        "json_schema_extra": {
            "examples": [{"nudges": [_NUDGE], "passed_over": {"asked lately": 12}}]
        }
    }


class NudgesSent(Schema):
    """How many people to ask at most; fewer where policy says so."""

    limit: int = Field(50, ge=1, le=nudging.MOST)

    model_config = {"extra": "forbid", "json_schema_extra": {"examples": [{"limit": 20}]}}


class AnswerSent(Schema):
    """What the person said; a new value only with `changed`."""

    answer: Literal["confirmed", "changed", "declined"]
    value: str = Field("", max_length=1000)

    model_config = {
        "extra": "forbid",
        "json_schema_extra": {"examples": [{"answer": "confirmed"}]},
    }


@customers_router.get(
    "/stale",
    auth=Scoped("customers:read"),
    response=StalePage,
    summary="List stale customers",
    openapi_extra=PURPOSE_PARAMETER,
)
def list_stale(request: HttpRequest, asked: Query[StaleAsked]) -> HttpResponse:
    """Whose values are out of date, those that matter most and are overdue longest first."""
    page = showing.view_stale(
        purpose_of(request),
        actor_of(request),
        unit=asked.attribute,
        limit=asked.limit,
        cursor=asked.cursor,
    )
    return JsonResponse(page)


@customers_router.get(
    "/{customer_id}/confirmations",
    auth=Scoped(SCOPE),
    response=Confirmations,
    summary="List a customer's confirmations",
    openapi_extra=PURPOSE_PARAMETER,
)
def list_confirmations(request: HttpRequest, customer_id: PublicId) -> dict[str, Any]:
    """Which values people said are right, of the records the customer has now."""
    found = confirming.confirmations_of(
        customer_id, by=actor_of(request), purpose=purpose_of(request)
    )
    return {"confirmations": [asdict(one) for one in found]}


@customers_router.post(
    "/{customer_id}/confirmations",
    auth=Scoped(SCOPE),
    response={201: Confirmation},
    summary="Confirm a value",
    openapi_extra={"parameters": PURPOSE_PARAMETER["parameters"] + PARAMETER["parameters"]},
)
@answers_also(409)
def add_confirmation(
    request: HttpRequest, customer_id: PublicId, asked: ConfirmationSent
) -> HttpResponse:
    """The customer, or who has him on the phone, says that a golden value is right. Parts of a name
    or an address are confirmed together.
    """
    purpose, who = purpose_of(request), actor_of(request)

    def work() -> tuple[int, dict[str, Any]]:
        done = confirming.confirm_value(customer_id, by=who, purpose=purpose, **asked.model_dump())
        return 201, plain(asdict(done))

    return once(request, work)


@router.post(
    "/confirmations/{confirmation_id}/undo",
    auth=Scoped(SCOPE),
    response=Confirmation,
    summary="Undo a confirmation",
)
@answers_also(409)
def undo_confirmation(request: HttpRequest, confirmation_id: PublicId) -> dict[str, Any]:
    """The value is as old again as it was without it."""
    return asdict(confirming.undo_confirmation(confirmation_id, by=actor_of(request)))


@router.get("/findings", auth=Scoped(SCOPE), response=Findings, summary="List findings")
def list_findings(request: HttpRequest, asked: Query[FindingsAsked]) -> HttpResponse:
    """Sources that disagree, values that no two customers should share, required values that are
    out of date; none about what the client does not see. Records are named to who reads customers.
    """
    page = selectors.findings(**asked.model_dump(), by=actor_of(request))
    found = [_finding(one, request) for one in page.findings]
    told = {"findings": found, "cursor": page.next, "withheld": asdict(page.withheld)}
    return JsonResponse(plain(told))


@router.get("/nudges", auth=Scoped(SCOPE), response=Nudges, summary="List nudges")
def list_nudges(request: HttpRequest, asked: Query[NudgesAsked]) -> dict[str, Any]:
    """Questions that were asked, the newest first."""
    page = nudging.nudges(by=actor_of(request), **asked.model_dump())
    return {"nudges": [asdict(one) for one in page.nudges], "cursor": page.next}


@router.post("/nudges/plan", auth=Scoped(SCOPE), response=NudgePlan, summary="Plan nudges")
def plan_nudges(request: HttpRequest, asked: NudgesSent) -> dict[str, Any]:
    """Whom would be asked what now; nobody is."""
    return asdict(nudging.plan_nudges(by=actor_of(request), limit=asked.limit))


@router.post(
    "/nudges",
    auth=Scoped(SCOPE),
    response={201: Nudges},
    summary="Ask customers",
    openapi_extra=PARAMETER,
)
def send_nudges(request: HttpRequest, asked: NudgesSent) -> HttpResponse:
    """One question a person, never two in a quarter. Each is an event `tellonce.nudge.asked.v1` for
    the system that sends messages.
    """
    who = actor_of(request)

    def work() -> tuple[int, dict[str, Any]]:
        sent = nudging.send_nudges(by=who, limit=asked.limit)
        return 201, plain({"nudges": [asdict(one) for one in sent], "cursor": ""})

    return once(request, work)


@router.post(
    "/nudges/{nudge_id}/answer", auth=Scoped(SCOPE), response=Nudge, summary="Answer a nudge"
)
@answers_also(409)
def answer_nudge(request: HttpRequest, nudge_id: PublicId, asked: AnswerSent) -> dict[str, Any]:
    """What the person said: a confirmation, or a new value for a correction, kept sealed."""
    done = nudging.answer_nudge(nudge_id, asked.answer, by=actor_of(request), value=asked.value)
    return asdict(done)


def _finding(one: FindingView, request: HttpRequest) -> dict[str, Any]:
    """With the records of its sides where the caller may know them."""
    said = asdict(one)
    if not may_read_records(request) and "sides" in said["detail"]:
        said["detail"] = {"sides": [{**side, "records": []} for side in said["detail"]["sides"]]}
        said["sentence"] = said["sentence"].partition(";")[0].rstrip(".") + "."
    return said
