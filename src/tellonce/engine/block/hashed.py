"""The features of records as 64-bit words, and the keys of a kind made of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from tellonce.engine.block import features as f
from tellonce.engine.block.features import Unit, Words
from tellonce.engine.block.kinds import Kind
from tellonce.engine.coded import Coded
from tellonce.engine.lists import Ints, Longs, steps
from tellonce.engine.model.hashing import hash64, hash_of_words
from tellonce.engine.model.spelling import Spelling


class Axis(NamedTuple):
    """The entries of a unit that a kind takes: its own, or those its features are spread to."""

    unit: str
    spread: bool


class Hashed:
    """The features of a COMPARABLE table, each made when it is first asked for."""

    def __init__(
        self, records: Coded, spelling: Spelling, hash_key: bytes, categories: Sequence[str]
    ) -> None:
        self.rows = records.table.num_rows
        self.hash_key = hash_key
        self._making = f.units(records, spelling, categories)
        self._units: dict[str, Unit] = {}
        self._words: dict[tuple[Axis, str], Words] = {}
        self._crossed: dict[tuple[Axis, ...], tuple[Ints, list[Ints | None]]] = {}
        self._refining: dict[str, Longs] = {}

    def keys(self, kind: Kind) -> tuple[Ints, Longs]:
        """Row and key of each entry that has all features of a kind; rows ascending."""
        wanted = [(unit, feature) for unit, feature in (n.split(".") for n in kind.features)]
        axes = {unit: Axis(unit, False) for unit, _ in wanted}
        for unit, feature in wanted:
            if feature in self._unit(unit).spread:
                axes[unit] = Axis(unit, True)
        rows, picks = self._entries(tuple(axes.values()))
        at = dict(zip(axes, picks, strict=True))
        found = [_taken(self._of(axes[unit], feature), at[unit]) for unit, feature in wanted]
        filled = np.logical_and.reduce([there for _, there in found])
        words = [word for word, _ in found]
        if not filled.all():
            rows, words = rows[filled], [word[filled] for word in words]
        name = hash64(pa.array([kind.name]), self.hash_key)
        return rows, hash_of_words([np.broadcast_to(name, len(rows)), *words], self.hash_key)

    def _unit(self, name: str) -> Unit:
        if name not in self._units:
            self._units[name] = self._making[name]()
        return self._units[name]

    def _of(self, axis: Axis, feature: str) -> Words:
        """The word of a feature for each entry of an axis."""
        found = self._words.get((axis, feature))
        if found is None:
            unit = self._unit(axis.unit)
            if feature in unit.spread:
                found = unit.spread[feature].words(self.hash_key)
            elif axis.spread:
                found = _taken(self._of(Axis(axis.unit, False), feature), unit.of)
            else:
                found = unit.features[feature].words(self.hash_key)
            self._words[axis, feature] = found
        return found

    def _entries(self, axes: tuple[Axis, ...]) -> tuple[Ints, list[Ints | None]]:
        """Every entry of one axis with every entry of the others of the same row: rows, ascending,
        and the entry of each axis, None where that is each in turn.
        """
        if axes in self._crossed:
            return self._crossed[axes]
        rows, picks = self._rows(axes[0]), list[Ints | None]([None])
        for axis in axes[1:]:
            left, right = _pairs(rows, self._rows(axis), self.rows)
            rows = rows[left]
            picks = [*(left if pick is None else pick[left] for pick in picks), right]
        self._crossed[axes] = (rows, picks)
        return rows, picks

    def _rows(self, axis: Axis) -> Ints:
        unit = self._unit(axis.unit)
        return (unit.rows[unit.of] if axis.spread else unit.rows).astype(np.int32)

    def refining(self, name: str) -> Longs:
        """The word of each row that is joined to a key that is too common; 0 where it has none."""
        if not self._refining:
            year, there = self._of(Axis("date", False), "year")
            place = self._first("address", "postal")
            place = np.where(place == 0, self._first("address", "city"), place)
            self._refining = {
                "given": self._first("name", "initial"),
                "place": place,
                "born_or_place": np.where(there, year, place),
            }
        return self._refining[name]

    def _first(self, unit: str, feature: str) -> Longs:
        """The word of the first entry of each row, 0 where the row has none."""
        words, there = self._of(Axis(unit, False), feature)
        rows = self._unit(unit).rows
        first = np.ones(len(rows), np.bool_)
        np.not_equal(rows[1:], rows[:-1], out=first[1:])
        out = np.zeros(self.rows, np.int64)
        out[rows[first]] = np.where(there, words, 0)[first]
        return out


def _taken(words: Words, at: Ints | Longs | None) -> Words:
    return words if at is None else (words[0][at], words[1][at])


def _pairs(rows: Ints, others: Ints, count: int) -> tuple[Ints, Ints]:
    """Each entry with each of the others that is of the same row, by their places."""
    counts = np.bincount(others, minlength=count)
    starts = np.cumsum(counts) - counts
    left, step = steps(counts[rows])
    return left.astype(np.int32), (starts[rows[left]] + step).astype(np.int32)
