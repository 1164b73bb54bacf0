"""What stewards decide: same or different, merge, split, undo; each an act that can be undone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Body, Query, Router, Schema
from pydantic import Field

from tellonce.hub.api.auth import Scoped, actor_of
from tellonce.hub.api.idempotency import PARAMETER, once
from tellonce.hub.api.problems import Problem
from tellonce.hub.api.routes import answers_also
from tellonce.hub.api.seen import IF_MATCH, version_seen
from tellonce.hub.core.clock import iso
from tellonce.hub.core.errors import Stale, WrongCall
from tellonce.hub.customers.selectors import customer_by_public_id
from tellonce.hub.intake import deciding
from tellonce.hub.intake.types import ActDone, RecordName
from tellonce.hub.matching import acts
from tellonce.hub.matching.types import StoredAct

router = Router(tags=["decisions"])
SCOPE = "decisions:write"
_ACT = "act_019a2b3c4d5e7f8091a2b3c4d5e6f708"
_ONE = "cus_019a2b3c4d5e7f8091a2b3c4d5e6f708"
_TWO = "cus_019a2b3c4d5e7f8091a2b3c4d5e6f709"
_MOMENT = "2026-11-26T08:15:30Z"
_LARGEST = 2**31 - 1
RecordRef = Annotated[str, Field(min_length=3, max_length=400, description="SOURCE:ID.")]
CustomerRef = Annotated[str, Field(min_length=1, max_length=36, description="cus_...")]
Seen = Annotated[
    dict[CustomerRef, Annotated[int, Field(ge=0, le=_LARGEST)]],
    Field(max_length=100, description="The version each customer was seen in; another: 409."),
]
Reason = Annotated[str, Field(max_length=1000, description="For whoever looks at it later.")]


class DecisionSent(Schema):
    """What is said of pairs of records; the newest word on a pair counts."""

    pairs: list[Annotated[list[RecordRef], Field(min_length=2, max_length=2)]] = Field(
        min_length=1, max_length=1000
    )
    verdict: Literal["same", "different", "unsure"]
    reason: Reason = ""
    seen: Seen = {}

    model_config = {
        "extra": "forbid",
        "json_schema_extra": {
            "examples": [
                {"pairs": [["crm:1", "shop:A"]], "verdict": "same", "reason": "He called."}
            ]
        },
    }


class MergeSent(Schema):
    """Customers that are one."""

    customers: list[CustomerRef] = Field(min_length=2, max_length=deciding.MOST_AT_ONCE)
    reason: Reason = ""
    seen: Seen = {}

    model_config = {
        "extra": "forbid",
        "json_schema_extra": {
            "examples": [{"customers": [_ONE, _TWO], "reason": "One person.", "seen": {_ONE: 3}}]
        },
    }


class SplitSent(Schema):
    """Groups of records that are different people's; one group: all others are the second."""

    groups: list[Annotated[list[RecordRef], Field(min_length=1, max_length=10_000)]] = Field(
        min_length=1, max_length=deciding.MOST_AT_ONCE
    )
    reason: Reason = ""
    seen: Seen = {}

    model_config = {
        "extra": "forbid",
        "json_schema_extra": {"examples": [{"groups": [["shop:A"]], "reason": "Her son."}]},
    }


class ReasonSent(Schema):
    """Why."""

    reason: Reason = ""

    model_config = {
        "extra": "forbid",
        "json_schema_extra": {"examples": [{"reason": "It was another Anna."}]},
    }


ReasonIfAny = Annotated[ReasonSent | None, Body(examples=[{"reason": "They are father and son."}])]


class DoneAct(Schema):
    """An act. `state`: done; proposed, until a second person approves; or rejected."""

    id: str
    kind: str
    verdict: str
    state: str
    customers: list[str] = Field(description="That it was about, as they were before it.")
    undoes: str | None
    undone_by: str | None
    moved: int = Field(description="Records that changed their customer, or would.")
    author: str
    reason: str
    at: datetime
    settled_by: str | None
    settled_at: datetime | None
    settled_reason: str = Field(description="Why it was rejected.")


_DONE_ACT = {
    "id": _ACT,
    "kind": "merge",
    "verdict": "",
    "state": "done",
    "customers": [_ONE, _TWO],
    "undoes": None,
    "undone_by": None,
    "moved": 1,
    "author": "cli_019a2b3c4d5e7f8091a2b3c4d5e6f708",
    "reason": "One person.",
    "at": _MOMENT,
    "settled_by": None,
    "settled_at": None,
    "settled_reason": "",
}


class Outcome(Schema):
    """What an act brought about; `restored` ids are in use again."""

    act: DoneAct
    customers: list[str] = Field(description="That hold the records it was about now.")
    created: list[str]
    merged: dict[str, str]
    split: dict[str, list[str]]
    restored: list[str]
    removed: list[str]

    model_config = {
        "json_schema_extra": {
            "examples": [
                {
                    "act": _DONE_ACT,
                    "customers": [_ONE],
                    "created": [],
                    "merged": {_TWO: _ONE},
                    "split": {},
                    "restored": [],
                    "removed": [],
                }
            ]
        }
    }


class ActsAsked(Schema):
    """Which acts: of one state, and older than one, for the next page."""

    state: Literal["", "done", "proposed", "rejected"] = ""
    limit: int = Field(50, ge=1, le=500)
    before: str = Field("", max_length=40, description="The id last seen.")


class Acts(Schema):
    """The newest first."""

    acts: list[DoneAct]


@router.post(
    "/decisions",
    auth=Scoped(SCOPE),
    response={201: Outcome, 202: Outcome},
    summary="Decide on pairs",
    openapi_extra=PARAMETER,
)
@answers_also(409)
def decide(request: HttpRequest, asked: DecisionSent) -> HttpResponse:
    """Pairs of records are the same person, different ones, or one is unsure. Matching never
    overrides it. A 202: it moves so many records that a second person must approve it.
    """
    names = [named_record(end) for pair in asked.pairs for end in pair]

    def work() -> ActDone:
        ends = deciding.records_named(names)
        pairs = list(zip(ends[::2], ends[1::2], strict=True))
        return deciding.decide(
            pairs, asked.verdict, by=actor_of(request), reason=asked.reason, seen=asked.seen
        )

    return acted(request, work, asked.seen)


@router.get("/decisions", auth=Scoped(SCOPE), response=Acts, summary="List acts")
def list_acts(request: HttpRequest, asked: Query[ActsAsked]) -> dict[str, Any]:
    """What people and clients did about who is one customer, and what waits for a second person."""
    found = acts.acts(state=asked.state, limit=asked.limit, before=asked.before)
    return {"acts": [_act(one) for one in found]}


@router.get("/decisions/{act_id}", auth=Scoped(SCOPE), response=DoneAct, summary="Read an act")
def read_act(request: HttpRequest, act_id: str) -> dict[str, Any]:
    """One act, and whether it still counts."""
    return _act(acts.act_named(act_id))


@router.post(
    "/decisions/{act_id}/undo",
    auth=Scoped(SCOPE),
    response={201: Outcome, 202: Outcome},
    summary="Undo an act",
    openapi_extra=PARAMETER,
)
@answers_also(409)
def undo(request: HttpRequest, act_id: str, asked: ReasonSent) -> HttpResponse:
    """Of each pair, what was said before holds again; what was said after stays. At any age."""
    return acted(request, lambda: deciding.undo(act_id, by=actor_of(request), reason=asked.reason))


@router.post(
    "/decisions/{act_id}/approve",
    auth=Scoped(SCOPE),
    response={201: Outcome, 202: Outcome},
    summary="Approve a proposal",
    openapi_extra=PARAMETER,
)
@answers_also(409)
def approve(request: HttpRequest, act_id: str) -> HttpResponse:
    """Carry out what somebody else proposed."""
    return acted(request, lambda: deciding.approve(act_id, by=actor_of(request)))


@router.post(
    "/decisions/{act_id}/reject", auth=Scoped(SCOPE), response=DoneAct, summary="Reject a proposal"
)
@answers_also(409)
def reject(request: HttpRequest, act_id: str, asked: ReasonIfAny = None) -> dict[str, Any]:
    """Turn a proposal down, or take back one's own."""
    reason = asked.reason if asked else ""
    return _act(deciding.reject(act_id, by=actor_of(request), reason=reason))


@router.post(
    "/customers/merge",
    auth=Scoped(SCOPE),
    response={201: Outcome, 202: Outcome},
    summary="Merge customers",
    openapi_extra=PARAMETER,
)
@answers_also(409)
def merge(request: HttpRequest, asked: MergeSent) -> HttpResponse:
    """Make one customer of several. One id is kept, the others lead to it."""
    return acted(
        request,
        lambda: deciding.merge_customers(
            asked.customers, by=actor_of(request), reason=asked.reason, seen=asked.seen
        ),
        asked.seen,
    )


@router.post(
    "/customers/{customer_id}/split",
    auth=Scoped(SCOPE),
    response={201: Outcome, 202: Outcome},
    summary="Split a customer",
    openapi_extra={"parameters": [*PARAMETER["parameters"], IF_MATCH]},
)
@answers_also(409, 412)
def split(request: HttpRequest, customer_id: str, asked: SplitSent) -> HttpResponse:
    """Part a customer's records into different people, whatever arrives later."""
    names = [named_record(name) for group in asked.groups for name in group]
    seen = {**asked.seen, **_if_match(request, customer_id)}

    def work() -> ActDone:
        rows = iter(deciding.records_named(names))
        groups = [[next(rows) for _ in group] for group in asked.groups]
        return deciding.split_customer(
            customer_id, groups, by=actor_of(request), reason=asked.reason, seen=seen
        )

    return acted(request, work, seen)


def acted(
    request: HttpRequest, work: Callable[[], ActDone], seen: Mapping[str, int] | None = None
) -> HttpResponse:
    """Do it once for each idempotency key. A stale version is told with the current one."""

    def answer() -> tuple[int, dict[str, Any]]:
        try:
            done = work()
        except Stale as stale:
            kind = "stale" if "If-Match" in request.headers else "conflict"
            raise Problem(kind, str(stale), stale.hint, versions=_versions(seen or {})) from None
        return (202 if done.proposed else 201), _outcome(done)

    return once(request, answer)


def _versions(seen: Mapping[str, int]) -> dict[str, int]:
    found = [customer_by_public_id(public_id) for public_id in seen]
    return {one.public_id: one.version for one in found}


def _if_match(request: HttpRequest, customer_id: str) -> dict[str, int]:
    seen = version_seen(request)
    return {} if seen is None else {customer_id: seen}


def named_record(text: str) -> RecordName:
    source, colon, key = text.partition(":")
    if not colon or not source or not key:
        raise WrongCall("A record is named as SOURCE:ID.", hint="Such as crm:17.")
    return source, key


def _outcome(done: ActDone) -> dict[str, Any]:
    act = _act(done.act)
    return {
        "act": {
            **act,
            "at": iso(act["at"]),
            "settled_at": iso(act["settled_at"]) if act["settled_at"] else None,
        },
        "customers": list(done.customers),
        "created": list(done.created),
        "merged": dict(done.merged),
        "split": {name: list(others) for name, others in done.split.items()},
        "restored": list(done.restored),
        "removed": list(done.removed),
    }


def _act(one: StoredAct) -> dict[str, Any]:
    return {
        "id": one.id,
        "kind": one.kind,
        "verdict": one.verdict,
        "state": one.state,
        "customers": list(one.customers),
        "undoes": one.target or None,
        "undone_by": one.undone_by or None,
        "moved": one.moved,
        "author": one.author,
        "reason": one.reason,
        "at": one.at,
        "settled_by": one.settled_by or None,
        "settled_at": one.settled_at,
        "settled_reason": one.settled_reason,
    }
