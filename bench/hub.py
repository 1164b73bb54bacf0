"""A hub of a company: the first load, and what is asked of it afterwards, on both databases.

    python -m bench.hub [--rows N,N,...] [--database sqlite|postgresql|both] [--minutes M]
                        [--resume]

For each number of rows: `tellonce load` into an empty hub; then the hub is served as `deploy/` has
it, a web server and a worker, and asked: while the consumers of the feed still work off the load;
and with nothing left to work off, one record at a time and placed (`?wait=true`), batches of 100
from four clients until all are placed, customers by id, searches, 100 clients at once, and, for
`--minutes` at the largest number of rows, all of it mixed; in the smallest hub, snapshots while
100,000 rows are loaded. Beside it what the bare database takes for the same rows: writing all that
the load wrote, and reading a golden record by id. PostgreSQL is the one of
`TELLONCE_TEST_DATABASE_URL`; the bench makes and drops a database of its own. After each hub the
page is written with what is known by then; `--resume` takes over the hubs that an interrupted run
of the same commit has measured. Ends with 1 where a duty is missed.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pyarrow as pa
import pyarrow.csv as csv

from bench import bare
from bench.hub_page import Found, missed, page
from bench.measure import CommandFailed, measure
from bench.report import OUT, commit, publish
from bench.served import Served
from tellonce.engine.synth.records import rows

FOLDER = OUT / "hub"
TELLONCE = [sys.executable, "-m", "tellonce"]
INSIDE = [sys.executable, "-m", "bench.hub_inside"]
POSTGRESQL = "bench_hub"
SINGLES, BATCHES, BATCH, READS, SEARCHES, EARLY = 300, 100, 100, 400, 200, 50
MORE = 100_000
WATCHED = 20.0  # seconds
MOST_CATCHING_UP = 1_800  # seconds
_CATCHING_UP = (
    "SELECT count(*) FROM jobs WHERE kind = 'upkeep.catch-up' AND state IN ('waiting', 'running')"
)
_POSITION = "SELECT coalesce(min(position), 0) FROM cursors"
_CAUGHT_UP = "UPDATE cursors SET position = (SELECT number FROM sequences WHERE name = 'events')"


def made_rows(count: int, seed: int) -> pa.Table:
    """Generated rows as one source delivers them."""
    made = rows(count, seed=seed).drop_columns(["person", "source", "record_id"])
    ids = pa.array([f"{seed}-{number}" for number in range(made.num_rows)])
    return made.add_column(0, "record_id", ids)


def environment(database: str, home: Path) -> dict[str, str]:
    """What the commands of this hub are told."""
    url = os.environ.get("TELLONCE_TEST_DATABASE_URL", "")
    address = f"{url.rpartition('/')[0]}/{POSTGRESQL}" if database == "postgresql" else ""
    return {
        "TELLONCE_HOME": str(home),
        "TELLONCE_DATABASE_URL": address,
        "TELLONCE_USER": "",
        "TELLONCE_REQUEST_LIMIT": "100000000",
        "TELLONCE_SEARCH_LIMIT": "100000000",
    }


@contextmanager
def empty_database(database: str) -> Iterator[None]:
    """A PostgreSQL database of the bench's own; nothing to do for SQLite."""
    if database == "sqlite":
        yield
        return
    with psycopg.connect(os.environ["TELLONCE_TEST_DATABASE_URL"], autocommit=True) as server:
        server.execute(f"DROP DATABASE IF EXISTS {POSTGRESQL}")
        server.execute(f"CREATE DATABASE {POSTGRESQL}")
        try:
            yield
        finally:
            server.execute(f"DROP DATABASE IF EXISTS {POSTGRESQL} WITH (FORCE)")


def measured(database: str, count: int, minutes: float, snapshots: bool) -> Found:
    """Everything about one hub."""
    home = FOLDER / f"{database}-{count}"
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    env = environment(database, home / "home")
    file = home / "rows.csv"
    csv.write_csv(made_rows(count, seed=1), file)
    measure([*TELLONCE, "init"], env=env)
    measure([*TELLONCE, "source", "add", "crm", "--kind", "push"], env=env)
    load = measure([*TELLONCE, "load", "crm", str(file)], env=env)
    found = Found(database, count)
    found.keep("first load, s", round(load.seconds, 1))
    found.keep("its CPU, s", round(load.cpu, 1))
    found.keep("its peak, MB", round(load.peak_mb))
    found.tried("bare: the same rows written, s", lambda: round(bare.written_again(env, home), 1))
    inside = json.loads(measure([*INSIDE, str(READS)], env=env).stdout)
    for name, figures in inside.items():
        found.keep(name, dict(zip(("p50", "p95", "p99"), figures, strict=True)))
    with Served(env) as served:
        ask(served, found, minutes)
        if snapshots:
            found.tried(f"snapshots while {MORE:,} rows load", lambda: while_loading(served, home))
    shutil.rmtree(home, ignore_errors=True)
    return found


def ask(served: Served, found: Found, minutes: float) -> None:
    """Ask the served hub, and keep what the clients saw."""
    new = made_rows(SINGLES + BATCHES * BATCH + EARLY, seed=2).to_pylist()
    held = made_rows(found.count, seed=1).slice(0, 2_000).to_pylist()
    served.warm_up(made_rows(20, seed=3).to_pylist())
    customers = [one["customer"] for one in served.customers_of(held, READS)]
    early, singles, batches = new[:EARLY], new[EARLY : EARLY + SINGLES], new[EARLY + SINGLES :]
    found.tried("by id, consumers at work", lambda: served.reads(customers[:EARLY]))
    found.tried("one record, consumers at work", lambda: served.singles(early))
    found.tried("events consumed a second", lambda: consumed(served.env))
    bare.asked(served.env, _CAUGHT_UP)
    found.tried("upkeep of the load, further s", lambda: caught_up(served.env))
    time.sleep(5)
    found.tried("one record", lambda: served.singles(singles))
    found.tried("records a second", lambda: served.batches(batches, BATCH))
    found.tried("by id", lambda: served.reads(customers))
    for kind in ("name", "email", "phone", "beginning"):
        found.tried(f"search {kind}", lambda k=kind: served.searches(held, k, SEARCHES))
    found.tried("100 clients", lambda: served.crowd(customers, held, 100))
    if minutes:
        rows = made_rows(20_000, seed=4).to_pylist()
        name = f"{minutes:g} minutes, 8 clients"
        found.tried(name, lambda: served.mixed(customers, rows, minutes))


def consumed(env: dict[str, str]) -> float:
    """Events a second by the slowest consumer of the feed, over a while; 0 where none waits."""
    (before,) = bare.asked(env, _POSITION)[0]
    time.sleep(WATCHED)
    (after,) = bare.asked(env, _POSITION)[0]
    return round((after - before) / WATCHED, 1)


def caught_up(env: dict[str, str]) -> float:
    """Seconds until the job that works out the customers of a load is done."""
    begun = time.monotonic()
    while bare.asked(env, _CATCHING_UP)[0][0] and time.monotonic() - begun < MOST_CATCHING_UP:
        time.sleep(1)
    return round(time.monotonic() - begun, 1)


def while_loading(served: Served, home: Path) -> Any:
    """Snapshots over HTTP while a file is loaded beside."""
    held = made_rows(2_000, seed=1).to_pylist()
    customers = [one["customer"] for one in served.customers_of(held, 100)]
    file = home / "more.csv"
    csv.write_csv(made_rows(MORE, seed=9), file)
    served.snapshots(customers, iter([True] * 20 + [False]).__next__)
    command = [*TELLONCE, "load", "crm", str(file)]
    loading = subprocess.Popen(
        command, env={**os.environ, **served.env}, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    try:
        return served.snapshots(customers, lambda: loading.poll() is None)
    finally:
        _, said = loading.communicate(timeout=3_600)
        if loading.returncode:
            raise CommandFailed(said.decode()[-500:])


def main() -> int:
    """Measure, publish, and say what was missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", default="10000,100000,1000000")
    parser.add_argument("--database", choices=["sqlite", "postgresql", "both"], default="sqlite")
    parser.add_argument("--minutes", type=float, default=0.0)
    parser.add_argument("--resume", action="store_true")
    asked = parser.parse_args()
    random.seed(1)
    databases = ["sqlite", "postgresql"] if asked.database == "both" else [asked.database]
    counts = sorted(map(int, asked.rows.split(",")))
    found: list[Found] = []
    for database in databases:
        for count in counts:
            one = taken_over(database, count) if asked.resume else None
            if one is None:
                minutes = asked.minutes if count == counts[-1] else 0.0
                with empty_database(database):
                    one = attempted(database, count, minutes, snapshots=count == counts[0])
            found.append(one)
            path = publish("hub", "The hub: loads, arrivals, reads and searches", *page(found))
    print(path)
    print("\n".join(missed(found)))
    return 1 if missed(found) else 0


def attempted(database: str, count: int, minutes: float, *, snapshots: bool) -> Found:
    """`measured`, written down; a hub that cannot be measured is a missed duty, not the end."""
    try:
        one = measured(database, count, minutes, snapshots)
    except (CommandFailed, SystemExit, OSError, psycopg.Error) as error:
        one = Found(database, count)
        one.keep("not measured", f"{type(error).__name__}: {str(error).strip()[-300:]}")
    one.write_down()
    return one


def taken_over(database: str, count: int) -> Found | None:
    """What an interrupted run of this commit has measured of a hub."""
    held = Found(database, count).file
    said = json.loads(held.read_text()) if held.exists() else {}
    if said.get("commit") != commit():
        return None
    return Found(database, count, said["figures"])


if __name__ == "__main__":
    sys.exit(main())
