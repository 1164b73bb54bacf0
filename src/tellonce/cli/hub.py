"""`tellonce init`, `status`, `doctor`: the hub itself."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Annotated, Any

import typer
from django.conf import settings
from django.core.management import call_command
from django.db import connection

from tellonce.cli.opened import check_there, opened_hub, set_up_hub
from tellonce.cli.output import print_json
from tellonce.hub import env
from tellonce.hub.core.files import write_once

FOUND_PROBLEMS = 1
DEMO_MARK = "demo.json"  # in the home of a hub that `tellonce demo` made and may replace
Json = Annotated[bool, typer.Option("--json", help="One JSON document instead of text.")]


def init(as_json: Json = False) -> None:
    """Make a hub in TELLONCE_HOME: database, keys, administrator. Again: bring it up to date."""
    home: Path = env.read("TELLONCE_HOME")
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not env.read("TELLONCE_SECRET_KEY"):
        write_once(home / "secret.key", secrets.token_urlsafe(48) + "\n")
    with set_up_hub():
        from tellonce.hub.accounts.selectors import user_count  # noqa: PLC0415
        from tellonce.hub.accounts.services import make_first_administrator  # noqa: PLC0415
        from tellonce.hub.vault import services as vault  # noqa: PLC0415

        if connection.vendor == "sqlite":
            write_once(Path(connection.settings_dict["NAME"]), "")
        call_command("migrate", verbosity=0, interactive=False)
        vault.install(make_key_file=True)
        was_there = bool(user_count())
        administrator = make_first_administrator()
    if as_json:
        print_json(
            {
                "home": home,
                "database": connection.vendor,
                "administrator": administrator.email,
                "master_key": settings.TELLONCE_MASTER_KEY_FILE,
                "was_there": was_there,
            }
        )
        return
    state = "was there already and is up to date" if was_there else "is ready"
    typer.echo(f"The hub in {home} {state}; commands act as {administrator.email}.")
    if (home / DEMO_MARK).is_file():
        typer.echo("It is a demo's, and the next demo replaces it. For a hub of your own:")
        typer.echo("export TELLONCE_HOME=./my-hub; tellonce init")
        return
    typer.echo(f"Keep a copy of {settings.TELLONCE_MASTER_KEY_FILE} in another place:")
    typer.echo("without it nothing secret can be read again.")
    typer.echo("Next: tellonce source add NAME --kind KIND, then tellonce load NAME FILE")


def status(as_json: Json = False) -> None:
    """Count what the hub holds."""
    with opened_hub(with_keys=False):
        from tellonce.hub.status import hub_status  # noqa: PLC0415

        found = hub_status()
    if as_json:
        print_json(found.as_json())
        return
    for label, value in found.lines():
        typer.echo(f"{label:<26}{value}")


def doctor(as_json: Json = False) -> None:
    """Check that the hub is in order: configuration, database, keys, worker, clock, disk, audit.

    Exit 1: it is not.
    """
    with set_up_hub():
        check_there()
        from tellonce.hub.doctor import findings  # noqa: PLC0415

        found = findings()
    if as_json:
        print_json({"ok": all(one.ok for one in found), "checks": [one.as_json() for one in found]})
    else:
        _show(found)
    if not all(one.ok for one in found):
        raise typer.Exit(FOUND_PROBLEMS)


def _show(found: list[Any]) -> None:
    for one in found:
        typer.echo(f"{'ok ' if one.ok else 'BAD'}  {one.name}: {one.sentence}")
        if one.hint:
            typer.echo(f"     {one.hint}")
