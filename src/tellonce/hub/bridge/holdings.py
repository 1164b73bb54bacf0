"""What placing asks of the database: row ids and plain values."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple, Protocol

Name = tuple[str, str]
"""(source, record id)"""


Content = tuple[int, bytes]
"""A version of a record, and the hash of what it says."""


class KeptPair(NamedTuple):
    """A pair at or above the review cut, by row id, left below right."""

    left: int
    right: int
    kind: int
    pattern: int
    match_weight: float
    probability: float


class Holdings(Protocol):
    """What is held, as of the last placing. Records are row ids; unknown ones are left out."""

    def ids(self, named: Collection[Name]) -> Mapping[Name, int]:
        """The row id of each record of these names, held or not."""

    def names(self, ids: Collection[int]) -> Mapping[int, Name]:
        """The name of each record, held or not."""

    def held(self, ids: Collection[int]) -> set[int]:
        """Those that are held."""

    def sharing(self, keys: Collection[int]) -> Sequence[tuple[int, int]]:
        """(key, record) for every record held under one of these keys."""

    def contents(self, ids: Collection[int]) -> Mapping[int, Content]:
        """What tells whether a record is held by the same content as before."""

    def documents(self, ids: Collection[int]) -> Mapping[int, str]:
        """The content under which each record is held, as JSON (`rows.join_documents`)."""

    def edges(self, ids: Collection[int]) -> Sequence[KeptPair]:
        """Every kept pair with an end among these."""

    def decisions(self, ids: Collection[int]) -> Sequence[tuple[int, int, str]]:
        """The newest decision of every pair with an end among these, `unsure` too."""
