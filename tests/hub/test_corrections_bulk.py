"""Many corrections as one: previewed, proposed, approved by as many as it takes, undone exactly."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tellonce.cli.main import execute
from tellonce.hub.accounts.types import Actor
from tellonce.hub.core.errors import Conflict, Refused, WrongCall
from tellonce.hub.corrections import services
from tellonce.hub.corrections.selectors import corrections, group_view
from tests.hub.batches import stored
from tests.hub.correcting import NEW, deliver, golden, people, user
from tests.hub.delivering import OTTO, WILMA, write_csv

ROWS = (
    {"record": "crm:1", "attribute": "email", "value": NEW, "old": ""},
    {"record": "crm:2", "attribute": "email", "value": "-", "old": OTTO["email"]},
    {"record": "crm:3", "attribute": "last name", "value": "Beispielson", "old": ""},
    {"record": "crm:3", "attribute": "phone", "value": "12", "old": ""},
    {"record": "crm:99", "attribute": "phone", "value": "+442079460999", "old": ""},
    {"record": "shop:A", "attribute": "email", "value": "twice@example.org", "old": ""},
)


@pytest.fixture
def hub_of_people(hub: None) -> Actor:
    """A steward of a hub that holds three people."""
    people()
    return user("steward")


@pytest.mark.django_db
def test_a_file_is_previewed_with_what_stands_in_the_way(
    hub_of_people: Actor, tmp_path: Path
) -> None:
    before = stored()
    path = write_csv(tmp_path / "mail.csv", ROWS)
    news = services.corrections_in(path, reason="returned mail")
    seen = services.judged(news, by=hub_of_people).preview
    assert (seen.rows, seen.corrections, seen.customers) == (6, 2, 2)
    assert [trouble.row for trouble in seen.troubles] == [3, 4, 5, 6]
    assert "comes twice" in seen.troubles[-1].problem
    assert (stored(), corrections()) == (before, [])
    with pytest.raises(Conflict, match="4 of 6 rows cannot be proposed"):
        services.propose_group("mail.csv", news, by=hub_of_people)
    assert corrections() == []


@pytest.mark.django_db
def test_a_large_group_takes_two_others_and_is_undone_exactly(
    hub_of_people: Actor, tmp_path: Path, admin: Any
) -> None:
    services.set_policy("second_approval_above: 1", "corrections.yaml", by=admin)
    before = stored()
    news = services.corrections_in(write_csv(tmp_path / "mail.csv", ROWS))
    group, preview = services.propose_group("mail", news, by=hub_of_people, skip_troubles=True)
    assert preview.needs == 2
    with pytest.raises(Refused, match="proposed it"):
        services.approve(group, by=hub_of_people)
    second, third = user("steward", "second"), user("steward", "third")
    services.approve(group, by=second)
    assert (group_view(group).states, stored()) == ({"proposed": 2}, before)
    with pytest.raises(Refused, match="it takes two"):
        services.approve(group, by=second)
    services.approve(group, by=third)
    assert group_view(group).states == {"applied": 2}
    assert golden("crm:1", "email") == [(NEW, "steward")]
    assert golden("crm:2", "email") == []
    services.undo(group, by=second)
    assert stored() == before


@pytest.mark.django_db
def test_a_group_with_one_stale_value_is_not_applied_at_all(
    hub_of_people: Actor, tmp_path: Path
) -> None:
    news = services.corrections_in(write_csv(tmp_path / "mail.csv", ROWS))
    group, _ = services.propose_group("mail", news, by=hub_of_people, skip_troubles=True)
    second = user("steward", "second")
    deliver("crm", OTTO | {"email": "o@example.org"}, "2030-01-01T00:00:00Z")
    before = stored()
    with pytest.raises(Conflict, match="not what it was"):
        services.approve(group, by=second)
    assert group_view(group).states == {"proposed": 2}
    assert stored() == before


@pytest.mark.django_db
def test_a_file_that_holds_no_corrections_is_refused(hub_of_people: Actor, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "people.csv", [WILMA])
    with pytest.raises(WrongCall, match="lacks a column"):
        services.corrections_in(path)


@pytest.mark.django_db(transaction=True)
def test_by_commands(hub_of_people: Actor, tmp_path: Path, capsys: Any) -> None:
    user("steward", "second")
    path = str(write_csv(tmp_path / "mail.csv", ROWS))

    def said(*words: str, code: int = 0) -> str:
        capsys.readouterr()
        assert execute(["correction", *words]) == code, capsys.readouterr().err
        return capsys.readouterr().out

    preview = said("bulk", path, code=1)
    assert "2 corrections of 2 customers: email 2" in preview
    assert "row 4: The new value is no phone number" in preview
    assert "Nothing was kept" in preview
    mine = ("--as", "steward@example.com")
    made = json.loads(said("bulk", path, "--propose", "--skip", "--json", *mine))
    shown = said("approve", made["group"], "--as", "second@example.com")
    assert shown.count("is applied") == 2
    listed = said("list", "--group", made["group"])
    assert NEW not in listed
    assert "Older ones" not in listed
    page = json.loads(said("list", "--group", made["group"], "--limit", "1", "--json"))
    assert page["before"] == page["corrections"][0]["id"]
    rest = json.loads(said("list", "--before", page["before"], "--json"))
    assert (len(rest["corrections"]), rest["before"]) == (1, "")
    assert "More: --after tsk_" in said("tasks", "--limit", "1")
    story = said("show", corrections()[-1].id)
    assert f"-> {NEW}" in story
    assert "approved" in story
    assert "is undone" in said("undo", made["group"], "--reason", "wrong list", *mine)
    assert "No source is asked" in said("tasks")
    assert "deadlines:" in said("policy")
    wrong = tmp_path / "corrections.yaml"
    wrong.write_text("remind_at: 7\n")
    assert execute(["correction", "policy", str(wrong)]) == 2
    assert "line 1: It is a share" in capsys.readouterr().err
    assert "lead days median" in said("figures")
    assert json.loads(said("verify", "--json")) == {"records": 0, "reopened": []}
