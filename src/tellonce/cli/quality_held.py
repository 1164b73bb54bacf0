"""Rules tried on all that the hub holds of a source, as `tellonce quality check` shows it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tellonce.cli.opened import opened_hub
from tellonce.cli.output import Stages, counted, print_json, show
from tellonce.cli.rules_file import read_rules_file
from tellonce.hub.core.errors import NotInitialised, Unknown, WrongCall

SHOWN = 3  # records of each rule
_FAIL, _NOT_EVALUATED = 1, 4


def exit_code(fails: bool, silent: bool) -> int:
    """What a check of rules exits with: 1 where something fails, else 4 where a rule could not be
    evaluated, else 0."""
    return _FAIL if fails else _NOT_EVALUATED if silent else 0


def check_held(name: str, rules: Path, *, as_user: str | None, as_json: bool) -> int:
    """Try rules on all that the hub holds of a source, and show what they say; records are named,
    no value is shown. Returns the exit code.

    Raises `WrongCall` where no source is called so, or there is no hub.
    """
    text, lists = read_rules_file(rules)
    with told_as_no_file(name), opened_hub(), Stages(quiet=as_json) as progress:
        from tellonce.hub.accounts.selectors import actor  # noqa: PLC0415
        from tellonce.hub.quality.checking import check_source  # noqa: PLC0415
        from tellonce.hub.quality.services import RulesFile  # noqa: PLC0415

        file = RulesFile(rules.name, text, lists)
        found = check_source(name, file, by=actor(as_user), shown=SHOWN, progress=progress)
    if as_json:
        print_json(asdict(found))
    else:
        _show(found)
    return exit_code(any(one.failed for one in found.met.values()), bool(found.silent))


@contextmanager
def told_as_no_file(name: str) -> Iterator[None]:
    """Whoever named something that is neither a file nor a source is told both."""
    try:
        yield
    except Unknown as error:
        raise WrongCall(f"There is no file {name}. {error}", hint=error.hint) from None
    except NotInitialised as error:
        raise WrongCall(
            f"There is no file {name}, and it is no source of a hub: {error}",
            hint="Name a file as it is, or a source where a hub is there.",
        ) from None


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
