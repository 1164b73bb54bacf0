"""What labels gain: F1 after 0 to 200 labelled pairs, asked for actively and drawn at random.

    python -m bench.labels [--data DIR] [--sets NAME,NAME] [--rows N]

The answers come from the truth. Every set is blinded first, as in bench/accuracy.py. Ends with 1
where the labels, chosen actively, make the model worse on average.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

import tellonce
from bench.report import ROOT, publish, table
from bench.sets import LabelledSet, blind, labelled_sets, truth
from tellonce.asking import LEAST
from tellonce.engine.evaluate import evaluate

STEPS = (10, 20, 50, 100, 150, 200)
SEEDS = (1, 2)  # of random selection; their mean is shown
MOST_ROWS = 4_000
NAMES = ("left_source", "left_id", "right_source", "right_id")
HEAD = ("set", "rows", "chosen", "F1 at 0", *(f"{n}" for n in STEPS), "gain per 50", "held")
HOW = (
    "Made by `python -m bench.labels`. F1 is pairwise, over all records, of the **model alone** "
    "after so many labels: trained with them, then applied without holding to them. `held` is the "
    "F1 after 200 where the labels hold too, as `tellonce resolve --labels` does. `active`: the "
    "pairs that `tellonce ask` chooses; `random`: drawn from the same open pairs (match "
    f"probability above {LEAST}), mean of {len(SEEDS)} draws. Answers come from the truth; where "
    "that is not known, the pair is left undecided."
)


class Measuring:
    """One set: its blinded files and its truth; it answers questions and scores models."""

    def __init__(self, labelled: LabelledSet, folder: Path) -> None:
        named = (text.partition("=") for text in blind(labelled, folder))
        self.sources: Mapping[str, Any] = {name: Path(path) for name, _equals, path in named}
        known = truth(labelled).drop_null().to_pylist()
        self.person = {(row["source"], row["record_id"]): row["truth"] for row in known}

    def answers(self, pairs: pa.Table) -> list[dict[str, str]]:
        """The pairs with their verdict; empty where the truth is not known."""
        return [
            {**{name: row[name] for name in NAMES}, "verdict": self._verdict(row)}
            for row in pairs.select(NAMES).to_pylist()
        ]

    def _verdict(self, row: Mapping[str, str]) -> str:
        left, right = (self.person.get((row[f"{s}_source"], row[f"{s}_id"])) for s in SIDES)
        if left is None or right is None:
            return ""
        return "same" if left == right else "different"

    def f1(self, result: Any) -> float:
        """Pairwise F1 of a Resolution."""
        rows = result.customers.select(["source", "record_id"]).to_pylist()
        people = [self.person.get((row["source"], row["record_id"])) for row in rows]
        return evaluate(result.customers["customer_id"], pa.array(people)).pairwise.f1

    def after(self, labels: list[dict[str, str]]) -> tuple[float, float]:
        """F1 of the model that the labels taught, and F1 where they hold too."""
        held = tellonce.resolve(self.sources, labels=pa.Table.from_pylist(labels))
        return self.f1(tellonce.resolve(self.sources, model=held.model)), self.f1(held)

    def active(self) -> Iterator[tuple[float, float]]:
        """F1 after each of STEPS, the pairs asked for in rounds."""
        labels: list[dict[str, str]] = []
        for step in STEPS:
            given = pa.Table.from_pylist(labels) if labels else None
            asked = tellonce.ask(self.sources, count=step - len(labels), labels=given)
            labels += self.answers(asked.pairs)
            yield self.after(labels)

    def random(self, seed: int) -> Iterator[tuple[float, float]]:
        """F1 after each of STEPS, the pairs drawn at random."""
        edges = tellonce.resolve(self.sources, review=LEAST).edges
        order = np.random.default_rng(seed).permutation(edges.num_rows)[: STEPS[-1]]
        labels = self.answers(edges.take(pa.array(order)))
        for step in STEPS:
            yield self.after(labels[:step])


SIDES = ("left", "right")


def measured(labelled: LabelledSet) -> tuple[list[list[str]], float, list[float]]:
    """The two lines of a set, its F1 without labels, and those after each step of active ones."""
    with tempfile.TemporaryDirectory() as folder:
        one = Measuring(labelled, Path(folder))
        start = one.f1(tellonce.resolve(one.sources))
        lines = {
            "active": np.array(list(one.active())),
            "random": np.mean([list(one.random(seed)) for seed in SEEDS], axis=0),
        }
    rows = [
        [
            labelled.name,
            f"{labelled.rows:,}",
            how,
            f"{start:.4f}",
            *(f"{f1:.4f}" for f1 in found[:, 0]),
            f"{(found[-1, 0] - start) / (STEPS[-1] / 50):+.4f}",
            f"{found[-1, 1]:.4f}",
        ]
        for how, found in lines.items()
    ]
    return rows, start, lines["active"][:, 0].tolist()


def main(given: list[str] | None = None) -> int:
    """Measure, print, write docs/results/labels.md; 1 if active labels do harm on average."""
    parser = argparse.ArgumentParser(prog="python -m bench.labels", description=__doc__)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data")
    parser.add_argument("--sets", default="", help="names separated by commas; all by default")
    parser.add_argument("--rows", type=int, default=MOST_ROWS, help="leave larger sets out")
    asked = parser.parse_args(given)
    if not asked.data.is_dir():
        print(f"There is no data folder {asked.data}. Name one with --data.")
        return 2
    names = set(filter(None, asked.sets.split(",")))
    every = labelled_sets(asked.data)
    found = [s for s in every if s.rows <= asked.rows and s.pairs is None]
    chosen = [s for s in found if not names or s.name in names]
    rows, gains = [], []
    for labelled in sorted(chosen, key=lambda s: s.rows):
        lines, start, after = measured(labelled)
        rows += lines
        gains.append([f1 - start for f1 in after])
        print("\n".join("  ".join(line) for line in lines), flush=True)
    mean = np.mean(gains, axis=0)
    gained = ", ".join(f"{g:+.4f} after {n}" for g, n in zip(mean, STEPS, strict=True))
    parts = [table(HEAD, rows), f"Mean gain in F1 over the sets, active: {gained}."]
    print("\n" + "\n\n".join(parts))
    if not names:
        publish("labels", "What labels gain", HOW, *parts)
    return int(bool((mean < 0).any()))


if __name__ == "__main__":
    sys.exit(main())
