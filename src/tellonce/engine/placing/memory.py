"""A lookup in memory: for tests, benches, and whoever holds all records in one process."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import pyarrow as pa

from tellonce.engine import standardise
from tellonce.engine.block import keys as block
from tellonce.engine.model.document import MatchModel
from tellonce.engine.placing.arrival import identities
from tellonce.engine.placing.index import KeyIndex
from tellonce.engine.placing.lookup import Decision, Edge, Identity, Sharing
from tellonce.engine.placing.placed import Placed
from tellonce.engine.placing.shelves import Shelves
from tellonce.engine.score.arrays import Encoded, Longs
from tellonce.engine.score.encode import encode
from tellonce.engine.score.store import Store
from tellonce.engine.settings import SPELLING, Settings, under_key
from tellonce.engine.tables import EDGES, RECORDS

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
        if keys:
            self._keys.begin(pa.concat_tables(keys))
        self._edges = _Edges(edges, self._named)

    def _encoded(self, comparable: pa.Table) -> tuple[Encoded, pa.Array]:
        return encode(
            comparable,
            self.model.score,
            SPELLING,
            self.settings.hash_key,
            self.settings.unique_sources,
        )

    def _hold(self, records: pa.Table) -> None:
        self._records.add(records)
        for identity in identities(records):
            self._number[identity] = len(self._named)
            self._named.append(identity)

    def holds(self, named: Iterable[Identity]) -> set[Identity]:
        """Those of `named` that are held."""
        return {one for one in named if one in self._number}

    def sharing(self, keys: pa.Table) -> Sharing:
        """As `Lookup.sharing`."""
        row, number, kind = self._keys.sharing(keys)
        held = [self._named[one] for one in number.tolist()]
        now = [self._number.get(one, -1) for one in held]
        current = np.array(now, np.int64) == number
        held = [one for one, keep in zip(held, current.tolist(), strict=True) if keep]
        return Sharing(row[current], held, kind[current])

    def encoded(self, held: Sequence[Identity]) -> tuple[Store, Longs]:
        """As `Lookup.encoded`: the one store of all, and the numbers of the `held`."""
        return self._store, self._numbers(held)

    def records(self, held: Sequence[Identity]) -> pa.Table:
        """As `Lookup.records`."""
        return self._records.take(self._numbers(held))

    def _numbers(self, held: Sequence[Identity]) -> Longs:
        return np.array([self._number[one] for one in held], np.int64)

    def edges(self, held: Iterable[Identity]) -> list[Edge]:
        """As `Lookup.edges`."""
        return [e for one in held for e in self._edges.of(one, self._number.get(one, -1)).values()]

    def decisions(self, named: Iterable[Identity]) -> list[Decision]:
        """As `Lookup.decisions`."""
        return [d for one in named for d in self._decisions.get(one, {}).values()]

    def apply(self, placed: Placed) -> None:
        """Take over what was placed."""
        arrived = placed.arrived
        for identity in (*arrived.row, *placed.deleted):
            self._edges.own(identity, self._number.get(identity, -1))
        for edge in placed.removed:
            self._change(edge, add=False)
        for identity in placed.deleted:
            self._number.pop(identity, None)
        if arrived.row:
            first = self._store.add(arrived.encoded, arrived.values)
            self._keys.add(arrived.keys, first)
            self._hold(arrived.records)
        for edge in placed.added:
            self._change(edge, add=True)
        for decision in placed.decisions:
            for end, other in (decision.pair, decision.pair[::-1]):
                self._decisions.setdefault(end, {})[other] = decision

    def _change(self, edge: Edge, *, add: bool) -> None:
        for end, other in ((edge.left, edge.right), (edge.right, edge.left)):
            own = self._edges.own(end, self._number.get(end, -1))
            if add:
                own[other] = edge
            else:
                own.pop(other, None)


class _Edges:
    """Edges by record: arrays for those there at first, a dictionary for records that changed."""

    def __init__(self, edges: pa.Table, named: Sequence[Identity]) -> None:
        self.columns = [edges[name].to_numpy() for name in EDGES.names]
        self.named = named
        self.first = len(named)
        both = np.concatenate(self.columns[:2])
        self.order = np.argsort(both, kind="stable")
        self.off = np.searchsorted(both[self.order], np.arange(self.first + 1))
        self.changed: dict[Identity, dict[Identity, Edge]] = {}

    def of(self, identity: Identity, number: int) -> dict[Identity, Edge]:
        """The edges of a record by their other end; not to be changed."""
        if identity in self.changed:
            return self.changed[identity]
        if not 0 <= number < self.first:
            return {}
        found = {}
        for place in self.order[self.off[number] : self.off[number + 1]].tolist():
            left, right, *figures = (
                column[place % len(self.columns[0])] for column in self.columns
            )
            edge = Edge(self.named[left], self.named[right], *(f.item() for f in figures))
            found[edge.right if edge.left == identity else edge.left] = edge
        return found

    def own(self, identity: Identity, number: int) -> dict[Identity, Edge]:
        """The edges of a record, from now on in a dictionary that may be changed."""
        if identity not in self.changed:
            self.changed[identity] = self.of(identity, number)
        return self.changed[identity]
