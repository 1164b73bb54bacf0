"""Who is worked out when: around what the feed tells, what a large load left, and everybody."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from django.db import transaction

from tellonce.hub.core.bulk import fetched
from tellonce.hub.customers.selectors import customers_exactly, living_after
from tellonce.hub.events.selectors import newest_number
from tellonce.hub.jobs.services import enqueue
from tellonce.hub.jobs.types import SYSTEM
from tellonce.hub.quality.services import CHANGED as RULES_CHANGED
from tellonce.hub.upkeep.keeping import keep
from tellonce.hub.upkeep.looking import Looked, look_at
from tellonce.hub.upkeep.work import CATCH_UP, SWEEP

ABOUT_CUSTOMERS = "tellonce.customer."
MANY = 5_000
"""Events waiting behind the one at hand, from which they are those of a large load."""
SLICE = 100
"""Customers worked out at once and kept in one transaction, which holds the write lock for some ten
milliseconds; while the next are worked out it is left to others."""
_NEW_VERSION = tuple(f"{ABOUT_CUSTOMERS}{what}.v1" for what in ("created", "changed", "restated"))
"""What happens with a new golden version, by which `_left_after` finds the customer."""
_LEFT = (
    "SELECT c.id FROM customers c WHERE c.id > %s AND c.retired_at IS NULL AND NOT EXISTS ("
    "SELECT 1 FROM freshness f WHERE f.customer_id = c.id AND f.customer_id > %s "
    "AND f.version = c.version) ORDER BY c.id LIMIT %s"
)  # the bound is said twice, or PostgreSQL reads the freshness of all before it each time


class Told(Protocol):
    """An event of the feed."""

    @property
    def number(self) -> int | None:
        """Its place in the feed."""

    @property
    def type(self) -> str:
        """What happened."""

    @property
    def subject(self) -> str:
        """To whom."""


@dataclass(frozen=True)
class Ahead:
    """What was worked out ahead of some events: customers by public id; `left`: most are left to
    the catching up.
    """

    customers: dict[str, int]
    looked: Looked
    left: bool


def look_at_events(events: Sequence[Told]) -> Ahead:
    """Work out how current they are to whom something happened; where thousands of events wait,
    only those whom the catching up would not find.
    """
    left = newest_number() - (events[0].number or 0) >= MANY
    subjects = {one.subject for one in events if _is_followed(one, left=left)}
    customers = {one.public_id: one.id for one in customers_exactly(subjects)} if subjects else {}
    return Ahead(customers, look_at(list(customers.values())), left)


def keep_ahead(events: Sequence[Told], ahead: Ahead) -> None:
    """Keep what was worked out ahead of these events; everybody is worked out, in the background,
    where the rules are others.
    """
    if any(one.type == RULES_CHANGED for one in events):
        enqueue(SWEEP, {}, SYSTEM, unique=SWEEP, bulk=True)
    if ahead.left:
        enqueue(CATCH_UP, {}, SYSTEM, unique=CATCH_UP, bulk=True)
    subjects = {one.subject for one in events if _is_followed(one, left=ahead.left)}
    customers = [ahead.customers[one] for one in sorted(subjects) if one in ahead.customers]
    if customers:
        keep(customers, ahead.looked)


def sweep() -> Iterator[int]:
    """Work out everybody, slice by slice, each in a transaction of its own; yields how many."""
    return _worked_out(living_after)


def catch_up() -> Iterator[int]:
    """`sweep` of those only who were never worked out at their golden version."""
    return _worked_out(_left_after)


def _worked_out(after: Callable[[int, int], list[int]]) -> Iterator[int]:
    last = 0
    held = 0.0
    while customers := after(last, SLICE):
        begun = time.monotonic()
        looked = look_at(customers)
        time.sleep(max(0.0, begun + held - time.monotonic()))
        with transaction.atomic():
            begun = time.monotonic()
            keep(customers, looked)
        held = time.monotonic() - begun
        yield len(customers)
        last = customers[-1]


def _left_after(customer: int, limit: int) -> list[int]:
    return [pk for (pk,) in fetched(_LEFT, customer, customer, limit)]


def _is_followed(event: Told, *, left: bool) -> bool:
    if left and event.type in _NEW_VERSION:
        return False
    return event.type.startswith(ABOUT_CUSTOMERS)
