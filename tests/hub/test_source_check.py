"""`tellonce source check`: a dry run that shows what would become of rows, and writes nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.apps import apps

from tellonce.hub.intake.previewing import preview_records
from tellonce.hub.sources.incoming import file_incoming
from tellonce.hub.sources.selectors import source_named
from tests.hub.delivering import ANNA, OTTO, WILMA, a_source, load, write_csv
from tests.hub.test_hub_commands import Run, sentences


def rows_held() -> dict[str, int]:
    """Table -> rows."""
    return {
        model._meta.db_table: model.objects.count()
        for model in apps.get_models()
        if model.__module__.startswith("tellonce.hub.")
    }


@pytest.mark.django_db
def test_a_preview_is_what_a_load_would_do_and_writes_nothing(tmp_path: Path) -> None:
    source = a_source(source_version="version")
    file = write_csv(
        tmp_path / "crm.csv", [ANNA | {"version": "1"}, OTTO | {"version": "?"}, WILMA]
    )
    before = rows_held()
    found = preview_records(source, file_incoming(file), 10)
    assert rows_held() == before
    assert found.problems == ()
    assert [row.record_id for row in found.rows] == ["1", "3"]
    assert found.rows[0].values["emails"] == ("annamaria@example.org",)
    assert {column.header: column.attribute for column in found.columns}["dob"] == "birth_date"
    assert all(column.why for column in found.columns)
    assert [row.row for row in found.refused] == [1]
    done = load(file, [ANNA | {"version": "1"}, OTTO | {"version": "?"}, WILMA]).report.delivery
    assert (done.counts.added, done.counts.quarantined) == (len(found.rows), len(found.refused))
    again = preview_records(source_named("crm"), file_incoming(file), 10)
    whys = {column.header: column.why for column in again.columns}
    assert whys.pop("version") == "it says which version is newer"
    assert set(whys.values()) == {"settled by its first delivery"}


@pytest.mark.django_db
def test_every_declared_column_that_the_file_lacks_is_named(tmp_path: Path) -> None:
    source = a_source(record_id="no", deleted="gone", columns={"Prefix": "title"})
    found = preview_records(source, file_incoming(write_csv(tmp_path / "a.csv", [ANNA])), 10)
    assert [problem.path for problem in found.problems] == [
        ("record_id",),
        ("deleted",),
        ("columns", "Prefix"),
    ]
    assert "first name" in found.problems[0].hint


def test_the_command_shows_rows_and_reasons_and_finds_problems_by_line(
    run: Run, tmp_path: Path
) -> None:
    config, file = tmp_path / "crm.yaml", write_csv(tmp_path / "a.csv", [ANNA, OTTO | {"id": ""}])
    config.write_text("record_id: id\nunique: perhaps\ncolour: blue\n")
    wrong = run("source", "check", "crm", "--config", str(config), "--file", str(file))
    assert wrong.returncode == 1
    assert "crm.yaml, line 2: " in wrong.stdout
    assert "crm.yaml, line 3: A source has no setting 'colour'." in wrong.stdout
    config.write_text("record_id: id\n\ndeleted: gone\n")
    lacking = run("source", "check", "crm", "--config", str(config), "--file", str(file))
    assert "crm.yaml, line 3: a.csv has no column 'gone'" in lacking.stdout
    config.write_text("record_id: id\n")
    checked = run("source", "check", "crm", "--config", str(config), "--file", str(file))
    assert checked.returncode == 1
    assert "emails: annamaria@example.org" in checked.stdout
    assert "row 1: no value in id, the record id" in checked.stdout
    assert "Nothing was written" in checked.stdout
    told = json.loads(
        run(
            "source",
            "check",
            "crm",
            "--config",
            str(config),
            "--file",
            str(file),
            "--json",
            "--rows",
            "1",
        ).stdout
    )
    assert told["problems"] == []
    assert [row["record_id"] for row in told["preview"]["rows"]] == ["1"]
    assert "no source 'crm'" in sentences(run("source", "check", "crm"), 2)


def test_the_schema_and_the_examples_are_printed(run: Run) -> None:
    assert json.loads(run("source", "schema").stdout)["title"] == "A source of Tellonce"
    assert "url_env" in run("source", "schema", "--example", "sql").stdout
    assert "no example of 'fax'" in sentences(run("source", "schema", "--example", "fax"), 2)
