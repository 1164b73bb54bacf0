"""What the tests of upkeep share: two people, and delivering them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from tellonce.hub.accounts.selectors import actor
from tellonce.hub.customers.models import Customer
from tellonce.hub.intake.pushing import accept_records
from tellonce.hub.intake.services import place_waiting
from tellonce.hub.jobs.consumers import consume_feed
from tellonce.hub.jobs.sequencer import number_waiting
from tellonce.hub.sources.services import add_source
from tellonce.hub.upkeep import selectors

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
ANNA = {
    "id": "1",
    "first name": "Annamaria",
    "last name": "Testowska",
    "dob": "1984-03-12",
    "email": "annamaria@example.org",
    "phone": "+48 600 700 801",
    "street": "ul. Próbna",
    "house number": "5",
    "city": "Gdynia",
    "postal code": "81-001",
    "seen": "2026-11-01",
}
OTTO = {
    "id": "2",
    "first name": "Ottokar",
    "last name": "Mustermannski",
    "dob": "1961-11-30",
    "email": "ottokar@example.net",
    "seen": "2026-11-01",
}


def sources(*names: str) -> None:
    for name in names:
        add_source(name, "crm", {"record_id": "id", "observed_at": "seen"}, by=actor())


def push(source: str, *rows: Any) -> None:
    accept_records(source, [dict(one) for one in rows], by=actor())
    place_waiting(by=actor())
    follow()


def follow() -> None:
    number_waiting()
    consume_feed()


def customer_of(key: str, source: str = "crm") -> Customer:
    return Customer.objects.get(
        membership__record__record_key=key,
        membership__record__source__name=source,
        membership__to_at=None,
    )


def ages(key: str = "1", source: str = "crm") -> Any:
    customer = customer_of(key, source)
    return selectors.ages_of(customer.pk, customer.version)
