"""Customers are found by every name that a record of theirs states, not only by the golden one."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from tellonce.hub.accounts.selectors import actor
from tellonce.hub.core.errors import WrongCall
from tellonce.hub.customers.models import Customer, OtherName
from tellonce.hub.customers.searching import customers_named, named_among
from tellonce.hub.intake.deciding import decide, undo
from tellonce.hub.intake.pushing import accept_records
from tellonce.hub.intake.resolving import resolve_everything
from tellonce.hub.intake.rules import rules_in_force
from tellonce.hub.intake.services import place_waiting
from tellonce.hub.intake.turns import resolving
from tellonce.hub.sources.models import Record
from tests.hub.delivering import ANNA, OTTO, WILMA, Row, a_source

pytestmark = pytest.mark.django_db

MARRIED = ANNA | {"last name": "Nowowska"}


@pytest.fixture(autouse=True)
def sources() -> None:
    for name in ("crm", "shop"):
        a_source(name, record_id="id", observed_at="seen", deleted="gone")


def push(source: str, *rows: Row) -> None:
    accept_records(source, rows, by=actor())
    place_waiting(by=actor())


def anna() -> None:
    """As she was, and as she is since she married: two records of one customer."""
    push("crm", ANNA | {"seen": "2010-01-01"}, OTTO)
    push("shop", MARRIED | {"seen": "2024-01-01"})


def found(text: str, limit: int = 10) -> list[str]:
    """The golden names of the customers found, page after page."""
    names: list[str] = []
    cursor = ""
    while True:
        page = customers_named(text, limit, cursor)
        rows = Customer.objects.in_bulk(page.customers)
        names += [rows[pk].family_name for pk in page.customers]
        cursor = page.cursor
        if not cursor:
            return names


@pytest.mark.parametrize(
    "text", ["Nowow", "Testowska", "annamaria testow", "TESTOWSKA-P Anna", "annam"]
)
def test_a_customer_is_found_once_by_any_name_of_a_record(text: str) -> None:
    anna()
    assert found(text) == ["nowowska"]


def test_a_former_name_of_one_record_finds_it_too() -> None:
    push("crm", MARRIED | {"maiden name": "Testowska"})
    assert found("testow anna") == ["nowowska"]


def test_what_no_record_states_any_more_finds_nobody() -> None:
    anna()
    push("crm", {"id": "1", "gone": "yes"})
    assert found("Testowska") == []
    assert not OtherName.objects.exists()


def test_a_name_goes_where_its_record_goes_and_comes_back() -> None:
    anna()
    pair = list(Record.objects.exclude(record_key="2").values_list("id", flat=True))
    done = decide([(pair[0], pair[1])], "different", by=actor())
    assert found("Testowska") == ["testowska przykladowa"]
    undo(done.act.id, by=actor())
    assert found("Testowska") == ["nowowska"]


def test_a_resolution_of_all_leaves_them_as_placing_does() -> None:
    anna()
    before = list(OtherName.objects.values_list("customer_id", "family_name", "given_name"))
    assert before
    OtherName.objects.all().delete()
    with resolving("somebody") as lease:
        resolve_everything(rules_in_force(), lease, lambda *_: None)
    after = list(OtherName.objects.values_list("customer_id", "family_name", "given_name"))
    assert after == before


def several(names: Sequence[str]) -> None:
    """Customers called Novak now, each with a record from before of one of these names."""
    for at, name in enumerate(names):
        who = ANNA | {
            "id": str(at),
            "dob": f"19{40 + 3 * at}-0{1 + at}-1{at}",
            "email": f"someone{at}@example.org",
            "phone": f"+48 600 70{at} 8{at}1",
        }
        push("crm", who | {"last name": name, "seen": "2010-01-01"})
        push("shop", who | {"last name": f"Novak{at}", "seen": "2024-01-01"})


@pytest.mark.parametrize("limit", [1, 2, 3])
def test_pages_name_each_of_them_once_in_order(limit: int) -> None:
    several(["Testa", "Testc", "Testb", "Novaktest"])
    push("crm", WILMA | {"last name": "Testz"})
    assert found("test", limit) == ["testz", "novak0", "novak2", "novak1"]
    assert found("novak", limit) == ["novak0", "novak1", "novak2", "novak3"]
    assert found("annamaria test", limit) == ["novak0", "novak2", "novak1"]


def test_a_cursor_of_a_name_that_is_no_more_is_refused() -> None:
    several(["Testa", "Testb"])
    page = customers_named("test", 1)
    OtherName.objects.all().delete()
    with pytest.raises(WrongCall, match="cursor"):
        customers_named("test", 1, page.cursor)


def test_of_those_found_otherwise_the_ones_so_named_are_kept() -> None:
    anna()
    every = list(Customer.objects.values_list("id", flat=True))
    (one,) = named_among(every, "Testowska")
    assert Customer.objects.get(id=one).family_name == "nowowska"


@pytest.mark.django_db(transaction=True)
def test_a_hub_from_before_is_given_them_by_its_upgrade() -> None:
    anna()
    before = list(OtherName.objects.values_list("customer_id", "family_name", "given_name"))
    newest = MigrationExecutor(connection).loader.graph.leaf_nodes()
    MigrationExecutor(connection).migrate([("customers", "0004_steward_values")])
    MigrationExecutor(connection).migrate(newest)
    after = list(OtherName.objects.values_list("customer_id", "family_name", "given_name"))
    assert after == before


@pytest.mark.parametrize(
    "text", ["Żółć", "zolc", "ZOLCOW", "smithe", "smithe zoe", "o'hara", "ohara"]
)
def test_plain_letters_and_later_words_find_a_name(text: str) -> None:
    push("crm", ANNA | {"id": "7", "first name": "Zoë", "last name": "Żółćowska-O'Hara-Smithe"})
    assert found(text) == ["zolcowska ohara smithe"]


def test_a_name_of_signs_alone_is_no_question() -> None:
    with pytest.raises(WrongCall, match="one of two letters"):
        customers_named("?!", 10)


@pytest.mark.parametrize("text", ["muster", "MUSTER MÖBEL", "mobel g", "moebelhaus"])
def test_an_organisation_is_found_by_its_names(text: str) -> None:
    a_source("firms", record_id="id")
    city = {"city": "Bonn", "street": "Musterweg 4", "email": "info@moebel.example"}
    push("firms", {"id": "1", "company": "Muster Möbel GmbH", **city})
    push("firms", {"id": "2", "company": "Moebelhaus Muster Möbel GmbH", **city})
    every = list(Customer.objects.filter(retired_at=None).values_list("family_name", flat=True))
    assert every
    assert set(found(text)) <= set(every)
    assert found(text)
