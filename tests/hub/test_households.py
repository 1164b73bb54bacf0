"""Households: groups of customers that follow what they say and never merge people."""

from __future__ import annotations

import json
from collections import defaultdict
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tellonce.cli.main import execute
from tellonce.hub.accounts.selectors import actor
from tellonce.hub.core.errors import Unknown
from tellonce.hub.customers.households import follow_customers, look_at_events
from tellonce.hub.customers.models import Customer, Household, HouseholdKey, HouseholdMember
from tellonce.hub.customers.selectors import household_of
from tellonce.hub.events.selectors import events_after
from tellonce.hub.intake.deciding import merge_customers, undo
from tellonce.hub.intake.pushing import accept_records
from tellonce.hub.intake.services import place_waiting
from tellonce.hub.jobs.consumers import _Pace, consume_feed
from tellonce.hub.jobs.sequencer import number_waiting
from tests.hub.delivering import a_source

pytestmark = pytest.mark.django_db

HEADERS = ("first name", "last name", "dob", "street", "house number", "city", "postal code")
HEADERS = (*HEADERS, "phone", "email")
ANNA = ("Annamaria", "Testowska", "1984-03-12", "ul. Próbna", "5", "Gdynia", "81-001", "", "")
OTTO = ("Ottokar", "Testowski", "1982-11-30", "Probna", "5", "Gdynia", "81-001", "", "")
WILMA = ("Wilhelmina", "Testowska", "2012-07-05", "", "", "", "", "", "")
STRANGER = ("Mock", "Mockowy", "1971-12-24", "Próbna", "5", "Gdynia", "81-001", "", "")
PEOPLE = {"1": ANNA, "2": OTTO, "3": WILMA, "4": STRANGER}


def row(key: str, **more: str) -> dict[str, str]:
    """A record of one of the people, with other values where they are named."""
    said = dict(zip(HEADERS, PEOPLE[key], strict=True))
    return {"id": key, **said, **{name.replace("_", " "): value for name, value in more.items()}}


def push(*rows: Any) -> None:
    accept_records("crm", list(rows), by=actor())
    place_waiting(by=actor())
    number_waiting()
    consume_feed()


def customer_of(key: str) -> str:
    return Customer.objects.get(
        membership__record__record_key=key, membership__to_at=None
    ).public_id


def together(key: str) -> set[str]:
    found = household_of(customer_of(key))
    return {one.customer for one in found.members} if found else set()


@pytest.fixture(autouse=True)
def _whatever_happened_is_followed_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """However slow the machine is: whose household goes on depends on who moves first."""
    monkeypatch.setattr("tellonce.hub.jobs.consumers.LOCKED", 60)
    monkeypatch.setattr("tellonce.hub.jobs.consumers._paces", defaultdict(_Pace))


@pytest.fixture
def family() -> str:
    """Husband and wife at one address, a child, a stranger of the same house."""
    a_source(record_id="id")
    push(*(row(key) for key in PEOPLE))
    found = household_of(customer_of("1"))
    assert found is not None
    return found.id


def test_a_family_at_one_address_is_a_household_and_stays_two_customers(family: str) -> None:
    assert together("1") == {customer_of("1"), customer_of("2")}
    assert household_of(customer_of("4")) is None
    assert household_of(customer_of("3")) is None
    assert Customer.objects.filter(retired_at=None).count() == 4


def test_a_shared_phone_or_email_of_one_family_is_enough(family: str) -> None:
    push(row("1", phone="+48 600 700 801"), row("3", phone="600700801"))
    assert together("3") == {customer_of(key) for key in "123"}
    assert household_of(customer_of("3")).id == family


def test_who_moves_out_leaves_and_who_comes_back_finds_the_same_household(family: str) -> None:
    push(row("2", street="Inna", house_number="9"))
    assert household_of(customer_of("1")) is None
    gone = household_of(family)
    assert gone.retired_at is not None
    assert gone.members == ()
    push(row("2"))
    assert household_of(customer_of("2")).id == family
    periods = HouseholdMember.objects.filter(household__public_id=family)
    assert periods.count() == 4
    assert periods.filter(to_at=None).count() == 2


def test_a_merge_and_its_undo_are_followed(family: str) -> None:
    push(row("3", street="Próbna", house_number="5", city="Gdynia", postal_code="81-001"))
    three = together("1")
    assert len(three) == 3
    done = merge_customers([customer_of("1"), customer_of("3")], by=actor())
    number_waiting()
    consume_feed()
    assert together("2") == {customer_of("1"), customer_of("2")}
    undo(done.act.id, by=actor())
    number_waiting()
    consume_feed()
    assert together("1") == three
    assert household_of(customer_of("2")).id == family


def test_what_very_many_share_makes_no_household(
    family: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for seconds in ("LOCKED", "LONGEST"):  # however slow: what happens reaches it all at once
        monkeypatch.setattr(f"tellonce.hub.jobs.consumers.{seconds}", 600.0)
    monkeypatch.setattr("tellonce.hub.jobs.consumers._paces", defaultdict(_Pace))
    letters = "ABCDEFGHIJKLMNOPRSTUWZ"
    names = [f"{letter}orba{letter.lower()}{letter.lower()}" for letter in letters]
    rows = [
        row("1") | {"id": name, "first name": name, "dob": f"{1930 + 3 * n}-01-{n + 1:02}"}
        for n, name in enumerate(names)
    ]
    push(*rows)
    assert Customer.objects.filter(retired_at=None).count() > 22
    assert household_of(customer_of("1")) is None
    push(*(one | {"house number": "77"} for one in rows))
    assert household_of(customer_of("1")).id == family


def test_who_changes_after_it_was_looked_at_is_looked_at_anew(family: str) -> None:
    events = events_after(0)
    ahead = look_at_events(events)
    push(row("2", street="Inna", house_number="9"), row("3", phone="600700801"))
    push(row("1", phone="+48 600 700 801"))
    now = [household_of(customer_of(key)) for key in PEOPLE]
    assert now[0] == now[2] is not None
    follow_customers(events, ahead)
    assert [household_of(customer_of(key)) for key in PEOPLE] == now


def test_followed_one_at_a_time_they_are_together_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("tellonce.hub.jobs.consumers.LOCKED", 0)
    monkeypatch.setattr("tellonce.hub.jobs.consumers._paces", defaultdict(lambda: _Pace(1, 50)))
    a_source(record_id="id")
    push(*(row(key) for key in PEOPLE))
    assert together("1") == {customer_of("1"), customer_of("2")}
    push(row("1", phone="+48 600 700 801"), row("3", phone="600700801"))
    assert together("3") == {customer_of(key) for key in "123"}
    push(row("1", street="Inna"), row("3"))
    assert household_of(customer_of("2")) is None


def test_no_household_keeps_a_value_in_the_open(family: str) -> None:
    assert HouseholdKey.objects.count() == 3
    assert all(isinstance(key, int) for key in HouseholdKey.objects.values_list("hash", flat=True))


def test_the_command_shows_it(family: str, capsys: Any) -> None:
    assert execute(["household", "show", customer_of("1"), "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["id"] == family
    assert execute(["household", "show", family]) == 0
    assert customer_of("2") in capsys.readouterr().out
    assert execute(["household", "show", customer_of("4")]) == 0
    assert "no other customer" in capsys.readouterr().out
    with pytest.raises(Unknown, match="no household"):
        household_of("hou_1")


CHANGES = st.lists(
    st.tuples(
        st.sampled_from("1234"),
        st.sampled_from(["5", "9", ""]),
        st.sampled_from(["", "+48600700801", "+48600700802"]),
    ),
    min_size=1,
    max_size=6,
)


@settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(CHANGES)
def test_whoever_shares_something_is_together_after_any_changes(changes: Any) -> None:
    from django.db import transaction

    with transaction.atomic():
        a_source(record_id="id")
        push(*(row(key) for key in PEOPLE))
        for key, number, phone in changes:
            push(row(key, house_number=number, phone=phone))
        sharing: dict[int, set[int]] = {}
        for key, customer in HouseholdKey.objects.values_list("hash", "customer_id"):
            sharing.setdefault(key, set()).add(customer)
        now = HouseholdMember.objects.filter(to_at=None)
        household = dict(now.values_list("customer_id", "household_id"))
        for customers in sharing.values():
            assert len(customers) == 1 or len({household[one] for one in customers}) == 1
        living = Household.objects.filter(retired_at=None).values_list("id", flat=True)
        assert set(living) == set(household.values())
        assert all(list(household.values()).count(one) > 1 for one in living)
        transaction.set_rollback(True)
