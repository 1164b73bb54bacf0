"""Who did something how often and when: the base of every activity file."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tellonce.demo.layouts import Known
from tellonce.engine.synth import TODAY, rng_of

Ints = np.ndarray[Any, np.dtype[np.int64]]

_EPOCH = dt.date(1970, 1, 1)
_END = (TODAY - _EPOCH).days
_ORPHANS = 0.01  # activity under a key that no export of customers has (yet)


@dataclasses.dataclass(frozen=True)
class Happenings:
    """Things that happened to the customers of one system, in the order of time.

    `row` is the record each belongs to; `seconds` since 1970 in UTC; `rng` is for the rest.
    """

    known: Known
    row: Ints
    seconds: Ints
    rng: np.random.Generator

    @property
    def size(self) -> int:
        """How many."""
        return len(self.row)

    def key(self) -> pa.Array:
        """The system's own customer key of each; a few name nobody it ever exported."""
        keys = self.known["record_id"].take(pa.array(self.row))
        lost = self.rng.random(self.size) < _ORPHANS
        prefix = pc.utf8_slice_codeunits(keys, 0, 2)
        number = pa.array(900_000 + self.rng.integers(0, 400, self.size)).cast(pa.string())
        return pc.if_else(pa.array(lost), pc.binary_join_element_wise(prefix, number, ""), keys)

    def at(self, later: Ints | int = 0) -> pa.Array:
        """When, as text of ISO 8601, `later` by so many seconds but never after the last day."""
        seconds = np.minimum(self.seconds + later, (_END + 1) * 86_400 - 1)
        moments = pa.array(seconds, pa.int64()).cast(pa.timestamp("s"))
        return pc.strftime(moments, format="%Y-%m-%dT%H:%M:%SZ")

    def of(self, name: str) -> pa.Array:
        """A column of the people behind, as it is today."""
        return self.known.told.column(name).take(pa.array(self.row))

    def number(self, prefix: str, start: int = 1) -> pa.Array:
        """A running number with a prefix: the system's own key of each."""
        numbers = pa.array(np.arange(start, start + self.size)).cast(pa.string())
        return pc.binary_join_element_wise(prefix, numbers, "-")

    def choice(self, values: tuple[str, ...], shares: tuple[float, ...] | None = None) -> pa.Array:
        """One of `values` for each."""
        return pa.array(values).take(pa.array(self.rng.choice(len(values), self.size, p=shares)))

    def some(self, share: float) -> Happenings:
        """About `share` of them."""
        kept = self.rng.random(self.size) < share
        return Happenings(self.known, self.row[kept], self.seconds[kept], self.rng)


def happenings(known: Known, seed: int, what: str, mean: float) -> Happenings:
    """About `mean` things per customer of a system, more for those who do more everywhere."""
    rng = rng_of(seed, what)
    person = known["person"].to_numpy()
    appetite = rng_of(seed, "appetite").gamma(1.5, 1 / 1.5, int(person.max(initial=0)) + 1)
    row = np.repeat(np.arange(len(person)), rng.poisson(mean * appetite[person]))
    first = known["observed_at"].cast(pa.int32()).to_numpy()[row].astype(np.int64)
    day = first + ((_END - first + 1) * rng.random(len(row))).astype(np.int64)
    seconds = day * 86_400 + rng.integers(7 * 3600, 22 * 3600, len(row))
    order = np.argsort(seconds, kind="stable")
    return Happenings(known, row[order], seconds[order], rng)
