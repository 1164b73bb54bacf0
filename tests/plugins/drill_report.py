"""Writes docs/results/drill.md: every long test, what came of it, and the commit it ran on.

A run of some drills only, as in `make drill DRILLS=tests/hub/test_killed.py`, replaces their lines
and keeps those of the others.
"""

from __future__ import annotations

import platform
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest

REPORT = Path(__file__).parent.parent.parent / "docs" / "results" / "drill.md"
HEAD = (
    "# Drill\n\nThe long tests, each with the commit it last ran on. Made by `make drill`, some of "
    "them by\n`make drill DRILLS=tests/hub/test_killed.py`.\n\n"
)
COLUMNS = "| test | passed | failed | seconds | commit | machine |\n|---|---|---|---|---|---|\n"
Ran = Iterable[tuple[str, str, float]]
"""Of each test its name, its outcome, and its seconds."""


def commit() -> str:
    """The short hash of the commit at hand, marked where files differ; "unknown" without git."""
    command = ["git", "describe", "--always", "--dirty", "--abbrev=7", "--exclude=*"]
    found = subprocess.run(command, capture_output=True, text=True, cwd=REPORT.parent.parent)
    return found.stdout.strip() or "unknown"


def held(page: str) -> dict[str, str]:
    """The lines of an earlier page by test; what has other columns, as pages once had, goes."""
    lines = [line for line in page.splitlines() if line.startswith("| tests/")]
    whole = [line for line in lines if line.count("|") == COLUMNS.partition("\n")[0].count("|")]
    return {line.split("|")[1].strip(): line for line in whole}


def lines(ran: Ran, where: str) -> dict[str, str]:
    """A line for each test function, its parameters counted together; what was skipped failed."""
    counts: dict[str, list[float]] = {}
    for name, outcome, took in ran:
        row = counts.setdefault(name.partition("[")[0], [0, 0, 0.0])
        row[0 if outcome == "passed" else 1] += 1
        row[2] += took
    return {
        name: f"| {name} | {passed} | {failed} | {took:.0f} | {where} |"
        for name, (passed, failed, took) in counts.items()
    }


def page(rows: Mapping[str, str]) -> str:
    """The page of these lines."""
    return HEAD + COLUMNS + "".join(f"{rows[name]}\n" for name in sorted(rows))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Write the report when all tests are through."""
    ran = [
        (report.nodeid, outcome, report.duration)
        for outcome in ("passed", "failed", "error", "skipped")
        for report in terminalreporter.getreports(outcome)
        if isinstance(report, pytest.TestReport)
    ]
    system = f"Python {platform.python_version()}, {platform.system()} {platform.machine()}"
    before = held(REPORT.read_text()) if REPORT.exists() else {}
    REPORT.parent.mkdir(parents=True, exist_ok=True)
    REPORT.write_text(page(before | lines(ran, f"{commit()} | {system}")))
