"""Wall and CPU seconds and peak memory of one command.

A process inherits the memory high-water mark of the one that forked it, so the command is started
by a bare interpreter (this file as a script), which has next to none.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Measured:
    """One finished command: wall seconds, its largest resident set in MB (10^6 bytes), what it
    printed, and CPU seconds (user and system, all threads).
    """

    seconds: float
    peak_mb: float
    stdout: str
    cpu: float = 0.0


class CommandFailed(Exception):
    """A measured command ended with another exit code than 0; holds the end of what it said."""


def measure(command: list[str], *, env: dict[str, str] | None = None, most: int = 3600) -> Measured:
    """Run `command` with `env` on top of the environment, for at most `most` seconds.

    Raises CommandFailed unless it exits 0 by then.
    """
    with tempfile.TemporaryDirectory() as folder:
        figures = Path(folder, "figures.json")
        launcher = [sys.executable, "-I", "-S", __file__, str(figures), str(most), *command]
        done = subprocess.run(
            launcher, capture_output=True, text=True, env={**os.environ, **(env or {})}
        )
        if done.returncode != 0:
            said = (done.stderr or done.stdout)[-2000:]
            end = f"was stopped after {most} s" if done.returncode == -9 % 256 else "failed"
            raise CommandFailed(f"{' '.join(command)} {end}:\n{said}")
        found = json.loads(figures.read_text())
    return Measured(found["seconds"], found["peak_mb"], done.stdout, found["cpu"])


def launch(figures: str, most: int, command: list[str]) -> int:
    """Run `command`, write its seconds and peak to the file `figures`, return its exit code."""
    started = time.monotonic()
    process = subprocess.Popen(command)
    signal.signal(signal.SIGALRM, lambda *_: os.kill(process.pid, signal.SIGKILL))
    signal.alarm(most)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    peak = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    taken = {
        "seconds": time.monotonic() - started,
        "peak_mb": peak / 1e6,
        "cpu": usage.ru_utime + usage.ru_stime,
    }
    Path(figures).write_text(json.dumps(taken))
    return process.returncode


if __name__ == "__main__":
    sys.exit(launch(sys.argv[1], int(sys.argv[2]), sys.argv[3:]))
