"""`tellonce quality set`, `rules`, `history`, `back` and `run`: the rules in force in the hub."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from tellonce.cli.acts import As
from tellonce.cli.opened import opened_hub
from tellonce.cli.output import Stages, counted, print_json, show
from tellonce.cli.quality_group import Json, quality

FOUND = 1
Source = Annotated[str, typer.Option(help="Of this source; else those for all sources.")]
Because = Annotated[str, typer.Option(help="Why; it is kept with the version.")]


@quality.command("set")
def set_rules(
    file: Annotated[Path, typer.Argument(help="YAML file of rules.")],
    source: Annotated[str, typer.Option(help="For this source only; else for all.")] = "",
    because: Because = "",
    *,
    run: Annotated[bool, typer.Option("--run", help="Judge what is held now, too.")] = False,
    as_user: As = None,
    as_json: Json = False,
) -> None:
    """Put rules in force: checked wholly first, kept as a version.

    What arrives from now on is judged by them; what is held, by a worker, or by `quality run`.
    Exit 1: --run found new failures.
    """
    with opened_hub():
        from tellonce.cli.rules_file import read_rules_file  # noqa: PLC0415
        from tellonce.hub.accounts.selectors import actor  # noqa: PLC0415
        from tellonce.hub.quality import services  # noqa: PLC0415

        text, lists = read_rules_file(file)
        rules = services.RulesFile(file.name, text, lists)
        done = services.set_rules(rules, source=source, by=actor(as_user), reason=because)
        judged = _judged(source, as_user, quiet=as_json) if run else None
    _show_set(done, judged, as_json=as_json)


@quality.command("back")
def set_back(
    number: Annotated[int, typer.Argument(help="Version, as `quality history` has it.")],
    source: Source = "",
    because: Because = "",
    as_user: As = None,
    as_json: Json = False,
) -> None:
    """Put the rules of an earlier version in force again, as a new version."""
    with opened_hub():
        from tellonce.hub.accounts.selectors import actor  # noqa: PLC0415
        from tellonce.hub.quality import services  # noqa: PLC0415

        done = services.set_rules_back(number, source=source, by=actor(as_user), reason=because)
    _show_set(done, None, as_json=as_json)


@quality.command("rules")
def list_rules(source: Source = "", as_json: Json = False) -> None:
    """List the rules in force: those for all sources, or all that hold for one."""
    with opened_hub(with_keys=False):
        from tellonce.hub.quality import selectors  # noqa: PLC0415

        versions = selectors.versions_in_force()
        rules = selectors.rules_of(source) if source else selectors.rules_for_all()
    if as_json:
        print_json({"versions": [asdict(v) for v in versions], "rules": [asdict(r) for r in rules]})
        return
    for one in versions:
        show(
            f"{_scope(one.source)}: version {one.number}, {counted(one.rules, 'rule')}, {one.name}"
        )
    for rule in rules:
        owner = f", {rule.owner}" if rule.owner else ""
        words = f"{rule.on_fail}, {rule.severity}, {rule.dimension}{owner}"
        show(f"  {rule.id}: {rule.aloud} ({words})")
    if not rules:
        show("No rule is in force. Set some: tellonce quality set RULES.yaml")


@quality.command("history")
def list_history(source: Source = "", as_json: Json = False) -> None:
    """List the versions of the rules, the newest first."""
    with opened_hub(with_keys=False):
        from tellonce.hub.quality.selectors import rules_history  # noqa: PLC0415

        found = rules_history(source)
    if as_json:
        print_json([asdict(one) for one in found])
        return
    if not found:
        show(f"There are no rules for {_scope(source).lower()} yet.")
    for one in found:
        state = " (in force)" if one.in_force else ""
        because = f": {one.reason}" if one.reason else ""
        moment = one.at.strftime("%Y-%m-%d %H:%M")
        show(f"{one.number:>4}  {moment}  {counted(one.rules, 'rule')}, {one.name}{state}{because}")


@quality.command("run")
def run(
    source: Annotated[str, typer.Option(help="Of this source only.")] = "",
    everything: Annotated[
        bool, typer.Option("--all", help="Every record, not only what is due.")
    ] = False,
    as_user: As = None,
    as_json: Json = False,
) -> None:
    """Judge what the hub holds: records that changed, or whose rules did, since they were judged.

    A run that is interrupted goes on where it stopped. Exit 1: it found new failures.
    """
    with opened_hub():
        done = _judged(source, as_user, quiet=as_json, everything=everything)
    if as_json:
        print_json(asdict(done))
    else:
        _show_judged(done)
    if done.opened:
        raise typer.Exit(FOUND)


def _judged(source: str, as_user: str | None, *, quiet: bool, everything: bool = False) -> Any:
    """What judging what is held came to."""
    from tellonce.hub.accounts.selectors import actor  # noqa: PLC0415
    from tellonce.hub.quality import running  # noqa: PLC0415

    with Stages(quiet=quiet) as progress:
        by = actor(as_user)
        return running.run_rules(source, everything=everything, by=by, progress=progress)


def _show_judged(done: Any) -> None:
    show(f"{counted(done.records, 'record')} judged.")
    if done.opened:
        show(f"{counted(done.opened, 'failure')} opened: tellonce quality failures")
    if done.settled:
        show(f"{counted(done.settled, 'failure')} settled.")


def _show_set(done: Any, judged: Any, *, as_json: bool) -> None:
    """What setting rules did; `judged`: what judging what is held came to, None: it was not."""
    if as_json:
        said = {"version": asdict(done.version), "changed": done.changed}
        said |= {"sentences": list(done.sentences), "held": done.held}
        print_json(said | ({"judged": asdict(judged)} if judged else {}))
    else:
        _say_set(done, judged)
    if judged is not None and judged.opened:
        raise typer.Exit(FOUND)


def _say_set(done: Any, judged: Any) -> None:
    one = done.version
    what = f"version {one.number}, {counted(one.rules, 'rule')}"
    if done.changed:
        show(f"In force for {_scope(one.source).lower()}: {what}.")
    else:
        show(f"Nothing changed: these rules are in force ({what}).")
    for sentence in done.sentences:
        show(sentence)
    if judged is not None:
        _show_judged(judged)
    elif done.held:
        show(done.held)


def _scope(source: str) -> str:
    return source or "All sources"
