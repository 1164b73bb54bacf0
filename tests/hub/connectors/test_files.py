"""Files in a folder: each whole one is loaded once, in order, and put away."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tellonce.hub.accounts.selectors import actor
from tellonce.hub.core.errors import WrongCall
from tellonce.hub.sources.models import Delivery, Record, RecordVersion
from tellonce.hub.sources.run_views import runs_of
from tellonce.hub.sources.running import Run, run_source
from tellonce.hub.sources.selectors import source_named
from tellonce.io.errors import NotText
from tests.hub.delivering import ANNA, OTTO, WILMA, Row, a_source, write_csv

pytestmark = pytest.mark.django_db

Put = Callable[..., Path]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder that files appear in."""
    made = tmp_path / "in"
    made.mkdir()
    return made


@pytest.fixture
def put(folder: Path) -> Put:
    """Puts a file into the folder that was last changed some seconds ago."""

    def write(name: str, rows: list[Row], age: float = 60) -> Path:
        path = write_csv(folder / name, rows)
        moment = time.time() - age
        os.utime(path, (moment, moment))
        return path

    return write


def fetched(folder: Path, **more: Any) -> None:
    """A source of this folder."""
    a_source(files={"folder": str(folder), **more}, record_id="id")


def run() -> list[str]:
    """Run the source; gives what was said."""
    said: list[str] = []
    run_source("crm", Run(actor(), tell=said.append))
    return said


def names() -> list[str]:
    """What was delivered, in order."""
    return list(Delivery.objects.order_by("id").values_list("file_name", flat=True))


def test_each_file_is_loaded_once_and_put_away(folder: Path, put: Put, tmp_path: Path) -> None:
    fetched(folder, pattern="*.csv", archive=str(tmp_path / "done"))
    put("b.csv", [OTTO])
    put("a.csv", [ANNA])
    put("notes.txt", [WILMA])
    run()
    assert names() == ["a.csv", "b.csv"]
    assert sorted(path.name for path in (tmp_path / "done").iterdir()) == ["a.csv", "b.csv"]
    assert [path.name for path in folder.iterdir()] == ["notes.txt"]
    run()
    assert names() == ["a.csv", "b.csv"]
    (second, first) = runs_of(source_named("crm").id)
    assert (first.connector, first.counts.added, second.counts.rows) == ("files", 2, 0)


def test_a_file_that_stays_is_loaded_once_and_again_when_it_has_changed(
    folder: Path, put: Put
) -> None:
    fetched(folder)
    put("a.csv", [ANNA])
    run()
    run()
    assert names() == ["a.csv"]
    put("a.csv", [ANNA | {"email": "new@example.org"}], age=30)
    run()
    assert names() == ["a.csv", "a.csv"]
    assert RecordVersion.objects.count() == 2


def test_the_same_content_under_another_name_is_not_loaded_twice(folder: Path, put: Put) -> None:
    fetched(folder)
    put("a.csv", [ANNA])
    run()
    put("copy.csv", [ANNA])
    assert "copy.csv was loaded before." in run()
    assert names() == ["a.csv"]


def test_a_full_file_that_says_again_what_an_earlier_one_said_counts(
    folder: Path, put: Put
) -> None:
    fetched(folder, full=True)
    put("1.csv", [ANNA, OTTO])
    put("2.csv", [ANNA])
    put("3.csv", [ANNA, OTTO])
    run()
    assert names() == ["1.csv", "2.csv", "3.csv"]
    assert set(Record.objects.values_list("record_key", "state")) == {
        ("1", "active"),
        ("2", "active"),
    }


def test_what_is_still_being_written_is_left_for_later(folder: Path, put: Put) -> None:
    fetched(folder)
    put("new.csv", [ANNA], age=1)
    put("upload.csv.part", [ANNA])
    put("half.csv", [OTTO])
    put("half.csv.filepart", [OTTO])
    put(".hidden.csv", [OTTO])
    put("whole.csv", [WILMA])
    said = run()
    assert names() == ["whole.csv"]
    assert any("new.csv is left for later" in sentence for sentence in said)
    (folder / "half.csv.filepart").unlink()
    put("new.csv", [ANNA], age=60)
    run()
    assert names() == ["whole.csv", "half.csv", "new.csv"]


def test_a_file_whose_time_is_yet_to_come_is_not_left_for_ever(folder: Path, put: Put) -> None:
    fetched(folder)
    put("a.csv", [ANNA], age=-86_400)
    run()
    assert names() == ["a.csv"]


def test_the_oldest_comes_first_where_that_is_declared(folder: Path, put: Put) -> None:
    fetched(folder, order="mtime")
    put("a.csv", [ANNA | {"email": "new@example.org"}], age=60)
    put("z.csv", [ANNA], age=600)
    run()
    assert names() == ["z.csv", "a.csv"]


def test_another_file_of_the_same_name_is_kept_beside_the_first(
    folder: Path, put: Put, tmp_path: Path
) -> None:
    fetched(folder, archive=str(folder / "done"), pattern="**/*.csv")
    for row in (ANNA, OTTO):
        put("a.csv", [row])
        run()
    assert sorted(path.name for path in (folder / "done").iterdir()) == ["a-2.csv", "a.csv"]
    assert len(names()) == 2


def test_a_file_that_cannot_be_read_keeps_later_ones_waiting_until_it_is_mended(
    folder: Path, put: Put
) -> None:
    fetched(folder)
    put("a.csv", [ANNA])
    put("b.csv", [OTTO]).write_bytes(bytes(range(256)) * 40)
    os.utime(folder / "b.csv", (1e9, 1e9))
    put("c.csv", [WILMA])
    with pytest.raises(NotText):
        run()
    assert names() == ["a.csv"]
    (last,) = runs_of(source_named("crm").id)
    assert (last.state, last.counts.added) == ("failed", 1)
    assert "b.csv" in last.trouble
    put("b.csv", [OTTO])
    run()
    assert names() == ["a.csv", "b.csv", "c.csv"]


def test_a_file_without_rows_is_nothing_new_but_no_full_file(folder: Path, put: Put) -> None:
    fetched(folder)
    put("a.csv", [ANNA]).write_text("id,email\n")
    os.utime(folder / "a.csv", (1e9, 1e9))
    assert "a.csv holds no row." in run()
    a_source("all", files={"folder": str(folder), "full": True})
    with pytest.raises(Exception, match=r"a\.csv"):
        run_source("all", Run(actor()))


def test_activity_is_fetched_beside_the_records(tmp_path: Path) -> None:
    for name in ("people", "orders"):
        (tmp_path / name).mkdir()
    people = write_csv(tmp_path / "people" / "a.csv", [ANNA, OTTO])
    order = {"customer_id": "1", "order_id": "7", "amount": "5", "date": "2026-01-01"}
    orders = write_csv(tmp_path / "orders" / "o.csv", [order])
    for path in (people, orders):
        os.utime(path, (1e9, 1e9))
    streams = [
        {"folder": str(tmp_path / "people")},
        {"folder": str(tmp_path / "orders"), "as": "transactions"},
    ]
    a_source(files=streams, record_id="id")
    done = run_source("crm", Run(actor()))
    assert [(one.content, one.state, one.counts.added) for one in done] == [
        ("records", "done", 2),
        ("transactions", "done", 1),
    ]


@pytest.mark.parametrize("pattern", ["../*.csv", "/etc/*"])
def test_a_pattern_does_not_lead_out_of_the_folder(folder: Path, pattern: str) -> None:
    fetched(folder, pattern=pattern)
    with pytest.raises(WrongCall, match="leads out of the folder"):
        run()


def test_a_link_that_leads_out_of_the_folder_is_not_followed(
    folder: Path, put: Put, tmp_path: Path
) -> None:
    outside = write_csv(tmp_path / "payroll.csv", [OTTO])
    os.utime(outside, (1, 1))
    (folder / "b.csv").symlink_to(outside)
    (folder / "c.csv").symlink_to(put("a.csv", [ANNA]))
    fetched(folder)
    assert any(line.startswith("b.csv is left") and "out of the folder" in line for line in run())
    assert Record.objects.count() == 1


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    fetched(tmp_path / "none")
    with pytest.raises(WrongCall, match="There is no folder"):
        run()
    assert runs_of(source_named("crm").id)[0].state == "failed"
