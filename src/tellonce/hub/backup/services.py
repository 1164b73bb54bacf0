"""Backup, verify, restore."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from django.core.management import call_command
from django.db import connection, transaction
from django.db.migrations.recorder import MigrationRecorder

from tellonce.hub.accounts.selectors import user_count
from tellonce.hub.audit.services import record_act
from tellonce.hub.audit.types import Act
from tellonce.hub.backup import filecopy, tablecopy
from tellonce.hub.backup.framing import MembersWriter, read_members
from tellonce.hub.backup.sealing import Sealer, opened_chunks
from tellonce.hub.backup.types import BackupSummary, Progress
from tellonce.hub.core import clock
from tellonce.hub.core.errors import Busy, Failed, WrongCall
from tellonce.hub.events.feed import renew_feed
from tellonce.hub.health import unknown_migrations
from tellonce.hub.jobs.selectors import living_workers
from tellonce.hub.jobs.services import forget_workers
from tellonce.hub.jobs.types import SYSTEM
from tellonce.hub.vault.services import MASTER_KEYS, check_keys, check_master_key, forget_keys
from tellonce.version import __version__

Take = Callable[[str, Iterator[bytes]], None]


def write_backup(path: Path, secret: bytes, actor: str, progress: Progress) -> BackupSummary:
    """Write an encrypted backup while the hub goes on working, and prove that it can be read.

    The file is there whole or not at all. Raises `WrongCall` where it is there already.
    """
    if path.exists():
        raise WrongCall(f"The file {path} is there already.", hint="Name another one.")
    part = path.with_name(path.name + ".part")
    try:
        with open(part, "wb", opener=_private) as file:
            _write(file, secret, progress)
            file.flush()
            os.fsync(file.fileno())
        summary = verify_backup(part, secret, progress)
        part.rename(path)
    finally:
        part.unlink(missing_ok=True)
    with transaction.atomic():
        record_act(Act("hub.backup", actor, details={"bytes": summary.size}))
    return summary


def verify_backup(path: Path, secret: bytes, progress: Progress) -> BackupSummary:
    """Read a backup to its end: every chunk opens, every digest is right, SQLite finds its file
    in order. Raises `KeyTrouble` or `Failed`.
    """
    rows = 0
    master_keys: dict[str, bytes] = {}

    def take(name: str, content: Iterator[bytes]) -> None:
        nonlocal rows
        progress("verify", 0, 0)
        if name == MASTER_KEYS:  # a few rows
            whole = b"".join(content)
            content = iter([whole])
            master_keys.update(tablecopy.check_values(whole))
        if name != filecopy.MEMBER:
            rows += sum(piece.count(b"\n") for piece in content) - 1  # less the line of columns
            return
        with filecopy.scratch_file() as scratch:
            filecopy.write_down(scratch, content)
            filecopy.check_database_file(scratch)
            master_keys.update(filecopy.check_values(scratch))

    head, members = _read(path, secret, take)
    return BackupSummary(
        kind=head["kind"],
        version=head["version"],
        made_at=datetime.fromisoformat(head["made_at"]),
        members=len(members),
        rows=rows,
        size=path.stat().st_size,
        migrations=tuple((app, name) for app, name in head["migrations"]),
        master_keys=master_keys,
    )


def restore_backup(
    path: Path, secret: bytes, progress: Progress, *, replace: bool = False
) -> BackupSummary:
    """Make the hub what it was when the backup was made, and bring it up to this program.

    What the hub held stands until the new one is there whole, brought up and opened by the master
    key. Raises `Failed` where the backup is of a newer program or another kind of database,
    `KeyTrouble` where the master key is not that of the backup, `WrongCall` where the hub holds
    something and `replace` is not said, `Busy` while somebody works in it.
    """
    summary = verify_backup(path, secret, progress)
    check_restore(summary, replace=replace)
    progress("restore", 0, 0)
    forget_keys()
    if summary.kind == "sqlite":
        _restore_file(path, secret, summary)
    else:
        _restore_tables(path, secret, summary)
    return summary


def check_restore(summary: BackupSummary, *, replace: bool) -> None:
    """Refuse what would lose something; see `restore_backup`."""
    if summary.kind != connection.vendor:
        raise Failed(
            f"The backup is of {summary.kind}, and this hub's database is {connection.vendor}.",
            hint="Correct TELLONCE_DATABASE_URL, or restore it where it came from.",
        )
    if unknown_migrations(summary.migrations):
        raise Failed(
            f"The backup was made by a newer program ({summary.version}).",
            hint="Install that version, then restore.",
        )
    check_master_key(summary.master_keys)
    if not _holds_something():
        return
    if not replace:
        raise WrongCall(
            "This hub holds something already, which would be gone.",
            hint="Restore into an empty one, or add --replace.",
        )
    if living_workers():
        raise Busy(
            "A worker is at work in this hub.",
            hint="End `tellonce serve` and `tellonce work` first, everywhere.",
        )


def _write(file: IO[bytes], secret: bytes, progress: Progress) -> None:
    sealer = Sealer(file, secret)
    progress("copy", 0, 0)
    if connection.vendor == "sqlite":
        with filecopy.consistent_copy() as copy:
            writer = MembersWriter(sealer.write, _head({}))
            writer.member(filecopy.MEMBER, filecopy.pieces(copy))
            writer.close()
    else:
        with transaction.atomic(), connection.cursor() as cursor:
            tablecopy.begin_snapshot(cursor)
            writer = MembersWriter(sealer.write, _head(tablecopy.sequence_values(cursor)))
            tables = tablecopy.table_names(cursor)
            for done, table in enumerate(tables, 1):
                writer.member(table, tablecopy.table_content(cursor, table))
                progress("copy", done, len(tables))
            writer.close()
    sealer.close()


def _head(sequences: dict[str, int]) -> dict[str, Any]:
    return {
        "kind": connection.vendor,
        "version": __version__,
        "made_at": clock.iso(clock.now()),
        "migrations": sorted(MigrationRecorder(connection).applied_migrations()),
        "sequences": sequences,
    }


def _read(path: Path, secret: bytes, take: Take) -> tuple[dict[str, Any], dict[str, Any]]:
    try:
        with path.open("rb") as file:
            return read_members(opened_chunks(file, secret), take)
    except FileNotFoundError:
        raise WrongCall(f"There is no file {path}.", hint="Name another one.") from None


def _restore_file(path: Path, secret: bytes, summary: BackupSummary) -> None:
    """The file is proven where nobody looks, and takes the place of the old one at once."""
    with filecopy.scratch_file() as scratch:
        _read(path, secret, lambda name, content: filecopy.write_down(scratch, content))
        with filecopy.worked_on(scratch):
            _prove(summary)
        filecopy.put_in_place(scratch)


def _restore_tables(path: Path, secret: bytes, summary: BackupSummary) -> None:
    """Tables as they were, made, filled and proven in one transaction: others see the old ones
    until it ends, and keep them where it fails.
    """
    head, _ = _read(path, secret, lambda name, content: None)
    with transaction.atomic(), connection.cursor() as cursor:
        tablecopy.drop_tables()
        tablecopy.migrate_to({(app, name) for app, name in head["migrations"]})
        tablecopy.check_references(cursor)
        tablecopy.empty_tables(cursor)
        _read(path, secret, lambda name, content: tablecopy.fill_table(cursor, name, content))
        tablecopy.set_sequences(cursor, head["sequences"])
        tablecopy.check_references(cursor)
        _prove(summary)


def _prove(summary: BackupSummary) -> None:
    """Bring what was restored up to this program, and open its keys; raises `KeyTrouble`.

    The numbers that the feed gave since the backup it will give again, hence a feed of its own.
    """
    call_command("migrate", verbosity=0, interactive=False)
    check_keys()
    with transaction.atomic():
        forget_workers()
        renew_feed()
        record_act(Act("hub.restore", SYSTEM, details={"version": summary.version}))


def _holds_something() -> bool:
    """Whether this database holds a hub; makes no file."""
    if connection.vendor == "sqlite":
        file = Path(connection.settings_dict["NAME"])
        if not file.is_file() or not file.stat().st_size:
            return False
    return "users" in connection.introspection.table_names() and user_count() > 0


def _private(name: str, flags: int) -> int:
    return os.open(name, flags, 0o600)
