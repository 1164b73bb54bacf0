"""`tellonce quality check-source`: rules tried on all that the hub holds of a source."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from tellonce.cli.acts import As
from tellonce.cli.opened import opened_hub
from tellonce.cli.output import Stages, counted, print_json, show
from tellonce.cli.quality_group import Json, quality
from tellonce.cli.rules_file import read_rules_file

FOUND_PROBLEMS = 1


@quality.command("check-source")
def check_source(
    source: Annotated[str, typer.Argument(help="A source of the hub.")],
    rules: Annotated[Path, typer.Option("--rules", metavar="RULES.yaml", help="The rules.")],
    shown: Annotated[int, typer.Option(min=0, help="How many records of each rule.")] = 3,
    as_user: As = None,
    as_json: Json = False,
) -> None:
    """Try rules on all that the hub holds of a source, before they are set; nothing is written.

    Records are named, no value is shown. Exit 1: some do not meet a rule.
    """
    text, lists = read_rules_file(rules)
    with opened_hub(), Stages(quiet=as_json) as progress:
        from tellonce.hub.accounts.selectors import actor  # noqa: PLC0415
        from tellonce.hub.quality.checking import check_source  # noqa: PLC0415
        from tellonce.hub.quality.services import RulesFile  # noqa: PLC0415

        file = RulesFile(rules.name, text, lists)
        found = check_source(source, file, by=actor(as_user), shown=shown, progress=progress)
    if as_json:
        print_json(asdict(found))
    else:
        _show(found)
    if any(one.failed for one in found.met.values()):
        raise typer.Exit(FOUND_PROBLEMS)


def _show(found: Any) -> None:
    show(f"{found.source}: {counted(found.records, 'record')} judged.")
    for rule, one in found.met.items():
        if rule in found.silent:
            continue
        empty = f", {one.empty:,} empty" if one.empty else ""
        show(f"  {rule}: {one.failed:,} fail, {one.passed:,} pass{empty}")
        for failing in found.failing:
            if failing.rule == rule:
                kept = " (kept out on arrival)" if failing.on_fail == "quarantine" else ""
                record = f"{found.source}:{failing.record}"
                show(f"      {record}: {failing.field} {failing.reason}{kept}")
    for rule, why in found.silent.items():
        show(f"  {rule}: not evaluated, which is no pass: {why}")
