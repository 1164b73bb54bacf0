"""Finding customers by the beginnings of their names, in pages without personal values.

Golden names first, then the other names that their records state.

The narrow search columns compare bytewise on both databases (migration 0002), so a range over an
index gives both what matches and its order.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import islice
from typing import Any, NamedTuple

from django.db.models import Q, QuerySet

from tellonce.hub.bridge.names import search_form
from tellonce.hub.core.bulk import among
from tellonce.hub.core.errors import WrongCall
from tellonce.hub.core.ids import is_id
from tellonce.hub.customers.models import Customer, Membership, OtherName
from tellonce.hub.customers.periods import other_names
from tellonce.hub.customers.types import CustomerView

_LAST = "\U0010ffff"
MOST_WORDS = 5
LEAST = 2  # letters of at least one word


Name = tuple[str, str]
"""Family and given name, as the search columns have them."""


class Beginnings(NamedTuple):
    """What a family and a given name begin with, one of them may be ''."""

    family: str
    given: str

    def fit(self, name: Name) -> bool:
        """Whether a name begins so."""
        return name[0].startswith(self.family) and name[1].startswith(self.given)

    def first(self, names: Collection[Name]) -> Name | None:
        """Of the names that begin so, the first in the order they are searched in."""
        fitting = (name for name in names if self.fit(name))
        return min(fitting, key=lambda name: name if self.family else name[::-1], default=None)


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
    way, last = _opened(after, ways)
    found = list(islice(_in_order(ways, way, last, limit), limit + 1))
    page = found[:limit]
    cursor = f"{page[-1][0]}.{page[-1][1].public_id}" if len(found) > limit else ""
    return NamePage([row.pk for _, row in page], cursor)


def _ways(text: str) -> list[Beginnings]:
    """How the words can be split into family and given name, the likelier first."""
    words = search_form(text).split()
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


class _Row(NamedTuple):
    """A name that begins as wanted, and whose it is; `pk`: the row it stands in."""

    name: Name
    pk: int
    customer: Customer


def _opened(after: str, ways: list[Beginnings]) -> tuple[int, _Row | None]:
    """The way and the row that the page before ended with; ways by other names are counted on."""
    if not after:
        return 0, None
    at, _, public_id = after.partition(".")
    if at.isascii() and at.isdigit() and int(at) < 2 * len(ways) and is_id(public_id, "cus"):
        way, customer = int(at), Customer.objects.filter(public_id=public_id).first()
        if customer is not None:
            if way < len(ways):
                return way, _Row(_golden(customer), customer.pk, customer)
            names = OtherName.objects.filter(customer=customer)
            rows = {(one.family_name, one.given_name): one.pk for one in names}
            first = ways[way - len(ways)].first(rows)
            if first is not None:
                return way, _Row(first, rows[first], customer)
    raise WrongCall("This cursor is not one of this search.", hint="Begin without a cursor.")


def _in_order(
    ways: list[Beginnings], way: int, last: _Row | None, size: int
) -> Iterator[tuple[int, Customer]]:
    """Every customer once, by the first way in which its names fit."""
    for at in range(way, 2 * len(ways)):
        rows_of, new = (
            (_golden_rows, _by_golden) if at < len(ways) else (_other_rows, _by_other_name)
        )
        while True:
            rows = rows_of(ways[at % len(ways)], last, size + 1)
            yield from ((at, row.customer) for row in new(rows, ways, at % len(ways)))
            if len(rows) <= size:
                break
            last = rows[-1]
        last = None


def _by_golden(rows: list[_Row], ways: list[Beginnings], at: int) -> Iterator[_Row]:
    """Those that no earlier way found."""
    for row in rows:
        if not any(earlier.fit(row.name) for earlier in ways[:at]):
            yield row


def _by_other_name(rows: list[_Row], ways: list[Beginnings], at: int) -> Iterator[_Row]:
    """Those of whom neither the golden name nor another was found before."""
    held = other_names({row.customer.pk for row in rows})
    for row in rows:
        names = held.get(row.customer.pk, frozenset())
        found = any(way.fit(_golden(row.customer)) for way in ways) or any(
            earlier.first(names) for earlier in ways[:at]
        )
        if not found and ways[at].first(names) == row.name:
            yield row


def _golden(row: Customer) -> Name:
    return row.family_name, row.given_name


def _golden_rows(wanted: Beginnings, last: _Row | None, size: int) -> list[_Row]:
    rows = _begun(Customer.objects.filter(retired_at=None), wanted, last)
    return [_Row(_golden(row), row.pk, row) for row in rows[:size]]


def _other_rows(wanted: Beginnings, last: _Row | None, size: int) -> list[_Row]:
    living = OtherName.objects.filter(customer__retired_at=None).select_related("customer")
    rows = _begun(living, wanted, last)
    return [_Row((row.family_name, row.given_name), row.pk, row.customer) for row in rows[:size]]


def _begun(rows: QuerySet[Any], wanted: Beginnings, last: _Row | None) -> QuerySet[Any]:
    """Those that begin so, in order, after the last one."""
    columns = ("family_name", "given_name") if wanted.family else ("given_name", "family_name")
    first, second = columns
    rows = rows.filter(_begins("family_name", wanted.family), _begins("given_name", wanted.given))
    if last is not None:
        one, two = last.name if wanted.family else last.name[::-1]
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
    others = other_names(customers)
    return [
        row.pk
        for row in rows
        if any(way.first({_golden(row), *others.get(row.pk, ())}) for way in ways)
    ]


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
