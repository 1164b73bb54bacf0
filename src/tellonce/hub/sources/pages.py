"""What a connector is asked for, and what it hands over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Asked:
    """What is asked of a connector. `cursor`: as the last page that was kept said, {} at first;
    `most`: rows that are enough, None for all.
    """

    cursor: Mapping[str, Any] = field(default_factory=dict)
    most: int | None = None


@dataclass(frozen=True)
class Page:
    """Rows by column, and the cursor from which to go on once these rows are kept.

    A page is kept when the next one is asked for: a connector never acts before that as if it were.
    """

    rows: Sequence[Mapping[str, Any]]
    cursor: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Skipped:
    """A file that is left alone, and why."""

    name: str
    why: str
