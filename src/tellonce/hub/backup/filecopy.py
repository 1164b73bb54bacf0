"""SQLite: the database file, copied by SQLite itself while others write, and put back whole."""

from __future__ import annotations

import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from django.conf import settings
from django.db import connection

from tellonce.hub.core.errors import Failed

MEMBER = "hub.sqlite3"
_PIECE = 1 << 20


@contextmanager
def consistent_copy() -> Iterator[Path]:
    """A copy of the database as it is at one moment; readable by its owner only, gone afterwards.

    It stands beside the database, on the same disk with the same protection. Nobody waits for it:
    a reader holds up no writer in write-ahead mode.
    """
    with scratch_file() as path:
        source = closing(sqlite3.connect(_database(), isolation_level=None))
        with source as held, closing(sqlite3.connect(path)) as copy:
            held.backup(copy, pages=-1)
            copy.execute("PRAGMA journal_mode=DELETE")
        yield path


def pieces(path: Path) -> Iterator[bytes]:
    """The content of a file."""
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            yield piece


@contextmanager
def scratch_file() -> Iterator[Path]:
    """An empty file in the hub's home, removed at the end unless it was moved away."""
    number, name = tempfile.mkstemp(prefix=".backup-", dir=settings.TELLONCE_HOME)
    os.close(number)
    path = Path(name)
    try:
        yield path
    finally:
        for one in (path, Path(f"{name}-journal"), Path(f"{name}-wal"), Path(f"{name}-shm")):
            one.unlink(missing_ok=True)


def write_down(path: Path, content: Iterator[bytes]) -> None:
    """Fill a file, durably."""
    with path.open("wb") as file:
        for piece in content:
            file.write(piece)
        file.flush()
        os.fsync(file.fileno())


def check_database_file(path: Path) -> None:
    """Raise `Failed` unless SQLite finds the file in order."""
    try:
        with closing(sqlite3.connect(path)) as copy:
            answer = copy.execute("PRAGMA quick_check").fetchone()[0]
            broken = copy.execute("PRAGMA foreign_key_check").fetchone()
    except sqlite3.DatabaseError as error:
        answer, broken = str(error), None
    if answer != "ok" or broken:
        raise Failed("The database inside the backup is damaged.", hint="Use an older backup.")


def check_values(path: Path) -> dict[str, bytes]:
    """Master key -> the value that only it opens, as the database in this file has them."""
    with closing(sqlite3.connect(path)) as copy:
        return dict(copy.execute("SELECT name, check_value FROM master_keys").fetchall())


@contextmanager
def worked_on(path: Path) -> Iterator[None]:
    """Have the hub work on this file in place of its database, which nothing touches meanwhile."""
    own = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = str(path)
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = own


def put_in_place(path: Path) -> None:
    """Make this file the hub's database, at once; the one that was there is gone."""
    target = _database()
    connection.close()
    for one in (path, target):  # the log of the old must not be applied to the new
        if one.is_file() and one.stat().st_size:
            _write_log_back(one)
    for left in (f"{target}-wal", f"{target}-shm"):
        Path(left).unlink(missing_ok=True)
    os.replace(path, target)


def _write_log_back(path: Path) -> None:
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        database.execute("PRAGMA journal_mode=DELETE")


def _database() -> Path:
    return Path(connection.settings_dict["NAME"])
