"""The queue of pairs that a person should look at, kept by whoever changes the partition."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime

from django.db.models import Count, Min, Q

from tellonce.hub.core.bulk import among_either, change_each, insert_rows
from tellonce.hub.core.errors import Unknown, WrongCall
from tellonce.hub.matching.models import Edge, Review
from tellonce.hub.matching.selectors import ENDS
from tellonce.hub.matching.types import OpenPair, Pair, ReviewCounts, StoredReview

BY_VALUE, BY_AGE = "value", "age"
_ROW = ("id", "left_id", "right_id", "together", "value", "since")
_TOUCHING = "SELECT left_id, right_id, id, together, value FROM reviews WHERE"
_DELETE = "DELETE FROM reviews WHERE id = %s"
_RENEW = "UPDATE reviews SET together = %s, value = %s WHERE id = %s"


def keep_reviews(records: Collection[int], wanted: Mapping[Pair, OpenPair], now: datetime) -> None:
    """Of the pairs with an end among these records (row ids), those `wanted` are open."""
    held = {
        (left, right): (pk, bool(together), value)
        for left, right, pk, together, value in among_either(_TOUCHING, ENDS, records)
    }
    gone = [(held[pair][0],) for pair in sorted(held.keys() - wanted.keys())]
    change_each(_DELETE, gone)
    renewed = [
        (one.together, one.value, held[pair][0])
        for pair, one in wanted.items()
        if pair in held and held[pair][1:] != (one.together, one.value)
    ]
    change_each(_RENEW, renewed)
    insert_rows(
        Review,
        ("left_id", "right_id", "together", "value", "since"),
        [
            (*pair, one.together, one.value, now)
            for pair, one in sorted(wanted.items())
            if pair not in held
        ],
    )


def records_to_review(weak_below: float) -> Iterator[int]:
    """Records (row ids) whose pairs may have to be looked at, or have been."""
    edges = Edge.objects.filter(Q(linked=False) | Q(probability__lt=weak_below))
    found = set(Review.objects.values_list("left_id", flat=True))
    found.update(edges.values_list("left_id", flat=True).iterator(20_000))
    yield from sorted(found)


def reviews(*, order: str, limit: int, cursor: str = "") -> list[StoredReview]:
    """Open reviews: those of most value first, or the oldest. `cursor`: of the last one seen.

    Raises `WrongCall` for a cursor that is none.
    """
    rows = Review.objects.order_by("-value", "id") if order == BY_VALUE else _by_age()
    if cursor:
        value, pk = _read(cursor)
        after = Q(value__lt=value) | Q(value=value, id__gt=pk)
        rows = rows.filter(after if order == BY_VALUE else Q(id__gt=pk))
    return [StoredReview(*row) for row in rows.values_list(*_ROW)[:limit]]


def _by_age() -> object:
    """They are numbered in the order in which they were opened."""
    return Review.objects.order_by("id")


def cursor_of(review: StoredReview) -> str:
    """Where to go on after this one."""
    return f"{review.value!r}:{review.id}"


def _read(cursor: str) -> tuple[float, int]:
    value, _, pk = cursor.partition(":")
    try:
        return float(value), int(pk)
    except ValueError:
        raise WrongCall(
            "This is not a cursor of the review queue.", hint="Take `next` of the last page."
        ) from None


def review_numbered(number: int) -> StoredReview:
    """One open review; raises `Unknown`."""
    row = Review.objects.filter(pk=number).values_list(*_ROW).first()
    if row is None:
        raise Unknown(
            f"There is no open review {number}.",
            hint="It was decided, or what it asked has changed: `tellonce review list`.",
        )
    return StoredReview(*row)


def review_totals() -> ReviewCounts:
    """How many are open, and since when the oldest is."""
    found = Review.objects.aggregate(
        apart=Count("id", filter=Q(together=False)),
        together=Count("id", filter=Q(together=True)),
        oldest=Min("since"),
    )
    return ReviewCounts(**found)
