"""Frozen values of backups."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class BackupSummary:
    """What a backup file holds. `kind` is the database it came from, `version` the program's.

    `rows` is 0 for SQLite, whose file is copied as it is; `size` in bytes, of the file.
    `master_keys`: name -> the value that only this key opens, of all that the database has known.
    """

    kind: str
    version: str
    made_at: datetime
    members: int
    rows: int
    size: int
    migrations: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    master_keys: Mapping[str, bytes] = field(default_factory=dict, repr=False)
