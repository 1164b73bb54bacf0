"""Rows made ready in a process of their own, a part ahead of the one that is being stored.

What a row says is turned into texts by a function of the row alone, half of the work of reading; a
second process does it while this one seals and stores. Where there is none, or it dies, this one
does it all. The other process asks no database and knows no key: it reads parts from its input and
answers each, until the input ends.
"""

from __future__ import annotations

import gc
import os
import pickle  # between us and a process of our own
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from typing import IO, Any, NamedTuple

import pyarrow as pa

from tellonce.hub.bridge.services import standardised_rows
from tellonce.hub.bridge.types import StandardisedRow
from tellonce.hub.policy.classes import attribute_class, is_encrypted
from tellonce.hub.sources.arrival import row_objects

FROM_ROWS = 30_000
"""Fewer are read before another process has begun."""


class Part(NamedTuple):
    """Some rows: as they came, and as RECORDS."""

    table: pa.Table
    records: pa.Table


class Ready(NamedTuple):
    """Each row in RECORDS form, and as JSON as it came."""

    standardised: Sequence[StandardisedRow]
    raws: Sequence[bytes]


def made_ready(part: Part) -> Ready:
    """A part, row by row."""
    return Ready(standardised_rows(part.records, _is_sealed), row_objects(part.table))


def each_ready(parts: Sequence[Part]) -> Iterator[Ready]:
    """Every part made ready, in order; of many rows by a second process, one part ahead."""
    other = _other() if sum(part.table.num_rows for part in parts) >= FROM_ROWS else None
    if other is None:
        yield from map(made_ready, parts)
        return
    with closing(other):
        asked = other.ask(parts[0])
        for at, part in enumerate(parts):
            ready = other.answer() if asked else None
            asked = ready is not None and at + 1 < len(parts) and other.ask(parts[at + 1])
            yield made_ready(part) if ready is None else ready


class _Other:
    """The second process."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process

    def ask(self, part: Part) -> bool:
        """Hand over a part; whether it was taken."""
        try:
            _send(self._process.stdin, tuple(map(_packed, part)))
        except OSError:
            return False
        return True

    def answer(self) -> Ready | None:
        """The part that was asked for; None where the process has died."""
        try:
            found: Ready = _received(self._process.stdout)
        except (OSError, EOFError, pickle.UnpicklingError):
            return None
        return found

    def close(self) -> None:
        """End it."""
        for pipe in (self._process.stdin, self._process.stdout):
            with suppress(OSError):
                if pipe is not None:
                    pipe.close()
        self._process.kill()
        self._process.wait()


def _other() -> _Other | None:
    if (os.cpu_count() or 1) < 2:
        return None
    command = [sys.executable, "-P", "-c", f"from {__name__} import main; main()"]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    try:
        return _Other(subprocess.Popen(command, env=environment, **pipes))  # noqa: S603  ourselves
    except OSError:
        return None


def _packed(table: pa.Table) -> bytes:
    """A table without what a slice of it leaves out."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as stream:
        stream.write_table(table)
    return sink.getvalue().to_pybytes()


def _send(pipe: IO[bytes] | None, value: Any) -> None:
    assert pipe is not None
    pickle.dump(value, pipe, pickle.HIGHEST_PROTOCOL)
    pipe.flush()


def _received(pipe: IO[bytes] | None) -> Any:
    assert pipe is not None
    return pickle.load(pipe)  # noqa: S301  from a process of our own


def _is_sealed(attribute: str) -> bool:
    return is_encrypted(attribute_class(attribute))


def main() -> None:
    """Answer parts until there are none.

    `sys.stdout.buffer` is no buffer under PYTHONUNBUFFERED: what a write that is interrupted leaves
    out would be lost.
    """
    gc.disable()  # texts and tuples make no cycles, and looking for some was a fifth of the work
    with suppress(EOFError, BrokenPipeError), open(1, "wb", closefd=False) as answers:
        while True:
            packed = _received(sys.stdin.buffer)
            part = Part(*(pa.ipc.open_stream(one).read_all() for one in packed))
            _send(answers, made_ready(part))
