"""What is declared about a source can be changed later, and what that means is said first."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tellonce.hub.accounts.selectors import actor
from tellonce.hub.accounts.services import add_user
from tellonce.hub.core.errors import Refused, WrongCall
from tellonce.hub.intake.restandardising import restandardise_records
from tellonce.hub.intake.services import place_waiting
from tellonce.hub.jobs.models import Schedule
from tellonce.hub.sources.changing import change_source, planned_change
from tellonce.hub.sources.models import Source
from tellonce.hub.sources.run_views import runs_of
from tellonce.hub.sources.schedules import schedule_trouble
from tellonce.hub.sources.selectors import record_ids, record_views, source_named
from tellonce.hub.sources.services import add_source
from tests.hub.delivering import ANNA, OTTO, a_source, load
from tests.hub.test_source_config import said

pytestmark = pytest.mark.django_db


def values(record_key: str) -> dict[str, Any]:
    """The RECORDS row of a record as it stands."""
    (pk,) = record_ids([("crm", record_key)]).values()
    return dict(record_views([pk])[0].values)


def test_what_would_change_is_said_before_it_does(tmp_path: Path) -> None:
    source = a_source(trust=0.5, columns={"note": "ignore"})
    load(tmp_path / "a.csv", [ANNA, OTTO])
    planned = planned_change(source_named("crm", counted=True), {"trust": 0.9, "region": "DE"})
    assert [(c.setting, c.before, c.after) for c in planned.changes] == [
        ("trust", 0.5, 0.9),
        ("columns", {"note": "ignore"}, None),
        ("country", None, "DE"),
    ]
    assert any("2 records were read under" in note for note in planned.notes)
    assert any("trust counts" in note for note in planned.notes)
    assert source_named("crm").config == source.config
    change_source("crm", {"trust": 0.9, "region": "DE"}, by=actor())
    assert source_named("crm").config.trust == {"*": 0.9}
    assert change_source("crm", {"trust": 0.9, "region": "DE"}, by=actor()).changes == ()


def test_one_name_for_the_country_is_no_change_of_it() -> None:
    a_source(region="DE")
    assert planned_change(source_named("crm"), {"country": "DE"}).changes == ()


def test_a_source_declared_when_less_was_refused_is_still_read() -> None:
    a_source()
    Source.objects.update(config={"region": "Poland", "columns": {"mail": "emial"}})
    assert source_named("crm").config.country == "Poland"


def test_a_column_that_is_no_longer_declared_is_recognised_anew(tmp_path: Path) -> None:
    a_source(columns={"email": "ignore"})
    load(tmp_path / "a.csv", [ANNA])
    assert source_named("crm").learned["records"]["columns"]["email"] == "ignore"
    change_source("crm", {}, by=actor())
    load(tmp_path / "a.csv", [ANNA, OTTO])
    assert values("2")["emails"] == ["ottokar@example.net"]


def test_the_record_id_of_a_source_with_records_stays(tmp_path: Path) -> None:
    a_source()
    load(tmp_path / "a.csv", [ANNA])
    with pytest.raises(WrongCall, match="known by id"):
        change_source("crm", {"record_id": "email"}, by=actor())
    change_source("crm", {"record_id": "id"}, by=actor())
    a_source("empty", record_id="a")
    change_source("empty", {"record_id": "b"}, by=actor())


def test_only_who_may_load_changes_a_source() -> None:
    a_source()
    add_user("ada@example.org", "steward", by=actor())
    with pytest.raises(Refused):
        change_source("crm", {"unique": True}, by=actor("ada@example.org"))
    with pytest.raises(WrongCall, match="no setting 'colour'"):
        change_source("crm", {"colour": "blue"}, by=actor())


def test_a_schedule_comes_and_goes_with_what_is_declared() -> None:
    files = {"files": {"folder": "/nowhere"}}
    a_source(**files, schedule="every 15m")
    assert list(Schedule.objects.values_list("kind", "rule", "payload")) == [
        ("source.fetch", "every 15m", {"source": "crm"})
    ]
    change_source("crm", {**files, "schedule": "0 3 * * *"}, by=actor())
    assert list(Schedule.objects.values_list("rule", flat=True)) == ["0 3 * * *"]
    change_source("crm", files, by=actor())
    assert Schedule.objects.count() == 0


@pytest.mark.parametrize(
    "rule",
    ["every 15m", "Every 2 h", "every 0m", "every 1w", "0 3 * * *", "0 3 * *", "x", "61 * * * *"],
)
def test_what_is_a_schedule_here_is_one_to_the_worker(rule: str) -> None:
    from tellonce.hub.jobs.services import parse_rule

    try:
        parse_rule(rule)
    except WrongCall:
        assert schedule_trouble(rule)
    else:
        assert schedule_trouble(rule) is None


def test_the_kind_of_a_connector_needs_its_section() -> None:
    with pytest.raises(WrongCall, match="says in a section 'sql'"):
        add_source("crm", "sql", {"record_id": "id"}, by=actor())
    assert said("record_id: id") == []


def test_records_are_read_anew_after_a_change(tmp_path: Path) -> None:
    source = a_source(columns={"email": "ignore"}, record_id="id")
    load(tmp_path / "a.csv", [ANNA, OTTO | {"email": ""}])
    assert values("1")["emails"] == []
    change_source("crm", {"record_id": "id"}, by=actor())
    counts = restandardise_records("crm", by=actor()).delivery.counts
    assert (counts.changed, counts.repeated) == (1, 1)
    assert values("1")["emails"] == ["annamaria@example.org"]
    placed = place_waiting(by=actor())
    assert placed is not None
    assert placed.changed == 1
    assert restandardise_records("crm", by=actor()).delivery.counts.changed == 0
    again = load(tmp_path / "a.csv", [ANNA, OTTO | {"email": ""}]).report.delivery.counts
    assert (again.repeated, again.changed) == (2, 0)
    assert [run.state for run in runs_of(source.id)] == ["done"] * 4


def test_records_known_by_their_row_number_stay_what_they_are(tmp_path: Path) -> None:
    a_source()
    rows = [{k: v for k, v in row.items() if k != "id"} for row in (ANNA, OTTO)]
    load(tmp_path / "a.csv", rows)
    change_source("crm", {"columns": {"phone": "ignore"}}, by=actor())
    assert restandardise_records("crm", by=actor()).delivery.counts.changed == 2
    assert (values("0")["emails"], values("0")["phones"]) == (["annamaria@example.org"], [])


def test_a_source_without_records_has_nothing_to_read_anew() -> None:
    a_source()
    with pytest.raises(WrongCall, match="holds no records"):
        restandardise_records("crm", by=actor())
