"""`tellonce key`: the master key, which wraps all others."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

import typer

from tellonce.cli.opened import opened_hub
from tellonce.cli.output import Stages, counted, print_json, show

Json = Annotated[bool, typer.Option("--json", help="One JSON document instead of text.")]

key = typer.Typer(no_args_is_help=True, help="The master key, which wraps all others.")


@key.callback()
def _keys() -> None:
    """The master key, which wraps all others."""


@key.command("list")
def list_keys(as_json: Json = False) -> None:
    """List the master keys of this hub, and how many keys each still wraps."""
    with opened_hub():
        from tellonce.hub.vault.rotation import master_key_states  # noqa: PLC0415

        found = master_key_states()
    if as_json:
        print_json([asdict(one) for one in found])
        return
    for one in found:
        state = "in use" if one.in_use else "old"
        show(f"{one.name}  {state:<6}  since {one.since:%Y-%m-%d}  wraps {one.wraps:,} keys")


@key.command("rotate")
def rotate_key() -> None:
    """Put a new master key in use, and wrap every key by it, while the hub goes on working."""
    with opened_hub(), Stages() as progress:
        operations, by = _operations()
        name, count = operations.rotate_master_key(progress, by=by)
    show(f"{name} is in use; {counted(count, 'key')} wrapped by it. Copy the file elsewhere now.")


@key.command("rewrap")
def rewrap_keys() -> None:
    """Wrap by the key in use what an old one still wraps."""
    with opened_hub(), Stages() as progress:
        operations, by = _operations()
        count = operations.rewrap_keys(progress, by=by)
    show(f"{counted(count, 'key')} wrapped anew.")


@key.command("drop")
def drop_key(
    name: Annotated[str, typer.Argument(help="Its name, as `key list` shows it.")],
) -> None:
    """Take an old master key out of the file; backups from before need a copy of it."""
    with opened_hub():
        operations, by = _operations()
        operations.drop_master_key(name, by=by)
    show(f"{name} is gone from the file.")


def _operations() -> tuple[Any, Any]:
    from tellonce.hub import operations  # noqa: PLC0415
    from tellonce.hub.accounts.selectors import actor  # noqa: PLC0415

    return operations, actor()
