"""`tellonce household`: who lives together."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from tellonce.cli.opened import opened_hub
from tellonce.cli.output import print_json, show

household = typer.Typer(no_args_is_help=True, help="Customers who live together.")


@household.callback()
def _households() -> None:
    """Customers who live together."""


@household.command("show")
def show_household(
    id: Annotated[str, typer.Argument(metavar="ID", help="hou_..., or cus_... of a member.")],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> None:
    """Show a household: its customers by id, and since when they share it."""
    with opened_hub(with_keys=False):
        from tellonce.hub.customers.selectors import household_of  # noqa: PLC0415

        found = household_of(id)
    if as_json:
        print_json(asdict(found) if found else None)
        return
    if found is None:
        show("This customer shares its home with no other customer.")
        return
    if id.startswith("hou_") and id != found.id:
        show(f"{id} is no more, and leads to:")
    ended = f", until {found.retired_at:%Y-%m-%d}" if found.retired_at else ""
    show(f"{found.id}  since {found.created_at:%Y-%m-%d}{ended}")
    for one in found.members:
        show(f"    {one.customer}  since {one.from_at:%Y-%m-%d}")
