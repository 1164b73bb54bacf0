"""How every command speaks: results on stdout, progress and errors on stderr.

`present_failure` turns any exception into one sentence what is wrong, one what to do, and an exit
code. `Stages` shows the progress of long work: a bar on a terminal, one line per stage otherwise.
"""

from __future__ import annotations

import errno
import json
import os
import sys
import traceback
from typing import Any

import typer

from tellonce.engine.errors import TellonceError
from tellonce.io.visible import steers, visible

WRONG_CALL = 2
REFUSED = 3
FAILED = 4
INTERRUPTED = 130  # what Typer returns for Ctrl-C when it is asked not to exit itself


def print_json(value: Any) -> None:
    """Print one JSON document on stdout."""
    text = json.dumps(value, ensure_ascii=False, indent=2, default=str)
    if not text.isascii():  # JSON means the same with a sign written as its number
        text = "".join(
            f"\\u{ord(sign):04x}" if sign != "\n" and steers(sign) else sign for sign in text
        )
    typer.echo(text)


def counted(number: int, noun: str) -> str:
    """A number with what is counted: 1 row, 2,000 rows, 2 matches, 3 deliveries."""
    if number == 1:
        return f"1 {noun}"
    if noun.endswith(("ch", "s", "x")):
        return f"{number:,} {noun}es"
    if noun.endswith("y") and noun[-2] not in "aeiou":
        return f"{number:,} {noun[:-1]}ies"
    return f"{number:,} {noun}s"


def show(line: str) -> None:
    """Print one line on stdout; what it quotes from files cannot steer the terminal."""
    typer.echo(visible(line))


def say(line: str) -> None:
    """Print one line about the work on stderr, as `show` does."""
    typer.echo(visible(line), err=True)


def present_failure(error: BaseException, *, debug: bool) -> int:
    """Print what went wrong and what to do on stderr; return the exit code (2, 3 or 4).

    Understood are errors that carry `.hint` (and `.exit_code`, else 2), wrong calls found by
    Typer, a full disk, missing permission, a broken pipe and Ctrl-C. Anything else is a mistake
    of ours and says so.
    """
    if debug:
        traceback.print_exception(error)
    if isinstance(error, BrokenPipeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    message, hint, code = _describe(error)
    for number, line in enumerate(message.splitlines()):
        say(f"Error: {line}" if number == 0 else f"  {line}")
    if hint:
        say(f"  {hint}")
    return code


def _describe(error: BaseException) -> tuple[str, str, int]:
    if _is_interrupt(error):
        return "Interrupted.", "Nothing is half written; run the same command again.", FAILED
    if isinstance(error, TellonceError) or hasattr(error, "hint"):
        return str(error), str(getattr(error, "hint", "")), getattr(error, "exit_code", WRONG_CALL)
    if isinstance(error, typer.TyperException):
        return _describe_call(error)
    if isinstance(error, OSError):
        return _describe_os(error)
    if isinstance(error, MemoryError):
        return "The machine ran out of memory.", "Close other programs or use a larger one.", FAILED
    kind = type(error).__name__
    return f"Unexpected {kind}: {error}", "This is our mistake: --debug shows where.", FAILED


def _is_interrupt(error: BaseException | None) -> bool:
    """Whether this is Ctrl-C; inside compiled code it arrives as the cause of a SystemError."""
    if isinstance(error, SystemError):
        return _is_interrupt(error.__cause__ or error.__context__)
    return isinstance(error, KeyboardInterrupt | typer.Abort)


def _describe_call(error: typer.TyperException) -> tuple[str, str, int]:
    context = getattr(error, "ctx", None)
    path = context.command_path if context is not None else "tellonce"
    if not error.format_message():  # called without a command: Typer has shown the help
        return "", "", error.exit_code
    message = error.format_message().replace("'?.", "'?")
    sentence = message if message.endswith("?") else message.rstrip(".") + "."
    return sentence, f"See `{path} --help`.", error.exit_code


def print_table(rows: list[tuple[str, str]]) -> None:
    """Print pairs of words and values on stdout, the values below each other."""
    width = max(len(words) for words, _ in rows)
    for words, value in rows:
        typer.echo(f"{words.rjust(width)}  {value}")


def _describe_os(error: OSError) -> tuple[str, str, int]:
    where = f" ({error.filename})" if error.filename else ""
    if error.errno == errno.ENOSPC:
        return f"The disk is full{where}.", "Free some space and run the same again.", FAILED
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return (
            f"Permission denied{where}.",
            "Check who owns the file and its folder, or name another one.",
            FAILED,
        )
    reason = error.strerror or str(error)
    return f"The system says: {reason}{where}.", "Check the path and run the same again.", FAILED


class Stages:
    """Progress of long work, by stage; call it as `progress(stage, done, total)`.

    On a terminal a bar is drawn and removed at the end; otherwise one line is printed when a stage
    begins. `quiet` shows nothing.
    """

    def __init__(self, *, quiet: bool = False) -> None:
        self._quiet = quiet
        self._stage = ""
        self._bar: Any = None
        self._task: Any = None

    def __enter__(self) -> Stages:
        if not self._quiet and sys.stderr.isatty():
            self._bar = _terminal_bar()
            self._bar.start()
        return self

    def __exit__(self, *exc: object) -> None:
        if self._bar is not None:
            self._bar.stop()

    def __call__(self, stage: str, done: int, total: int) -> None:
        if stage != self._stage:
            self._begin(stage)
        if self._bar is not None:
            self._bar.update(self._task, completed=done, total=total if total > 1 else None)

    def say(self, line: str) -> None:
        """Print one line above the bar."""
        if self._bar is not None:
            self._bar.console.print(visible(line), markup=False, highlight=False, soft_wrap=True)
        elif not self._quiet:
            say(line)

    def _begin(self, stage: str) -> None:
        self._stage = stage
        text = STAGE_WORDS.get(stage, "")
        if self._bar is None:
            if text and not self._quiet:
                say(f"{text} ...")
            return
        if self._task is not None:
            self._bar.remove_task(self._task)
        self._task = self._bar.add_task(text or stage, total=None)


# A stage without words here passes in silence where there is no terminal.
STAGE_WORDS = {
    "read": "reading",
    "parse": "parsing values",
    "standardise": "standardising",
    "compile": "loading the kernels (compiled at the first run, which takes a moment)",
    "block": "blocking",
    "train": "training",
    "score": "scoring",
    "cluster": "clustering",
    "golden": "building golden records",
    "profile": "looking at records",
    "suggest": "looking for rules, and trying them",
    "write": "writing",
    "judge": "judging records by the rules",
    "copy": "copying the database",
    "verify": "verifying",
    "restore": "restoring",
    "rewrap": "wrapping keys anew",
    "upkeep": "working out how current customers are",
}


def _terminal_bar() -> Any:
    from rich.console import Console  # noqa: PLC0415  lazily: only a terminal needs it
    from rich.progress import (  # noqa: PLC0415
        BarColumn,
        Progress,
        TaskProgressColumn,
        TextColumn,
        TimeElapsedColumn,
    )

    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
    )
