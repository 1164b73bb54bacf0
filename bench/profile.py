"""A full profile of a million rows: seconds, memory, and how right its figures are.

    python -m bench.profile

Rows of `tellonce.engine.synth`. Beside it what is there already: DuckDB's SUMMARIZE and pandas'
describe, which tell less (no formats, lengths, placeholders, outliers, nor what a field is).
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import duckdb
import pyarrow as pa
from pyarrow import parquet

from bench.measure import Measured, measure
from bench.report import ROOT, publish, table
from tellonce.engine.synth.records import rows

ABOUT = (
    "Made by `python -m bench.profile`: rows of `tellonce.engine.synth`, all as text, in Parquet. "
    "Each line is one command, started anew, told to use one thread; CPU is what it used in all, "
    "reading the file and loading the program included, since other work runs on the machine. "
    "Memory is its largest resident set."
)
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "NUMBA_NUM_THREADS": "1"}
DUCKDB = (
    "import duckdb; duckdb.sql('set threads=1'); "
    "print(duckdb.sql(\"summarize from '{}'\").fetchall()[0])"
)
PANDAS = "import pandas; print(pandas.read_parquet('{}').describe(include='all').shape)"
MOST_CPU = 30.0


def prepared(count: int) -> Path:
    """The file of so many rows, made where it is not there yet."""
    path = ROOT / "bench" / "out" / "profile" / f"rows-{count}.parquet"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        made = rows(count, seed=5)
        text = [column.cast(pa.string()) for column in made.columns]
        parquet.write_table(pa.table(text, names=made.column_names), path)
    return path


def told(path: Path) -> tuple[Measured, dict[str, dict[str, object]]]:
    """The profile of a file, measured, by field."""
    command = [sys.executable, "-m", "tellonce", "quality", "profile", str(path), "--json"]
    done = measure(command, env=ONE_THREAD)
    return done, {field["field"]: field for field in json.loads(done.stdout)["fields"]}


def rightness(path: Path, fields: dict[str, dict[str, object]]) -> list[list[str]]:
    """Per field the exact figures beside those of the profile."""
    lines = []
    for name, field in fields.items():
        quoted = '"' + name.replace('"', '""') + '"'
        text = f"nullif(trim({quoted}), '')"
        asked = f"select count({text}), count(distinct {text}) from '{path}'"
        ((filled, distinct),) = duckdb.sql(asked).fetchall()
        off = abs(int(str(field["distinct"])) - distinct) / max(distinct, 1)
        lines.append([
            name, f"{filled:,}", "same" if field["filled"] == filled else f"{field['filled']:,}",
            f"{distinct:,}", "same" if not off else f"{100 * off:.2f} % off",
        ])  # fmt: skip
    return lines


def main(given: list[str] | None = None) -> int:
    """Measure, print, write docs/results/profile.md; 1 if a million rows take over 30 s of CPU."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    asked = parser.parse_args(given)
    path = prepared(asked.rows)
    done, fields = told(path)
    quarter = prepared(asked.rows // 4)
    smaller, _ = told(quarter)
    others = {
        "DuckDB, SUMMARIZE": measure([sys.executable, "-c", DUCKDB.format(path)], env=ONE_THREAD),
        "pandas, describe": measure([sys.executable, "-c", PANDAS.format(path)], env=ONE_THREAD),
    }
    lines = [
        _line("tellonce quality profile", asked.rows, done),
        _line("tellonce quality profile", asked.rows // 4, smaller),
        *(_line(name, asked.rows, other) for name, other in others.items()),
    ]
    figures = table(["", "rows", "CPU s", "wall s", "peak MB"], lines)
    right = table(["field", "filled", "profile", "different", "profile"], rightness(path, fields))
    verdict = f"Duty: a full profile of a million rows in under {MOST_CPU:g} s of one core: "
    kept = done.cpu * 1_000_000 / asked.rows < MOST_CPU
    verdict += "kept." if kept else "missed."
    print(figures, right, verdict, sep="\n\n")
    head = f"{len(fields)} fields."
    publish("profile", "Profiles", ABOUT, head, figures, verdict, "How right it is:", right)
    return int(not kept)


def _line(name: str, count: int, done: Measured) -> list[str]:
    return [name, f"{count:,}", f"{done.cpu:.1f}", f"{done.seconds:.1f}", f"{done.peak_mb:,.0f}"]


if __name__ == "__main__":
    sys.exit(main())
