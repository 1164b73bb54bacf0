"""Memberships by period -> which id ever held which records, and from when to when."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from operator import itemgetter
from typing import Any

from django.db.models import F

from tellonce.hub.bridge.identities import Holding
from tellonce.hub.core.bulk import among, as_moment
from tellonce.hub.customers.models import GoldenVersion, Membership, OtherName
from tellonce.hub.sources.models import Record

Period = tuple[int, int, float, datetime, datetime | None]
"""Customer, record, confidence, from, to (None: still)."""

_PERIOD = ("customer_id", "record_id", "confidence", "from_at", "to_at")
_OTHER_NAME = ("customer_id", "family_name", "given_name")
_NAMES_OF = "SELECT customer_id, family_name, given_name FROM other_names WHERE customer_id"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SLICE = 20_000
_CONCERNED = """
    SELECT DISTINCT m.customer_id FROM memberships m JOIN customers c ON c.id = m.customer_id
    WHERE (m.to_at IS NULL OR c.retired_at IS NOT NULL) AND m.record_id
"""
_PERIODS_OF = """
    SELECT m.customer_id, m.record_id, m.confidence, m.from_at, m.to_at, r.state
    FROM memberships m JOIN records r ON r.id = m.record_id WHERE m.customer_id
"""
_HASHES_OF = """
    SELECT g.customer_id, g.content_hash FROM customers c JOIN golden_versions g
    ON g.customer_id = c.id AND g.number = c.version WHERE c.id
"""


@dataclass(frozen=True)
class History:
    """What is known of the customers that some records ever belonged to.

    `holdings` leave restricted records out, whose membership is frozen; `frozen` are the customers
    that hold one. `confidences`: record -> that of its membership now. `hashes`: customer ->
    content hash of its newest golden document; `names`: customer -> its other names.
    """

    holdings: list[Holding]
    confidences: Mapping[int, float]
    hashes: Mapping[int, bytes]
    frozen: frozenset[int]
    names: Mapping[int, frozenset[tuple[str, str]]]


def history(records: Collection[int] | None) -> History:
    """Of the customers that any of these records (row ids) belong to, and of the retired ones that
    they ever belonged to; None: of all. One that goes on without these records is not concerned.
    """
    customers = None
    if records is not None:
        customers = [customer for (customer,) in among(_CONCERNED, records)]
    every = _periods(customers)
    restricted = {
        record: customer
        for (customer, record, _, _, to), state in every
        if to is None and state == Record.RESTRICTED
    }
    periods = [period for period, _ in every if period[1] not in restricted]
    return History(
        list(_holdings(periods)),
        {record: confidence for _, record, confidence, _, to in periods if to is None},
        _hashes(customers),
        frozenset(restricted.values()),
        other_names(customers),
    )


def other_names(customers: Collection[int] | None) -> dict[int, frozenset[tuple[str, str]]]:
    """Customer (row id) -> names it is found by too; of these customers, None: of all."""
    if customers is None:
        rows: Iterable[Any] = OtherName.objects.values_list(*_OTHER_NAME).iterator(_SLICE)
    else:
        rows = among(_NAMES_OF, customers)
    found: dict[int, set[tuple[str, str]]] = {}
    for customer, *name in rows:
        found.setdefault(customer, set()).add((name[0], name[1]))
    return {customer: frozenset(names) for customer, names in found.items()}


def _periods(customers: Collection[int] | None) -> list[tuple[Period, str]]:
    """Every period of these customers, or of all, in order of customer; and the record's state."""
    if customers is None:
        rows = Membership.objects.order_by("customer_id").values_list(*_PERIOD, "record__state")
        return [(row[:-1], row[-1]) for row in rows.iterator(_SLICE)]
    return [
        ((customer, record, confidence, as_moment(since), as_moment(to)), state)
        for customer, record, confidence, since, to, state in sorted(
            among(_PERIODS_OF, customers), key=itemgetter(0)
        )
    ]


def _hashes(customers: Collection[int] | None) -> dict[int, bytes]:
    """Customer -> the content hash of its newest golden document."""
    if customers is not None:
        rows: Iterable[Any] = among(_HASHES_OF, customers)
    else:
        golden = GoldenVersion.objects.filter(number=F("customer__version"))
        rows = golden.values_list("customer_id", "content_hash").iterator(_SLICE)
    return {customer: bytes(content) for customer, content in rows}


def _holdings(periods: Iterable[Period]) -> Iterator[Holding]:
    """Periods in order of customer -> its holdings, one for each time its members were the same."""
    of: list[Period] = []
    for period in periods:
        if of and of[0][0] != period[0]:
            yield from _of_customer(of)
            of = []
        of.append(period)
    if of:
        yield from _of_customer(of)


def _of_customer(periods: list[Period]) -> Iterator[Holding]:
    customer = periods[0][0]
    if len({(since, to) for *_, since, to in periods}) == 1:
        *_, since, to = periods[0]
        members = frozenset(record for _, record, *_ in periods)
        yield Holding(customer, members, act(since), None if to is None else act(to))
        return
    moments = sorted({m for *_, since, to in periods for m in (since, to) if m is not None})
    for moment, after in zip(moments, [*moments[1:], None], strict=True):
        members = frozenset(
            record
            for _, record, _, since, to in periods
            if since <= moment and (to is None or moment < to)
        )
        if members:
            yield Holding(customer, members, act(moment), after and act(after))


def act(moment: datetime) -> int:
    """The number of the act at this moment: microseconds since 1970."""
    since = moment - EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds
