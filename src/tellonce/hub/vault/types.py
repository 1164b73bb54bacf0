"""Frozen values that may leave the app."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache


@dataclass(frozen=True)
class Key:
    """An opened data key: `id` is what a row stores, `key_id` what its values carry."""

    id: int
    key_id: bytes = field(repr=False)
    secret: bytes = field(repr=False)


@dataclass(frozen=True)
class MasterKeyView:
    """A master key by its name; `wraps` counts the keys that only it opens."""

    name: str
    since: datetime
    in_use: bool
    wraps: int


@dataclass(frozen=True)
class Place:
    """Where a value is kept: it opens nowhere else.

    `row` is anything that names the row for ever, such as its public id.
    """

    table: str
    column: str
    row: str

    @property
    def bound(self) -> bytes:
        """The associated data: table, column and row, with lengths, so that none runs over."""
        return _bound(self.table) + _bound(self.column) + _of_length(self.row)


def _of_length(text: str) -> bytes:
    part = text.encode()
    return len(part).to_bytes(4) + part


_bound = lru_cache(maxsize=64)(_of_length)
