"""`tellonce client`: the systems that use the API."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from tellonce.cli.opened import opened_hub
from tellonce.cli.output import print_json
from tellonce.hub.accounts.types import PURPOSES, SCOPES
from tellonce.hub.core.clock import iso

As = Annotated[str | None, typer.Option("--as", help="E-mail of the user who acts.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON document instead of text.")]
Name = Annotated[str, typer.Argument(help="Its name.")]

client = typer.Typer(no_args_is_help=True, help="The systems that use the API.")


@client.callback()
def _clients() -> None:
    """The systems that use the API."""


@client.command("add")
def add_client(
    name: Annotated[str, typer.Argument(help="Short name, such as web-shop.")],
    scopes: Annotated[str, typer.Option(help=f"What it may do, by comma: {', '.join(SCOPES)}.")],
    purposes: Annotated[
        str, typer.Option(help=f"What it may read customers for, by comma: {', '.join(PURPOSES)}.")
    ],
    as_json: Json = False,
    as_user: As = None,
) -> None:
    """Add a client. Its secret is shown once and kept as a hash only."""
    with opened_hub():
        from tellonce.hub.accounts.clients import add_client as add  # noqa: PLC0415
        from tellonce.hub.accounts.selectors import actor  # noqa: PLC0415

        made = add(name, _words(scopes), _words(purposes), by=actor(as_user))
    _show_secret(made, as_json)


@client.command("rotate")
def rotate_client(name: Name, as_json: Json = False, as_user: As = None) -> None:
    """Give a client a new secret; the old one and its tokens stop working at once."""
    with opened_hub():
        from tellonce.hub.accounts.clients import rotate_client as rotate  # noqa: PLC0415
        from tellonce.hub.accounts.selectors import actor  # noqa: PLC0415

        made = rotate(name, by=actor(as_user))
    _show_secret(made, as_json)


@client.command("revoke")
def revoke_client(name: Name, as_user: As = None) -> None:
    """Take everything from a client, at once."""
    with opened_hub():
        from tellonce.hub.accounts.clients import revoke_client as revoke  # noqa: PLC0415
        from tellonce.hub.accounts.selectors import actor  # noqa: PLC0415

        revoked = revoke(name, by=actor(as_user))
    typer.echo(f"{revoked.name} ({revoked.id}) is revoked, and its tokens with it.")


@client.command("list")
def list_clients(as_json: Json = False) -> None:
    """List the clients: what each may do, for what, and when it last took a token."""
    with opened_hub(with_keys=False):
        from tellonce.hub.accounts.selectors import api_clients  # noqa: PLC0415

        found = api_clients()
    if as_json:
        print_json([_as_json(one) for one in found])
        return
    if not found:
        typer.echo("There is no client yet. Add one: tellonce client add NAME --scopes S")
    for one in found:
        last = f"{one.last_token_at:%Y-%m-%d %H:%M}" if one.last_token_at else "never"
        state = f"revoked {one.revoked_at:%Y-%m-%d}" if one.revoked_at else f"last token {last}"
        typer.echo(f"{one.name:<20} {one.id}  {state}")
        typer.echo(f"{'':<20} {','.join(one.scopes)} for {','.join(one.purposes)}")


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]


def _show_secret(made: Any, as_json: bool) -> None:
    if as_json:
        print_json({**_as_json(made.client), "secret": made.secret})
        return
    typer.echo(f"client id      {made.client.id}")
    typer.echo(f"client secret  {made.secret}")
    typer.echo("The secret is not shown again: put it where the client reads it.")


def _as_json(one: Any) -> dict[str, Any]:
    return {
        "id": one.id,
        "name": one.name,
        "scopes": list(one.scopes),
        "purposes": list(one.purposes),
        "created_at": iso(one.created_at),
        "last_token_at": iso(one.last_token_at) if one.last_token_at else None,
        "revoked_at": iso(one.revoked_at) if one.revoked_at else None,
    }
