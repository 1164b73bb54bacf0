"""Writes docs/results/drill.md: what the drill ran, with the commit it ran on."""

from __future__ import annotations

import platform
import subprocess
from pathlib import Path

import pytest

REPORT = Path(__file__).parent.parent.parent / "docs" / "results" / "drill.md"


def commit() -> str:
    """The hash of the commit at hand, marked where files differ from it; "unknown" without git."""
    command = ["git", "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"]
    found = subprocess.run(command, capture_output=True, text=True, cwd=REPORT.parent.parent)
    return found.stdout.strip() or "unknown"


def outcomes(terminal: pytest.TerminalReporter) -> list[str]:
    """One table row for each test that ran or was skipped: its name, outcome and seconds."""
    reports = [
        (report.nodeid, outcome, report.duration)
        for outcome in ("passed", "failed", "error", "skipped")
        for report in terminal.getreports(outcome)
        if isinstance(report, pytest.TestReport)
    ]
    return [f"| {name} | {outcome} | {took:.1f} |" for name, outcome, took in sorted(reports)]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Write the report when all tests are through."""
    rows = outcomes(terminalreporter)
    machine = f"Python {platform.python_version()}, {platform.system()} {platform.machine()}"
    head = f"# Drill\n\nCommit {commit()}. {machine}. Made by `make drill`.\n\n"
    table = "| test | outcome | seconds |\n|---|---|---|\n" + "\n".join(rows) + "\n"
    REPORT.parent.mkdir(parents=True, exist_ok=True)
    REPORT.write_text(head + (table if rows else "No test is marked as a drill.\n"))
