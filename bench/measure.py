"""Wall seconds and peak memory of one command.

A process inherits the memory high-water mark of the one that forked it, so the command is started
by a bare interpreter (this file as a script), which has next to none.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Measured:
    """One finished command: wall seconds, and its largest resident set in MB (10^6 bytes)."""

    seconds: float
    peak_mb: float
    stdout: str


class CommandFailed(Exception):
    """A measured command ended with another exit code than 0; holds the end of what it said."""


def measure(command: list[str], *, env: dict[str, str] | None = None) -> Measured:
    """Run `command` with `env` on top of the environment; raise CommandFailed unless it exits 0."""
    with tempfile.TemporaryDirectory() as folder:
        figures = Path(folder, "figures.json")
        launcher = [sys.executable, "-I", "-S", __file__, str(figures), *command]
        done = subprocess.run(
            launcher, capture_output=True, text=True, env={**os.environ, **(env or {})}
        )
        if done.returncode != 0:
            said = (done.stderr or done.stdout)[-2000:]
            raise CommandFailed(f"{' '.join(command)}\nended with {done.returncode}:\n{said}")
        found = json.loads(figures.read_text())
    return Measured(found["seconds"], found["peak_mb"], done.stdout)


def launch(figures: str, command: list[str]) -> int:
    """Run `command`, write its seconds and peak to the file `figures`, return its exit code."""
    started = time.monotonic()
    process = subprocess.Popen(command)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    peak = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    taken = {"seconds": time.monotonic() - started, "peak_mb": peak / 1e6}
    Path(figures).write_text(json.dumps(taken))
    return process.returncode


if __name__ == "__main__":
    sys.exit(launch(sys.argv[1], sys.argv[2:]))
