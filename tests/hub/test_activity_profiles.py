"""Profiles of activity: of what came since last month, without a value that few people share."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tellonce.cli.main import execute
from tellonce.hub.accounts.selectors import actor
from tellonce.hub.activity import profiling
from tellonce.hub.activity.profiling import activity_profiles_due, profile_activity
from tellonce.hub.activity.services import load_activity
from tellonce.hub.bridge.types import no_progress
from tellonce.hub.core import clock
from tellonce.hub.core.errors import Unknown, WrongCall
from tellonce.hub.insight.troubles.drifts import changed_fills
from tellonce.hub.quality.profile_models import SourceProfile
from tellonce.hub.quality.selectors import latest_profile, moments, standing_drifts
from tests.hub.api.calling import a_caller, problem
from tests.hub.delivering import Row, a_source, write_csv
from tests.hub.test_profiles import at

pytestmark = pytest.mark.django_db
TICKETS = 120


def tickets(first: int = 0, many: int = TICKETS, **more: str) -> list[Row]:
    """Tickets of 60 customers; the first customer writes the same note each time."""
    return [
        {
            "ticket_id": f"T{n}",
            "customer_id": f"K{n % 60}",
            "opened": f"2026-0{n % 9 + 1}-11 10:00:00",
            "status": ["open", "closed"][n % 2],
            "channel": ["phone", "mail", "chat"][n % 3],
            "priority": ["low", "high"][n % 2],
            "handled by": "Annamaria" if n % 60 == 0 else f"agent{n}",
            "health_insurance": "AOK",
            **more,
        }
        for n in range(first, first + many)
    ]


def load(path: Path, rows: list[Row], kind: str = "tickets") -> None:
    """The source delivers activity."""
    load_activity("crm", write_csv(path / "a.csv", rows), kind, by=actor())


@pytest.fixture
def crm(tmp_path: Path) -> None:
    """A source with 120 tickets of 60 customers."""
    a_source(record_id="id")
    load(tmp_path, tickets())


def field_of(name: str) -> Any:
    """A field of the newest profile of the tickets."""
    return latest_profile("crm", content="tickets").profile.of(name)


def test_a_kind_of_activity_is_profiled_once_after_a_delivery(crm: None, tmp_path: Path) -> None:
    assert (activity_profiles_due(no_progress), activity_profiles_due(no_progress)) == (1, 0)
    found = latest_profile("crm", content="tickets")
    assert (found.content, found.records, found.profile.rows) == ("tickets", 120, 120)
    assert (field_of("status").filled, field_of("status").distinct) == (120, 2)
    assert field_of("occurred_at").kind == "date"
    assert field_of("amount").filled == 0
    with pytest.raises(Unknown, match="no profile of records of crm"):
        latest_profile("crm")


def test_values_are_told_that_many_customers_share_and_none_of_a_single_one(
    tmp_path: Path,
) -> None:
    a_source(record_id="id")
    rows = [row | {"customer_id": "K0", "handled by": "Annamaria"} for row in tickets(many=60)]
    load(tmp_path, rows + tickets(60, 120))
    profile_activity("crm", "tickets", by=actor())
    assert {one.text for one in field_of("status").top} == {"open", "closed"}
    assert {one.text for one in field_of("priority").top} == {"low", "high"}
    assert field_of("handled by").top == ()  # 60 rows, of one customer
    assert field_of("customer_key").top == ()
    (row,) = SourceProfile.objects.all()
    text = json.dumps(row.document)
    for value in ("Annamaria", "K0", "T17", "AOK"):
        assert value not in text


def test_sealed_columns_are_not_opened(crm: None) -> None:
    profile_activity("crm", "tickets", by=actor())
    assert field_of("health_insurance") is None


def test_what_came_since_last_month_is_compared_and_not_all_that_was_ever_held(
    crm: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = clock.now()
    with at(monkeypatch, now - timedelta(days=40)):
        assert profile_activity("crm", "tickets", by=actor()).changes == ()
    load(tmp_path, tickets(TICKETS, 60, channel="", priority="urgent"))
    assert activity_profiles_due(no_progress) == 1
    found = latest_profile("crm", content="tickets")
    assert (found.records, found.profile.rows) == (180, 60)
    assert found.compared_with == now - timedelta(days=40)
    told = {(one.kind, one.field) for one in found.changes}
    assert told >= {("fill", "channel"), ("value_new", "priority")}
    assert not any(one.kind == "volume" for one in found.changes)
    assert {(one.source, one.content) for one in standing_drifts()} == {("crm", "tickets")}
    (trouble,) = [one for one in changed_fills() if "channel" in one.sentence]
    assert trouble.sentence.startswith("crm tickets: channel is filled in 0 %")
    assert "profile crm --content tickets" in trouble.advice
    assert [one.fill for one in moments("crm", content="tickets", field="channel")] == [1.0, 0.0]


def test_a_few_new_rows_wait_for_more_and_are_no_profile_of_their_own(
    crm: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    then: datetime = clock.now() - timedelta(days=40)
    with at(monkeypatch, then):
        profile_activity("crm", "tickets", by=actor())
    load(tmp_path, tickets(TICKETS, 5))
    assert activity_profiles_due(no_progress) == 0
    assert profile_activity("crm", "tickets", by=actor()).profile.rows == 125


def test_of_many_rows_some_are_looked_at(crm: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(profiling, "SAMPLED", 50)
    monkeypatch.setattr(profiling, "_SLICE", 7)
    found = profile_activity("crm", "tickets", by=actor())
    assert (found.records, found.profile.rows) == (120, 30)


def test_who_asks_for_what_is_not_there_is_told(crm: None, capsys: Any) -> None:
    with pytest.raises(WrongCall, match="no activity"):
        profile_activity("crm", "records", by=actor())
    with pytest.raises(WrongCall, match="has no notes to look at"):
        profile_activity("crm", "notes", by=actor())
    assert execute(["quality", "profile", "crm", "--content", "nonsense"]) == 2
    assert "Say records, accounts" in capsys.readouterr().err


def test_by_command_and_over_http(crm: None, capsys: Any) -> None:
    assert execute(["quality", "profile", "crm", "--content", "tickets", "--now"]) == 0
    told = capsys.readouterr().out
    assert "120 tickets." in told
    assert "priority" in told
    caller = a_caller()
    found = caller.get("/quality/profiles/crm?content=tickets").json()
    assert (found["content"], found["records"]) == ("tickets", 120)
    history = caller.get("/quality/profiles/crm/history?content=tickets&field=status").json()
    assert (history["content"], [one["fill"] for one in history["moments"]]) == ("tickets", [1.0])
    problem(caller.get("/quality/profiles/crm"), 404, "not-found")
    assert caller.get("/quality/profiles/crm?content=nonsense").status_code in (400, 422)
