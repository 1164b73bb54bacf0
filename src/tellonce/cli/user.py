"""`tellonce user`: the people who work with the hub."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from tellonce.cli.opened import opened_hub
from tellonce.cli.output import print_json
from tellonce.hub.accounts.types import ROLES
from tellonce.hub.core.clock import iso

As = Annotated[str | None, typer.Option("--as", help="E-mail of the user who acts.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON document instead of text.")]
Email = Annotated[str, typer.Argument(help="The user's e-mail address.")]

user = typer.Typer(no_args_is_help=True, help="The people who work with the hub.")


@user.callback()
def _users() -> None:
    """The people who work with the hub."""


@user.command("add")
def add_user(
    email: Annotated[str, typer.Argument(help="E-mail address to sign in with.")],
    role: Annotated[str, typer.Option(help=f"One of {', '.join(ROLES)}; again for more.")],
    name: Annotated[str, typer.Option(help="The user's name.")] = "",
    as_user: As = None,
    as_json: Json = False,
) -> None:
    """Add a user, or give one that is there a further role."""
    with opened_hub():
        from tellonce.hub.accounts.selectors import actor, user_of  # noqa: PLC0415
        from tellonce.hub.accounts.services import add_user  # noqa: PLC0415

        add_user(email, role, by=actor(as_user), name=name)
        added = user_of(email)
    _show(added, as_json)


@user.command("remove")
def remove_role(
    email: Email,
    role: Annotated[str, typer.Option(help="The role that the user had.")],
    as_user: As = None,
    as_json: Json = False,
) -> None:
    """Take a role from a user."""
    with opened_hub():
        from tellonce.hub.accounts.selectors import actor  # noqa: PLC0415
        from tellonce.hub.accounts.services import remove_role  # noqa: PLC0415

        left = remove_role(email, role, by=actor(as_user))
    _show(left, as_json)


@user.command("disable")
def disable_user(email: Email, as_user: As = None, as_json: Json = False) -> None:
    """Let a user act no more, from now on. What the user did stays, under the same name."""
    _switch(email, active=False, as_user=as_user, as_json=as_json)


@user.command("enable")
def enable_user(email: Email, as_user: As = None, as_json: Json = False) -> None:
    """Let a disabled user act again, in the same roles."""
    _switch(email, active=True, as_user=as_user, as_json=as_json)


@user.command("list")
def list_users(as_json: Json = False) -> None:
    """List the users, disabled ones too, with their roles."""
    with opened_hub(with_keys=False):
        from tellonce.hub.accounts.selectors import users  # noqa: PLC0415

        found = users()
    if as_json:
        print_json([_as_json(one) for one in found])
        return
    for one in found:
        typer.echo(_line(one))


def _switch(email: str, *, active: bool, as_user: str | None, as_json: bool) -> None:
    with opened_hub():
        from tellonce.hub.accounts.selectors import actor  # noqa: PLC0415
        from tellonce.hub.accounts.services import switch_user  # noqa: PLC0415

        switched = switch_user(email, active=active, by=actor(as_user))
    _show(switched, as_json)


def _show(one: Any, as_json: bool) -> None:
    if as_json:
        print_json(_as_json(one))
        return
    typer.echo(_line(one))


def _line(one: Any) -> str:
    roles = ", ".join(one.roles) or "no role"
    return f"{one.email}: {roles}" + ("" if one.active else " (disabled)")


def _as_json(one: Any) -> dict[str, Any]:
    return {
        "id": one.id,
        "email": one.email,
        "name": one.name,
        "roles": list(one.roles),
        "active": one.active,
        "created_at": iso(one.created_at),
    }
