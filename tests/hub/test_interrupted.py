"""kill -9 or Ctrl-C in the middle of a load, then the same again: same result, nothing doubled."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.csv as arrow_csv
import pytest

from tellonce.engine.synth.records import rows

ROWS = 2_000
ENVIRONMENT = {n: value for n, value in os.environ.items() if not n.startswith("TELLONCE_")}
State = dict[str, Any]


@dataclass(frozen=True)
class Hub:
    """A hub in a folder, worked by commands in processes of their own."""

    home: Path

    def start(self, *args: str) -> subprocess.Popen[str]:
        """Start a command."""
        return subprocess.Popen(
            [sys.executable, "-m", "tellonce", *args],
            env=ENVIRONMENT | {"TELLONCE_HOME": str(self.home)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *args: str) -> str:
        """Run a command to its end, which must be a good one."""
        process = self.start(*args)
        out, err = process.communicate(timeout=120)
        assert process.returncode == 0, err
        return out

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        """Ask the database."""
        connection = sqlite3.connect(self.home / "hub.sqlite3")
        try:
            return connection.execute(query).fetchall()
        finally:
            connection.close()

    def state(self) -> State:
        """What the hub holds, but for ids and times that are made anew each time."""
        customers: dict[int, set[str]] = {}
        for customer, record in self.ask(
            "SELECT m.customer_id, r.record_key FROM memberships m "
            "JOIN records r ON r.id = m.record_id WHERE m.to_at IS NULL"
        ):
            customers.setdefault(customer, set()).add(record)
        golden = self.ask(
            "SELECT document FROM golden_versions g JOIN customers c ON c.id = g.customer_id "
            "AND c.version = g.number AND c.retired_at IS NULL"
        )
        deliveries = self.ask("SELECT content, state, position, counts FROM deliveries ORDER BY id")
        return {
            "customers": sorted(sorted(records) for records in customers.values()),
            "golden": sorted(document for (document,) in golden),
            "versions": self.ask("SELECT count(*) FROM record_versions"),
            "edges": self.ask("SELECT count(*), round(sum(match_weight), 3) FROM edges"),
            "activities": self.ask("SELECT count(*), count(DISTINCT activity_key) FROM activities"),
            "deliveries": [(*row[:3], json.loads(row[3])) for row in deliveries],
            "told": self.ask(
                "SELECT type, count(*), count(DISTINCT subject) FROM events GROUP BY 1"
            ),
            "integrity": self.ask("PRAGMA integrity_check") + self.ask("PRAGMA foreign_key_check"),
        }


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A file of records and one of activity around them."""
    folder = tmp_path_factory.mktemp("files")
    made = rows(ROWS, seed=5)
    ids = [f"r{n}" for n in range(made.num_rows)]
    table = made.drop_columns(["person", "source", "record_id"])
    table = table.append_column("record_id", [ids])
    arrow_csv.write_csv(table, folder / "records.csv")
    lines = [f"{ids[n % ROWS]},2024-01-{n % 28 + 1:02d},item {n},{n}" for n in range(8_000)]
    (folder / "orders.csv").write_text("\n".join(["customer_id,date,item,amount", *lines]))
    return {"records": folder / "records.csv", "transactions": folder / "orders.csv"}


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Hub:
    """A hub with a source and nothing in it; all others are copies, with the same keys."""
    made = Hub(tmp_path_factory.mktemp("interrupted") / "hub")
    made.run("init")
    made.run("source", "add", "crm", "--kind", "crm")
    return made


@pytest.fixture(scope="module")
def undisturbed(hub: Hub, files: dict[str, Path], tmp_path_factory: Any) -> tuple[State, float]:
    """The state after loads that nobody disturbed, and the seconds the longer one took."""
    calm = Hub(Path(shutil.copytree(hub.home, tmp_path_factory.mktemp("calm") / "hub")))
    begun = time.monotonic()
    calm.run("load", "crm", str(files["records"]))
    took = time.monotonic() - begun
    calm.run("load", "crm", str(files["transactions"]), "--as", "transactions")
    return calm.state(), took


def load_with_interruptions(
    hub: Hub,
    files: dict[str, Path],
    stop: Callable[[subprocess.Popen[str]], None],
    waits: list[float],
) -> int:
    """Load both files, stopping the command after each of `waits` seconds and calling it again;
    returns how often it was really stopped before its end.
    """
    stopped = 0
    for content, path in files.items():
        for wait in waits:
            process = hub.start("load", "crm", str(path), "--as", content)
            try:
                process.communicate(timeout=wait)
            except subprocess.TimeoutExpired:
                stop(process)
                process.communicate(timeout=60)
                stopped += 1
            else:
                assert process.returncode == 0
        hub.run("load", "crm", str(path), "--as", content)
    return stopped


def without_repeats(state: State) -> State:
    """The state without deliveries that only repeated what was held: one of each content stays."""
    first: dict[str, Any] = {}
    for content, *rest in state["deliveries"]:
        first.setdefault(content, rest)
    return state | {"deliveries": first}


@pytest.mark.parametrize("seed", [1])
def test_a_load_that_is_killed_ends_as_if_nothing_had_happened(
    hub: Hub, files: dict[str, Path], undisturbed: tuple[State, float], tmp_path: Path, seed: int
) -> None:
    expected, took = undisturbed
    chance = random.Random(seed)
    disturbed = Hub(Path(shutil.copytree(hub.home, tmp_path / "hub")))
    waits = [chance.uniform(0.3, 1.0) * took for _ in range(2)]
    assert load_with_interruptions(disturbed, files, subprocess.Popen.kill, waits)
    assert without_repeats(disturbed.state()) == without_repeats(expected)


def test_ctrl_c_says_so_and_the_same_command_goes_on(
    hub: Hub, files: dict[str, Path], undisturbed: tuple[State, float], tmp_path: Path
) -> None:
    expected, took = undisturbed
    disturbed = Hub(Path(shutil.copytree(hub.home, tmp_path / "hub")))
    process = disturbed.start("load", "crm", str(files["records"]))
    time.sleep(0.6 * took)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    if process.returncode:
        assert process.returncode == 4, err
        assert "Interrupted" in err
        assert "Traceback" not in err
    for content, path in files.items():
        disturbed.run("load", "crm", str(path), "--as", content)
    assert without_repeats(disturbed.state()) == without_repeats(expected)


@pytest.mark.drill
@pytest.mark.parametrize("seed", range(100, 120))
def test_many_kills_at_random_points(
    hub: Hub, files: dict[str, Path], undisturbed: tuple[State, float], tmp_path: Path, seed: int
) -> None:
    expected, took = undisturbed
    chance = random.Random(seed)
    disturbed = Hub(Path(shutil.copytree(hub.home, tmp_path / "hub")))
    waits = [chance.uniform(0.2, 1.0) * took for _ in range(6)]
    load_with_interruptions(disturbed, files, subprocess.Popen.kill, waits)
    assert without_repeats(disturbed.state()) == without_repeats(expected)
