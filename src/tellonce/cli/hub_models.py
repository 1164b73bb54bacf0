"""`tellonce model propose`, `adopt` and `list`: the models of the hub."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

import typer

from tellonce.cli.model_group import model
from tellonce.cli.opened import opened_hub
from tellonce.cli.output import counted, print_json, show

Json = Annotated[bool, typer.Option("--json", help="One JSON document instead of text.")]
As = Annotated[str | None, typer.Option("--as", help="E-mail of the user who acts.")]
Fingerprint = Annotated[
    str, typer.Argument(help="Its fingerprint, or how it begins, as `model list` shows it.")
]


@model.command("list")
def list_models(as_json: Json = False) -> None:
    """List the models of the hub, the newest first, with what each would have changed."""
    with opened_hub(with_keys=False):
        from tellonce.hub.matching.held import held_models  # noqa: PLC0415

        found = held_models()
    if as_json:
        print_json([asdict(one) for one in found])
        return
    for one in found:
        show(f"{one.fingerprint[:12]}  {_state(one)}  {one.origin}, {one.records:,} records")
        if one.changes:
            show(f"    {_changes(one.changes)}")
    if not found:
        show("There is no model yet: the first records that are loaded bring one.")


@model.command("propose")
def propose_model(as_user: As = None) -> None:
    """Have a model trained in the background, and what it would change worked out.

    It learns from the records that the hub holds and from what people decided.
    """
    with opened_hub():
        from tellonce.hub.accounts.selectors import actor  # noqa: PLC0415
        from tellonce.hub.intake.modelling import request_proposal  # noqa: PLC0415

        request_proposal(by=actor(as_user))
    show("A worker trains it; then see: tellonce model list")


@model.command("adopt")
def adopt_model(fingerprint: Fingerprint, as_user: As = None) -> None:
    """Have all records resolved anew under a model, in the background.

    To go back, adopt the former one.
    """
    with opened_hub():
        from tellonce.hub.accounts.selectors import actor  # noqa: PLC0415
        from tellonce.hub.intake.modelling import request_adoption  # noqa: PLC0415

        found = request_adoption(fingerprint, by=actor(as_user))
    show(f"A worker puts {found.fingerprint[:12]} in force; how far it is: tellonce status")


def _state(one: Any) -> str:
    if one.in_force:
        return f"in force since {one.adopted_at:%Y-%m-%d %H:%M}"
    if one.adopted_at:
        return f"was in force from {one.adopted_at:%Y-%m-%d %H:%M}"
    return f"proposed {one.created_at:%Y-%m-%d %H:%M}"


def _changes(changes: Any) -> str:
    moved = counted(changes["moved"], "record")
    return (
        f"{changes['customers_before']:,} customers would be {changes['customers_after']:,}: "
        f"{changes['unchanged']:,} unchanged, {changes['merged']:,} merged, "
        f"{changes['split']:,} split, {moved} moved"
    )
