"""What is kept of a field's values while rows stream by: bounded, whatever their number.

`Distinct` and `Sample` keep the values of the smallest hashes: which ones these are depends on the
values alone, never on the order of rows (k minimum values: Bar-Yossef and others 2002, "Counting
distinct elements in a data stream"; the estimate (k-1)/U(k) and its error 1/sqrt(k-2): Beyer and
others 2007). A value kept at the end was kept from its first row on, so its count is exact.
`Tally` keeps the most frequent ones, and says how many rows its counts may miss (lossy counting:
Manku and Motwani 2002). `Spread` keeps numbers in bins of equal ratio, so that a quantile is wrong
by at most one part in a hundred (DDSketch: Masson, Rim and Lee 2019).
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Hashes = npt.NDArray[np.uint64]
Longs = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

EXACT = 1 << 18  # different values up to which their number is exact
SAMPLED = 1 << 14  # different values that are kept as such
KEPT = 1 << 14  # values whose counts are kept
_RATIO = np.log1p(0.02)  # bins whose ends differ by 2 %: the middle is wrong by at most 1 %
_LEAST = 1e-9  # numbers nearer to 0 count as 0


@dataclass
class Distinct:
    """The hashes of the different values, the smallest ones of them with their counts."""

    hashes: Hashes = field(default_factory=lambda: np.empty(0, np.uint64))
    counts: Longs = field(default_factory=lambda: np.empty(0, np.int64))
    most: int = EXACT
    full: bool = False

    def add(self, hashes: Hashes, counts: Longs) -> None:
        """Take in different values, by their hashes."""
        if self.full:
            near = hashes <= self.hashes[-1]
            hashes, counts = hashes[near], counts[near]
        order = np.argsort(hashes, kind="stable")
        together = np.concatenate([self.hashes, hashes[order]])
        # Two sorted runs: the stable sort of numpy joins them without sorting anew.
        order_of_all = np.argsort(together, kind="stable")
        together = together[order_of_all]
        summed = np.concatenate([self.counts, counts[order]])[order_of_all]
        starts = np.flatnonzero(np.r_[True, together[1:] != together[:-1]][: len(together)])
        self.hashes = together[starts]
        self.counts = np.add.reduceat(summed, starts) if len(starts) else summed
        if len(self.hashes) > self.most:
            self.full = True
            self.hashes, self.counts = self.hashes[: self.most], self.counts[: self.most]

    @property
    def number(self) -> int:
        """How many different values there are: exact unless `full`."""
        if not self.full:
            return len(self.hashes)
        return round((self.most - 1) / (float(self.hashes[-1]) / 2.0**64))

    @property
    def repeated(self) -> float:
        """The share of the different values that come more than once."""
        return float(np.mean(self.counts > 1)) if len(self.counts) else 0.0


@dataclass
class Sample:
    """Different values, those of the smallest hashes, each with how many rows hold it."""

    values: pa.Array = field(default_factory=lambda: pa.array([], pa.string()))
    hashes: Hashes = field(default_factory=lambda: np.empty(0, np.uint64))
    counts: Longs = field(default_factory=lambda: np.empty(0, np.int64))
    most: int = SAMPLED
    full: bool = False

    def add(self, values: pa.Array, hashes: Hashes, counts: Longs) -> None:
        """Take in different values."""
        if self.full:
            near = np.flatnonzero(hashes <= self.hashes[-1])
            values, hashes, counts = values.take(pa.array(near)), hashes[near], counts[near]
        together = np.concatenate([self.hashes, hashes])
        different, first, place = np.unique(together, return_index=True, return_inverse=True)
        summed = np.bincount(
            place, np.concatenate([self.counts, counts]).astype(np.float64), len(different)
        )
        self.full = self.full or len(different) > self.most
        kept = slice(0, self.most)
        self.values = pa.concat_arrays([self.values, values]).take(pa.array(first[kept]))
        self.hashes, self.counts = different[kept], summed.astype(np.int64)[kept]


@dataclass
class Tally:
    """The most frequent values and in how many rows they are, at most `short` rows too few."""

    values: pa.Array = field(default_factory=lambda: pa.array([], pa.string()))
    counts: Longs = field(default_factory=lambda: np.empty(0, np.int64))
    most: int = KEPT
    short: int = 0

    def add(self, values: pa.Array, counts: Longs) -> None:
        """Take in different values with their counts."""
        together = pa.table({
            "value": pa.concat_arrays([self.values, values]),
            "count": np.concatenate([self.counts, counts]),
        })  # fmt: skip
        summed = together.group_by("value").aggregate([("count", "sum")])
        if summed.num_rows > self.most:
            order = pc.sort_indices(summed, [("count_sum", "descending"), ("value", "ascending")])
            summed = summed.take(order)
            self.short += summed["count_sum"][self.most].as_py()
            summed = summed.slice(0, self.most)
        self.values = summed["value"].combine_chunks()
        if isinstance(self.values, pa.ChunkedArray):
            self.values = pa.concat_arrays(self.values.chunks)
        self.counts = summed["count_sum"].to_numpy().astype(np.int64)

    def top(self, number: int) -> list[tuple[str, int]]:
        """The most frequent ones, the most frequent first, equals in the order of the alphabet."""
        pairs = zip(self.values.to_pylist(), self.counts.tolist(), strict=True)
        return sorted(pairs, key=lambda pair: (-pair[1], pair[0]))[:number]


@dataclass
class Spread:
    """Numbers: how many, their ends and moments, and bins by which quantiles are told."""

    number: int = 0
    low: float = np.inf
    high: float = -np.inf
    total: float = 0.0
    squares: float = 0.0
    bins: dict[int, int] = field(default_factory=dict)  # signed place of the bin -> rows

    def add(self, numbers: Floats, counts: Longs) -> None:
        """Take in numbers, each with how many rows hold it."""
        if not len(numbers):
            return
        self.number += int(counts.sum())
        self.low, self.high = min(self.low, numbers.min()), max(self.high, numbers.max())
        self.total += float(numbers @ counts)
        self.squares += float((numbers * numbers) @ counts)
        size = np.abs(numbers)
        place = np.ceil(np.log(np.maximum(size, _LEAST) / _LEAST) / _RATIO).astype(np.int64) + 1
        place = np.where(size < _LEAST, 0, place) * np.sign(numbers).astype(np.int64)
        different, at = np.unique(place, return_inverse=True)
        for bin_, rows in zip(different.tolist(), np.bincount(at, counts).tolist(), strict=True):
            self.bins[bin_] = self.bins.get(bin_, 0) + int(rows)

    @property
    def mean(self) -> float:
        """Their mean; 0 where there are none."""
        return self.total / self.number if self.number else 0.0

    @property
    def deviation(self) -> float:
        """Their standard deviation."""
        if not self.number:
            return 0.0
        return float(np.sqrt(max(self.squares / self.number - self.mean**2, 0.0)))

    def points(self) -> tuple[Floats, Longs]:
        """The middles of the bins in ascending order, and how many rows are in each."""
        places = np.array(sorted(self.bins), np.int64)
        size = _LEAST * np.exp((np.abs(places) - 1.5) * _RATIO)
        middles = np.where(places == 0, 0.0, np.sign(places) * size)
        rows = np.array([self.bins[place] for place in places.tolist()], np.int64)
        return np.clip(middles, self.low, self.high), rows
