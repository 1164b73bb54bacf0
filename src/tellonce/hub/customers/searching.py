"""Finding customers by the beginnings of their names, in pages without personal values.

The narrow search columns compare bytewise on both databases (migration 0002), so a range over an
index gives both what matches and its order.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from django.db.models import Q, QuerySet

from tellonce.hub.core.bulk import among
from tellonce.hub.core.errors import WrongCall
from tellonce.hub.core.ids import is_id
from tellonce.hub.customers.models import Customer, Membership
from tellonce.hub.customers.types import CustomerView

_LAST = "\U0010ffff"
MOST_WORDS = 5
LEAST = 2  # letters of at least one word


class Beginnings(NamedTuple):
    """What a family and a given name begin with, one of them may be ''."""

    family: str
    given: str

    def fit(self, row: Customer) -> bool:
        """Whether the names of a customer begin so."""
        return row.family_name.startswith(self.family) and row.given_name.startswith(self.given)


class NamePage(NamedTuple):
    """Customers (row ids) in order, and the cursor of the next page, '' where there is none."""

    customers: list[int]
    cursor: str


def customers_named(text: str, limit: int, after: str = "") -> NamePage:
    """Living customers whose names begin with the words of `text`, in any order of the words.

    `after`: the cursor of the page before; it holds a customer's id and no name. Raises `WrongCall`
    for a text without two letters and for a cursor that is none.
    """
    ways = _ways(text)
    way, last = _opened(after, len(ways))
    found = list(islice(_in_order(ways, way, last, limit), limit + 1))
    page = found[:limit]
    cursor = f"{page[-1][0]}.{page[-1][1].public_id}" if len(found) > limit else ""
    return NamePage([row.pk for _, row in page], cursor)


def _ways(text: str) -> list[Beginnings]:
    """How the words can be split into family and given name, the likelier first."""
    words = text.casefold().replace(",", " ").split()
    if max(map(len, words), default=0) < LEAST or len(words) > MOST_WORDS:
        raise WrongCall(
            f"A name to search for has one to {MOST_WORDS} words, one of two letters at least.",
            hint="Write the beginnings of family name and given name.",
        )
    whole = " ".join(words)
    ways = [Beginnings(whole, ""), Beginnings("", whole)]
    for cut in range(1, len(words)):
        before, behind = " ".join(words[:cut]), " ".join(words[cut:])
        ways += [Beginnings(behind, before), Beginnings(before, behind)]
    return ways


def _opened(after: str, ways: int) -> tuple[int, Customer | None]:
    if not after:
        return 0, None
    way, _, public_id = after.partition(".")
    if way.isascii() and way.isdigit() and int(way) < ways and is_id(public_id, "cus"):
        row = Customer.objects.filter(public_id=public_id).first()
        if row is not None:
            return int(way), row
    raise WrongCall("This cursor is not one of this search.", hint="Begin without a cursor.")


def _in_order(
    ways: list[Beginnings], way: int, last: Customer | None, size: int
) -> Iterator[tuple[int, Customer]]:
    """Every customer once, by the first way in which its names fit."""
    for at in range(way, len(ways)):
        while True:
            rows = list(_rows(ways[at], last)[: size + 1])
            for row in rows:
                if not any(earlier.fit(row) for earlier in ways[:at]):
                    yield at, row
            if len(rows) <= size:
                break
            last = rows[-1]
        last = None


def _rows(wanted: Beginnings, last: Customer | None) -> QuerySet[Customer]:
    first, second = (
        ("family_name", "given_name") if wanted.family else ("given_name", "family_name")
    )
    rows = Customer.objects.filter(
        _begins("family_name", wanted.family), _begins("given_name", wanted.given), retired_at=None
    )
    if last is not None:
        one, two = getattr(last, first), getattr(last, second)
        rows = rows.filter(
            Q(**{f"{first}__gt": one})
            | Q(**{first: one, f"{second}__gt": two})
            | Q(**{first: one, second: two, "id__gt": last.pk}),
            **{f"{first}__gte": one},
        )
    return rows.order_by(first, second, "id")


def _begins(column: str, beginning: str) -> Q:
    if not beginning:
        return Q()
    return Q(**{f"{column}__gte": beginning, f"{column}__lt": beginning + _LAST})


def named_among(customers: Collection[int], text: str) -> list[int]:
    """Those of some customers (row ids) whose names begin with the words of `text`."""
    ways = _ways(text)
    rows = Customer.objects.filter(id__in=customers, retired_at=None).order_by("id")
    return [row.pk for row in rows if any(way.fit(row) for way in ways)]


def customers_in_order(customers: Sequence[int]) -> list[CustomerView]:
    """These customers (row ids), in the order given; what is retired is left out."""
    rows = Customer.objects.filter(retired_at=None).in_bulk(customers)
    return [
        CustomerView(row.pk, row.public_id, row.version, row.created_at)
        for row in (rows[pk] for pk in customers if pk in rows)
    ]


def members_by_customer(customers: Collection[int]) -> dict[int, list[int]]:
    """Customer (row id) -> row ids of its records."""
    found: dict[int, list[int]] = {customer: [] for customer in customers}
    rows = Membership.objects.filter(customer_id__in=customers, to_at=None)
    for customer, record in rows.values_list("customer_id", "record_id"):
        found[customer].append(record)
    return found


def customer_ids(public_ids: Collection[str]) -> dict[str, int]:
    """Public id -> row id."""
    rows = Customer.objects.filter(public_id__in=public_ids)
    return dict(rows.values_list("public_id", "id"))


def customers_by_record(records: Collection[int]) -> dict[int, str]:
    """Record (row id) -> public id of its customer, of those that have one now."""
    rows = among(_CUSTOMER_OF, records)
    return {record: customer for customer, record in rows}


_CUSTOMER_OF = (
    "SELECT c.public_id, m.record_id FROM memberships m JOIN customers c ON c.id = m.customer_id "
    "WHERE m.to_at IS NULL AND m.record_id"
)
