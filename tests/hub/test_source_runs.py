"""The history of a source: each load is a run, with counts, duration and why it failed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tellonce.hub.accounts.selectors import actor
from tellonce.hub.activity.services import load_activity
from tellonce.hub.consents.services import load_consents
from tellonce.hub.core.errors import WrongCall
from tellonce.hub.sources.models import SourceRun
from tellonce.hub.sources.runs import Started, keep_cursor, last_cursor, recorded_run, runs_of
from tellonce.hub.sources.selectors import source_named
from tests.hub.delivering import ANNA, OTTO, a_source, load, write_csv

pytestmark = pytest.mark.django_db


def test_each_load_of_any_kind_is_a_run(tmp_path: Path) -> None:
    source = a_source()
    load(tmp_path / "a.csv", [ANNA, OTTO | {"id": ""}])
    orders = write_csv(tmp_path / "o.csv", [{"customer_id": "1", "order_id": "7", "amount": "5"}])
    load_activity("crm", orders, "transactions", by=actor())
    said = {"customer_id": "1", "purpose": "marketing", "consent": "yes", "date": "2026-01-01"}
    load_consents("crm", write_csv(tmp_path / "c.csv", [said]), by=actor())
    runs = runs_of(source.id)
    assert [(run.content, run.state, run.counts.rows) for run in runs] == [
        ("consents", "done", 1),
        ("transactions", "done", 1),
        ("records", "done", 2),
    ]
    assert all(run.seconds is not None and run.trigger == "command" for run in runs)


def test_a_load_that_fails_says_why_in_its_run(tmp_path: Path) -> None:
    source = a_source(record_id="Number")
    with pytest.raises(WrongCall):
        load(tmp_path / "a.csv", [ANNA])
    (run,) = runs_of(source.id)
    assert (run.state, run.counts.rows) == ("failed", 0)
    assert "no column 'Number'" in run.trouble


def test_what_no_person_can_read_is_told_by_its_kind_alone() -> None:
    source = a_source()
    with pytest.raises(ValueError), recorded_run(source, "records", actor()):
        raise ValueError("annamaria@example.org is odd")
    assert runs_of(source.id)[0].trouble == "Unexpected ValueError."


def test_a_cursor_goes_on_where_the_last_run_kept_it_however_it_ended() -> None:
    source = a_source()
    assert last_cursor(source.id, "records", "sql") == {}

    def fail_after_a_page() -> None:
        started = Started(connector="sql", cursor={"at": 1})
        with recorded_run(source, "records", actor(), started) as run:
            keep_cursor(run, {"at": 2})
            raise OSError

    with pytest.raises(OSError):
        fail_after_a_page()
    assert last_cursor(source.id, "records", "sql") == {"at": 2}
    assert last_cursor(source.id, "notes", "sql") == {}
    (view,) = runs_of(source.id)
    assert (view.cursor_before, view.cursor_after) == ({"at": 1}, {"at": 2})


def test_a_run_that_was_killed_is_ended_by_the_next() -> None:
    source = a_source()
    killed = SourceRun.objects.create(
        source_id=source.id,
        content="records",
        connector="sql",
        trigger="schedule",
        actor="usr_x",
        counts={},
        started_at=source_named("crm").created_at,
        cursor_after={"at": 5},
    )
    with recorded_run(source, "records", actor(), Started(connector="sql")):
        pass
    killed.refresh_from_db()
    assert (killed.state, killed.trouble) == ("failed", "It was interrupted before its end.")
