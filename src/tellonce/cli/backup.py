"""`tellonce backup`, `restore`, `upgrade`: keeping what the hub holds."""

from __future__ import annotations

import secrets
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from tellonce.cli.opened import check_there, opened_hub, set_up_hub
from tellonce.cli.output import Stages, counted, print_json, show
from tellonce.hub import env
from tellonce.hub.core.errors import Busy, KeyTrouble, WrongCall
from tellonce.hub.core.files import write_once

Key = Annotated[
    Path | None, typer.Option("--key", help="File with a passphrase, or with a key of its own.")
]
Json = Annotated[bool, typer.Option("--json", help="One JSON document instead of text.")]


def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The backup.")],
    key: Key = None,
    new_key: Annotated[
        bool, typer.Option("--new-key", help="Make the key file, where it is not there.")
    ] = False,
    verify: Annotated[
        bool, typer.Option("--verify", help="Write none: verify the one that is there.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Write an encrypted backup while the hub goes on working, and verify it.

    It holds the whole database. It does not hold the master key: keep a copy of that elsewhere.
    """
    with opened_hub(), Stages(quiet=as_json) as progress:
        from tellonce.hub.accounts.selectors import actor  # noqa: PLC0415
        from tellonce.hub.backup import sealing, services  # noqa: PLC0415
        from tellonce.hub.operations import check_operate  # noqa: PLC0415

        by = actor()
        check_operate("hub.backup", by)
        if verify and new_key:
            raise WrongCall("A new key opens no backup that is there.", hint="Leave out --new-key.")
        path = _key_path(key, made_with=verify)
        if new_key:
            sealing.make_key_file(path)
        secret = sealing.read_key_file(path, made_with=verify)
        if verify:
            found = services.verify_backup(file, secret, progress)
        else:
            found = services.write_backup(file, secret, by.id, progress)
    _show(found, as_json, f"{file} is whole" if verify else f"{file} is written and verified")
    if not verify and not as_json:
        show(f"To restore it you need {path} and {settings.TELLONCE_MASTER_KEY_FILE}.")


def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The backup.")],
    key: Key = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Whatever the hub holds now is gone.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Make the hub what it was when the backup was made. Everything is verified first.

    The master key of that hub must be in place. End `serve` and `work` before.
    """
    home: Path = env.read("TELLONCE_HOME")
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not env.read("TELLONCE_SECRET_KEY"):
        write_once(home / "secret.key", secrets.token_urlsafe(48) + "\n")
    with set_up_hub(), Stages(quiet=as_json) as progress:
        from tellonce.hub.backup import sealing, services  # noqa: PLC0415

        master = Path(settings.TELLONCE_MASTER_KEY_FILE)
        if not master.is_file():
            raise KeyTrouble(
                f"The master key file {master} is missing.",
                hint="Put the copy back that you keep of it: without it nothing secret opens.",
            )
        secret = sealing.read_key_file(_key_path(key, made_with=True), made_with=True)
        found = services.restore_backup(file, secret, progress, replace=replace)
    _show(found, as_json, f"The hub is what it was at {found.made_at:%Y-%m-%d %H:%M:%S} UTC")
    if not as_json:
        show("Whoever follows its changes begins anew: the runbook says how.")


def upgrade(
    plan: Annotated[bool, typer.Option("--plan", help="Only say what would be done.")] = False,
) -> None:
    """Bring the database up to this program, and keep what it holds. Again: nothing happens.

    Make a backup first; end `serve` and `work` of the older program.
    """
    with set_up_hub():
        check_there()
        executor = MigrationExecutor(connection)
        steps = executor.migration_plan(executor.loader.graph.leaf_nodes())
        for migration, _ in steps:
            show(f"{migration.app_label}: {migration.name}")
        if not steps:
            show("The database is up to date.")
        if plan or not steps:
            return
        _check_nobody_works()
        call_command("migrate", verbosity=0, interactive=False)
        from tellonce.hub.vault.services import install  # noqa: PLC0415

        install()
    show(f"{counted(len(steps), 'step')} done. Next: tellonce doctor")


def _check_nobody_works() -> None:
    """Workers write their rows; a database that is too old to have them has none."""
    from tellonce.hub.jobs.selectors import living_workers  # noqa: PLC0415

    if "workers" in connection.introspection.table_names() and living_workers():
        raise Busy(
            "A worker of the older program is at work.",
            hint="End `tellonce serve` and `work` first; a killed one is forgotten in a minute.",
        )


def _key_path(named: Path | None, *, made_with: bool) -> Path:
    path = named or (Path(text) if (text := env.read("TELLONCE_BACKUP_KEY_FILE")) else None)
    if path is None:
        hint = "Name a file by --key, or by TELLONCE_BACKUP_KEY_FILE"
        raise WrongCall(
            "No key for the backup is named.",
            hint=f"{hint}." if made_with else f"{hint}; --new-key makes it.",
        )
    return path


def _show(found: Any, as_json: bool, sentence: str) -> None:
    if as_json:
        document = asdict(found)
        del document["migrations"]
        print_json(document)
        return
    rows = (
        f", {counted(found.members, 'table')}, {counted(found.rows, 'row')}" if found.rows else ""
    )
    show(f"{sentence}: {found.size / 1e6:,.1f} MB{rows}, of {found.kind}, by {found.version}.")
