"""`tellonce source` as a person calls it: added with its connector, run, scheduled, changed."""

from __future__ import annotations

import json
import os
from pathlib import Path

from tests.hub.delivering import ANNA, OTTO, write_csv
from tests.hub.test_hub_commands import Run, sentences


def test_a_folder_is_added_fetched_and_changed(run: Run, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    os.utime(write_csv(tmp_path / "in" / "a.csv", [ANNA, OTTO]), (1e9, 1e9))
    config = tmp_path / "crm.yaml"
    folder = f"files: {{folder: {tmp_path / 'in'}}}\n"
    config.write_text(f"{folder}schedule: every 15m\n")
    checked = run("source", "check", "crm", "--config", str(config))
    assert (checked.returncode, "Nothing was written" in checked.stdout) == (0, True)
    added = run("source", "add", "crm", "--kind", "files", "--config", str(config))
    assert "fetched by its schedule (every 15m)" in added.stdout
    (fetched,) = json.loads(run("source", "run", "crm", "--json").stdout)
    assert (fetched["state"], fetched["counts"]["added"]) == ("done", 2)
    assert "as records, by command: done" in run("source", "runs", "crm").stdout
    shown = run("source", "show", "crm").stdout
    assert f"fetched by files: folder: {tmp_path / 'in'}" in shown
    config.write_text(f"{folder}unique: true\n")
    changed = run("source", "set", "crm", "--config", str(config), "--dry-run")
    assert "schedule: every 15m -> not declared" in changed.stdout
    assert "unique: not declared -> true" in changed.stdout
    config.write_text(f"{folder}trust: {{email: 0.9, '*': 0.7}}\nschedule: every 15m\n")
    added = run("source", "set", "crm", "--config", str(config))
    assert "trust.email: not declared -> 0.9" in added.stdout
    config.write_text(f"{folder[:-2]}, full: true}}\ntrust: {{email: 0.8, '*': 0.7}}\n")
    changed = run("source", "set", "crm", "--config", str(config), "--dry-run")
    assert "files.full: not declared -> true" in changed.stdout
    assert "trust.email: 0.9 -> 0.8" in changed.stdout
    assert "Nothing was written." in changed.stdout


def test_what_is_wrong_with_a_configuration_is_said_with_its_lines(
    run: Run, tmp_path: Path
) -> None:
    config = tmp_path / "crm.yaml"
    config.write_text("sql:\n  url: postgresql://u:p@db.example/x\n  table: t\n")
    said = sentences(run("source", "add", "crm", "--kind", "sql", "--config", str(config)), 2)
    assert "crm.yaml, line 2: The address of the database holds a password" in said
    config.write_text("colour: blue\ncountry: Poland\n")
    said = sentences(run("source", "add", "crm", "--kind", "crm", "--config", str(config)), 2)
    assert "line 1: A source has no setting 'colour'." in said
    assert "'Poland'. Did you mean PL?" in said
    config.write_text("record_id: id\n")
    said = sentences(run("source", "add", "crm", "--kind", "sql", "--config", str(config)), 2)
    assert "tellonce source schema --example sql" in said
    assert "no source 'crm'" in sentences(run("source", "run", "crm"), 2)


def test_a_source_that_pushes_is_told_where_to(run: Run, tmp_path: Path) -> None:
    added = run("source", "add", "web", "--kind", "push")
    assert "Next: it sends its rows to POST /api/v1/records" in added.stdout, added.stderr
