"""`tellonce confirm`: a person said that a value is right."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from tellonce.cli.acts import As, Json
from tellonce.cli.opened import opened_hub
from tellonce.cli.output import print_json, show


def confirm(
    what: Annotated[
        str, typer.Argument(metavar="CUSTOMER", help="cus_..., SOURCE:ID; with --undo: cnf_...")
    ],
    attribute: Annotated[
        str, typer.Argument(metavar="[ATTRIBUTE]", help="Such as email, phone, address, name.")
    ] = "",
    *,
    said_by: Annotated[
        str, typer.Option("--said-by", help="customer, representative, or steward.")
    ] = "customer",
    channel: Annotated[str, typer.Option(help="Such as phone, letter, portal.")] = "",
    said_at: Annotated[
        datetime | None,
        typer.Option("--said-at", formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"], help="When, in UTC."),
    ] = None,
    purpose: Annotated[str, typer.Option(help="What the customer is dealt with for.")] = "service",
    undo: Annotated[bool, typer.Option("--undo", help="Withdraw the confirmation named.")] = False,
    as_user: As = None,
    as_json: Json = False,
) -> None:
    """Write down that the golden value of an attribute is right, so that it is fresh again.

    Parts of a name or an address are confirmed together. It hangs on the record that states the
    value, so a merge brings it along and a split takes it away.
    """
    if not undo and not attribute:
        raise typer.BadParameter("Name the attribute that is right, such as email.")
    with opened_hub():
        from tellonce.hub.accounts.selectors import actor  # noqa: PLC0415
        from tellonce.hub.intake.deciding import customers_named  # noqa: PLC0415
        from tellonce.hub.upkeep.confirming import (  # noqa: PLC0415
            confirm_value,
            undo_confirmation,
        )

        by = actor(as_user)
        if undo:
            done = undo_confirmation(what, by=by)
        else:
            customer, moment = customers_named([what])[0], said_at and said_at.replace(tzinfo=UTC)
            told = {"said_by": said_by, "channel": channel, "purpose": purpose}
            done = confirm_value(customer, attribute, by=by, said_at=moment, **told)
    _show(done, undone=undo, as_json=as_json)


def _show(done: Any, *, undone: bool, as_json: bool) -> None:
    if as_json:
        print_json(asdict(done))
        return
    what_happened = "is not confirmed any more" if undone else "is confirmed"
    show(f"{done.customer}: {done.attribute} {what_happened} ({done.record}).")
    if not undone:
        show(f"Undo: tellonce confirm --undo {done.id}")
