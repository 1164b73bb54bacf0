"""The queue of reviews: which pairs wait for a person."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from tellonce.hub.accounts.types import Actor
from tellonce.hub.core.errors import WrongCall
from tellonce.hub.customers.selectors import customers_by_record
from tellonce.hub.intake.stewards import check_steward
from tellonce.hub.intake.types import RecordName
from tellonce.hub.matching.reviews import BY_AGE, BY_VALUE, cursor_of, review_totals, reviews
from tellonce.hub.matching.selectors import edges_touching
from tellonce.hub.matching.types import ReviewCounts, StoredReview
from tellonce.hub.sources.selectors import record_names

MOST = 500
VIEW = "review.view"


@dataclass(frozen=True)
class OpenReview:
    """A pair that a person should look at; customers by public id.

    `together`: both records are in one customer, which hangs on this pair, and it is weak; else
    they may be one customer's and are apart. `value` ranks: higher the more uncertain it is, and
    the more records the answer moves.
    """

    id: int
    left: RecordName
    right: RecordName
    customers: tuple[str, str]
    together: bool
    probability: float
    match_weight: float
    value: float
    since: datetime


@dataclass(frozen=True)
class ReviewPage:
    """Open reviews; `next` is the cursor of the next page, "" at the end."""

    reviews: tuple[OpenReview, ...]
    next: str


def open_reviews(
    *, by: Actor, limit: int = 50, cursor: str = "", order: str = BY_VALUE
) -> ReviewPage:
    """The queue, those of most value first, or the oldest. Raises `Refused` for who does not
    decide, `WrongCall` for an order or a cursor that is none.
    """
    check_steward(by, VIEW)
    if order not in (BY_VALUE, BY_AGE):
        raise WrongCall("Reviews are ordered by value or by age.", hint="Say value, or age.")
    limit = max(1, min(limit, MOST))
    found = reviews(order=order, limit=limit + 1, cursor=cursor)
    shown = found[:limit]
    return ReviewPage(tuple(described(shown)), cursor_of(shown[-1]) if len(found) > limit else "")


def review_counts(*, by: Actor) -> ReviewCounts:
    """How many reviews are open, and since when."""
    check_steward(by, VIEW)
    return review_totals()


def described(stored: Sequence[StoredReview]) -> Iterator[OpenReview]:
    """Reviews as they are shown."""
    records = {end for one in stored for end in (one.left, one.right)}
    names, customers = record_names(records), customers_by_record(records)
    edges = {(edge.left, edge.right): edge for edge in edges_touching({o.left for o in stored})}
    for one in stored:
        edge = edges[one.left, one.right]
        yield OpenReview(
            one.id,
            names[one.left],
            names[one.right],
            (customers[one.left], customers[one.right]),
            one.together,
            edge.probability,
            edge.match_weight,
            one.value,
            one.since,
        )
