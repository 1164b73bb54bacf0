"""The command line: a table of commands, each imported only when it is called.

To add a command, add a row to `COMMANDS`. Its module offers, under the command's own name, either
a function (one command) or a `typer.Typer` (a group such as `tellonce user add`). A row whose
module does not exist is left out of the help, so that `tellonce --help` needs no import at all.

A command that goes well returns nothing. It ends otherwise by raising an exception that has
`.hint` and `.exit_code` (shown as two lines), or `typer.Exit(code)` when it has said why itself.
"""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from importlib import import_module
from importlib.abc import MetaPathFinder
from importlib.util import find_spec
from typing import Annotated, Any, NamedTuple, NoReturn

import typer
from typer.core import TyperCommand, TyperGroup

from tellonce.cli.output import INTERRUPTED, present_failure
from tellonce.version import __version__


class Entry(NamedTuple):
    """Where a command lives, and its line in the help."""

    module: str
    summary: str
    panel: str


FILES = "Files"
HUB = "Hub"

COMMANDS = {
    "resolve": Entry("tellonce.cli.resolve", "Find the customers in files of records.", FILES),
    "explain": Entry("tellonce.cli.explain", "Say why two records are, or are not, linked.", FILES),
    "ask": Entry("tellonce.cli.ask", "Choose the pairs a person should decide.", FILES),
    "model": Entry("tellonce.cli.model", "Show, compare, propose and adopt models.", FILES),
    "evaluate": Entry("tellonce.cli.evaluate", "Compare a result with the truth.", FILES),
    "quality": Entry("tellonce.cli.quality", "Rules for data, and what data looks like.", FILES),
    "demo": Entry("tellonce.cli.demo", "Run a made-up company through the whole path.", HUB),
    "init": Entry("tellonce.cli.hub", "Make a hub: database, keys, administrator.", HUB),
    "user": Entry("tellonce.cli.user", "The people who work with the hub.", HUB),
    "client": Entry("tellonce.cli.client", "Add and revoke systems that use the API.", HUB),
    "source": Entry("tellonce.cli.sources", "Add and show the systems records come from.", HUB),
    "quarantine": Entry("tellonce.cli.quarantine", "Work on rows that could not be used.", HUB),
    "load": Entry("tellonce.cli.deliver", "Load a file of records or activity.", HUB),
    "review": Entry("tellonce.cli.review", "Look at doubtful matches, and decide on them.", HUB),
    "upkeep": Entry("tellonce.cli.upkeep_group", "See how current customers are; ask them.", HUB),
    "confirm": Entry("tellonce.cli.confirm", "Write down that a value is right.", HUB),
    "merge": Entry("tellonce.cli.acts", "Make one customer of several.", HUB),
    "split": Entry("tellonce.cli.acts", "Part a customer that is several people.", HUB),
    "undo": Entry("tellonce.cli.acts", "Undo a decision, merge, split or undo.", HUB),
    "acts": Entry("tellonce.cli.acts", "See what people decided; approve or reject it.", HUB),
    "correction": Entry("tellonce.cli.correction", "Correct wrong values, and follow them.", HUB),
    "household": Entry("tellonce.cli.household", "See who lives together.", HUB),
    "snapshot": Entry("tellonce.cli.snapshot", "Ask for the snapshot of one customer.", HUB),
    "status": Entry("tellonce.cli.hub", "Count what the hub holds.", HUB),
    "doctor": Entry("tellonce.cli.hub", "Check that the hub is in order.", HUB),
    "serve": Entry("tellonce.cli.serve", "Serve the hub, and do its background work.", HUB),
    "work": Entry("tellonce.cli.work", "Do background work, beside or without serving.", HUB),
    "backup": Entry("tellonce.cli.backup", "Write, or verify, an encrypted backup.", HUB),
    "restore": Entry("tellonce.cli.backup", "Put a backup back.", HUB),
    "upgrade": Entry("tellonce.cli.backup", "Bring the database up to this program.", HUB),
    "key": Entry("tellonce.cli.key", "See and change the master key.", HUB),
    "webhook": Entry("tellonce.cli.webhook", "Have other systems told of events.", HUB),
    "alerts": Entry("tellonce.cli.alerts", "See known troubles, and settle them.", HUB),
    "jobs": Entry("tellonce.cli.jobs", "See, replay and cancel background work.", HUB),
}


class LazyGroup(TyperGroup):
    """A command group that imports a command's module only in order to run it."""

    def __init__(self, **attrs: Any) -> None:
        super().__init__(**attrs)
        for name, entry in COMMANDS.items():
            if find_spec(entry.module) is not None:
                self.commands[name] = _placeholder(name, entry)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        name, command, rest = super().resolve_command(ctx, args)
        return name, load(name, *rest[:1]) if name in COMMANDS else command, rest


def _placeholder(name: str, entry: Entry) -> TyperCommand:
    return TyperCommand(name, help=entry.summary, rich_help_panel=entry.panel)


def load(name: str, part: str = "") -> Any:
    """The real command behind a row of `COMMANDS`, ready to be run; of a group whose module says in
    `PARTS` where its commands are, the one called `part`, or all where none is.
    """
    module = import_module(COMMANDS[name].module)
    parts: dict[str, str] = getattr(module, "PARTS", {})
    for one in dict.fromkeys([parts[part]] if part in parts else parts.values()):
        import_module(one)
    found = getattr(module, name.replace("-", "_"))
    if isinstance(found, typer.Typer):
        command = typer.main.get_group(found)
        if parts:  # in the order of the table, whichever was imported first
            there = command.commands
            command.commands = {one: there[one] for one in parts if one in there}
        for part, group in getattr(module, "GROUPS", {}).items():  # groups within the group
            nested = typer.main.get_group(group)
            nested.name = part
            command.add_command(nested, part)
    else:
        single = typer.Typer(add_completion=False)
        single.command(name)(found)
        command = typer.main.get_command(single)
    command.name = name
    for one in _with_parts(command):
        one.help = _flowing(one.help or "")
    return command


def _with_parts(command: Any) -> Iterator[Any]:
    """A command and, where it is a group, all below it."""
    yield command
    for part in getattr(command, "commands", {}).values():
        yield from _with_parts(part)


def _flowing(text: str) -> str:
    """Paragraphs without line breaks, which Typer would keep however wide the terminal is."""
    return "\n\n".join(" ".join(part.split()) for part in text.split("\n\n"))


app = typer.Typer(cls=LazyGroup, no_args_is_help=True, add_completion=False)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version."),
    ] = False,
    debug: Annotated[
        bool, typer.Option("--debug", help="Show the traceback of an error; goes with any command.")
    ] = False,
) -> None:
    """Tellonce: a customer tells once; every system that may know, knows."""


def execute(args: list[str]) -> int:
    """Run one command line and return its exit code: 0 done, 1 found problems it was asked to
    find, 2 wrong call, 3 refused by policy, 4 failed.
    """
    debug = "--debug" in args
    try:
        result = typer.main.get_command(app).main(
            [arg for arg in args if arg != "--debug"], "tellonce", standalone_mode=False
        )
    except (Exception, KeyboardInterrupt) as error:
        return present_failure(error, debug=debug)
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else 4
    if result == INTERRUPTED:
        return present_failure(KeyboardInterrupt(), debug=debug)
    return result if isinstance(result, int) else 0


class WithoutPandas(MetaPathFinder):
    """Says that pandas is not installed: else Arrow imports it at its first array (a third of a
    second), and no command is given a frame.
    """

    def find_spec(self, fullname: str, _path: object, _target: object = None, /) -> None:
        """Refuses pandas, leaves everything else to the finders that follow."""
        if fullname == "pandas":
            raise ModuleNotFoundError("The command line does without pandas.", name=fullname)


def run() -> NoReturn:
    """The `tellonce` program."""
    sys.meta_path.insert(0, WithoutPandas())
    code = execute(sys.argv[1:])
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # done is done: no death while shutting down
    sys.exit(code)
