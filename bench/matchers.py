"""The matchers of the accuracy bench: Tellonce as a user types it, and its peers at their best.

A peer's result depends on its version, its settings and the data alone, so it is kept under
bench/out, keyed by their digests, and read from there until one of them changes.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from bench.agreement import agreement
from bench.measure import CommandFailed, Measured, measure
from bench.report import OUT, ROOT
from bench.sets import LabelledSet, blind, truth

TELLONCE = [sys.executable, "-m", "tellonce"]
PEER_PYTHON = str(ROOT / ".venv-bench" / "bin" / "python")
PATIENCE = 1800  # seconds a peer may take for one set
BENCH = ROOT / "bench"
# Bits by which a chosen threshold is lowered: training differs a little from run to run, and the
# pair at the threshold itself should not fall out for that.
SLACK = 0.05

# Peer -> the files that make it what it is; what they say is part of the key of its results.
PEERS = {
    "splink": ("splink_run.py", "peers.py", "splink_settings/plan.py"),
    "splink_taught": ("splink_run.py", "peers.py", "splink_settings/plan.py"),
    "goldenmatch": ("peers.py",),
    "rules": ("exact_rules.py", "column_kinds.py"),
}
TRIES = {"goldenmatch": 3}  # it finds another configuration in another run: the best counts
SHORT = 60  # seconds; a run that takes longer is not repeated


@dataclass(frozen=True)
class Found:
    """What a matcher made of a set. customer: a number per record in the order of `sets.truth`,
    a record that was left out being a customer of its own. notes: what else is known of the run.
    """

    matcher: str
    labelled: LabelledSet
    customer: np.ndarray
    measured: Measured
    notes: dict[str, Any] = field(default_factory=dict)


def tellonce(labelled: LabelledSet) -> Found:
    """Resolve with Tellonce: the command a user would type, nothing else. Raises CommandFailed.

    notes: `summary`, what --json prints, and `edges`, the pairs worth keeping.
    """
    folder = fresh(OUT / "tellonce" / labelled.name)
    files = blind(labelled, fresh(folder / "blind"))
    out, edges = folder / "customers.parquet", folder / "edges.parquet"
    places = ["--out", str(out), "--edges", str(edges), "--json"]
    done = measure([*TELLONCE, "resolve", *files, *places])
    (folder / "summary.json").write_text(done.stdout)
    notes = {"summary": json.loads(done.stdout), "edges": pq.read_table(edges)}
    return found("tellonce", labelled, out, done, notes)


def is_kept(peer: str, labelled: LabelledSet, cache: Path) -> bool:
    """Whether a peer has run with these versions, settings and data."""
    return (place(peer, labelled, cache) / "figures.json").exists()


def evaluated(out: Path, truth: Path, on: str, column: str) -> list[tuple[float, float, float]]:
    """Pairwise and B-cubed precision, recall and F1 of a result, by `tellonce evaluate`."""
    asked = [str(out), "--truth", str(truth), "--on", on, "--column", column, "--json"]
    said = subprocess.run(
        [*TELLONCE, "evaluate", *asked], capture_output=True, text=True, check=True
    )
    told = json.loads(said.stdout)
    return [
        (told[kind]["precision"], told[kind]["recall"], told[kind]["f1"])
        for kind in ("pairwise", "b_cubed")
    ]


def kept(peer: str, labelled: LabelledSet, cache: Path) -> Found:
    """A peer's result of that run. Raises CommandFailed where it failed then."""
    folder = place(peer, labelled, cache)
    figures = json.loads((folder / "figures.json").read_text())
    if "failed" in figures:
        raise CommandFailed(figures["failed"])
    done = Measured(figures["seconds"], figures["peak_mb"], "", figures["cpu"])
    return found(peer, labelled, folder / "customers.parquet", done, figures["notes"])


def run_peer(peer: str, labelled: LabelledSet, cache: Path) -> None:
    """Let a peer try a set and keep what it made of it; also that it failed."""
    folder = fresh(place(peer, labelled, cache))
    best = -1.0
    with tempfile.TemporaryDirectory() as blinded:
        files = blind(labelled, Path(blinded))
        for n in range(TRIES.get(peer, 1)):
            out = folder / f"try-{n}.parquet"
            try:
                figures = measured_peer(peer, labelled, out, files)
            except CommandFailed as failure:
                if best < 0:
                    keep(folder, {"failed": str(failure).strip().splitlines()[-1].strip()})
                continue
            f1 = agreement(customers(pq.read_table(out), labelled), truth(labelled)).pairwise.f1
            if f1 > best:
                best = f1
                shutil.copy(out, folder / "customers.parquet")
                keep(folder, figures)
            if figures["seconds"] > SHORT:
                break


def keep(folder: Path, figures: dict[str, Any]) -> None:
    """Write what is to be known of a peer's run."""
    (folder / "figures.json").write_text(json.dumps(figures, indent=1))


def measured_peer(peer: str, labelled: LabelledSet, out: Path, files: list[str]) -> dict[str, Any]:
    """Run a peer's command and say what it took. Raises CommandFailed."""
    notes: dict[str, Any] = {}
    command = [PEER_PYTHON, str(BENCH / "peers.py"), peer, str(out), *files]
    if peer.startswith("splink"):
        answers = out.parent / "truth.parquet"
        pq.write_table(truth(labelled), answers)
        notes = chosen(peer, labelled, answers, files)
        asked = [
            labelled.name,
            notes["plan"],
            repr(notes["weight"] - SLACK),
            str(out),
            str(answers),
        ]
        command = [PEER_PYTHON, str(BENCH / "splink_run.py"), "link", *asked, *files]
    done = measure(command, most=PATIENCE)
    taken = {"seconds": done.seconds, "cpu": done.cpu, "peak_mb": done.peak_mb}
    return {**taken, "notes": notes}


def chosen(peer: str, labelled: LabelledSet, answers: Path, files: list[str]) -> dict[str, Any]:
    """The plan and the threshold of Splink that are best with the labels.

    Chosen once, with m from the labels and without, and kept beside both. Raises CommandFailed.
    """
    shared = answers.parent.parent / "choice.json"
    if not shared.exists():
        script = str(BENCH / "splink_run.py")
        command = [PEER_PYTHON, script, "choose", labelled.name, str(shared), str(answers)]
        measure([*command, *files], most=PATIENCE)
    best = json.loads(shared.read_text())
    if peer not in best:
        raise CommandFailed("none of its plans could be trained on this set")
    return best[peer]


def place(peer: str, labelled: LabelledSet, cache: Path) -> Path:
    """Where a peer's result of a set is kept."""
    family = "splink" if peer.startswith("splink") else peer
    settings = [BENCH / name for name in PEERS[peer]]
    if family == "splink":
        settings += splink_settings(labelled)
    digest = hashlib.sha256(labelled.path.read_bytes())
    for path in settings:
        digest.update(path.read_bytes())
    digest.update(versions(family).encode())
    return cache / labelled.name / family / digest.hexdigest()[:16] / peer


def splink_settings(labelled: LabelledSet) -> list[Path]:
    """The files of Splink's settings for a set, and what those for any folder need besides."""
    folder = BENCH / "splink_settings"
    families = dict(re.findall(r'"(\w+)": (\w+)', (folder / "__init__.py").read_text()))
    family = families.get(labelled.name.split("/")[0], "general")
    names = [BENCH / "column_kinds.py"] if family == "general" else []
    return [folder / f"{family}.py", BENCH / "threshold.py", *names]


def versions(peer: str) -> str:
    """The pinned version of a peer; none for what is our own."""
    lock = (BENCH / "requirements.txt").read_text()
    return ", ".join(re.findall(rf"^({peer}==\S+|duckdb==\S+)", lock, re.MULTILINE))


def fresh(folder: Path) -> Path:
    """The folder, empty."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def found(
    matcher: str, labelled: LabelledSet, out: Path, done: Measured, notes: dict[str, Any]
) -> Found:
    """The result of a finished run, its customers in the order of `sets.truth`."""
    customer = customers(pq.read_table(out), labelled)
    return Found(matcher, labelled, customer, done, notes)


def customers(result: pa.Table, labelled: LabelledSet) -> np.ndarray:
    """A customer number for each record of `sets.truth` (of a set of pairs: left, then right)."""
    answers = truth(labelled)
    if labelled.pairs:
        rows = [str(row) for row in range(labelled.rows)]
        records = [("left", row) for row in rows] + [("right", row) for row in rows]
    else:
        records = list(zip(*(answers[c].to_pylist() for c in ("source", "record_id")), strict=True))
    said = (result[name].cast(pa.string()).to_pylist() for name in ("source", "record_id"))
    numbers = result["customer_id"].combine_chunks().dictionary_encode().indices.to_pylist()
    customer = dict(zip(zip(*said, strict=True), numbers, strict=True))
    return np.array([customer.get(record, -n - 1) for n, record in enumerate(records)], np.int64)
