"""A worker fetches a source by its schedule, says what became of it, and tries again."""

from __future__ import annotations

import os
import threading
from datetime import timedelta
from pathlib import Path

import pytest

from tellonce.hub.accounts.selectors import actor
from tellonce.hub.core import clock
from tellonce.hub.core.errors import Failed, WrongCall
from tellonce.hub.jobs.models import Job
from tellonce.hub.jobs.services import work_until_idle
from tellonce.hub.jobs.types import JobContext, ReleaseJob
from tellonce.hub.sources.jobs import fetch
from tellonce.hub.sources.models import Record
from tellonce.hub.sources.run_views import runs_of
from tellonce.hub.sources.running import Run, run_source
from tellonce.hub.sources.selectors import source_named
from tests.hub.delivering import ANNA, OTTO, a_source, write_csv

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with one file that is ready, and a source of it."""
    made = tmp_path / "in"
    made.mkdir()
    os.utime(write_csv(made / "a.csv", [ANNA, OTTO]), (1e9, 1e9))
    a_source(files={"folder": str(made)}, schedule="every 15m")
    return made


def test_a_worker_fetches_when_it_is_time(folder: Path) -> None:
    work_until_idle()
    assert Record.objects.count() == 0
    with clock.stopped_at(clock.now() + timedelta(minutes=16)):
        work_until_idle()
    (run,) = runs_of(source_named("crm").id)
    assert (run.trigger, run.state, run.counts.added) == ("schedule", "done", 2)
    assert Record.objects.filter(state="active").count() == 2


def test_what_is_wrong_with_the_source_is_said_in_its_run_and_its_job(folder: Path) -> None:
    (folder / "a.csv").unlink()
    folder.rmdir()
    with clock.stopped_at(clock.now() + timedelta(minutes=16)):
        work_until_idle()
    assert "There is no folder" in runs_of(source_named("crm").id)[0].trouble
    (job,) = Job.objects.filter(kind="source.fetch")
    assert (job.state, "There is no folder" in job.trouble) == ("dead", True)


def test_a_worker_that_is_to_end_gives_the_job_back_and_the_next_goes_on(folder: Path) -> None:
    stopping = threading.Event()
    stopping.set()
    context = JobContext(
        id=1,
        kind="source.fetch",
        payload={"source": "crm"},
        actor="system",
        attempt=1,
        progress=lambda stage, done, total: None,
        confirm=lambda: None,
        finish=lambda: None,
        stopping=stopping,
    )
    with pytest.raises(ReleaseJob):
        fetch(context)
    (run,) = runs_of(source_named("crm").id)
    assert (run.state, run.trouble) == ("failed", "It was interrupted before its end.")
    stopping.clear()
    fetch(context)
    assert Record.objects.count() == 2


def test_a_stream_that_fails_does_not_keep_the_others_from_running(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    os.utime(write_csv(tmp_path / "in" / "a.csv", [ANNA]), (1e9, 1e9))
    streams = [
        {"folder": str(tmp_path / "none"), "as": "notes"},
        {"folder": str(tmp_path / "in")},
    ]
    a_source(files=streams)
    with pytest.raises(WrongCall, match="There is no folder"):
        run_source("crm", Run(actor()))
    assert [(run.content, run.state) for run in runs_of(source_named("crm").id)] == [
        ("records", "done"),
        ("notes", "failed"),
    ]


def test_what_sends_its_rows_itself_or_names_no_connector_is_not_fetched() -> None:
    a_source("shop", push={})
    a_source("crm")
    for name, says in (("shop", "sends its rows itself"), ("crm", "names no connector")):
        with pytest.raises(WrongCall, match=says):
            run_source(name, Run(actor()))


def test_a_source_is_fetched_by_one_at_a_time(folder: Path) -> None:
    from tellonce.hub.core.errors import Busy
    from tellonce.hub.jobs.services import held_lease

    name = f"fetch:{source_named('crm').id}"
    with held_lease(name, "usr_other"), pytest.raises((Busy, Failed)):
        run_source("crm", Run(actor()))
