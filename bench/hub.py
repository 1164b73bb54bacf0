"""A hub of a company: the first load, and what is asked of it afterwards, on both databases.

    python -m bench.hub [--rows N,N,...] [--database sqlite|postgresql|both] [--minutes M]

For each number of rows: `tellonce load` into an empty hub; then `tellonce serve` over that hub is
asked, with a worker beside it: one record at a time and placed (`?wait=true`), batches of 100 from
four clients until all are placed, customers by id, searches, 100 clients at once, and, for
`--minutes`, all of it mixed. Beside it what the bare database takes for the same rows: writing all
that the load wrote, and reading a golden record by id. PostgreSQL is the one of
`TELLONCE_TEST_DATABASE_URL`; the bench makes and drops a database of its own. Ends with 1 where a
duty is missed.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import pyarrow as pa
import pyarrow.csv as csv

from bench import bare
from bench.measure import Measured, measure
from bench.report import OUT, publish, table
from bench.served import Served
from tellonce.engine.synth.records import rows

FOLDER = OUT / "hub"
TELLONCE = [sys.executable, "-m", "tellonce"]
INSIDE = [sys.executable, "-m", "bench.hub_inside"]
POSTGRESQL = "bench_hub"
SINGLES, BATCHES, BATCH, READS, SEARCHES = 200, 100, 100, 400, 200
HOW = (
    "Made by `python -m bench.hub`. Rows of `tellonce.engine.synth` in one file of one source, "
    "loaded by the command into an empty hub; figures in milliseconds are p50 / p95 / p99 as the "
    "client saw them, over HTTP with one connection each, worker and server in one process. "
    "`bare` is the same rows written to, or read from, the same database by its driver alone."
)
DUTIES = {  # figure: the most it may be, per database
    "load s a million": (360, 360),
    "one record p95 ms": (20, 30),
    "by id p95 ms": (15, 15),
    "by id inside p95 ms": (5, 5),
    "search p95 ms": (50, 50),
}


@dataclass
class Found:
    """The figures of one hub; `load` is the command's."""

    database: str
    count: int
    load: Measured
    bare_load: float
    figures: dict[str, Any] = field(default_factory=dict)


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


def measured(database: str, count: int, minutes: float) -> Found:
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
    say(database, f"{count:,} rows loaded in {load.seconds:.0f} s, {load.peak_mb:,.0f} MB")
    found = Found(database, count, load, bare.written_again(env, home))
    inside = measure([*INSIDE, str(READS)], env=env)
    found.figures |= json.loads(inside.stdout)
    with Served(env) as served:
        ask(served, found, minutes)
    shutil.rmtree(home, ignore_errors=True)
    return found


def ask(served: Served, found: Found, minutes: float) -> None:
    """Ask the served hub, and keep what the clients saw."""
    new = made_rows(SINGLES + BATCHES * BATCH, seed=2).to_pylist()
    held = made_rows(found.count, seed=1).slice(0, 2_000).to_pylist()
    customers = [one["customer"] for one in served.customers_of(held, READS)]
    figures = found.figures
    served.warm_up(made_rows(20, seed=3).to_pylist())
    figures["one record"] = served.singles(new[:SINGLES])
    figures["records a second"] = served.batches(new[SINGLES:], BATCH)
    figures["by id"] = served.reads(customers)
    for kind in ("name", "email", "phone", "beginning"):
        figures[f"search {kind}"] = served.searches(held, kind, SEARCHES)
    figures["100 clients"] = served.crowd(customers, held, 100)
    if minutes:
        figures["mixed"] = served.mixed(customers, made_rows(20_000, seed=4).to_pylist(), minutes)
    for name, value in figures.items():
        say(found.database, f"{name}: {value}")


def say(database: str, sentence: str) -> None:
    """Progress."""
    print(f"{database:10} {sentence}", flush=True)


def page(all_found: list[Found]) -> list[str]:
    """The parts of docs/results/hub.md."""
    head = ["", *(f"{one.database}, {one.count:,}" for one in all_found)]
    loads = [
        ["first load, s", *(f"{one.load.seconds:.0f}" for one in all_found)],
        ["its CPU, s", *(f"{one.load.cpu:.0f}" for one in all_found)],
        ["its peak, MB", *(f"{one.load.peak_mb:,.0f}" for one in all_found)],
        ["bare: the same rows written, s", *(f"{one.bare_load:.0f}" for one in all_found)],
    ]
    names = dict.fromkeys(name for one in all_found for name in one.figures)
    asked = [[name, *(str(one.figures.get(name, "")) for one in all_found)] for name in names]
    return [HOW, "## First load", table(head, loads), "## Asked over HTTP, ms", table(head, asked)]


def missed(all_found: list[Found]) -> list[str]:
    """A sentence for each duty missed, at the largest hub of each database."""
    sentences = []
    for one in all_found:
        which = 0 if one.database == "sqlite" else 1
        seen = {
            "load s a million": one.load.seconds * 1e6 / one.count,
            "one record p95 ms": one.figures["one record"].p95,
            "by id p95 ms": one.figures["by id"].p95,
            "by id inside p95 ms": one.figures["by id inside"][1],
            "search p95 ms": max(
                v.p95 for name, v in one.figures.items() if name.startswith("search")
            ),
        }
        sentences += [
            f"{one.database}, {one.count:,}: {name} {value:.0f}, at most {DUTIES[name][which]}."
            for name, value in seen.items()
            if value > DUTIES[name][which]
        ]
    return sentences


def main() -> int:
    """Measure, publish, and say what was missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", default="10000,100000,1000000")
    parser.add_argument("--database", choices=["sqlite", "postgresql", "both"], default="sqlite")
    parser.add_argument("--minutes", type=float, default=0.0)
    asked = parser.parse_args()
    random.seed(1)
    databases = ["sqlite", "postgresql"] if asked.database == "both" else [asked.database]
    found = []
    for database in databases:
        for count in map(int, asked.rows.split(",")):
            with empty_database(database):
                found.append(measured(database, count, asked.minutes))
    sentences = missed(found)
    parts = page(found)
    if sentences:
        parts += ["## Missed", "\n".join(f"- {sentence}" for sentence in sentences)]
    print(publish("hub", "The hub: loads, arrivals, reads and searches", *parts))
    print("\n".join(sentences))
    return 1 if sentences else 0


if __name__ == "__main__":
    sys.exit(main())
