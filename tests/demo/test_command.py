"""`tellonce demo`, from nothing to a snapshot, as a newcomer runs it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import tellonce
from tellonce.cli import demo as command
from tellonce.demo import RecordName, write
from tellonce.hub.core.errors import WrongCall

PEOPLE = "450"


def run(home: Path, *args: str) -> subprocess.CompletedProcess[str]:
    """The command line, in a process and a home of its own."""
    source = Path(tellonce.__file__).parents[1]
    env = {name: text for name, text in os.environ.items() if not name.startswith("TELLONCE_")}
    env |= {"TELLONCE_HOME": str(home), "PYTHONPATH": str(source), "COLUMNS": "100"}
    env.pop("DJANGO_SETTINGS_MODULE", None)
    return subprocess.run(
        [sys.executable, "-m", "tellonce", *args], env=env, capture_output=True, text=True
    )


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo") / "home"


@pytest.fixture(scope="module")
def told(home: Path) -> str:
    ran = run(home, "demo", "--people", PEOPLE)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def test_it_says_what_it_loaded_and_how_much_of_it_is_right(told: str) -> None:
    assert "Lindmoor & Wilk knows 450 people" in told
    for system in ("CRM", "Web shop", "Service desk", "Newsletter", "Loyalty programme"):
        assert system in told
    precision, recall = re.search(r"by pairs of records\s+([\d.]+)%\s+([\d.]+)%", told).groups()
    assert float(precision) > 90
    assert float(recall) > 70


def test_it_shows_the_event_and_the_snapshot_of_one_customer(told: str) -> None:
    event = json.loads(told[told.index("\n{") : told.index("\n}") + 2])
    assert event["type"] == "tellonce.snapshot.available.v1"
    assert event["data"]["code"] == "P1624"
    assert event["data"]["message"] == "Customer Snapshot Requested - Data Available"
    assert event["data"]["purpose"] == "service"
    assert len(event["data"]["sha256"]) == 64


def test_it_says_what_changed_in_the_life_of_the_customer_shown(told: str) -> None:
    assert re.search(r"this person .*(moved|married) on \d\d \w+ 20\d\d", told)


def test_it_explains_a_link_and_says_what_to_try(told: str) -> None:
    assert "Linked, though they differ:" in told
    assert "match probability" in told
    assert "tellonce snapshot --record" in told


def test_the_hub_it_leaves_answers_the_commands_it_names(told: str, home: Path) -> None:
    record = re.search(r"tellonce snapshot --record (\S+)", told).group(1)
    taken = run(home, "snapshot", "--record", record, "--purpose", "service", "--format", "json")
    assert taken.returncode == 0, taken.stderr
    assert json.loads(taken.stdout)["event"]["data"]["code"] == "P1624"
    counted = json.loads(run(home, "status", "--json").stdout)
    assert counted["sources"] == 5
    assert counted["snapshots"] == 2
    assert counted["orphans"] > 0
    assert "the next demo replaces it" in run(home, "init").stdout


def test_a_demo_replaces_an_earlier_demo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TELLONCE_DATABASE_URL", raising=False)
    command.prepare(tmp_path)
    (tmp_path / "hub.sqlite3").write_text("made by the demo")
    command.prepare(tmp_path)
    assert not (tmp_path / "hub.sqlite3").exists()


def test_a_demo_refuses_to_replace_any_other_hub(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TELLONCE_DATABASE_URL", raising=False)
    (tmp_path / "hub.sqlite3").write_text("somebody's customers")
    with pytest.raises(WrongCall, match="not a demo") as refused:
        command.prepare(tmp_path)
    assert "TELLONCE_HOME" in refused.value.hint
    assert (tmp_path / "hub.sqlite3").read_text() == "somebody's customers"


def test_the_customer_shown_is_one_whose_records_all_came_together(tmp_path: Path) -> None:
    manifest = write(tmp_path, seed=3, people=800)
    truth = command.company.truth_of(manifest)
    first, second = manifest.stars[:2]
    scattered: dict[RecordName, int] = {
        name: number if person == truth[first] else 1_000_000 + person
        for number, (name, person) in enumerate(truth.items())
    }
    assert command.star(manifest, scattered) == second
