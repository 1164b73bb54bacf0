"""100,000 made-up rows: `tellonce resolve`, `tellonce load`, and Splink 5 on the same files.

    python -m bench.speed [--rows N] [--rounds N]

Each command runs in a process of its own, in turns; the figures are medians of the rounds. Ends
with 1 where a budget is missed (they are for the rows and rounds it is called with by default).
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pyarrow import csv

from bench.matchers import PEER_PYTHON, TELLONCE, evaluated
from bench.measure import Measured, measure
from bench.report import OUT, ROOT, publish, table
from tellonce.engine.synth.records import rows

FOLDER = OUT / "speed"
ROWS = 100_000
ROUNDS = 3
MAX_RESOLVE_SECONDS, MAX_RESOLVE_MB, MAX_LOAD_SECONDS = 30, 1000, 120
HEAD = ("what", "seconds", "rounds", "peak MB", "F1", "B³ F1")
HOW = (
    "Made by `python -m bench.speed`: rows of `tellonce.engine.synth` in three CSV files, each in "
    "its source's layout. Wall seconds of the whole command, files in to files out, medians; the "
    "compiled cache is warm. Splink has rules written by hand (`bench/splink_rules.py`)."
)


def write_sources(count: int) -> list[str]:
    """Write the generated rows, a CSV file a source, and their truth; NAME=FILE of each source."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    made = rows(count, seed=1)
    truth = made.select(["source", "record_id", "person"])
    pq.write_table(truth, FOLDER / "truth.parquet")
    shown = made.drop_columns(["person"])
    names = sorted(pc.unique(made["source"]).to_pylist())
    return [write_source(shown.filter(pc.equal(shown["source"], name)), name) for name in names]


def write_source(of: pa.Table, name: str) -> str:
    """Write the rows of one source without the name of the source in them."""
    path = FOLDER / f"{name}.csv"
    csv.write_csv(of.drop_columns(["source"]), path)
    return f"{name}={path}"


def resolve(files: list[str]) -> Measured:
    """Files in, customers out, by Tellonce."""
    return measure([*TELLONCE, "resolve", *files, "--out", str(FOLDER / "tellonce.parquet")])


def splink(files: list[str]) -> Measured:
    """The same by Splink."""
    peers = [str(PEER_PYTHON), str(ROOT / "bench" / "peers.py")]
    return measure([*peers, "splink", str(FOLDER / "splink.parquet"), *files])


def load(files: list[str]) -> Measured:
    """The same rows into a fresh hub: seconds are the sum over its loads, `init` left out."""
    home = FOLDER / "hub"
    shutil.rmtree(home, ignore_errors=True)
    env = {"TELLONCE_HOME": str(home), "TELLONCE_DATABASE_URL": "", "TELLONCE_USER": ""}
    measure([*TELLONCE, "init"], env=env)
    done = []
    for named in files:
        name, path = named.split("=", 1)
        measure([*TELLONCE, "source", "add", name, "--kind", "csv"], env=env)
        done.append(measure([*TELLONCE, "load", name, path, "--as", "records"], env=env))
    return Measured(sum(d.seconds for d in done), max(d.peak_mb for d in done), "")


def row(what: str, rounds: list[Measured], out: Path | None) -> list[str]:
    """The cells of `HEAD`: medians, and how good the result is where there is one."""
    seconds = statistics.median(r.seconds for r in rounds)
    peak = statistics.median(r.peak_mb for r in rounds)
    quality = ["", ""]
    if out is not None:
        pairwise, bcubed = evaluated(out, FOLDER / "truth.parquet", "record_id", "person")
        quality = [f"{pairwise[2]:.4f}", f"{bcubed[2]:.4f}"]
    each = " ".join(f"{r.seconds:.1f}" for r in rounds)
    return [what, f"{seconds:.1f}", each, f"{peak:,.0f}", *quality]


def missed_budgets(cells: dict[str, list[str]]) -> list[str]:
    """A sentence for each budget that was missed."""
    seconds, peak = float(cells["resolve"][1]), float(cells["resolve"][3].replace(",", ""))
    found = [
        (seconds > MAX_RESOLVE_SECONDS, f"resolve took over {MAX_RESOLVE_SECONDS} s."),
        (peak > MAX_RESOLVE_MB, f"resolve took over {MAX_RESOLVE_MB} MB."),
        (float(cells["load"][1]) > MAX_LOAD_SECONDS, f"load took over {MAX_LOAD_SECONDS} s."),
    ]
    return [sentence for missed, sentence in found if missed]


def main(given: list[str] | None = None) -> int:
    """Measure, print, write docs/results/speed.md."""
    parser = argparse.ArgumentParser(prog="python -m bench.speed", description=__doc__)
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    asked = parser.parse_args(given)
    files = write_sources(asked.rows)
    resolve(files)  # compiles and caches the kernels
    matchers = {"resolve": resolve, "splink": splink, "load": load}
    rounds: dict[str, list[Measured]] = {name: [] for name in matchers}
    for _ in range(asked.rounds):
        for name, matcher in matchers.items():
            rounds[name].append(matcher(files))
            print(f"{name:8} {rounds[name][-1].seconds:7.1f} s", flush=True)
    cells = {
        "resolve": row("tellonce resolve", rounds["resolve"], FOLDER / "tellonce.parquet"),
        "splink": row("Splink 5", rounds["splink"], FOLDER / "splink.parquet"),
        "load": row("tellonce load, fresh hub on SQLite", rounds["load"], None),
    }
    wall = float(cells["resolve"][1]) / float(cells["splink"][1])
    peak = rounds["resolve"][-1].peak_mb / rounds["splink"][-1].peak_mb
    ratio = f"Tellonce to Splink: {wall:.2f} of its wall time, {peak:.2f} of its memory."
    missed = missed_budgets(cells)
    parts = [f"{asked.rows:,} rows.", table(HEAD, list(cells.values())), ratio, *missed]
    print("\n" + "\n\n".join(parts))
    if (asked.rows, asked.rounds) == (ROWS, ROUNDS):
        publish("speed", "Speed on generated rows", HOW, *parts)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
