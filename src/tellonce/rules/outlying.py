"""Values unlike the others of their field."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tellonce.rules.profile_types import Counted, Outlier, Range
from tellonce.rules.ranges import Points
from tellonce.rules.sketches import Longs

FEW = 50  # filled rows below which nothing is called unlike the others
_RARE = 0.01  # what more than one row in a hundred has is no outlier but another kind of value


def outliers(
    filled: int,
    points: Points | None,
    spread: Range | None,
    formats: Sequence[Counted],
    lengths: Longs,
) -> tuple[Outlier, ...]:
    """What stands out: numbers or dates far from the others, long values, rare formats."""
    if filled < FEW:
        return ()
    found = (
        _far(points) if points is not None and spread is not None else None,
        _long(filled, lengths),
        _odd(filled, formats) if spread is None else None,
    )
    return tuple(one for one in found if one is not None)


def _far(points: Points) -> Outlier | None:
    """Beyond three times the middle half on either side: "far out" of Tukey 1977."""
    low, high = points.quantile(0.25), points.quantile(0.75)
    reach = 3 * (high - low)
    if reach <= 0:
        return None
    far = (points.numbers < low - reach) | (points.numbers > high + reach)
    rows = int(points.counts[far].sum())
    if not 0 < rows <= _RARE * points.rows:
        return None
    return Outlier("range", rows, f"{_rows(rows)} far from the others.")


def _long(filled: int, lengths: Longs) -> Outlier | None:
    usual = int(np.searchsorted(np.cumsum(lengths), 0.99 * filled))
    limit = max(3 * usual, usual + 20)
    rows = int(lengths[limit + 1 :].sum())
    if not 0 < rows <= _RARE * filled:
        return None
    return Outlier(
        "length", rows, f"{_rows(rows)} longer than {limit} signs; 99 in 100 have up to {usual}."
    )


def _odd(filled: int, formats: Sequence[Counted]) -> Outlier | None:
    usual = [one for one in formats if one.rows >= 0.05 * filled]
    rows = filled - sum(one.rows for one in usual)
    if not usual or not 0 < rows <= _RARE * filled:
        return None
    told = " or ".join(one.text for one in usual)
    return Outlier("format", rows, f"{_rows(rows)} not of the form {told}.")


def _rows(rows: int) -> str:
    return "1 row is" if rows == 1 else f"{rows:,} rows are"
