"""`tellonce upkeep nudges`: asking people, one question each, rarely."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated, Any

import typer

from tellonce.cli.acts import As, Json
from tellonce.cli.opened import opened_hub
from tellonce.cli.output import counted, print_json, show

nudges = typer.Typer(no_args_is_help=True, help="One question to a person, rarely.")

Limit = Annotated[int, typer.Option(help="At most so many people.", min=1, max=500)]


@nudges.callback()
def _nudges() -> None:
    """One question to a person, rarely."""


@nudges.command("plan")
def plan(limit: Limit = 20, as_user: As = None, as_json: Json = False) -> None:
    """Say whom would be asked what now, those of most worth first; nobody is."""
    with opened_hub():
        from tellonce.hub.accounts.selectors import actor  # noqa: PLC0415
        from tellonce.hub.upkeep.nudging import plan_nudges  # noqa: PLC0415

        found = plan_nudges(by=actor(as_user), limit=limit)
    if as_json:
        print_json(asdict(found))
        return
    _show(found.nudges, "would be asked")
    for reason, customers in found.passed_over.items():
        show(f"  {counted(customers, 'customer')} not: {reason}.")


@nudges.command("send")
def send(limit: Limit = 20, as_user: As = None, as_json: Json = False) -> None:
    """Ask: one event `tellonce.nudge.asked.v1` a person, for the system that sends messages.

    Nobody is asked twice in a quarter, whatever was merged, split or undone meanwhile.
    """
    with opened_hub():
        from tellonce.hub.accounts.selectors import actor  # noqa: PLC0415
        from tellonce.hub.upkeep.nudging import send_nudges  # noqa: PLC0415

        found = send_nudges(by=actor(as_user), limit=limit)
    if as_json:
        print_json([asdict(one) for one in found])
        return
    _show(found, "asked")
    if not found:
        show("Why nobody: tellonce upkeep nudges plan")


@nudges.command("answered")
def answered(
    nudge: Annotated[str, typer.Argument(metavar="NUDGE", help="Its id, nud_...")],
    answer: Annotated[str, typer.Argument(help="confirmed, changed, or declined.")],
    value: Annotated[
        bool, typer.Option("--value", help="With changed: ask for the new value, which is sealed.")
    ] = False,
    as_user: As = None,
    as_json: Json = False,
) -> None:
    """Write down what the person answered: a confirmation, or a change for a correction."""
    said = typer.prompt("New value", err=True) if value else ""
    with opened_hub():
        from tellonce.hub.accounts.selectors import actor  # noqa: PLC0415
        from tellonce.hub.upkeep.nudging import answer_nudge  # noqa: PLC0415

        done = answer_nudge(nudge, answer, by=actor(as_user), value=said)
    if as_json:
        print_json(asdict(done))
        return
    show(f"{done.id}: {done.attribute} of {done.customer} is {done.state}.")


@nudges.command("list")
def list_nudges(
    state: Annotated[
        str, typer.Option(help="asked, confirmed, changed, declined, or lapsed.")
    ] = "",
    limit: Limit = 20,
    cursor: Annotated[str, typer.Option(help="Go on after this, `next` of the last page.")] = "",
    as_user: As = None,
    as_json: Json = False,
) -> None:
    """List the questions that were asked, the newest first."""
    with opened_hub():
        from tellonce.hub.accounts.selectors import actor  # noqa: PLC0415
        from tellonce.hub.upkeep import nudging  # noqa: PLC0415

        page = nudging.nudges(by=actor(as_user), state=state, limit=limit, cursor=cursor)
    if as_json:
        print_json(asdict(page))
        return
    for one in page.nudges:
        show(f"{one.id}  {one.asked_at:%Y-%m-%d}  {one.customer}  {one.attribute}: {one.state}")
    if not page.nudges:
        show("Nobody was asked.")
    if page.next:
        show(f"More: tellonce upkeep nudges list --cursor {page.next}")


def _show(found: Sequence[Any], what: str) -> None:
    for one in found:
        named = f"{one.id}  " if one.id else ""
        show(
            f"{named}{one.customer}  {one.attribute:<14} by {one.channel:<6} worth {one.worth:.1f}"
        )
    show(f"{counted(len(found), 'customer')} {what}.")
