"""Confirmations: what they restore, what they hang on, and how they are withdrawn."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tellonce.hub.accounts.selectors import actor
from tellonce.hub.accounts.services import add_user
from tellonce.hub.audit.models import AuditEntry
from tellonce.hub.core.errors import Conflict, Refused, Stale, Unknown, WrongCall
from tellonce.hub.events.models import Event
from tellonce.hub.intake.deciding import merge_customers, split_customer, undo
from tellonce.hub.intake.services import restrict_records
from tellonce.hub.sources.models import Record
from tellonce.hub.upkeep.confirming import confirm_value, confirmations_of, undo_confirmation
from tellonce.hub.upkeep.models import Confirmation
from tests.hub.upkeep.people import ANNA, NOW, OTTO, ages, customer_of, follow, push, sources

pytestmark = pytest.mark.django_db

OLD = {"seen": "2022-01-01"}


def confirm(key: str, attribute: str, source: str = "crm", **more: object) -> object:
    return confirm_value(customer_of(key, source).public_id, attribute, by=actor(), **more)


def test_a_confirmation_makes_a_value_as_fresh_as_on_that_day() -> None:
    sources("crm")
    push("crm", ANNA | OLD)
    assert ages()["email"].stale
    done = confirm("1", "email", channel="phone", said_at=NOW - timedelta(days=10))
    assert (done.record, done.attribute, done.said_by) == ("crm:1", "email", "customer")
    assert ages()["email"].confirmed_at == NOW - timedelta(days=10)
    assert 0 < ages()["email"].score < 1
    assert ages()["phone"].stale


def test_parts_of_an_address_are_confirmed_together() -> None:
    sources("crm")
    push("crm", ANNA | OLD)
    assert confirm("1", "postal_code").attribute == "address"
    assert ages()["address"].score == 0


def test_it_counts_as_long_as_the_same_is_said_however_it_is_written() -> None:
    sources("crm")
    push("crm", ANNA | OLD)
    confirm("1", "address")
    push("crm", ANNA | {"seen": "2022-02-01", "street": "PROBNA"})
    assert ages()["address"].score == 0
    push("crm", ANNA | {"seen": "2022-03-01", "street": "Inna"})
    assert ages()["address"].stale
    push("crm", ANNA | {"seen": "2022-04-01"})
    assert ages()["address"].score == 0


def test_a_merge_brings_it_along_and_a_split_takes_it_away() -> None:
    sources("crm", "shop")
    push("crm", ANNA | OLD)
    push("shop", OTTO | {"id": "B", "email": ANNA["email"]} | OLD)
    confirm("1", "email")
    confirmed, other = ages("1"), ages("B", "shop")
    merged = merge_customers(
        [customer_of("1").public_id, customer_of("B", "shop").public_id], by=actor()
    )
    follow()
    assert ages("B", "shop")["email"].confirmed_at == NOW
    shop = Record.objects.get(record_key="B").pk
    split_customer(customer_of("1").public_id, [[shop]], by=actor())
    follow()
    assert ages("1")["email"].confirmed_at == NOW
    assert ages("B", "shop")["email"].confirmed_at is None
    assert ages("B", "shop")["email"].score == other["email"].score
    assert ages("1")["email"] == confirmed["email"]
    assert merged.act.id


def test_undone_the_value_is_as_old_as_it_was_and_both_are_kept() -> None:
    sources("crm")
    push("crm", ANNA | OLD)
    before = ages()
    done = confirm("1", "email")
    undone = undo_confirmation(done.id, by=actor())
    assert undone.undone_at == NOW
    assert ages() == before
    assert Confirmation.objects.count() == 2
    with pytest.raises(Conflict, match="undone already"):
        undo_confirmation(done.id, by=actor())
    with pytest.raises(Unknown):
        undo_confirmation("cnf_1", by=actor())
    (listed,) = confirmations_of(customer_of("1").public_id, by=actor(), purpose="service")
    assert (listed.id, listed.undone_at) == (done.id, NOW)


def test_the_feed_and_the_audit_say_that_it_was_confirmed_and_by_no_value() -> None:
    sources("crm")
    push("crm", ANNA | OLD)
    done = confirm("1", "email", channel="phone")
    event = Event.objects.get(type="tellonce.customer.confirmed.v1")
    assert event.data == {"attributes": ["email"], "said_by": "customer"}
    entry = AuditEntry.objects.get(action="customer.confirm")
    assert (entry.target, entry.fields, entry.purpose) == (done.id, ["email"], "service")
    assert "example.org" not in repr(list(Confirmation.objects.values()))


def test_what_is_wrong_is_refused_with_a_sentence() -> None:
    sources("crm")
    push("crm", ANNA | OLD)
    version = customer_of("1").version
    with pytest.raises(WrongCall, match="no 'shoe_size'"):
        confirm("1", "shoe_size")
    with pytest.raises(WrongCall, match="future"):
        confirm("1", "email", said_at=NOW + timedelta(days=1))
    with pytest.raises(WrongCall, match="Nobody is"):
        confirm("1", "email", said_by="neighbour")
    with pytest.raises(Stale, match="has changed"):
        confirm("1", "email", version=version + 1)
    assert confirm("1", "email", version=version)
    add_user("analyst@example.org", "analyst", by=actor())
    with pytest.raises(Refused, match="may not confirm"):
        confirm_value(customer_of("1").public_id, "email", by=actor("analyst@example.org"))
    add_user("rep@example.org", "representative", by=actor())
    with pytest.raises(Refused, match="compliance"):
        confirm_value(
            customer_of("1").public_id,
            "email",
            by=actor("rep@example.org"),
            purpose="compliance",
        )


def test_a_restricted_customer_is_not_asked_about() -> None:
    sources("crm")
    push("crm", ANNA | OLD)
    restrict_records([Record.objects.get().pk], restricted=True, by=actor())
    with pytest.raises(Refused, match="restricted"):
        confirm("1", "email")


def test_undoing_a_merge_gives_both_back_exactly() -> None:
    sources("crm")
    push("crm", ANNA | OLD, OTTO | OLD)
    confirm("1", "email")
    before = ages("1"), ages("2")
    done = merge_customers([customer_of(key).public_id for key in "12"], by=actor())
    follow()
    undo(done.act.id, by=actor())
    follow()
    assert (ages("1"), ages("2")) == before
