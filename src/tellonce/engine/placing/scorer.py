"""Pairs of records that arrived or are held -> edges, and the odds of pairs that have none."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np

from tellonce.engine.cluster.evidence import Evidence
from tellonce.engine.model.document import MatchModel
from tellonce.engine.placing.arrival import Arrival
from tellonce.engine.placing.lookup import Edge, Identity, Lookup
from tellonce.engine.score.arrays import Longs
from tellonce.engine.score.scoring import evidence, score, score_given
from tellonce.engine.score.store import Store
from tellonce.engine.score.weights import Floats, odds, probability
from tellonce.engine.settings import Settings, kept_from

Pair = tuple[Identity, Identity]


@dataclass(frozen=True)
class Scorer:
    """Scores what arrived, among itself and with what the lookup holds, as a batch would."""

    arrived: Arrival
    lookup: Lookup
    model: MatchModel
    settings: Settings

    def edges(self, gone: Set[Identity]) -> list[Edge]:
        """The edges of what arrived; `gone` are held no more."""
        if not self.arrived.row:
            return []
        return [*self._inside(), *self._across(gone)]

    @property
    def _review(self) -> float:
        return kept_from(self.settings, self.model)

    def _inside(self) -> Iterator[Edge]:
        """Edges between two records that arrived."""
        if len(self.arrived.row) < 2:
            return
        named = list(self.arrived.row)
        table, _scored = score(
            self.arrived.encoded,
            self.arrived.keys,
            self.model.score,
            self._review,
            threads=self.settings.threads,
        )
        columns = (table[name].to_pylist() for name in table.column_names)
        for left, right, *figures in zip(*columns, strict=True):
            yield Edge(named[left], named[right], *figures)

    def _across(self, gone: Set[Identity]) -> Iterator[Edge]:
        """Edges between a record that arrived and one that is held."""
        named = list(self.arrived.row)
        row, number, kind = self.lookup.sharing(self.arrived.keys)
        leaving = self.lookup.numbers(sorted(self.lookup.holds(gone)))
        if len(leaving):
            stays = ~np.isin(number, leaving)
            row, number, kind = row[stays], number[stays], kind[stays]
        numbers, at = np.unique(number, return_inverse=True)  # many are met by several
        held = self.lookup.named(numbers)
        rank = {one: place for place, one in enumerate(sorted([*named, *held]))}
        ranks, held_ranks = (np.array([rank[one] for one in of], np.int64) for of in (named, held))
        first = ranks[row] < held_ranks[at]
        with self._together(numbers) as (store, rows, start):
            left = np.where(first, start + row, rows[at])
            right = np.where(first, rows[at], start + row)
            weight, pattern = score_given(store, left, right, self._review, self.settings.threads)
        kept = np.flatnonzero(weight > -np.inf)
        figures = zip(
            kept.tolist(),
            kind[kept].tolist(),
            pattern[kept].tolist(),
            weight[kept].tolist(),
            probability(weight[kept], self.model.score).tolist(),
            strict=True,
        )
        for place, *edge in figures:
            left_id, right_id = sorted((named[row[place]], held[at[place]]))
            yield Edge(left_id, right_id, *edge)

    def odds(self, pairs: Sequence[Pair]) -> Floats:
        """log2 odds of each pair (the smaller record first), however small."""
        if not pairs:
            return np.zeros(0)
        with self._ends(pairs) as (store, left, right):
            weight, _pattern = score_given(store, left, right, None)
        return odds(weight, self.model.score)

    def evidence(self, pairs: Sequence[Pair]) -> Evidence:
        """What each comparison says of each pair."""
        with self._ends(pairs) as (store, left, right):
            return Evidence(*evidence(store.encoded, store.weights(None), left, right))

    @contextmanager
    def _ends(self, pairs: Sequence[Pair]) -> Iterator[tuple[Store, list[int], list[int]]]:
        """A store with the records of the pairs, and the rows of their ends."""
        row = self.arrived.row
        held = list({one: None for pair in pairs for one in pair if one not in row})
        with self._together(self.lookup.numbers(held)) as (store, rows, start):
            at = dict(zip(held, rows.tolist(), strict=True))
            at.update({one: start + place for one, place in row.items()})
            left, right = ([at[pair[side]] for pair in pairs] for side in (0, 1))
            yield store, left, right

    @contextmanager
    def _together(self, numbers: Longs) -> Iterator[tuple[Store, Longs, int]]:
        """A store with held records, by number, and those that arrived: the rows of the former, and
        the row of the first of the latter.
        """
        store, rows = self.lookup.encoded(numbers)
        mark = store.mark()
        start = store.add(self.arrived.encoded, self.arrived.values)
        try:
            yield store, rows, start
        finally:
            store.cut_back(mark)
