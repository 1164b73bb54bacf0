"""Every labelled set of a data folder, resolved with no mapping and no setting, against its truth.

    python -m bench.accuracy [--data DIR] [--sets NAME,NAME] [--peers]

A set is blinded first (see bench/sets.py): the matcher never sees the answers; the original serves
`tellonce evaluate` alone. Ends with 1 where a floor is missed.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from bench.measure import CommandFailed, Measured, measure
from bench.report import OUT, ROOT, publish, table
from bench.sets import LabelledSet, blind, labelled_sets

TELLONCE = [sys.executable, "-m", "tellonce"]
PEER_PYTHON = ROOT / ".venv-bench" / "bin" / "python"
PEERS = ("goldenmatch",)
PATIENCE = 900  # seconds a peer may take for one set

# Pairwise F1 at least; a floor of a folder holds for each of its files.
FLOORS = {
    "febrl1": 0.99,
    "febrl2": 0.98,
    "febrl3": 0.985,
    "febrl_zingg20k": 0.98,
    "fake_1000": 0.85,
    "fake_20000": 0.78,
    "pseudopeople": 0.90,
    "early_childhood_sites": 0.80,
    "senzing_truthset": 0.55,
    "census": 0.50,
}
HOW = (
    "Made by `python -m bench.accuracy --peers`. Each set is resolved as it is: no mapping, no "
    "setting, the answer columns taken away. P, R, F1 are pairwise; B³ is B-cubed; seconds are "
    "wall time of the whole command with a warm compiled cache; peak MB its largest resident set."
)
HEAD = ("set", "rows", "P", "R", "F1", "floor", "B³ P", "B³ R", "B³ F1", "seconds", "peak MB")


@dataclass(frozen=True)
class Score:
    """What one matcher made of one set. pairwise and bcubed: precision, recall, F1, from 0 to 1."""

    matcher: str
    labelled: LabelledSet
    pairwise: tuple[float, float, float]
    bcubed: tuple[float, float, float]
    measured: Measured

    @property
    def floor(self) -> float | None:
        """The least pairwise F1 that is good enough of us; None where none is set."""
        name = self.labelled.name.split("/")[0]
        return FLOORS.get(name) if self.matcher == "tellonce" else None

    @property
    def missed(self) -> bool:
        """Whether the F1, as printed, is under the floor."""
        return self.floor is not None and round(self.pairwise[2], 4) < self.floor

    def row(self) -> list[str]:
        """The cells of `HEAD`."""
        floor = "" if self.floor is None else f"{self.floor:.3f}" + (" !" if self.missed else "")
        return [
            self.labelled.name,
            f"{self.labelled.rows:,}",
            *(f"{x:.4f}" for x in self.pairwise),
            floor,
            *(f"{x:.4f}" for x in self.bcubed),
            f"{self.measured.seconds:.1f}",
            f"{self.measured.peak_mb:,.0f}",
        ]


def resolve(files: list[str], out: Path) -> Measured:
    """Resolve with Tellonce: the command a user would type, nothing else."""
    return measure([*TELLONCE, "resolve", *files, "--out", str(out)])


def resolve_with_peer(peer: str, files: list[str], out: Path) -> Measured:
    """Resolve with a peer at its own defaults, in the peers' environment."""
    return measure(
        [str(PEER_PYTHON), str(ROOT / "bench" / "peers.py"), peer, str(out), *files], most=PATIENCE
    )


def evaluated(out: Path, truth: Path, on: str, column: str) -> list[tuple[float, float, float]]:
    """Pairwise and B-cubed precision, recall and F1 of a result, by `tellonce evaluate`."""
    asked = [str(out), "--truth", str(truth), "--on", on, "--column", column, "--json"]
    said = subprocess.run(
        [*TELLONCE, "evaluate", *asked], capture_output=True, text=True, check=True
    )
    found = json.loads(said.stdout)
    return [
        (found[kind]["precision"], found[kind]["recall"], found[kind]["f1"])
        for kind in ("pairwise", "b_cubed")
    ]


def score(labelled: LabelledSet, matcher: str) -> Score:
    """Blind, resolve and evaluate one set."""
    folder = OUT / matcher / labelled.name
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "blind").mkdir(parents=True)
    files, out = blind(labelled, folder / "blind"), folder / "customers.parquet"
    done = resolve(files, out) if matcher == "tellonce" else resolve_with_peer(matcher, files, out)
    pairwise, bcubed = evaluated(out, labelled.path, "unique_id", "cluster")
    return Score(matcher, labelled, pairwise, bcubed, done)


def scores(chosen: list[LabelledSet], matcher: str) -> tuple[list[Score], list[str]]:
    """The scores of a matcher, and a sentence for each set it could not do; prints as it goes."""
    done, failed = [], []
    for labelled in chosen:
        try:
            done.append(score(labelled, matcher))
            print(f"{matcher:12} " + "  ".join(done[-1].row()), flush=True)
        except (CommandFailed, subprocess.CalledProcessError) as error:
            failed.append(f"{matcher} could not do {labelled.name}: {last_line(error)}")
            print(failed[-1], flush=True)
    return done, failed


def last_line(error: Exception) -> str:
    """The last line of what a failed command said."""
    said = getattr(error, "stderr", None) or str(error)
    return said.strip().splitlines()[-1].strip()


def arguments(given: list[str] | None) -> argparse.Namespace:
    """The command line of this bench."""
    parser = argparse.ArgumentParser(prog="python -m bench.accuracy", description=__doc__)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data")
    parser.add_argument("--sets", default="", help="names separated by commas; all by default")
    parser.add_argument("--peers", action="store_true", help="let the peers try the same files")
    return parser.parse_args(given)


def main(given: list[str] | None = None) -> int:
    """Measure, print, write docs/results/accuracy.md; 1 if a set failed or a floor is missed."""
    asked = arguments(given)
    if not asked.data.is_dir():
        print(f"There is no data folder {asked.data}. Name one with --data.")
        return 2
    names = set(filter(None, asked.sets.split(",")))
    chosen = [
        s for s in labelled_sets(asked.data) if not names or names & {s.name, s.path.parent.name}
    ]
    if not chosen:
        print(f"{asked.data} has no such labelled set (Parquet with unique_id and cluster).")
        return 2
    with contextlib.suppress(CommandFailed):  # it will be told in its turn
        score(min(chosen, key=lambda s: s.rows), "tellonce")  # compiles and caches the kernels
    parts, done, failed = [], [], []
    for matcher in ("tellonce", *(PEERS if asked.peers else ())):
        did, could_not = scores(chosen, matcher)
        parts += [f"## {matcher}", table(HEAD, [s.row() for s in did]), *could_not]
        if matcher == "tellonce":
            done, failed = did, could_not
    missed = [s.labelled.name for s in done if s.missed]
    parts.append(f"Floors missed: {', '.join(missed) or 'none'}.")
    print("\n" + "\n\n".join(parts))
    if not names:
        publish("accuracy", "Accuracy on labelled sets", HOW, *parts)
    return 1 if missed or failed else 0


if __name__ == "__main__":
    sys.exit(main())
