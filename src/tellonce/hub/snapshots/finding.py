"""Which customer is meant: by id, by a source's own record id, by a complete e-mail or phone."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable

from tellonce.hub.bridge.lookups import (
    EMAIL,
    PHONE,
    comparable_email,
    comparable_phone_forms,
)
from tellonce.hub.core.errors import Unknown, WrongCall
from tellonce.hub.customers.selectors import customer_by_public_id, customers_of_records
from tellonce.hub.customers.types import CustomerView
from tellonce.hub.matching.selectors import records_with_key
from tellonce.hub.snapshots.types import SnapshotRequest
from tellonce.hub.sources.selectors import phone_regions, record_ids, record_views, source_named
from tellonce.hub.vault.services import blind_index

_NAMED_AT_MOST = 10


def customer_meant(request: SnapshotRequest) -> CustomerView:
    """The one customer that the request names.

    Raises `Unknown` where there is none, and `WrongCall` where the words cannot be understood or
    fit several customers; then the sentence lists their ids and nothing is guessed.
    """
    if request.customer:
        return _living(customer_by_public_id(request.customer))
    if request.record:
        return _by_record(request.record)
    return _only(customers_looked_up(request), way_of(request))


def customers_looked_up(request: SnapshotRequest) -> list[CustomerView]:
    """All that fit what the request looks for, which is a record, an e-mail or a phone; raises
    `WrongCall` where the words cannot be understood, `Unknown` for the source.
    """
    if request.record:
        return customers_with_record(request.record)
    if request.email:
        return customers_with_email(request.email)
    return customers_with_phone(request.phone)


def way_of(request: SnapshotRequest) -> str:
    """What a request looks a customer up by, in words without what it says."""
    if request.record:
        return "this record"
    return "this e-mail address" if request.email else "this phone number"


def one_allowed(allowed: list[CustomerView], request: SnapshotRequest) -> CustomerView:
    """The one customer that may be seen; of those that may not be it is not said that they are
    there. Raises as `customer_meant` does.
    """
    if not allowed:
        raise Unknown(
            f"By {way_of(request)} no customer is known who may be seen for {request.purpose}.",
            hint="Check it. A customer may be known who did not consent, or is restricted.",
        )
    return _only(allowed, way_of(request))


def _living(customer: CustomerView) -> CustomerView:
    if customer.retired_at is not None:
        raise Unknown(
            f"The customer {customer.public_id} has no record any more.",
            hint=f"Its records were deleted or moved by {customer.retired_at:%Y-%m-%d}.",
        )
    return customer


def _by_record(name: str) -> CustomerView:
    customers = customers_with_record(name)
    if not customers:
        source, _, key = name.partition(":")
        raise Unknown(
            f"The source {source} has no record '{key}' that belongs to a customer.",
            hint="Check the id, or look the customer up by e-mail or phone.",
        )
    return _only(customers, f"the record {name}")


def customers_with_record(name: str) -> list[CustomerView]:
    """The customer of a record `SOURCE:ID`, if there is one; raises `WrongCall` and `Unknown`."""
    source, colon, key = name.partition(":")
    if not colon or not source or not key:
        raise WrongCall(
            f"'{name}' does not name a record.", hint="Write it as SOURCE:ID, such as crm:17."
        )
    source_named(source)
    return customers_of_records(list(record_ids([(source, key)]).values()))


def customers_with_email(text: str) -> list[CustomerView]:
    """The customers with this complete e-mail address; raises `WrongCall` where it is none."""
    wanted = comparable_email(text)
    if wanted is None:
        raise WrongCall(
            f"'{text}' is not a complete e-mail address.", hint="Write it as name@example.org."
        )
    return _customers(EMAIL, [wanted], "emails", lambda held: [comparable_email(held)])


def customers_with_phone(text: str) -> list[CustomerView]:
    """The customers with this complete phone number; raises `WrongCall` where it is none."""
    regions = phone_regions()
    wanted = comparable_phone_forms(text, regions)
    if not wanted:
        raise WrongCall(
            f"'{text}' is not a complete phone number.",
            hint="Write it with its country code, such as +48 22 555 01 23.",
        )
    return _customers(PHONE, wanted, "phones", lambda held: comparable_phone_forms(held, regions))


def _customers(
    kind: str,
    wanted: Collection[str],
    held_as: str,
    comparable: Callable[[str], Iterable[str | None]],
) -> list[CustomerView]:
    """Customers of the records that hold one of the wanted values, once equality is verified."""
    candidates = {
        record
        for value in wanted
        for record in records_with_key(
            int.from_bytes(blind_index(value, kind)[:8], "big", signed=True)
        )
    }
    equal = [
        view.id
        for view in record_views(candidates)
        if any(form in wanted for held in view.values.get(held_as, ()) for form in comparable(held))
    ]
    return customers_of_records(equal)


def _only(customers: list[CustomerView], by: str) -> CustomerView:
    if not customers:
        raise Unknown(
            f"No customer is known by {by}.",
            hint="Check it, or look the customer up by SOURCE:ID or another address.",
        )
    if len(customers) > 1:
        ids = ", ".join(one.public_id for one in customers[:_NAMED_AT_MOST])
        more = len(customers) - _NAMED_AT_MOST
        raise WrongCall(
            f"{len(customers)} customers share {by}.",
            hint=f"Name one by its id: {ids}{f' and {more} more' if more > 0 else ''}.",
        )
    return customers[0]
