"""Frozen values of backups."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class BackupSummary:
    """What a backup file holds. `kind` is the database it came from, `version` the program's.

    `rows` is 0 for SQLite, whose file is copied as it is; `size` in bytes, of the file.
    """

    kind: str
    version: str
    made_at: datetime
    members: int
    rows: int
    size: int
    migrations: tuple[tuple[str, str], ...] = field(default=(), repr=False)
