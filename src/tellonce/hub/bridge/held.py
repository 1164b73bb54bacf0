"""The engine's `Lookup` over what a database holds. One lives for one placing."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import chain

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from tellonce.engine.model.document import MatchModel
from tellonce.engine.placing import (
    FEW_ENCODED,
    Decision,
    Edge,
    Sharing,
    encoded,
    encoded_rows,
)
from tellonce.engine.score.arrays import Encoded
from tellonce.engine.score.store import Store
from tellonce.engine.settings import SPELLING, Settings
from tellonce.hub.bridge.holdings import Content, Holdings, Name
from tellonce.hub.bridge.rows import record_rows, records_table

Longs = npt.NDArray[np.int64]

# A pair in one integer: 24 bits for the row of a chunk, 32 for a record, 7 for a kind of key.
_ROW, _NUMBER = 39, 7
_NUMBERS, _KINDS = (1 << 32) - 1, (1 << 7) - 1


class Kept:
    """Records as the kernels read them, by their content, kept from one placing to the next.

    Of one model and its settings; begun anew where it has grown to MOST records.
    """

    MOST = 200_000

    def __init__(self, model: MatchModel, settings: Settings) -> None:
        self.model, self.settings = model, settings
        self.store = Store(model.score, SPELLING)
        self.row: dict[Content, int] = {}


class Held:
    """Answers the engine's questions; a record's number is its row id.

    What was asked once is kept: the holdings do not change while something is placed.
    """

    def __init__(
        self, holdings: Holdings, model: MatchModel, settings: Settings, kept: Kept | None = None
    ) -> None:
        self.holdings, self.model, self.settings = holdings, model, settings
        self._kept = kept or Kept(model, settings)
        self._names: dict[int, Name] = {}
        self._ids: dict[Name, int] = {}
        self._held: dict[int, bool] = {}
        self._documents: dict[int, str] = {}
        self._row: dict[int, int] = {}

    def learn(self, names: Mapping[int, Name]) -> None:
        """Keep the names of records that are known already."""
        self._names |= names
        self._ids |= {name: i for i, name in names.items()}

    def names(self, ids: Collection[int]) -> list[Name]:
        """The name of each row id, in order."""
        unknown = {i for i in ids if i not in self._names}
        if unknown:
            self.learn(self.holdings.names(unknown))
        return [self._names[i] for i in ids]

    def ids_of(self, named: Sequence[Name]) -> list[int]:
        """The row id of each record, in order."""
        unknown = {one for one in named if one not in self._ids}
        if unknown:
            self.learn({i: name for name, i in self.holdings.ids(unknown).items()})
        return [self._ids[one] for one in named]

    def holds(self, named: Iterable[Name]) -> set[Name]:
        """As `Lookup.holds`."""
        asked = list(named)
        ids = self.ids_of(asked)
        unknown = {i for i in ids if i not in self._held}
        if unknown:
            held = self.holdings.held(unknown)
            self._held |= {i: i in held for i in unknown}
        return {one for one, i in zip(asked, ids, strict=True) if self._held[i]}

    def sharing(self, keys: pa.Table) -> Sharing:
        """As `Lookup.sharing`: a key is a hash over its kind too, so equal keys are of one kind."""
        row, kind, key = (keys[name].to_numpy().astype(np.int64) for name in ("row", "kind", "key"))
        by_key = np.argsort(key, kind="stable")
        row, kind, key = row[by_key], kind[by_key], key[by_key]
        held = self.holdings.sharing(np.unique(key).tolist())
        flat = np.fromiter(chain.from_iterable(held), np.int64, 2 * len(held))
        met, number = flat.reshape(-1, 2).T
        start, end = (np.searchsorted(key, met, side) for side in ("left", "right"))
        times = end - start
        at = np.repeat(end - np.cumsum(times), times) + np.arange(times.sum())
        row, kind, number = row[at], kind[at], np.repeat(number, times)
        packed = (row << _ROW) | (number << _NUMBER) | kind  # sorted several times as fast as three
        packed.sort()
        pair = packed >> _NUMBER
        first = np.ones(len(pair), np.bool_)
        first[1:] = pair[1:] != pair[:-1]
        self._held |= dict.fromkeys(np.unique(flat[1::2]).tolist(), True)
        packed, pair = packed[first], pair[first]
        return Sharing(packed >> _ROW, pair & _NUMBERS, packed & _KINDS)

    def numbers(self, held: Sequence[Name]) -> Longs:
        """As `Lookup.numbers`."""
        return np.array(self.ids_of(held), np.int64)

    def named(self, numbers: Longs) -> list[Name]:
        """As `Lookup.named`."""
        return self.names(numbers.tolist())

    def encoded(self, numbers: Longs) -> tuple[Store, Longs]:
        """As `Lookup.encoded`: a store that grows by those not met before."""
        asked = numbers.tolist()
        new = [i for i in dict.fromkeys(asked) if i not in self._row]
        if new:
            self._encode(new)
        return self._kept.store, np.array([self._row[i] for i in asked], np.int64)

    def _encode(self, ids: Sequence[int]) -> None:
        """Give each of these records its row in the store."""
        kept, said = self._kept, self.holdings.contents(ids)
        missing = [i for i in ids if said[i] not in kept.row]
        if missing:
            first = kept.store.add(*self._encoded(self._texts(missing)))
            kept.row |= {said[i]: first + at for at, i in enumerate(missing)}
        self._row |= {i: kept.row[said[i]] for i in ids}

    def _encoded(self, texts: Sequence[str]) -> tuple[Encoded, pa.Array]:
        if len(texts) <= FEW_ENCODED:
            return encoded_rows(record_rows(texts), self.model, self.settings)
        return encoded(records_table(texts), self.model, self.settings)

    def records(self, held: Sequence[Name]) -> pa.Table:
        """As `Lookup.records`."""
        return records_table(self._texts(self.ids_of(held)))

    def _texts(self, ids: Sequence[int]) -> list[str]:
        unknown = {i for i in ids if i not in self._documents}
        if unknown:
            self._documents |= self.holdings.documents(unknown)
        return [self._documents[i] for i in ids]

    def edges(self, held: Iterable[Name]) -> list[Edge]:
        """As `Lookup.edges`."""
        pairs = self.holdings.edges(self.ids_of(list(held)))
        self.names({end for pair in pairs for end in pair[:2]})
        return [Edge(*sorted(self._names[i] for i in pair[:2]), *pair[2:]) for pair in pairs]

    def decisions(self, named: Iterable[Name]) -> list[Decision]:
        """As `Lookup.decisions`."""
        found = self.holdings.decisions(self.ids_of(list(named)))
        self.names({end for decision in found for end in decision[:2]})
        return [
            Decision(*sorted((self._names[left], self._names[right])), verdict)
            for left, right, verdict in found
        ]
