"""`tellonce snapshot`: one customer, seen whole, for one purpose."""

from __future__ import annotations

import json
import re
from enum import StrEnum
from typing import Annotated, Any

import typer

from tellonce.cli.opened import opened_hub
from tellonce.cli.output import print_json
from tellonce.cli.snapshot_table import print_page
from tellonce.hub.core.errors import WrongCall
from tellonce.hub.policy.types import PURPOSES, SECTIONS, TRIGGERS


class Format(StrEnum):
    """How the snapshot is shown."""

    TABLE = "table"
    JSON = "json"
    HTML = "html"
    PDF = "pdf"


def snapshot(
    *,
    purpose: Annotated[str, typer.Option(help=f"What it is for: {', '.join(PURPOSES)}.")],
    customer: Annotated[str, typer.Option(help="The customer's id, cus_...")] = "",
    record: Annotated[str, typer.Option(help="One of the customer's records, SOURCE:ID.")] = "",
    email: Annotated[str, typer.Option(help="A complete e-mail address of the customer.")] = "",
    phone: Annotated[str, typer.Option(help="A complete phone number of the customer.")] = "",
    trigger: Annotated[
        str, typer.Option(help=f"What caused it: {', '.join(TRIGGERS)}.")
    ] = "profile",
    sections: Annotated[str, typer.Option(help=f"Only some of {', '.join(SECTIONS)}.")] = "",
    as_user: Annotated[str | None, typer.Option("--as", help="E-mail of who asks.")] = None,
    shown_as: Annotated[
        Format, typer.Option("--format", help="How to show it; pdf: not yet.")
    ] = Format.TABLE,
) -> None:
    """Ask for the snapshot of one customer; P1624 says that it is ready."""
    if shown_as is Format.PDF:
        raise WrongCall(
            "A snapshot as PDF is not there yet.",
            hint="Use --format html and print the page, to paper or to PDF.",
        )
    with opened_hub():
        from tellonce.hub.accounts.selectors import actor  # noqa: PLC0415
        from tellonce.hub.snapshots.services import take_snapshot  # noqa: PLC0415
        from tellonce.hub.snapshots.types import SnapshotRequest  # noqa: PLC0415

        request = SnapshotRequest(
            purpose=purpose,
            customer=customer.strip(),
            record=record.strip(),
            email=email.strip(),
            phone=phone.strip(),
            trigger=trigger,
            sections=tuple(part.strip() for part in sections.split(",") if part.strip()),
        )
        taken = take_snapshot(request, actor(as_user))
        _show(taken, shown_as)


def _show(taken: Any, shown_as: Format) -> None:
    from tellonce.hub.snapshots.reading import readable  # noqa: PLC0415
    from tellonce.hub.snapshots.report import html_page  # noqa: PLC0415

    if shown_as is Format.JSON:
        print_json({"event": taken.event, "snapshot": taken.snapshot.as_json()})
    elif shown_as is Format.HTML:
        typer.echo(html_page(taken.snapshot, taken.event))
    else:
        typer.echo(_compact(json.dumps(taken.event, ensure_ascii=False, indent=2)))
        print_page(readable(taken.snapshot))


def _compact(document: str) -> str:
    """Indented JSON with each innermost object on one line."""
    return re.sub(r"\{[^{}]*\}", lambda found: re.sub(r"\s*\n\s*", " ", found[0]), document)
