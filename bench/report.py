"""Tables for people, and the line that says what they were measured on."""

from __future__ import annotations

import os
import platform
import re
import subprocess
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).parent.parent
RESULTS = ROOT / "docs" / "results"
OUT = ROOT / "bench" / "out"
PEERS = r"^(splink|goldenmatch)==(\S+)"
PACKAGES = ("tellonce", "numba", "numpy", "pyarrow", "duckdb", "django")


def machine() -> str:
    """Processor, cores, memory, operating system, and how busy it was, in one sentence."""
    model = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        names = [x for x in cpuinfo.read_text().splitlines() if x.startswith("model name")]
        model = names[0].split(":")[1].strip() if names else model
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    load = f"load {os.getloadavg()[2]:.1f} in the last 15 minutes"
    return f"{model}, {os.cpu_count()} cores, {memory:.0f} GB, {platform.system()}, {load}"


def versions(packages: Sequence[str] = PACKAGES) -> str:
    """Versions of Python, of the packages that decide the figures, and of the peers."""
    named = [f"{package} {version(package)}" for package in packages]
    lock = (ROOT / "bench" / "requirements.txt").read_text()
    named += [f"{peer} {found}" for peer, found in re.findall(PEERS, lock, re.MULTILINE)]
    return ", ".join([f"Python {platform.python_version()}", *named])


def commit() -> str:
    """The commit measured, marked where files but the pages of results differ from it; "unknown"
    outside git.
    """
    found = _git("describe", "--always", "--exclude=*")
    differs = _git("status", "--porcelain", "--untracked-files=no", "--", ".", ":!docs/results")
    return f"{found}-dirty" if differs else found or "unknown"


def _git(*args: str) -> str:
    found = subprocess.run(["git", *args], capture_output=True, text=True, cwd=ROOT)
    return found.stdout.strip()


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table, first column to the left and the others to the right, padded to be read."""
    lines = [head, *rows]
    widths = [max(len(line[i]) for line in lines) for i in range(len(head))]
    padded = [
        [line[0].ljust(widths[0]), *(c.rjust(w) for c, w in zip(line[1:], widths[1:], strict=True))]
        for line in lines
    ]
    rule = ["-" * widths[0], *("-" * (w - 1) + ":" for w in widths[1:])]
    return "\n".join(f"| {' | '.join(line)} |" for line in [padded[0], rule, *padded[1:]])


def publish(name: str, title: str, *parts: str) -> Path:
    """Write docs/results/NAME.md: title, what it was measured on, then the parts."""
    about = f"Commit {commit()}. {versions()}. {machine()}."
    RESULTS.mkdir(parents=True, exist_ok=True)
    path = RESULTS / f"{name}.md"
    path.write_text("\n\n".join([f"# {title}", about, *parts]) + "\n")
    return path
