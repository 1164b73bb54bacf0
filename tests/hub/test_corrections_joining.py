"""Who joins the customer of a correction is asked to follow, who leaves no more, and an undo asks
those who followed to go back.
"""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from tellonce.cli.main import execute
from tellonce.hub.accounts.selectors import actor
from tellonce.hub.accounts.types import Actor
from tellonce.hub.core import clock
from tellonce.hub.corrections import services
from tellonce.hub.corrections.selectors import (
    correction_figures,
    corrections,
    shown_correction,
    tasks,
)
from tellonce.hub.corrections.types import NewCorrection
from tellonce.hub.insight.kpis.queues import measure_queue_age, queues
from tellonce.hub.insight.types import Window
from tellonce.hub.intake.deciding import merge_customers, split_customer, undo
from tests.hub.correcting import (
    ANNA_OF_SHOP,
    NEW,
    deliver,
    events_of,
    golden,
    people,
    proposed,
    row_of,
    seen,
    user,
    wrong_email,
)
from tests.hub.delivering import ANNA, OTTO, a_source

pytestmark = pytest.mark.django_db
ANNA_BY_POST = ANNA | {"id": "P"}


@pytest.fixture
def steward(hub: None) -> Actor:
    """Who reviews, in a hub that holds three people."""
    people()
    a_source("post", record_id="id", observed_at="updated_at")
    return user("steward")


@pytest.fixture
def applied(steward: Actor) -> str:
    """A correction of Anna's e-mail that both of her sources are asked to follow."""
    one = proposed(user("representative"))
    services.approve(one, by=steward)
    services.verify_corrections()
    return one


def follow(one: str, year: int) -> None:
    """Both sources deliver the corrected value."""
    for source, row in (("crm", ANNA), ("shop", ANNA_OF_SHOP)):
        deliver(source, row | {"email": NEW}, f"{year}-01-01T00:00:00Z")
    assert (seen(one).state, seen(one).outcome) == ("closed", "verified")


def states(one: str) -> dict[str, str]:
    """What is asked for a correction: record -> state, of the newest task of each."""
    return {task.record: task.state for task in tasks(correction=one)}


def test_a_record_that_joins_with_the_wrong_value_is_asked_for_even_when_all_was_closed(
    applied: str,
) -> None:
    follow(applied, 2030)
    deliver("post", ANNA_BY_POST, "2031-01-01T00:00:00Z")
    assert states(applied) == {"crm:1": "verified", "shop:A": "verified", "post:P": "asked"}
    assert (seen(applied).state, seen(applied).outcome, seen(applied).reopened) == (
        "applied",
        "",
        0,
    )
    assert seen(applied).due_at is not None
    assert golden("crm:1", "email")[0][0] == NEW
    deliver("post", ANNA_BY_POST | {"email": NEW}, "2032-01-01T00:00:00Z")
    assert (seen(applied).state, seen(applied).outcome) == ("closed", "verified")
    assert events_of(applied)[-3:] == ["propagated", "verified", "closed"]


def test_one_that_says_nothing_wrong_is_asked_for_once_it_does(applied: str) -> None:
    deliver("post", ANNA_BY_POST | {"email": ""}, "2030-01-01T00:00:00Z")
    assert set(states(applied)) == {"crm:1", "shop:A"}
    follow(applied, 2031)
    deliver("post", ANNA_BY_POST | {"email": "third@example.org"}, "2032-01-01T00:00:00Z")
    assert set(states(applied)) == {"crm:1", "shop:A"}
    deliver("post", ANNA_BY_POST, "2033-01-01T00:00:00Z")
    assert states(applied)["post:P"] == "asked"
    assert seen(applied).state == "applied"


def test_looking_again_changes_nothing(applied: str) -> None:
    deliver("post", ANNA_BY_POST, "2030-01-01T00:00:00Z")
    before = (states(applied), seen(applied), events_of(applied))
    services.verify_corrections()
    assert (states(applied), seen(applied), events_of(applied)) == before


def test_one_that_leaves_is_asked_no_more_and_again_once_it_is_back(
    applied: str, steward: Actor
) -> None:
    deliver("crm", ANNA | {"email": NEW}, "2030-01-01T00:00:00Z")
    customer = seen(applied).customer
    done = split_customer(customer, [[row_of("shop:A")]], by=steward)
    services.verify_corrections()
    assert states(applied) == {"crm:1": "verified", "shop:A": "left"}
    assert (seen(applied).state, seen(applied).outcome) == ("closed", "verified")
    deliver("shop", ANNA_OF_SHOP | {"city": "Testowo"}, "2031-01-01T00:00:00Z")
    assert states(applied)["shop:A"] == "left"
    undo(done.act.id, by=steward)
    services.verify_corrections()
    assert states(applied) == {"crm:1": "verified", "shop:A": "asked"}
    assert seen(applied).state == "applied"


def test_of_two_customers_that_are_merged_the_others_records_are_asked_for(
    applied: str, steward: Actor
) -> None:
    deliver("crm", OTTO | {"email": ANNA["email"]}, "2030-01-01T00:00:00Z")
    assert "crm:2" not in states(applied)
    other = services.propose(
        NewCorrection("phone", record=("crm", "2"), value="+493023125000"), by=steward
    )
    merge_customers([seen(applied).customer, seen(other).customer], by=steward)
    services.verify_corrections()
    assert states(applied)["crm:2"] == "asked"


def test_an_undo_asks_the_sources_that_took_it_over_for_the_former_value(
    applied: str, steward: Actor
) -> None:
    follow(applied, 2030)
    services.undo(applied, by=steward, reason="It was right after all.")
    asked = [one for one in tasks(state="open") if one.gives_back]
    assert [(one.record, one.state) for one in asked] == [("crm:1", "asked"), ("shop:A", "asked")]
    assert events_of(applied)[-3:] == ["undone", "returning", "returning"]
    services.answer_task(asked[0].id, "done", by=steward)
    services.answer_task(asked[1].id, "refused", by=steward, reason="We never do.")
    services.verify_corrections()
    assert states(applied) == {"crm:1": "done", "shop:A": "refused"}
    deliver("crm", ANNA, "2031-01-01T00:00:00Z")
    assert states(applied) == {"crm:1": "verified", "shop:A": "refused"}
    assert (seen(applied).state, events_of(applied)[-1]) == ("undone", "returned")
    deliver("crm", ANNA | {"email": NEW}, "2032-01-01T00:00:00Z")
    assert states(applied)["crm:1"] == "verified"
    assert seen(applied).state == "undone"


def test_what_is_asked_back_has_the_deadlines_of_a_write_back(applied: str, steward: Actor) -> None:
    follow(applied, 2030)
    services.undo(applied, by=steward)
    begun = clock.now()
    crm, shop = [one for one in tasks(state="open") if one.gives_back]
    assert crm.due_at == crm.asked_at + timedelta(days=14)
    with clock.stopped_at(begun + timedelta(days=8)):
        done = services.tend_corrections()
        assert (done.reminded, done.overdue, done.escalated) == (2, 0, 0)
        services.answer_task(shop.id, "done", by=steward)
        assert services.tend_corrections().reminded == 0
    with clock.stopped_at(begun + timedelta(days=15)):
        done = services.tend_corrections()
        assert (done.reminded, done.overdue, done.escalated) == (0, 1, 1)
        assert [one.overdue for one in tasks(correction=applied) if one.gives_back] == [True, False]
        assert services.tend_corrections().overdue == 0
        late = measure_queue_age(Window(begun, clock.now())).parts
        assert [(one.value, one.evidence) for one in late if one.name == "returns"] == [
            (pytest.approx(1, abs=0.01), 1)
        ]
        assert correction_figures().returns_late == 1
        assert queues(actor())["returns"] == (1, crm.due_at)
    with clock.stopped_at(begun + timedelta(days=40)):
        done = services.tend_corrections()
        assert (done.overdue, done.escalated) == (1, 2)
    story = [one.words for one in shown_correction(applied, "service", by=actor()).story]
    assert "to manager: giving back by crm" in story
    deliver("crm", ANNA, "2031-01-01T00:00:00Z")
    with clock.stopped_at(begun + timedelta(days=400)):
        assert not [one for one in tasks(correction=applied) if one.overdue and "crm" in one.record]


def test_who_only_said_that_it_is_done_is_believed_once_its_record_says_the_former(
    applied: str, steward: Actor
) -> None:
    for task in tasks(correction=applied):
        services.answer_task(task.id, "done", by=steward)
    services.undo(applied, by=steward)
    (crm, _) = [one for one in tasks(state="open") if one.gives_back]
    services.verify_corrections()
    assert states(applied)["crm:1"] == "asked"
    services.answer_task(crm.id, "done", by=steward)
    services.verify_corrections()
    assert states(applied)["crm:1"] == "verified"


def test_who_took_nothing_over_is_asked_for_nothing_by_an_undo(
    applied: str, steward: Actor
) -> None:
    services.undo(applied, by=steward)
    services.verify_corrections()
    assert tasks(state="open") == []
    assert states(applied) == {"crm:1": "taken back", "shop:A": "taken back"}


def test_nobody_is_asked_for_two_values_at_once(applied: str, steward: Actor) -> None:
    follow(applied, 2030)
    later = services.propose(
        wrong_email(value="later@example.org", old=NEW), by=user("representative", "second")
    )
    services.approve(later, by=steward)
    services.undo(applied, by=steward)
    assert {one.correction for one in tasks(state="open")} == {later}


def test_a_correction_after_an_undo_overrides_what_was_asked_back(
    applied: str, steward: Actor
) -> None:
    follow(applied, 2030)
    services.undo(applied, by=steward)
    later = services.propose(
        wrong_email(value="later@example.org", old=NEW), by=user("representative", "second")
    )
    services.approve(later, by=steward)
    assert {one.correction for one in tasks(state="open")} == {later}


@pytest.mark.django_db(transaction=True)
def test_the_commands_say_what_is_asked_back(applied: str, steward: Actor, capsys: Any) -> None:
    follow(applied, 2030)
    services.undo(applied, by=steward)
    capsys.readouterr()
    assert execute(["correction", "tasks"]) == 0
    assert capsys.readouterr().out.count("give back") == 2
    assert execute(["correction", "show", applied]) == 0
    assert "crm:1  give back: asked" in capsys.readouterr().out
    assert execute(["correction", "tasks", "--json"]) == 0
    assert '"gives_back": true' in capsys.readouterr().out
    shown = shown_correction(applied, "service", by=actor())
    assert json.dumps([step.kind for step in shown.story]).count("returning") == 2
    assert corrections(state="open") == []
