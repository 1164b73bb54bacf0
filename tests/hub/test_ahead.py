"""Rows made ready by a second process, a part ahead."""

from __future__ import annotations

import fcntl
import os
import signal
import struct
import termios
import time
from typing import Any

import pyarrow as pa
import pytest

from tellonce.engine.synth.records import rows
from tellonce.hub.bridge.services import standardised
from tellonce.hub.intake import ahead
from tellonce.hub.intake.ahead import Part, each_ready, made_ready


@pytest.fixture(scope="module")
def parts() -> list[Part]:
    """Three slices of a table, one of them short."""
    made = rows(250, seed=7).drop_columns(["person", "source", "record_id"])
    table = pa.table({n: made[n].cast(pa.string()) for n in made.column_names})
    ids = pa.array([str(number) for number in range(table.num_rows)])
    _, records = standardised("crm", ids, table, columns={}, region=None, day_first=None)
    starts = range(0, table.num_rows, 100)
    return [Part(table.slice(at, 100), records.slice(at, 100)) for at in starts]


def test_another_process_makes_the_same_of_every_part(
    parts: list[Part], monkeypatch: pytest.MonkeyPatch
) -> None:
    answers: list[Any] = []
    answer = ahead._Other.answer

    def seen(other: ahead._Other) -> Any:
        answers.append(answer(other))
        return answers[-1]

    monkeypatch.setattr(ahead, "FROM_ROWS", 0)
    monkeypatch.setattr(ahead._Other, "answer", seen)
    assert list(each_ready(parts)) == [made_ready(part) for part in parts]
    assert None not in answers
    assert len(answers) == len(parts)


def test_where_the_other_process_dies_this_one_goes_on(
    parts: list[Part], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ahead, "FROM_ROWS", 0)
    ask, asked = ahead._Other.ask, []

    def killed(other: ahead._Other, part: Part) -> bool:
        asked.append(part)
        if len(asked) == 2:
            other._process.kill()
            other._process.wait()
        return ask(other, part)

    monkeypatch.setattr(ahead._Other, "ask", killed)
    assert list(each_ready(parts)) == [made_ready(part) for part in parts]
    assert len(asked) == 2


def test_a_process_that_was_stopped_in_the_middle_of_an_answer_loses_nothing_of_it(
    parts: list[Part], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONUNBUFFERED", "1")
    whole = Part(*(pa.concat_tables(list(tables)) for tables in zip(*parts, strict=True)))
    other = ahead._other()
    assert other is not None
    try:
        assert other.ask(whole)
        _wait_until_the_pipe_is_full(other._process.stdout)
        for number in (signal.SIGSTOP, signal.SIGCONT):
            os.kill(other._process.pid, number)
            time.sleep(0.1)
        assert other.answer() == made_ready(whole)
    finally:
        other.close()


def _wait_until_the_pipe_is_full(pipe: Any) -> None:
    waiting, until = -1, time.monotonic() + 60
    while time.monotonic() < until:
        before, waiting = (
            waiting,
            struct.unpack("i", fcntl.ioctl(pipe, termios.FIONREAD, b"1234"))[0],
        )
        if waiting == before > 0:
            return
        time.sleep(0.2)
    pytest.fail("no answer came")


def test_few_rows_wait_for_no_other_process(
    parts: list[Part], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ahead, "_other", lambda: pytest.fail("was asked"))
    assert len(list(each_ready(parts))) == len(parts)
    assert list(each_ready([])) == []
