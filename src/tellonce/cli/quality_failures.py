"""`tellonce quality failures`, `show` and `waive`: where rules are not met."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

import typer

from tellonce.cli.acts import As
from tellonce.cli.opened import opened_hub
from tellonce.cli.output import counted, print_json, show
from tellonce.cli.quality_group import Json, quality

FOUND_PROBLEMS = 1
_BY = ("rule", "severity", "dimension", "owner", "source", "attribute")


@quality.command("failures")
def list_failures(
    *,
    source: Annotated[str, typer.Option(help="Of this source.")] = "",
    rule: Annotated[str, typer.Option(help="Of this rule.")] = "",
    severity: Annotated[str, typer.Option(help="low, medium, high or critical.")] = "",
    dimension: Annotated[str, typer.Option(help="Such as validity.")] = "",
    owner: Annotated[str, typer.Option(help="Whose rules.")] = "",
    state: Annotated[
        str, typer.Option(help="open, corrected, waived, fixed, gone, or any.")
    ] = "open",
    record: Annotated[str, typer.Option(help="Of this record: SOURCE:ID.")] = "",
    count_by: Annotated[str, typer.Option("--by", help=f"Count by {', '.join(_BY)} instead.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many.")] = 50,
    cursor: Annotated[int | None, typer.Option(help="Go on below this number.")] = None,
    as_json: Json = False,
) -> None:
    """List where rules are not met, the newest first; no value is shown. Exit 1: there are some."""
    if count_by and count_by not in _BY:
        raise typer.BadParameter(f"--by is one of {', '.join(_BY)}")
    if record:
        source, _, record = record.partition(":")
    with opened_hub(with_keys=False):
        from tellonce.hub.quality import selectors  # noqa: PLC0415

        kept = "" if state == "any" else state
        asked = selectors.FailuresAsked(source, rule, severity, dimension, owner, kept, record)
        counts = selectors.failure_counts(asked, count_by or "severity")
        page = selectors.failures_page(asked, limit=limit, before=cursor)
    if as_json:
        told = {"total": sum(counts.values()), "counts": counts, "next": page.next}
        print_json({**told, "failures": [asdict(one) for one in page.failures]})
    else:
        _show(page, counts, count_by)
    if page.failures:
        raise typer.Exit(FOUND_PROBLEMS)


@quality.command("show")
def show_failure(
    number: Annotated[int, typer.Argument(help="Its number, as `quality failures` has it.")],
    purpose: Annotated[str, typer.Option(help="What the value is looked at for.")] = "service",
    as_user: As = None,
    as_json: Json = False,
) -> None:
    """Show a failure with its value, as policy lets you see it; it is audited."""
    with opened_hub():
        from tellonce.hub.accounts.selectors import actor  # noqa: PLC0415
        from tellonce.hub.quality.opening import open_failure  # noqa: PLC0415

        seen = open_failure(number, purpose, by=actor(as_user))
    if as_json:
        print_json(asdict(seen))
        return
    one = seen.failure
    show(_line(one))
    hidden = "not for this purpose" if seen.shown == "deny" else "none is kept"
    show(f"  {one.field}: {hidden if seen.value is None else seen.value}")
    show(f"  {one.dimension}, on failure {one.on_fail}, rules version {one.rules_version}")
    if one.because:
        show(f"  because: {one.because}")


@quality.command("waive")
def waive(
    numbers: Annotated[list[int], typer.Argument(help="Numbers of failures.")],
    because: Annotated[str, typer.Option(help="Why they may stand; it is audited.")],
    as_user: As = None,
    as_json: Json = False,
) -> None:
    """Let failures stand: they are right, or nothing can be done. Until the value is another."""
    with opened_hub():
        from tellonce.hub.accounts.selectors import actor  # noqa: PLC0415
        from tellonce.hub.quality.services import waive_failures  # noqa: PLC0415

        done = waive_failures(set(numbers), by=actor(as_user), reason=because)
    if as_json:
        print_json([asdict(one) for one in done])
    else:
        show(f"{counted(len(done), 'failure')} waived.")


def _show(page: Any, counts: dict[str, int], count_by: str) -> None:
    if not page.failures:
        show("No rule is broken by what was judged.")
        return
    if count_by:
        for name, count in counts.items():
            show(f"{count:>8,}  {name or 'nobody'}")
        return
    for one in page.failures:
        show(_line(one))
    said = ", ".join(f"{count:,} {name}" for name, count in counts.items())
    show(f"{counted(sum(counts.values()), 'failure')}: {said}.")
    if page.next:
        show(f"More: tellonce quality failures --cursor {page.next}")


def _line(one: Any) -> str:
    state = "" if one.state == "open" else f", {one.state}"
    where = f"{one.source}:{one.record}"
    return (
        f"{one.id:>6}  {one.severity}{state}  {where}: {one.field} {one.reason} (rule {one.rule})"
    )
