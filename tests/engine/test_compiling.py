"""The cache of compiled code on disk: shared, and safe when processes start at once."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

HASHING = """
import pyarrow as pa
from tellonce.engine.model.hashing import FILE_HASH_KEY, hash64
print(hash64(pa.array(["a", "b"]), FILE_HASH_KEY).tolist())
"""
RESOLVING = """
from tellonce.engine import pipeline
pipeline.rehearse()
print("done")
"""


def started(code: str, cache: Path) -> subprocess.Popen[str]:
    """A process that runs `code` with this folder as its cache of compiled code."""
    env = {**os.environ, "NUMBA_CACHE_DIR": str(cache)}
    command = [sys.executable, "-c", code]
    return subprocess.Popen(
        command, env=env, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


def ended(processes: list[subprocess.Popen[str]]) -> list[str]:
    """What each printed; all must have ended well."""
    said = [process.communicate() for process in processes]
    assert [process.returncode for process in processes] == [0] * len(processes), said
    return [out for out, _err in said]


def test_two_processes_that_start_at_once_with_an_empty_cache_both_succeed(tmp_path: Path) -> None:
    first, second = ended([started(HASHING, tmp_path) for _ in range(2)])
    assert first == second
    assert list(tmp_path.rglob("*.nbi")), "the compiled code is kept"
    assert ended([started(HASHING, tmp_path)]) == [first]


@pytest.mark.drill
def test_two_whole_runs_that_start_at_once_with_an_empty_cache_both_succeed(tmp_path: Path) -> None:
    assert ended([started(RESOLVING, tmp_path) for _ in range(2)]) == ["done\n"] * 2
