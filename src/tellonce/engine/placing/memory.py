"""A lookup in memory: for tests, benches, and whoever holds all records in one process."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import pyarrow as pa

from tellonce.engine import standardise
from tellonce.engine.block import keys as block
from tellonce.engine.lists import steps
from tellonce.engine.model.document import MatchModel
from tellonce.engine.placing.arrival import identities
from tellonce.engine.placing.index import KeyIndex
from tellonce.engine.placing.lookup import Decision, Edge, Identity, Sharing
from tellonce.engine.placing.placed import Placed
from tellonce.engine.placing.shelves import Shelves
from tellonce.engine.score.arrays import Encoded, Longs
from tellonce.engine.score.encode import encode
from tellonce.engine.score.store import Growing, Store
from tellonce.engine.settings import SPELLING, Settings, apart, under_key
from tellonce.engine.tables import EDGES, KEYS, RECORDS

SLICE = 100_000  # records that are made comparable at once


class Memory:
    """A Lookup that takes over what was placed, under one model and settings.

    Each version of a record has a number, its row in the store and on the shelves. Those of former
    versions are not used again: after many changes it is leaner to begin anew.
    """

    def __init__(self, model: MatchModel, settings: Settings) -> None:
        self.model = under_key(model, settings.hash_key)
        self.settings = settings
        self._named: list[Identity] = []
        self._number: dict[Identity, int] = {}
        self._store = Store(self.model.score, SPELLING)
        self._records = Shelves(RECORDS)
        self._former = Growing(np.bool_)
        self._keys = KeyIndex()
        self._edges = _Edges(EDGES.empty_table(), [])
        self._decisions: dict[Identity, dict[Identity, Decision]] = {}

    def begin(self, records: pa.Table, edges: pa.Table) -> None:
        """Hold RECORDS in canonical order and their EDGES, as `resolve` gave them."""
        keys = []
        for start in range(0, records.num_rows, SLICE):
            part = standardise.comparable(
                records.slice(start, SLICE), standardise.StandardiseParams()
            )
            found = block.keys(part, self.model.block, SPELLING, self.settings.hash_key)
            rows = pa.array(found["row"].to_numpy() + np.int32(start))
            keys.append(found.set_column(0, "row", rows))
            self._store.add(*self._encoded(part))
        self._hold(records)
        self._keys.add(pa.concat_tables([KEYS.empty_table(), *keys]), 0)
        self._edges = _Edges(edges, self._named)

    def _encoded(self, comparable: pa.Table) -> tuple[Encoded, pa.Array]:
        return encode(
            comparable,
            self.model.score,
            SPELLING,
            self.settings.hash_key,
            apart(self.settings, self.model.score),
        )

    def _hold(self, records: pa.Table) -> None:
        self._records.add(records)
        self._former.extend(np.zeros(records.num_rows, np.bool_))
        for identity in identities(records):
            self._number[identity] = len(self._named)
            self._named.append(identity)

    def holds(self, named: Iterable[Identity]) -> set[Identity]:
        """Those of `named` that are held."""
        return {one for one in named if one in self._number}

    def sharing(self, keys: pa.Table) -> Sharing:
        """As `Lookup.sharing`."""
        row, number, kind = self._keys.sharing(keys)
        current = ~self._former.filled[number]
        return Sharing(row[current], number[current], kind[current])

    def numbers(self, held: Sequence[Identity]) -> Longs:
        """As `Lookup.numbers`."""
        return np.array([self._number[one] for one in held], np.int64)

    def named(self, numbers: Longs) -> list[Identity]:
        """As `Lookup.named`."""
        return [self._named[one] for one in numbers.tolist()]

    def encoded(self, numbers: Longs) -> tuple[Store, Longs]:
        """As `Lookup.encoded`: the one store of all, whose rows are the numbers."""
        return self._store, numbers

    def records(self, held: Sequence[Identity]) -> pa.Table:
        """As `Lookup.records`."""
        return self._records.take(self.numbers(held))

    def edges(self, held: Iterable[Identity]) -> list[Edge]:
        """As `Lookup.edges`."""
        named = list(held)
        return self._edges.of(named, [self._number.get(one, -1) for one in named])

    def decisions(self, named: Iterable[Identity]) -> list[Decision]:
        """As `Lookup.decisions`."""
        if not self._decisions:
            return []
        return [d for one in named for d in self._decisions.get(one, {}).values()]

    def apply(self, placed: Placed) -> None:
        """Take over what was placed."""
        arrived = placed.arrived
        before = [self._number.get(one, -1) for one in (*arrived.row, *placed.deleted)]
        self._edges.remove(placed.removed, [self._number[edge.left] for edge in placed.removed])
        self._edges.renumbered(before)
        self._former.filled[[number for number in before if number >= 0]] = True
        for identity in placed.deleted:
            self._number.pop(identity, None)
        if arrived.row:
            first = self._store.add(arrived.encoded, arrived.values)
            self._keys.add(arrived.keys, first)
            self._hold(arrived.records)
        for edge in placed.added:
            self._edges.add(edge)
        for decision in placed.decisions:
            for end, other in (decision.pair, decision.pair[::-1]):
                self._decisions.setdefault(end, {})[other] = decision


class _Edges:
    """Edges by record: arrays for those there at first, dictionaries for those that came later."""

    def __init__(self, edges: pa.Table, named: Sequence[Identity]) -> None:
        self.columns = [edges[name].to_numpy() for name in EDGES.names]
        self.named = named
        self.first = len(named)
        both = np.concatenate(self.columns[:2])
        self.order = np.argsort(both, kind="stable") % max(edges.num_rows, 1)
        self.off = np.searchsorted(np.sort(both), np.arange(self.first + 1))
        self.gone = np.zeros(edges.num_rows, np.bool_)
        self.later: dict[Identity, dict[Identity, Edge]] = {}

    def of(self, named: Sequence[Identity], numbers: Sequence[int]) -> list[Edge]:
        """The edges of records, by name and number (-1: it has none)."""
        found = self._made(self._places(numbers))
        for one in named:
            found.extend(self.later.get(one, {}).values())
        return found

    def _places(self, numbers: Sequence[int]) -> Longs:
        """Where the first edges of these numbers stand, those that are gone left out."""
        at = np.array([number for number in numbers if 0 <= number < self.first], np.int64)
        owner, step = steps(self.off[at + 1] - self.off[at])
        places = self.order[self.off[at][owner] + step]
        return np.asarray(places[~self.gone[places]])

    def _made(self, places: Longs) -> list[Edge]:
        left, right, *figures = (column[places].tolist() for column in self.columns)
        ends = ([self.named[one] for one in side] for side in (left, right))
        return [Edge(*edge) for edge in zip(*ends, *figures, strict=True)]

    def add(self, edge: Edge) -> None:
        """Hold one more edge."""
        for end, other in ((edge.left, edge.right), (edge.right, edge.left)):
            self.later.setdefault(end, {})[other] = edge

    def remove(self, edges: Sequence[Edge], numbers: Sequence[int]) -> None:
        """Hold edges no more; `numbers` are those of their left ends."""
        ends, first = set(), []
        for edge, number in zip(edges, numbers, strict=True):
            if edge.right in self.later.get(edge.left, {}):
                del self.later[edge.left][edge.right]
                del self.later[edge.right][edge.left]
            else:
                ends.add(edge[:2])
                first.append(number)
        places = np.unique(self._places(first))
        left, right = (column[places].tolist() for column in self.columns[:2])
        for place, one, other in zip(places.tolist(), left, right, strict=True):
            if (self.named[one], self.named[other]) in ends:
                self.gone[place] = True

    def renumbered(self, numbers: Sequence[int]) -> None:
        """These numbers end: what edges are left of them are kept by name."""
        places = np.unique(self._places(numbers))
        for edge in self._made(places):
            self.add(edge)
        self.gone[places] = True
