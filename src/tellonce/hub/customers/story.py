"""What happened to a customer, told from its memberships, versions and redirects.

Nothing is written for the story's sake: a record that joins at the moment it leaves another
customer came from there, and where that one's id was redirected at the same moment, it was a merge.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime

from django.db.models import Q

from tellonce.hub.customers.golden import golden_changes
from tellonce.hub.customers.models import Customer, Membership, Redirect
from tellonce.hub.customers.types import Chapter, CustomerView, Stay

_ORDER = ("created", "restored", "joined", "merged", "received", "gave", "lost", "led", "retired")


def stays_of(customer: int) -> list[Stay]:
    """Every membership there ever was in a customer (row id), oldest first."""
    rows = Membership.objects.filter(customer_id=customer).order_by("from_at", "record_id")
    return [Stay(*row) for row in rows.values_list("record_id", "confidence", "from_at", "to_at")]


def story_of(customer: CustomerView) -> list[Chapter]:
    """What happened to a customer, oldest first."""
    chapters = [Chapter(customer.created_at, "created"), *_moves(customer.id)]
    for change in golden_changes(customer.id):
        if change.version > 1:
            chapters.append(
                Chapter(change.from_at, "changed", (), (), change.attributes, change.version)
            )
    redirects = list(Redirect.objects.filter(customer_id=customer.id).select_related("into"))
    for led in redirects:
        chapters.append(Chapter(led.from_at, "led", (), (led.into.public_id,)))
        if led.to_at is not None:
            chapters.append(Chapter(led.to_at, "restored"))
    if customer.retired_at is not None and all(led.to_at for led in redirects):
        chapters.append(Chapter(customer.retired_at, "retired"))
    return sorted(chapters, key=_place)


def _place(chapter: Chapter) -> tuple[datetime, int, tuple[str, ...]]:
    rank = _ORDER.index(chapter.kind) if chapter.kind in _ORDER else len(_ORDER)
    return chapter.at, rank, chapter.others


def _moves(customer: int) -> Iterator[Chapter]:
    """Records that came and went, grouped by moment and by where from or to."""
    own = list(Membership.objects.filter(customer_id=customer))
    others = Membership.objects.filter(record_id__in={row.record_id for row in own}).exclude(
        customer_id=customer
    )
    began: dict[tuple[int, datetime], int] = {}
    ended: dict[tuple[int, datetime], int] = {}
    for row in others:
        began[row.record_id, row.from_at] = row.customer_id
        if row.to_at is not None:
            ended[row.record_id, row.to_at] = row.customer_id
    came: dict[tuple[datetime, int | None], list[int]] = defaultdict(list)
    went: dict[tuple[datetime, int | None], list[int]] = defaultdict(list)
    for row in own:
        came[row.from_at, ended.get((row.record_id, row.from_at))].append(row.record_id)
        if row.to_at is not None:
            went[row.to_at, began.get((row.record_id, row.to_at))].append(row.record_id)
    names = _names({other for _, other in (*came, *went) if other is not None})
    merges = _merges(customer)
    for (at, other), records in came.items():
        kind = "joined" if other is None else "merged" if (other, at) in merges else "received"
        yield Chapter(at, kind, tuple(sorted(records)), _named(names, other))
    for (at, other), records in went.items():
        kind = "lost" if other is None else "gave"
        yield Chapter(at, kind, tuple(sorted(records)), _named(names, other))


def _merges(customer: int) -> set[tuple[int, datetime]]:
    """(the customer that was merged into this one, when)."""
    rows = Redirect.objects.filter(Q(into_id=customer))
    return set(rows.values_list("customer_id", "from_at"))


def _names(customers: set[int]) -> dict[int, str]:
    return dict(Customer.objects.filter(id__in=customers).values_list("id", "public_id"))


def _named(names: dict[int, str], other: int | None) -> tuple[str, ...]:
    return () if other is None else (names[other],)
