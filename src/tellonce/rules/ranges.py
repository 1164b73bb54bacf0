"""Quantiles and histograms of numbers or days that are given with how many rows hold each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from tellonce.rules.profile_types import QUANTILES, Bar, Range
from tellonce.rules.sketches import Floats, Longs

BARS = 16


@dataclass(frozen=True)
class Points:
    """Different numbers in ascending order, the rows that hold each, and the true ends."""

    numbers: Floats
    counts: Longs
    low: float
    high: float

    @classmethod
    def of(cls, numbers: Floats, counts: Longs, ends: tuple[float, float] | None = None) -> Points:
        """Sorted; `ends` where the numbers are only near the true ones."""
        order = np.argsort(numbers, kind="stable")
        numbers, counts = numbers[order], counts[order]
        low, high = ends or (float(numbers[0]), float(numbers[-1]))
        return cls(numbers, counts, low, high)

    @property
    def rows(self) -> int:
        """How many rows hold one of them."""
        return int(self.counts.sum())

    def quantile(self, share: float) -> float:
        """The number that at least `share` of the rows do not exceed."""
        place = int(np.searchsorted(np.cumsum(self.counts), share * self.rows))
        return float(self.numbers[min(place, len(self.numbers) - 1)])


def range_of(
    points: Points, told: Callable[[float], str], moments: tuple[float, float] | None = None
) -> Range:
    """The range of these points; `told` writes a number, `moments` are mean and deviation."""
    mean, deviation = (round(one, 6) for one in moments) if moments else (None, None)
    return Range(
        points.rows,
        told(points.low),
        told(points.high),
        tuple(told(points.quantile(share)) for share in QUANTILES),
        _bars(points, told),
        mean,
        deviation,
    )


def _bars(points: Points, told: Callable[[float], str]) -> tuple[Bar, ...]:
    """One bar for each of a few numbers, else `BARS` of the same width between the 1 % and 99 %
    quantiles; what lies beyond is in the first and the last.
    """
    if len(points.numbers) <= BARS:
        return tuple(
            Bar(told(number), told(number), int(rows))
            for number, rows in zip(points.numbers, points.counts, strict=True)
        )
    low, high = points.quantile(QUANTILES[0]), points.quantile(QUANTILES[-1])
    if low == high:
        low, high = points.low, points.high
    edges = np.linspace(low, high, BARS + 1)
    place = np.clip(np.searchsorted(edges, points.numbers, side="right") - 1, 0, BARS - 1)
    rows = np.bincount(place, points.counts, BARS).astype(np.int64)
    return tuple(Bar(told(edges[n]), told(edges[n + 1]), int(rows[n])) for n in range(BARS))
