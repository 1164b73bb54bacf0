"""`tellonce source` and `tellonce load` as a person calls them: what they say, and exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.hub.delivering import ANNA, OTTO, write_csv
from tests.hub.test_hub_commands import Run, sentences


@pytest.fixture(autouse=True)
def crm(run: Run) -> None:
    """A source that holds nothing."""
    run("source", "add", "crm", "--kind", "crm")


def test_a_load_says_what_was_recognised_and_what_became_of_the_rows(
    run: Run, tmp_path: Path
) -> None:
    file = write_csv(tmp_path / "people.csv", [ANNA, OTTO])
    done = run("load", "crm", str(file))
    assert done.returncode == 0, done.stderr
    assert "first name as given_name" in done.stderr
    assert "Each record is known by id." in done.stderr
    assert "2 rows: 2 new, 0 changed, 0 held already." in done.stdout
    assert "2 records are 2 customers" in done.stdout
    again = run("load", "crm", str(file))
    assert "2 rows: 0 new, 0 changed, 2 held already." in again.stdout
    shown = run("source", "show", "crm")
    assert "  email: email" in shown.stdout
    listed = json.loads(run("source", "list", "--json").stdout)
    assert [(one["name"], one["records"]) for one in listed] == [("crm", 2)]


def test_a_load_can_be_read_by_programs(run: Run, tmp_path: Path) -> None:
    file = write_csv(tmp_path / "people.csv", [ANNA, OTTO | {"id": ""}])
    config = tmp_path / "shop.yaml"
    config.write_text("record_id: id\nunique: true\n")
    assert run("source", "add", "shop", "--kind", "shop", "--config", str(config)).returncode == 0
    loaded = json.loads(run("load", "shop", str(file), "--json").stdout)
    assert loaded["delivery"]["counts"]["added"] == 1
    assert loaded["delivery"]["counts"]["quarantined"] == 1
    assert loaded["placed"]["customers"] == 1
    shown = json.loads(run("source", "show", "shop", "--json").stdout)
    assert [row["row"] for row in shown["quarantine"]] == [1]


def test_an_unknown_source_is_told_how_to_add_it(run: Run, tmp_path: Path) -> None:
    file = write_csv(tmp_path / "people.csv", [ANNA])
    assert "tellonce source add shop" in sentences(run("load", "shop", str(file)), 2)


def test_what_cannot_be_loaded_is_said_with_the_exit_code_of_a_wrong_call(
    run: Run, tmp_path: Path
) -> None:
    file = write_csv(tmp_path / "people.csv", [ANNA])
    assert "no file" in sentences(run("load", "crm", str(tmp_path / "none.csv")), 2)
    assert "as 'poems'" in sentences(run("load", "crm", str(file), "--as", "poems"), 2)
    full = run("load", "crm", str(file), "--as", "notes", "--full")
    assert "Only records" in sentences(full, 2)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("empty.csv", b""),
        ("header.csv", b"id,email\n"),
        ("binary.csv", bytes(range(256)) * 40),
        ("twice.csv", b"id,id\n1,2\n"),
    ],
)
def test_a_file_that_is_no_file_of_records_leaves_no_delivery(
    run: Run, tmp_path: Path, name: str, content: bytes
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    done = run("load", "crm", str(path), "--json")
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr
    assert json.loads(run("source", "show", "crm", "--json").stdout)["deliveries"] == []


def test_a_configuration_is_read_before_anything_is_made(run: Run, tmp_path: Path) -> None:
    config = tmp_path / "shop.yaml"
    add = ("source", "add", "shop", "--kind", "shop", "--config", str(config))
    assert "no file" in sentences(run(*add), 2)
    config.write_text("record_id: [")
    assert "not a YAML file" in sentences(run(*add), 2)
    config.write_text("colour: blue")
    assert "no setting 'colour'" in sentences(run(*add), 2)
    assert "already" in sentences(run("source", "add", "crm", "--kind", "crm"), 2)
    assert [one["name"] for one in json.loads(run("source", "list", "--json").stdout)] == ["crm"]


def test_only_who_delivers_or_decides_reads_the_rows_in_quarantine(
    run: Run, tmp_path: Path
) -> None:
    file = write_csv(tmp_path / "people.csv", [ANNA, OTTO])
    file.write_text(file.read_text() + "too,short\n")
    run("load", "crm", str(file))
    run("user", "add", "ada@example.org", "--role", "representative")
    said = sentences(run("source", "show", "crm", "--json", TELLONCE_USER="ada@example.org"), 3)
    assert "quarantine" in said
    assert "too,short" in run("source", "show", "crm", "--json").stdout
    assert "too,short" not in run("source", "show", "crm", TELLONCE_USER="ada@example.org").stdout


def test_what_a_file_says_cannot_steer_the_terminal(run: Run, tmp_path: Path) -> None:
    bad = "\x1b[31m\x9b5m\u202e"
    row = {f"{bad}{name}": value for name, value in ANNA.items()} | {"email": "ada@example.org"}
    file = write_csv(tmp_path / f"people{bad}.csv", [row, row | {"email": "b@example.org"}])
    loaded = run("load", "crm", str(file))
    shown, listed = run("source", "show", "crm"), run("source", "show", "crm", "--json")
    missing = run("load", "crm", str(tmp_path / f"{bad}.csv"))
    assert (loaded.returncode, missing.returncode) == (0, 2), loaded.stderr
    for told in (loaded, shown, listed, missing):
        assert not set(bad[:1] + "\x9b\u202e") & set(told.stdout + told.stderr)
    assert bad in json.loads(listed.stdout)["deliveries"][0]["file"]


def test_a_configuration_nested_without_end_is_no_yaml(run: Run, tmp_path: Path) -> None:
    config = tmp_path / "deep.yaml"
    config.write_text("[" * 20_000)
    said = sentences(run("source", "add", "deep", "--kind", "crm", "--config", str(config)), 2)
    assert "is not a YAML file" in said
