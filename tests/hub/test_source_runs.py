"""The history of a source: each load is a run, with counts, duration and why it failed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from tellonce.cli.source_runs import run_line
from tellonce.hub.accounts.selectors import actor
from tellonce.hub.activity.services import load_activity
from tellonce.hub.consents.services import load_consents
from tellonce.hub.core import clock
from tellonce.hub.core.errors import WrongCall
from tellonce.hub.intake.pushing import accept_records
from tellonce.hub.sources.models import Record, SourceRun
from tellonce.hub.sources.run_views import last_runs, runs_of
from tellonce.hub.sources.runs import Started, keep_cursor, last_cursor, recorded_run
from tellonce.hub.sources.selectors import source_named
from tests.hub.delivering import ANNA, OTTO, WILMA, a_source, load, write_csv

pytestmark = pytest.mark.django_db


def test_each_load_of_any_kind_is_a_run(tmp_path: Path) -> None:
    source = a_source()
    load(tmp_path / "a.csv", [ANNA, OTTO | {"id": ""}])
    orders = write_csv(tmp_path / "o.csv", [{"customer_id": "1", "order_id": "7", "amount": "5"}])
    load_activity("crm", orders, "transactions", by=actor())
    said = {"customer_id": "1", "purpose": "marketing", "consent": "yes", "date": "2026-01-01"}
    load_consents("crm", write_csv(tmp_path / "c.csv", [said]), by=actor())
    runs = runs_of(source.id)
    assert last_runs() == {"crm": runs[0]}
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


def test_what_is_pushed_within_an_hour_is_one_run() -> None:
    source = a_source("shop", push={}, record_id="id")
    start = clock.now()
    for minutes, row in ((0, ANNA), (30, OTTO), (59, ANNA), (70, WILMA)):
        with clock.stopped_at(start + timedelta(minutes=minutes)):
            accept_records("shop", [row], by=actor())
    second, first = runs_of(source.id)
    assert (first.trigger, first.counts.added, first.counts.repeated) == ("push", 2, 1)
    assert (second.counts.added, first.seconds) == (1, 59 * 60)


def test_what_was_pushed_says_until_when_and_claims_no_work_in_between() -> None:
    source = a_source("shop", push={}, record_id="id")
    start = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
    for minutes in (0, 22):
        with clock.stopped_at(start + timedelta(minutes=minutes)):
            accept_records("shop", [ANNA], by=actor())
    (run,) = runs_of(source.id)
    said = run_line(run)
    assert "2026-03-02 09:30:00 as records, by push: done, last at 09:52:00; 2 rows:" in said
    with clock.stopped_at(start + timedelta(hours=2)):
        accept_records("shop", [OTTO], by=actor())
    assert "by push: done; 1 row:" in run_line(runs_of(source.id)[0])


def test_the_last_run_of_a_source_is_the_one_that_did_something_last(tmp_path: Path) -> None:
    a_source("shop", push={}, record_id="id")
    start = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
    accept = partial(accept_records, "shop", by=actor())
    with clock.stopped_at(start):
        accept([ANNA])
    with clock.stopped_at(start + timedelta(minutes=10)):
        load(tmp_path / "a.csv", [OTTO], "shop")
    assert last_runs()["shop"].trigger == "command"
    with clock.stopped_at(start + timedelta(minutes=20)):
        accept([WILMA])
    last = last_runs()["shop"]
    assert (last.trigger, last.last_at) == ("push", start + timedelta(minutes=20))


def test_a_row_that_is_pushed_may_leave_out_what_it_does_not_know() -> None:
    a_source("shop", push={}, record_id="id", deleted="gone", source_version="version")
    accept_records("shop", [ANNA | {"version": 1}], by=actor())
    accept_records("shop", [{"id": "2", "email": "ottokar@example.net"}], by=actor())
    done = accept_records("shop", [{"id": "1", "gone": True, "version": 2}], by=actor())
    assert done.counts.changed == 1
    states = Record.objects.order_by("record_key").values_list("record_key", "state")
    assert list(states) == [("1", "deleted"), ("2", "active")]
