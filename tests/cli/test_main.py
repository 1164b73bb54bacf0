"""The command line as a whole: instant help, and a sentence and a code for every failure."""

from __future__ import annotations

import errno
import subprocess
import sys
from typing import Any

import pytest
import typer

from tellonce import __version__
from tellonce.cli import main, quality
from tellonce.cli.main import COMMANDS, Entry, execute
from tellonce.engine.errors import InputError

SLOW = {"pyarrow", "numpy", "numba", "django", "duckdb", "tellonce.resolution", "tellonce.hub"}


class RefusedByPolicy(Exception):
    """An error of a later part: it brings its own hint and exit code."""

    hint = "Ask an officer."
    exit_code = 3


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A command `fail` that raises what the test gives it."""

    def command_raising(error: BaseException) -> None:
        def fail() -> None:
            raise error

        entry = Entry("tests.cli.made_up", "Fail.", main.FILES)
        monkeypatch.setattr(main, "find_spec", lambda _name: True)
        monkeypatch.setattr(main, "import_module", lambda _name: type("Made", (), {"fail": fail}))
        monkeypatch.setitem(COMMANDS, "fail", entry)

    return command_raising


def test_help_loads_nothing_slow() -> None:
    program = (
        "import sys; from tellonce.cli.main import execute; execute(['--help']);"
        "print('LOADED', *sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 0
    assert "resolve" in done.stdout
    loaded = set(done.stdout.partition("LOADED")[2].split())
    assert loaded
    assert not loaded & SLOW


def test_the_program_leaves_pandas_alone() -> None:
    program = (
        "import sys; from tellonce.cli.main import WithoutPandas;"
        "sys.meta_path.insert(0, WithoutPandas());"
        "import pyarrow; made = pyarrow.array([1]); print(len(made), 'pandas' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout.split() == ["1", "False"], done.stderr


def test_a_command_whose_module_is_absent_is_not_offered(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(COMMANDS, "teleport", Entry("tellonce.cli.nowhere", "Beam.", main.HUB))
    assert execute(["--help"]) == 0
    assert "teleport" not in capsys.readouterr().out
    assert execute(["teleport"]) == 2
    assert "No such command 'teleport'" in capsys.readouterr().err


@pytest.mark.parametrize(
    "name", [name for name in COMMANDS if main.find_spec(COMMANDS[name].module)]
)
def test_every_command_that_is_offered_is_there(name: str) -> None:
    assert main.load(name).name == name


def test_the_commands_of_quality_are_where_the_table_says() -> None:
    main.load("quality", "sample")
    assert list(main.load("quality").commands) == list(quality.PARTS)
    there = {one.name: one.callback.__module__ for one in quality.quality.registered_commands}
    assert there == quality.PARTS


def test_the_version_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert execute(["--version"]) == 0
    assert capsys.readouterr().out.strip() == __version__


def test_without_a_command_the_help_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert execute([]) == 2
    shown = capsys.readouterr()
    assert "Usage" in shown.out
    assert "Error" not in shown.err


def test_a_mistyped_command_is_guessed(capsys: pytest.CaptureFixture[str]) -> None:
    assert execute(["snapshto"]) == 2
    assert "Did you mean 'snapshot'?\n" in capsys.readouterr().err


def test_a_wrong_call_points_to_the_help_of_its_command(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert execute(["evaluate", "out.parquet", "--threshold", "x"]) == 2
    assert "See `tellonce evaluate --help`." in capsys.readouterr().err


@pytest.mark.parametrize(
    ("error", "code", "sentence"),
    [
        (InputError("The data is odd.", "Mend it."), 2, "Error: The data is odd.\n  Mend it."),
        (RefusedByPolicy("Not for you."), 3, "Error: Not for you.\n  Ask an officer."),
        (OSError(errno.ENOSPC, "No space", "out.parquet"), 4, "The disk is full (out.parquet)."),
        (PermissionError(errno.EACCES, "No", "x"), 4, "Permission denied (x)."),
        (OSError(errno.EIO, "I/O error"), 4, "The system says: I/O error."),
        (MemoryError(), 4, "ran out of memory"),
        (KeyboardInterrupt(), 4, "Interrupted."),
        (typer.Abort(), 4, "Interrupted."),
        (ZeroDivisionError("by zero"), 4, "Unexpected ZeroDivisionError: by zero"),
    ],
)
def test_a_failure_gets_a_sentence_a_hint_and_a_code(
    failing: Any, capsys: pytest.CaptureFixture[str], error: BaseException, code: int, sentence: str
) -> None:
    failing(error)
    assert execute(["fail"]) == code
    shown = capsys.readouterr()
    assert sentence in shown.err
    assert shown.out == ""
    assert "Traceback" not in shown.err
    assert len(shown.err.strip().splitlines()) == 2


def test_debug_anywhere_shows_the_traceback(
    failing: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    failing(InputError("The data is odd.", "Mend it."))
    assert execute(["fail", "--debug"]) == 2
    assert "Traceback" in capsys.readouterr().err


def test_a_command_may_end_with_a_code_of_its_own(failing: Any) -> None:
    failing(typer.Exit(1))
    assert execute(["fail"]) == 1
