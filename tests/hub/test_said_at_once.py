"""Troubles that are said once, where they are looked for, and with what to do."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from tellonce.cli.main import execute
from tellonce.hub import env
from tellonce.hub.accounts.selectors import actor
from tellonce.hub.core import clock
from tellonce.hub.core.errors import WrongCall
from tellonce.hub.doctor import findings
from tellonce.hub.intake.deleting import approve_deletions
from tellonce.hub.jobs.models import Job
from tellonce.hub.jobs.selectors import job_counts
from tellonce.hub.jobs.services import work_until_idle
from tellonce.hub.sources.config import config_problems
from tellonce.hub.sources.held_counts import held_by_source
from tellonce.hub.status import hub_status
from tests.hub.delivering import ANNA, a_source, load, write_csv

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_schedule_that_fails_each_time_is_one_dead_job_and_none_once_it_is_mended(
    tmp_path: Path,
) -> None:
    a_source(files={"folder": str(tmp_path / "in")}, schedule="every 15m")
    for run in range(1, 4):
        with clock.stopped_at(clock.now() + timedelta(minutes=16 * run)):
            work_until_idle()
        assert Job.objects.filter(kind="source.fetch", state=Job.DEAD).count() == 1
    (tmp_path / "in").mkdir()
    write_csv(tmp_path / "in" / "a.csv", [ANNA])
    with clock.stopped_at(clock.now() + timedelta(minutes=80)):
        work_until_idle()
    assert job_counts()["dead"] == 0


def test_held_deletions_are_found_by_doctor_and_counted_as_they_stand(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    a_source()
    rows = [{**ANNA, "id": str(n), "email": f"a{n}@example.org"} for n in range(20)]
    load(tmp_path / "a.csv", rows)
    held = load(tmp_path / "b.csv", rows[:5], full=True).report.delivery.id
    assert held_by_source() == [("crm", held, 15)]
    load(tmp_path / "c.csv", [*rows[5:18], {**ANNA, "id": ""}], full=True)
    assert held_by_source() == [("crm", held, 2)]
    (found,) = [one for one in findings() if one.name == "deletions"]
    assert (found.ok, f"tellonce source approve {held}" in found.hint) == (False, True)
    assert "2 of crm" in found.sentence
    status = hub_status()
    assert status.counts["held_deletions"] == 2
    assert (
        "held of crm",
        f"2 records; to delete: tellonce source approve {held}",
    ) in status.lines()
    capsys.readouterr()
    assert execute(["alerts", "list", "--look", "--kind", "held-deletions"]) == 1
    said = capsys.readouterr().out
    assert "2 records of crm are held back from deletion" in said
    assert f"tellonce source approve {held}" in said
    approve_deletions(held, by=actor())
    assert hub_status().counts["held_deletions"] == 0
    assert execute(["alerts", "list", "--look", "--kind", "held-deletions"]) == 0


def test_all_that_is_wrong_with_a_configuration_is_said_together() -> None:
    document = {"sql": {"url_env": "X", "table": "t"}, "schedule": "every 15 minutes", "trust": 7}
    document["duplicate_free"] = True
    found = {one.path[0]: one for one in config_problems(document)}
    assert set(found) == {"schedule", "trust", "duplicate_free"}
    assert "unique" in found["duplicate_free"].hint


def test_a_database_of_another_kind_is_a_wrong_setting_that_names_those_there_are() -> None:
    with pytest.raises(WrongCall, match="does not work with") as told:
        env.database("mysql://x", Path(), 5)
    assert "PostgreSQL" in told.value.hint
    assert "SQLite" in told.value.hint
