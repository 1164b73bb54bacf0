"""Every made-up shape resolved with no setting, beside exact rules.

    python -m bench.shapes [--shapes NAME,NAME] [--seeds N] [--keep DIR]

With --keep the files are written as labelled sets: `bench.accuracy --data DIR` takes them.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

import tellonce
from bench.report import table
from bench.shapes.catalogue import SHAPES
from tellonce.engine.evaluate import evaluate

HEAD = ("shape", "rows", "P", "R", "F1", "B³ F1", "P est.", "R est.", "says so", "CPU s")


def resolved(made: pa.Table) -> tuple[tellonce.Resolution, pa.Table]:
    """What Tellonce makes of a labelled table, and its customers beside the truth."""
    shown = made.drop_columns(["cluster", "source"])
    names = sorted(set(made["source"].to_pylist()))
    parts = {name: shown.filter(pc.equal(made["source"], name)) for name in names}
    found = tellonce.resolve(parts)
    truth = made.select(["unique_id", "cluster"])
    return found, found.customers.join(truth, "record_id", "unique_id")


def row(name: str, made: pa.Table) -> list[str]:
    """The figures of a shape: those of Tellonce, its own estimates, those of exact rules."""
    start = time.process_time()
    found, joined = resolved(made)
    spent = time.process_time() - start
    scores = evaluate(joined["customer_id"].combine_chunks(), joined["cluster"].combine_chunks())
    guess = found.summary["estimated"]
    pairs = scores.pairwise
    figures = (pairs.precision, pairs.recall, pairs.f1, scores.b_cubed.f1)
    guessed = (guess["precision"]["value"], guess["recall"]["value"])
    told = [f"{x:.3f}" for x in (*figures, *guessed)]
    told.append("uncertain" if guess["doubts"] else "")
    return [
        name,
        f"{made.num_rows:,}",
        *told,
        f"{spent:.1f}",
    ]


def main(given: list[str] | None = None) -> int:
    """Make, resolve and print; 0."""
    parser = argparse.ArgumentParser(prog="python -m bench.shapes", description=__doc__)
    parser.add_argument("--shapes", default="", help="names separated by commas; all by default")
    parser.add_argument("--seeds", type=int, default=1, help="files of each shape")
    parser.add_argument("--keep", type=Path, help="also write the files as labelled sets")
    asked = parser.parse_args(given)
    names = set(filter(None, asked.shapes.split(",")))
    rows = []
    for shape in (one for one in SHAPES if not names or one.name in names):
        for seed in range(1, asked.seeds + 1):
            made = shape.make(seed)
            if asked.keep:
                folder = asked.keep / shape.name
                folder.mkdir(parents=True, exist_ok=True)
                pq.write_table(made, folder / f"seed{seed}.parquet")
            rows.append(row(f"{shape.name}/{seed}", made))
            print("  ".join(rows[-1]), flush=True)
    print(table(HEAD, rows))
    return 0


if __name__ == "__main__":
    sys.exit(main())
