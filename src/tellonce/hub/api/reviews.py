"""The queue of doubtful matches, for stewards and for programs that help them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router, Schema
from pydantic import Field

from tellonce.hub.api.auth import PURPOSE_PARAMETER, Scoped, actor_of, purpose_of
from tellonce.hub.api.decisions import SCOPE, Outcome, Reason, acted
from tellonce.hub.api.idempotency import PARAMETER
from tellonce.hub.api.routes import answers_also
from tellonce.hub.intake import review_queue, reviewing
from tellonce.hub.intake.review_queue import OpenReview

router = Router(tags=["reviews"])
_LARGEST = 2**63 - 1
_EXAMPLE = {
    "id": 12,
    "left": "crm:1",
    "right": "shop:A",
    "customers": [
        "cus_019a2b3c4d5e7f8091a2b3c4d5e6f708",
        "cus_019a2b3c4d5e7f8091a2b3c4d5e6f709",
    ],
    "together": False,
    "probability": 0.71,
    "match_weight": 1.3,
    "value": 1.7,
    "since": "2026-11-26T08:15:30Z",
}
ReviewId = Annotated[int, Path(ge=0, le=_LARGEST)]


class QueueAsked(Schema):
    """Which part of the queue."""

    order: Literal["value", "age"] = Field("value", description="Most value first, or oldest.")
    limit: int = Field(50, ge=1, le=review_queue.MOST)
    cursor: str = Field(
        "", pattern=r"^([0-9.e+-]{1,30}:[0-9]{1,18})?$", description="Of the page before."
    )


class Review(Schema):
    """Two records that may be one customer's and are apart, or are `together` on weak grounds."""

    id: int
    left: str
    right: str
    customers: list[str]
    together: bool
    probability: float
    match_weight: float
    value: float = Field(description="How uncertain it is, times the records an answer moves.")
    since: datetime

    model_config = {"json_schema_extra": {"examples": [_EXAMPLE]}}


class Reviews(Schema):
    """A page of the queue, and how many there are."""

    reviews: list[Review]
    cursor: str = Field(description="For the next page; empty at the end.")
    apart: int
    together: int
    oldest: datetime | None


class Why(Schema):
    """What one comparison says, in bits for or against."""

    comparison: str
    words: str
    bits: float


class Said(Schema):
    """What both records say of an attribute, as policy shows it."""

    attribute: str
    left: list[str]
    right: list[str]


class ReviewExplained(Review):
    """With reasons, and with values as policy shows them for the purpose."""

    reasons: list[Why]
    values: list[Said]


class Answer(Schema):
    """What it is."""

    verdict: Literal["same", "different", "unsure"]
    reason: Reason = ""

    model_config = {
        "extra": "forbid",
        "json_schema_extra": {"examples": [{"verdict": "same", "reason": "He called."}]},
    }


@router.get("", auth=Scoped(SCOPE), response=Reviews, summary="List doubtful matches")
def list_reviews(request: HttpRequest, asked: Query[QueueAsked]) -> dict[str, Any]:
    """Pairs that nobody has decided on, those first where an answer matters most. No value of a
    person is shown.
    """
    who = actor_of(request)
    page = review_queue.open_reviews(
        by=who, limit=asked.limit, cursor=asked.cursor, order=asked.order
    )
    counts = review_queue.review_counts(by=who)
    return {
        "reviews": [_review(one) for one in page.reviews],
        "cursor": page.next,
        "apart": counts.apart,
        "together": counts.together,
        "oldest": counts.oldest,
    }


@router.get(
    "/{review_id}",
    auth=Scoped(SCOPE),
    response=ReviewExplained,
    summary="Read a doubtful match",
    openapi_extra=PURPOSE_PARAMETER,
)
def read_review(request: HttpRequest, review_id: ReviewId) -> dict[str, Any]:
    """One of them explained: what speaks for and against, and what both records say."""
    found = reviewing.explained_review(review_id, purpose_of(request), by=actor_of(request))
    return {
        **_review(found.review),
        "reasons": [
            {"comparison": one.comparison, "words": one.words, "bits": round(one.bits, 3)}
            for one in found.reasons
        ],
        "values": [
            {"attribute": one.attribute, "left": list(one.left), "right": list(one.right)}
            for one in found.values
        ],
    }


@router.post(
    "/{review_id}/decide",
    auth=Scoped(SCOPE),
    response={201: Outcome, 202: Outcome},
    summary="Decide a doubtful match",
    openapi_extra=PARAMETER,
)
@answers_also(409)
def decide_review(request: HttpRequest, review_id: ReviewId, asked: Answer) -> HttpResponse:
    """Same, different, or unsure, which takes it off the queue. An act like any other."""
    return acted(
        request,
        lambda: reviewing.decide_review(
            review_id, asked.verdict, by=actor_of(request), reason=asked.reason
        ),
    )


def _review(one: OpenReview) -> dict[str, Any]:
    return {
        "id": one.id,
        "left": ":".join(one.left),
        "right": ":".join(one.right),
        "customers": list(one.customers),
        "together": one.together,
        "probability": round(one.probability, 6),
        "match_weight": round(one.match_weight, 3),
        "value": round(one.value, 6),
        "since": one.since,
    }
