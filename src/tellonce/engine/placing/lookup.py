"""What placing asks of those who hold the records: plain values, and no row of any batch."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

import pyarrow as pa

from tellonce.engine.score.arrays import Longs
from tellonce.engine.score.store import Store
from tellonce.engine.tables import RECORDS

Identity = tuple[str, str]
"""(source, record_id): what a record is known by, and what ties are broken by."""


class Edge(NamedTuple):
    """A kept pair, left < right; the figures are those of EDGES."""

    left: Identity
    right: Identity
    kind: int
    pattern: int
    match_weight: float
    probability: float


class Decision(NamedTuple):
    """What a person decided of two records: "same", "different"; any other verdict withdraws."""

    left: Identity
    right: Identity
    verdict: str

    @property
    def pair(self) -> tuple[Identity, Identity]:
        """The two records, the smaller first."""
        return min(self.left, self.right), max(self.left, self.right)


@dataclass(frozen=True)
class Changes:
    """What happened since the lookup was last brought up to date.

    `records` (RECORDS) are new, or the whole new content of records that are held; `deleted` are
    gone, held or not; `decisions` are in the order in which they were made. A record is named in
    one of the first two, once.
    """

    records: pa.Table = field(default_factory=RECORDS.empty_table)
    deleted: Sequence[Identity] = ()
    decisions: Sequence[Decision] = ()


class Sharing(NamedTuple):
    """Pairs of a row that was asked about and a held record, with the first key kind they share."""

    row: Longs
    number: Longs
    kind: Longs


class Lookup(Protocol):
    """What is held, under one model: its answers are of the time before the changes placed.

    `number` is the lookup's own name for a record it holds, an integer below 2^32 that is good
    until it takes changes over: candidates are many, and pass as numbers.
    """

    def holds(self, named: Iterable[Identity]) -> Collection[Identity]:
        """Those of `named` that are held."""

    def sharing(self, keys: pa.Table) -> Sharing:
        """The held records that share a key with rows of KEYS, each pair once, in any order."""

    def numbers(self, held: Sequence[Identity]) -> Longs:
        """The number of each of the `held`."""

    def named(self, numbers: Longs) -> list[Identity]:
        """The record of each number."""

    def encoded(self, numbers: Longs) -> tuple[Store, Longs]:
        """A store that has at least the records of these numbers, and the row of each there.

        Placing adds rows to it, and takes them off again before it asks anything else.
        """

    def records(self, held: Sequence[Identity]) -> pa.Table:
        """RECORDS of the `held` ones, in the order given."""

    def edges(self, held: Iterable[Identity]) -> Iterable[Edge]:
        """Every stored edge with an end among `held`, once or twice."""

    def decisions(self, named: Iterable[Identity]) -> Iterable[Decision]:
        """The newest decision of every pair with an end among `named`, held or not."""
