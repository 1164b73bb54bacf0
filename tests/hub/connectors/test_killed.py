"""kill -9 in the middle of a fetch, then the same again: same result, nothing lost or doubled."""

from __future__ import annotations

import random
import shutil
import sqlite3
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tellonce.engine.synth.records import rows
from tests.hub.test_interrupted import Hub, State

SAME = ("customers", "golden", "versions", "edges", "told", "integrity")
Make = Callable[[int], Hub]


def crm_of(path: Path, count: int) -> None:
    """A database of made-up people, each with a number that grows."""
    table = rows(count, seed=7).drop_columns(["person", "source", "record_id"])
    named = ", ".join(f'"{name}"' for name in table.column_names)
    marks = ", ".join("?" * (len(table.column_names) + 1))
    with sqlite3.connect(path) as crm:
        crm.execute(f"CREATE TABLE people (number INTEGER PRIMARY KEY, {named})")
        people = (
            (n, *(None if v is None else str(v) for v in row.values()))
            for n, row in enumerate(table.to_pylist())
        )
        crm.executemany(f"INSERT INTO people VALUES ({marks})", people)
    crm.close()


@pytest.fixture(scope="module")
def hub_of(tmp_path_factory: pytest.TempPathFactory) -> Make:
    """Makes a hub with a source of so many people, which was not fetched yet; once for each."""
    made: dict[int, Hub] = {}

    def make(count: int) -> Hub:
        if count not in made:
            folder = tmp_path_factory.mktemp("fetched")
            crm_of(folder / "crm.db", count)
            config = folder / "crm.yaml"
            config.write_text(
                f"sql: {{url: 'sqlite:///{folder / 'crm.db'}', table: people, cursor: number,"
                " overlap: 50, batch: 700}\nrecord_id: number\nsource_version: number\n"
            )
            hub = Hub(folder / "hub")
            hub.run("init")
            hub.run("source", "add", "crm", "--kind", "sql", "--config", str(config))
            made[count] = hub
        return made[count]

    return make


def undisturbed(hub: Hub, folder: Path) -> tuple[State, float]:
    """The state after a fetch that nobody disturbed, and how long it took."""
    calm = Hub(Path(shutil.copytree(hub.home, folder / "calm")))
    begun = time.monotonic()
    calm.run("source", "run", "crm")
    return calm.state(), time.monotonic() - begun


def killed_and_gone_on(hub: Hub, folder: Path, waits: list[float]) -> State:
    """The state after fetches that are killed after each of `waits` seconds, and a last one."""
    disturbed = Hub(Path(shutil.copytree(hub.home, folder / "disturbed")))
    for wait in waits:
        process = disturbed.start("source", "run", "crm")
        try:
            process.communicate(timeout=wait)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate(timeout=60)
    disturbed.run("source", "run", "crm")
    states = {state for (state,) in disturbed.ask("SELECT state FROM source_runs")}
    assert "running" not in states
    return disturbed.state()


def test_a_fetch_that_is_killed_ends_as_if_nothing_had_happened(
    hub_of: Make, tmp_path: Path
) -> None:
    hub = hub_of(2_000)
    expected, took = undisturbed(hub, tmp_path)
    found = killed_and_gone_on(hub, tmp_path, [0.6 * took])
    assert {name: found[name] for name in SAME} == {name: expected[name] for name in SAME}


@pytest.mark.drill
@pytest.mark.parametrize("seed", range(10))
def test_many_kills_at_random_points(hub_of: Make, tmp_path: Path, seed: int) -> None:
    hub = hub_of(6_000)
    expected, took = undisturbed(hub, tmp_path)
    chance = random.Random(seed)
    found = killed_and_gone_on(hub, tmp_path, [chance.uniform(0.2, 1) * took for _ in range(4)])
    assert {name: found[name] for name in SAME} == {name: expected[name] for name in SAME}
