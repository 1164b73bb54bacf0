"""The usual dates of ten characters, all at once; `dates` reads the others and is the oracle."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Longs = npt.NDArray[np.int64]
YEAR_FIRST = r"^\d{4}[-/. ]\d{2}[-/. ]\d{2}$"
YEAR_LAST = r"^\d{2}[-/. ]\d{2}[-/. ]\d{4}$"
_LONGEST_MONTHS = np.array([0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])


def plain_dates(
    texts: pa.Array, *, years: tuple[int, int], day_first: bool, sure: bool
) -> tuple[pa.Array, pa.Array]:
    """ISO dates of texts of ten characters with all parts possible, null for any other text, and
    whether day and month might be the other way round.

    `years` are the first and last possible one; `day_first` and `sure` are those of `DateOrder`.
    """
    first = pc.fill_null(pc.match_substring_regex(texts, YEAR_FIRST), False)
    last = pc.fill_null(pc.match_substring_regex(texts, YEAR_LAST), False)
    starts = first.to_numpy(zero_copy_only=False)
    usual = pc.or_(first, last)
    signs = _signs(pc.if_else(usual, texts, "0000-00-00"))
    year = np.where(starts, _number(signs, 0, 4), _number(signs, 6, 10))
    one = np.where(starts, _number(signs, 5, 7), _number(signs, 0, 2))
    two = np.where(starts, _number(signs, 8, 10), _number(signs, 3, 5))
    turned = ~starts & (((one > 12) & (two <= 12)) | (day_first & (two <= 12)))
    month, day = np.where(turned, two, one), np.where(turned, one, two)
    possible = (year >= years[0]) & (year <= years[1]) & (month >= 1) & (month <= 12) & (day >= 1)
    possible &= day <= _days(year, np.where(possible, month, 0))
    iso = pc.if_else(pa.array(possible), _iso(year, month, day), None)
    unsure = possible & ~starts & (day <= 12) & (day != month) & (not sure)
    return iso, pa.array(unsure)


def _signs(texts: pa.Array) -> npt.NDArray[np.uint8]:
    """The characters of texts of ten ASCII characters, texts x 10."""
    fixed = texts.cast(pa.binary()).cast(pa.binary(10))
    return np.frombuffer(fixed.buffers()[1], np.uint8, 10 * len(fixed)).reshape(-1, 10)


def _number(signs: npt.NDArray[np.uint8], start: int, stop: int) -> Longs:
    number = np.zeros(len(signs), np.int64)
    for place in range(start, stop):
        number = 10 * number + (signs[:, place].astype(np.int64) - ord("0"))
    return number


def _days(year: Longs, month: Longs) -> Longs:
    """The last day of a month, 0 for month 0."""
    leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    last: Longs = _LONGEST_MONTHS[month] - ((month == 2) & ~leap)
    return last


def _iso(year: Longs, month: Longs, day: Longs) -> pa.Array:
    parts = [
        pc.utf8_lpad(pa.array(part).cast(pa.string()), width=width, padding="0")
        for part, width in ((year, 4), (month, 2), (day, 2))
    ]
    return pc.binary_join_element_wise(*parts, "-")
