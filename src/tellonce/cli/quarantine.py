"""`tellonce quarantine`: the rows that could not be used, worked through by people."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from tellonce.cli.opened import opened_hub
from tellonce.cli.output import Stages, counted, print_json, show

FOUND_PROBLEMS = 1
_NAMED = 10
Json = Annotated[bool, typer.Option("--json", help="One JSON document instead of text.")]
Source = Annotated[str, typer.Option(help="Only of this source.")]
Reason = Annotated[str, typer.Option(help="Only those whose reason holds these words.")]
Rule = Annotated[str, typer.Option(help="Only those that this validation rule sent there.")]
Ids = Annotated[list[int] | None, typer.Option("--id", help="This row; again for more.")]

quarantine = typer.Typer(no_args_is_help=True, help="The rows that could not be used.")


@quarantine.callback()
def _quarantine() -> None:
    """The rows that could not be used."""


@quarantine.command("list")
def list_rows(
    *,
    source: Source = "",
    reason: Reason = "",
    rule: Rule = "",
    limit: Annotated[int, typer.Option(min=0, help="How many rows are named.")] = 20,
    by_rule: Annotated[bool, typer.Option("--by-rule", help="Count by rule instead.")] = False,
    as_json: Json = False,
) -> None:
    """Count the rows that wait by reason, and name the newest; no value is shown."""
    with opened_hub(with_keys=False):
        from tellonce.hub.sources import quarantining  # noqa: PLC0415

        counted_rows = quarantining.quarantine_rules if by_rule else quarantining.quarantine_groups
        which = quarantining.Which(source, reason, rule=rule)
        groups = counted_rows(which)
        entries = quarantining.quarantine_entries(which, limit)
    if as_json:
        print_json(
            {
                "reasons": [_as_dict(group) for group in groups],
                "rows": [_as_dict(entry) for entry in entries],
            }
        )
        return
    meant = any([source, reason, rule])
    if not groups:
        show(f"Nothing {'of that ' if meant else ''}waits in quarantine.")
    for group in groups:
        said = (group.rule or "could not be read or stored") if by_rule else group.reason
        show(f"{group.rows:>7,} of {group.source} as {group.content}: {said}")
    for entry in entries:
        show(f"{entry.id}: {_place(entry)}: {entry.reason}{_mended(entry)}")
    left = sum(group.rows for group in groups) - len(entries)
    if entries and left:
        show(f"and {left:,} more: --limit NUMBER shows them.")


@quarantine.command("show")
def show_rows(
    ids: Annotated[list[int], typer.Argument(help="Numbers, as `quarantine list` has them.")],
    as_json: Json = False,
) -> None:
    """Show what stands in rows. For engineers, stewards and administrators; it is audited."""
    with opened_hub():
        from tellonce.hub.accounts.selectors import actor  # noqa: PLC0415
        from tellonce.hub.sources.quarantining import open_quarantined  # noqa: PLC0415

        found = open_quarantined(ids, by=actor())
    if as_json:
        print_json(
            [_as_dict(o.entry) | {"raw": o.raw, "corrections": o.corrections} for o in found]
        )
        return
    for one in found:
        entry = one.entry
        show(f"{entry.id}: {_place(entry)}, {entry.state}: {entry.reason}")
        show(f"  {one.raw}")
        for header, value in one.corrections.items():
            show(f"  {header} was corrected: {'emptied' if value is None else value}")


@quarantine.command("correct")
def correct(
    number: Annotated[int, typer.Argument(help="Its number, as `quarantine list` has it.")],
    fields: Annotated[list[str], typer.Option("--set", help="FIELD=VALUE; FIELD= empties it.")],
    because: Annotated[str, typer.Option(help="Why it is right; it is audited.")],
    as_json: Json = False,
) -> None:
    """Write into fields of a row that waits; it is kept as it came, and replayed as corrected."""
    changes = dict(_field_and_value(one) for one in fields)
    with opened_hub():
        from tellonce.hub.accounts.selectors import actor  # noqa: PLC0415
        from tellonce.hub.sources.correcting import correct_quarantined  # noqa: PLC0415

        entry = correct_quarantined(number, changes, by=actor(), reason=because)
    if as_json:
        print_json(_as_dict(entry))
        return
    show(f"Corrected: {', '.join(changes)}. Deliver it: tellonce quarantine replay --id {number}")


@quarantine.command("replay")
def replay(
    *,
    source: Source = "",
    reason: Reason = "",
    rule: Rule = "",
    ids: Ids = None,
    corrected: Annotated[
        Path | None, typer.Option(help="File in which these rows are mended; loaded instead.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Deliver rows again, under the configuration of now. Exit 1: some wait again."""
    with opened_hub(), Stages(quiet=as_json) as progress:
        from tellonce.hub.accounts.selectors import actor  # noqa: PLC0415
        from tellonce.hub.sources import quarantining  # noqa: PLC0415

        which = quarantining.Which(source, reason, tuple(ids or ()), rule)
        said: dict[str, Any] = {"by": actor(), "progress": progress}
        if corrected is not None:
            done = quarantining.replay_corrected(which, corrected, **said)
        else:
            done = quarantining.replay_quarantined(which, **said)
    if as_json:
        print_json(_as_dict(done))
    else:
        _tell(done)
    if done.waiting or done.unreadable:
        raise typer.Exit(FOUND_PROBLEMS)


@quarantine.command("discard")
def discard(
    because: Annotated[str, typer.Option(help="Why they are not needed; it is audited.")],
    *,
    source: Source = "",
    reason: Reason = "",
    rule: Rule = "",
    ids: Ids = None,
    as_json: Json = False,
) -> None:
    """Let rows wait no more: they will not be used."""
    with opened_hub():
        from tellonce.hub.accounts.selectors import actor  # noqa: PLC0415
        from tellonce.hub.sources import quarantining  # noqa: PLC0415

        which = quarantining.Which(source, reason, tuple(ids or ()), rule)
        count = quarantining.discard_quarantined(which, by=actor(), reason=because)
    if as_json:
        print_json({"discarded": count})
    else:
        show(f"{counted(count, 'row')} discarded.")


def _tell(done: Any) -> None:
    show(f"{counted(done.loaded, 'row')} loaded.")
    if done.waiting:
        wait = "waits" if done.waiting == 1 else "wait"
        named = ", ".join(map(str, done.again[:_NAMED])) or "of another row like it"
        more = ", ..." if len(done.again) > _NAMED else ""
        show(
            f"{counted(done.waiting, 'row')} {wait} again, with the reason of now "
            f"(number {named}{more}): tellonce quarantine list"
        )
    if done.unreadable:
        show(
            f"Cannot be read as rows, and wait: {counted(done.unreadable, 'row')}. "
            "Mend them in a file: tellonce quarantine replay --id NUMBER --corrected FILE"
        )


def _field_and_value(text: str) -> tuple[str, str | None]:
    header, equals, value = text.partition("=")
    if not equals or not header:
        raise typer.BadParameter(f"--set {text!r} is not FIELD=VALUE")
    return header, value or None


def _mended(entry: Any) -> str:
    return f" (corrected: {', '.join(entry.corrected)})" if entry.corrected else ""


def _place(entry: Any) -> str:
    place = "" if entry.reason.startswith("line ") else f" row {entry.row}"  # the line says more
    return f"{entry.source}, {entry.file_name}{place}"


def _as_dict(value: Any) -> dict[str, Any]:
    return {name: getattr(value, name) for name in value.__slots__}
