"""`tellonce review`, `merge`, `split`, `undo` and `acts`."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest

from tellonce.cli.acts import show_done
from tellonce.cli.main import execute
from tellonce.hub.accounts.selectors import actor
from tellonce.hub.accounts.services import add_user
from tellonce.hub.customers.models import Customer
from tellonce.hub.intake.pushing import accept_records
from tellonce.hub.intake.services import place_waiting
from tellonce.hub.intake.types import ActDone
from tests.hub.delivering import ANNA, OTTO, a_source

pytestmark = pytest.mark.django_db(transaction=True)

MARRIED = ANNA | {"id": "5", "first name": "Anna", "last name": "Inna", "dob": "", "email": ""}


@pytest.fixture(autouse=True)
def hub_of_three() -> None:
    a_source(record_id="id")
    accept_records("crm", [ANNA, OTTO, MARRIED], by=actor())
    place_waiting(by=actor())


def customer_of(key: str) -> str:
    found = Customer.objects.get(membership__record__record_key=key, membership__to_at=None)
    return found.public_id


def said(capsys: Any, *words: str, code: int = 0) -> str:
    """What a command prints; its exit code is as expected."""
    capsys.readouterr()
    assert execute(list(words)) == code, capsys.readouterr().err
    out, err = capsys.readouterr()
    return out + err


def test_a_doubtful_match_is_listed_shown_and_decided(capsys: Any) -> None:
    listed = said(capsys, "review", "list")
    assert "crm:1 crm:5" in listed
    assert ANNA["email"] not in listed
    number = str(json.loads(said(capsys, "review", "list", "--json"))["reviews"][0]["id"])
    shown = said(capsys, "review", "show", number)
    assert ANNA["email"] in shown
    assert "ambiguous" not in shown
    assert "1 match waits:" in listed
    assert "no verdict 'maybe'" in said(capsys, "review", "decide", number, "maybe", code=2)
    assert f"tellonce review decide {number}" in shown
    decided = said(capsys, "review", "decide", number, "same", "--reason", "she married")
    assert "Undo it: tellonce undo act_" in decided
    assert customer_of("1") == customer_of("5")
    assert "No match waits" in said(capsys, "review", "list")


def test_customers_are_merged_parted_and_all_is_undone(capsys: Any) -> None:
    one, other = customer_of("1"), customer_of("2")
    merged = json.loads(said(capsys, "merge", one, other, "--json"))
    assert merged["merged"] == {other: one}
    assert "row" not in merged["act"]
    parted = said(capsys, "split", one, "--group", "crm:2", "--reason", "two people")
    assert f"{other} is back." in parted
    assert f"1 record of {one} belongs to {other} now." in parted
    assert f"2 customers now: {one}, {other}." in parted
    listed = json.loads(said(capsys, "acts", "list", "--json"))
    assert [act["kind"] for act in listed] == ["split", "merge"]
    for act in listed:
        said(capsys, "undo", act["id"])
    told = said(capsys, "acts", "list")
    assert "undone  by admin@localhost  two people" in told
    assert (customer_of("1"), customer_of("2")) == (one, other)


@pytest.mark.parametrize("named", [[], ["crm:1"]])
def test_a_customer_is_parted_by_a_record_of_it(capsys: Any, named: list[str]) -> None:
    one, other = customer_of("1"), customer_of("2")
    said(capsys, "merge", one, other)
    assert f"{other} is back." in said(capsys, "split", *named, "--group", "crm:2")
    assert (customer_of("1"), customer_of("2")) == (one, other)


def test_who_sits_at_a_terminal_is_asked_why(capsys: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("typer.prompt", lambda *_, **__: "one person")
    merged = json.loads(said(capsys, "merge", "crm:1", "crm:2", "--json"))["act"]
    assert merged["reason"] == "one person"
    undone = json.loads(said(capsys, "undo", merged["id"], "--reason", "two", "--json"))["act"]
    assert undone["reason"] == "two"


def test_it_is_said_how_many_records_went_where_and_which_customers_are_left(capsys: Any) -> None:
    one, other = "cus_1", "cus_2"
    act: Any = SimpleNamespace(id="act_1", state="done")
    show_done(ActDone(act, [one, other], taken={one: {other: 2}, other: {one: 1}}), as_json=False)
    assert capsys.readouterr().out.splitlines()[:3] == [
        "2 records of cus_1 belong to cus_2 now.",
        "1 record of cus_2 belongs to cus_1 now.",
        "2 customers now: cus_1, cus_2.",
    ]


def test_a_second_person_approves_or_rejects(capsys: Any, settings: Any) -> None:
    settings.TELLONCE_TWO_PERSON_RECORDS = 1
    add_user("steward@example.org", "steward", by=actor())
    accept_records("crm", [OTTO | {"id": "7"}, ANNA | {"id": "8"}], by=actor())
    place_waiting(by=actor())
    words = ["merge", customer_of("1"), customer_of("2"), "--json"]
    first = json.loads(said(capsys, *words))["act"]["id"]
    assert "proposed" in said(capsys, "acts", "list", "--state", "proposed")
    refused = said(capsys, "acts", "approve", first, code=3)
    assert "may not approve this merge: the person who proposed it cannot also" in refused
    assert "nothing was changed" in said(capsys, "acts", "reject", first, "--reason", "two people")
    assert "rejected  by admin@localhost  two people" in said(capsys, "acts", "list")
    second = json.loads(said(capsys, *words))["act"]["id"]
    said(capsys, "acts", "approve", second, "--as", "steward@example.org")
    assert customer_of("1") == customer_of("2")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["merge", "cus_1", "cus_2"], "no customer"),
        (["split", "cus_1", "--group", "crm"], "names no record"),
        (["split", "--group", ","], "names no record"),
        (["merge", "crm:1", "crm:1"], "is one customer already: cus_"),
        (["merge", "cus_1"], "takes 2 to 100 customers"),
        (["undo", "act_1"], "no act"),
        (["acts", "list", "--state", "odd"], "No act is ever"),
        (["review", "show", "99"], "no open review"),
        (["review", "list", "--order", "odd"], "by value or by age"),
    ],
)
def test_a_wrong_call_says_what_is_wrong(capsys: Any, words: list[str], sentence: str) -> None:
    assert sentence in said(capsys, *words, code=2)


def test_customers_are_merged_by_a_record_of_each(capsys: Any) -> None:
    other = customer_of("2")
    assert json.loads(said(capsys, "merge", "crm:1", "crm:2", "--json"))["merged"].keys() == {other}
    assert customer_of("1") == customer_of("2")
    assert "There is no record crm:99" in said(capsys, "merge", "crm:1", "crm:99", code=2)
