"""Speed on made-up rows: Tellonce beside Splink 5 on the same files, in turns.

    python -m bench.speed [--rows N] [--rounds N] [--pairs N] [--no-hub] [--growth]

Measures a million rows from files in to files out, training included; what each phase takes and
how many pairs it scores; scoring alone on heavy blocks (`--pairs`, 0 leaves it out); the start-up
of the command; 100,000 rows resolved and loaded into a fresh hub (`--no-hub` leaves it out).
`--growth` adds 1, 3 and 10 million rows. Each command runs in a process of its own; the figures
are medians of the rounds. Ends with 1 where a budget is missed (they are for the rows it is called
with by default).
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pyarrow import csv

from bench.matchers import PEER_PYTHON, TELLONCE, evaluated
from bench.measure import Measured, measure
from bench.report import OUT, ROOT, publish, table
from tellonce.engine.synth.records import rows

FOLDER = OUT / "speed"
ROWS, ROUNDS, HUB_ROWS = 1_000_000, 3, 100_000
PAIRS, BLOCK = 60_000_000, 601
GROWTH = (1_000_000, 3_000_000, 10_000_000)
MAX_RESOLVE_SECONDS, MAX_RESOLVE_MB, MAX_LOAD_SECONDS = 30, 1000, 120
HEAD = ("what", "seconds", "rounds", "CPU s", "peak MB", "F1", "B³ F1")
F1 = HEAD.index("F1")
HOW = (
    "rows of `tellonce.engine.synth` in three CSV files, each in "
    "its source's layout. Seconds of the whole command, files in to files out, training included, "
    "medians; the compiled cache is warm. Splink has rules written by hand "
    "(`bench/splink_rules.py`)."
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
    """Files in, customers out, by Tellonce; prints its summary as JSON."""
    out = str(FOLDER / "tellonce.parquet")
    return measure([*TELLONCE, "resolve", *files, "--out", out, "--json"])


def splink(files: list[str]) -> Measured:
    """The same by Splink."""
    peers = [PEER_PYTHON, str(ROOT / "bench" / "peers.py")]
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
    cpu = sum(d.cpu for d in done)
    return Measured(sum(d.seconds for d in done), max(d.peak_mb for d in done), "", cpu)


def row(what: str, rounds: list[Measured], out: Path | None) -> list[str]:
    """The cells of `HEAD`: medians, and how good the result is where there is one."""
    seconds, cpu, peak = (
        statistics.median(getattr(r, figure) for r in rounds)
        for figure in ("seconds", "cpu", "peak_mb")
    )
    quality = ["", ""]
    if out is not None:
        pairwise, bcubed = evaluated(out, FOLDER / "truth.parquet", "record_id", "person")
        quality = [f"{pairwise[2]:.4f}", f"{bcubed[2]:.4f}"]
    each = " ".join(f"{r.seconds:.1f}" for r in rounds)
    return [what, f"{seconds:.1f}", each, f"{cpu:.1f}", f"{peak:,.0f}", *quality]


def taken_in_turns(
    commands: dict[str, Callable[[list[str]], Measured]], files: list[str], rounds: int
) -> dict[str, list[Measured]]:
    """Every command in each round."""
    found: dict[str, list[Measured]] = {name: [] for name in commands}
    for _ in range(rounds):
        for name, command in commands.items():
            found[name].append(command(files))
            print(f"{name:8} {found[name][-1].seconds:7.1f} s", flush=True)
    return found


def side_by_side(count: int, rounds: int) -> tuple[list[str], list[str]]:
    """The parts of the page on `count` rows: both tools, their ratio, the phases; and a sentence
    where the result is worse than that of Splink, which no speed makes up for.
    """
    files = write_sources(count)
    resolve(files)  # compiles and caches the kernels
    found = taken_in_turns({"resolve": resolve, "splink": splink}, files, rounds)
    cells = [
        row("tellonce resolve", found["resolve"], FOLDER / "tellonce.parquet"),
        row("Splink 5", found["splink"], FOLDER / "splink.parquet"),
    ]
    wall, cpu, peak = (
        statistics.median(getattr(r, name) for r in found["resolve"])
        / statistics.median(getattr(r, name) for r in found["splink"])
        for name in ("seconds", "cpu", "peak_mb")
    )
    ratio = (
        f"Tellonce to Splink: {wall:.2f} of its wall time (the duty is 0.50, the aim 0.25), "
        f"{cpu:.2f} of its CPU time, {peak:.2f} of its memory."
    )
    (ours, theirs), worse = (float(cell[F1]) for cell in cells), list[str]()
    if ours < theirs:
        worse = [f"Missed: F1 {ours} is below {theirs}."]
    return [f"## {count:,} rows", table(HEAD, cells), ratio, phases(found["resolve"][-1])], worse


def phases(one: Measured) -> str:
    """Seconds of each phase, and pairs scored per second and core, of the summary it printed."""
    told = json.loads(one.stdout)
    seconds: dict[str, float] = told["seconds"]
    spent = [(stage, f"{s:.2f}") for stage, s in seconds.items() if s >= 0.05]
    pairs, cores = told["pairs_scored"], os.cpu_count() or 1
    speed = pairs / max(seconds["score"], 1e-9) / cores
    said = f"{pairs:,} pairs were scored, {speed:,.0f} a second and core."
    return table(("phase of the last round", "seconds"), spent) + "\n\n" + said


def scoring(pairs: int) -> list[str]:
    """The part of the page on scoring alone."""
    count = 2 * pairs // (BLOCK - 1)
    files = write_sources(count)
    given = [str(count), str(BLOCK), *files]
    ours = measure([sys.executable, "-m", "bench.heavy", *given])
    script = str(ROOT / "bench" / "splink_rules.py")
    theirs = measure([PEER_PYTHON, script, "scoring", *given])
    cells, spent = [], []
    for what, one in (("Tellonce", ours), ("Splink 5", theirs)):
        told = json.loads(one.stdout)
        spent.append(told["cpu"])
        cells.append(
            (what, f"{told['pairs']:,.0f}", f"{told['cpu']:.1f}", f"{told['seconds']:.1f}")
        )
    ratio = (
        f"Tellonce to Splink: 1/{spent[1] / spent[0]:.1f} of its CPU seconds (duty 1/6, aim 1/10)."
    )
    how = f"{count:,} rows dealt into blocks of {BLOCK}, every pair of a block compared."
    return ["## Scoring alone", how, table(("what", "pairs", "CPU s", "seconds"), cells), ratio]


def growth() -> list[str]:
    """The part of the page on more and more rows."""
    cells = []
    for count in GROWTH:
        files = write_sources(count)
        one = resolve(files)
        told: dict[str, Any] = json.loads(one.stdout)
        units = told["rows"] + told["pairs_scored"]
        cells.append(
            (
                f"{count:,}",
                f"{one.seconds:.1f}",
                f"{one.cpu:.1f}",
                f"{one.peak_mb:,.0f}",
                f"{told['pairs_scored']:,}",
                f"{1e6 * one.cpu / units:.2f}",
                row("", [one], FOLDER / "tellonce.parquet")[F1],
            )
        )
        print(" ".join(cells[-1]), flush=True)
    head = ("rows", "seconds", "CPU s", "peak MB", "pairs", "CPU µs per record + pair", "F1")
    return ["## Growth", table(head, cells)]


def hub(rounds: int) -> tuple[list[str], list[str]]:
    """The part of the page on 100,000 rows and a hub, and a sentence for each budget missed."""
    files = write_sources(HUB_ROWS)
    found = taken_in_turns({"resolve": resolve, "load": load}, files, rounds)
    cells = [
        row("tellonce resolve", found["resolve"], FOLDER / "tellonce.parquet"),
        row("tellonce load, fresh hub on SQLite", found["load"], None),
    ]
    seconds, peak = float(cells[0][1]), float(cells[0][4].replace(",", ""))
    limits = [
        (seconds > MAX_RESOLVE_SECONDS, f"resolve took over {MAX_RESOLVE_SECONDS} s."),
        (peak > MAX_RESOLVE_MB, f"resolve took over {MAX_RESOLVE_MB} MB."),
        (float(cells[1][1]) > MAX_LOAD_SECONDS, f"load took over {MAX_LOAD_SECONDS} s."),
    ]
    missed = [sentence for is_missed, sentence in limits if is_missed]
    return [f"## {HUB_ROWS:,} rows", table(HEAD, cells)], missed


def start_up(rounds: int) -> list[str]:
    """The part of the page on starting: help, a small file, the first compilation."""
    files = write_sources(1000)
    helped = [measure([*TELLONCE, "--help"]) for _ in range(max(rounds, 3))]
    small = [resolve(files) for _ in range(max(rounds, 3))]
    with tempfile.TemporaryDirectory() as empty:
        out = str(FOLDER / "first.parquet")
        command = [*TELLONCE, "resolve", *files, "--out", out]
        first = measure(command, env={"NUMBA_CACHE_DIR": empty})
    cells = [("`tellonce --help`", *median(helped), "0.3"), ("1,000 rows", *median(small), "2")]
    rest = median([first])
    compiling = [f"{float(a) - float(b):.2f}" for a, b in zip(rest, cells[1][1:3], strict=True)]
    cells += [
        ("1,000 rows, empty cache", *rest, ""),
        ("of it the first compilation", *compiling, "20"),
    ]
    return ["## Start-up", table(("what", "seconds", "CPU s", "at most, s"), cells)]


def median(of: list[Measured]) -> tuple[str, str]:
    """Median seconds, by the clock and of all processors."""
    wall, cpu = ([getattr(one, name) for one in of] for name in ("seconds", "cpu"))
    return f"{statistics.median(wall):.2f}", f"{statistics.median(cpu):.2f}"


def main(given: list[str] | None = None) -> int:
    """Measure, print, write docs/results/speed.md."""
    parser = argparse.ArgumentParser(prog="python -m bench.speed", description=__doc__)
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--pairs", type=int, default=PAIRS)
    parser.add_argument("--growth", action="store_true")
    parser.add_argument("--hub", action=argparse.BooleanOptionalAction, default=True)
    asked = parser.parse_args(given)
    parts, missed = side_by_side(asked.rows, asked.rounds)
    parts += missed
    if asked.pairs:
        parts += scoring(asked.pairs)
    parts += start_up(asked.rounds)
    if asked.hub:
        more, over = hub(asked.rounds)
        missed += over
        parts += [*more, *over]
    if asked.growth:
        parts += growth()
    print("\n" + "\n\n".join(parts))
    if asked.rows == ROWS:
        called = " ".join(["python -m bench.speed", *(sys.argv[1:] if given is None else given)])
        publish("speed", "Speed on generated rows", f"Made by `{called}`: {HOW}", *parts)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
