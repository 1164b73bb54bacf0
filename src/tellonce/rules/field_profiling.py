"""The profile of one field, taken in batch by batch."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tellonce.engine.model.hashing import FILE_HASH_KEY, hash64
from tellonce.engine.standardise.dates import date_order, read_dates
from tellonce.engine.standardise.placeholders import placeholder_mask
from tellonce.rules.numbers_read import numbers_of
from tellonce.rules.outlying import outliers
from tellonce.rules.profile_types import Counted, FieldProfile, Lengths, Range
from tellonce.rules.ranges import Points, range_of
from tellonce.rules.shapes import NUMERIC, shapes
from tellonce.rules.sketches import Distinct, Longs, Sample, Spread, Tally

TOP, FORMATS, PLACEHOLDERS = 40, 20, 10
_MOSTLY = 0.95  # of the values, for a field to be one of numbers or dates
_NEVER_NUMBERS = frozenset({"phone", "postal_code", "house_number", "full_address", "address_line"})
_DATES = frozenset({"birth_date", "observed_at"})
_DATE_SHAPE = re.compile(r"9{4}[-/. ]9{1,2}[-/. ]9{1,2}([A ].*)?|9{1,2}[-/. ]9{1,2}[-/. ]9{2,4}.*")
_DATE_HEADER = re.compile(r"date|datum|(^|_)d(ob|t)(_|$)", re.IGNORECASE)
_PACKED = "9" * 8


@dataclass
class FieldProfiler:
    """What has been seen of a field so far. `region` and `day_first` are those of its source."""

    header: str
    attribute: str | None
    region: str | None
    day_first: bool | None
    filled: int = 0
    padded: int = 0
    zeros_ahead: int = 0
    fractions: bool = False
    distinct: Distinct = field(default_factory=Distinct)
    sample: Sample = field(default_factory=Sample)
    values: Tally = field(default_factory=Tally)
    shapes: Tally = field(default_factory=lambda: Tally(most=4096))
    lengths: Longs = field(default_factory=lambda: np.zeros(0, np.int64))
    numbers: Spread = field(default_factory=Spread)

    def add(self, column: pa.Array) -> None:
        """Take in the values of some rows; null and blank ones are not filled."""
        text = column.drop_null().cast(pa.string())
        trimmed = pc.utf8_trim_whitespace(text)
        empty = pc.equal(trimmed, "")
        if pc.any(empty).as_py():
            filled = pc.invert(empty)
            text, trimmed = text.filter(filled), trimmed.filter(filled)
        if not len(text):
            return
        self.filled += len(text)
        self.padded += pc.sum(pc.not_equal(text, trimmed)).as_py()
        counted = trimmed.value_counts()
        self._add_values(counted.field("values"), counted.field("counts").to_numpy())

    def _add_values(self, values: pa.Array, counts: Longs) -> None:
        hashes = hash64(values, FILE_HASH_KEY).view(np.uint64)
        self.distinct.add(hashes, counts)
        self.sample.add(values, hashes, counts)
        self.values.add(values, counts)
        signs = np.bincount(pc.utf8_length(values).to_numpy(), counts).astype(np.int64)
        longest = np.zeros(max(len(signs), len(self.lengths)), np.int64)
        longest[: len(self.lengths)] += self.lengths
        longest[: len(signs)] += signs
        self.lengths = longest
        coded = shapes(values)
        places = coded.indices.to_numpy()
        rows = np.bincount(places, counts, len(coded.dictionary)).astype(np.int64)
        self.shapes.add(coded.dictionary, rows)
        numeric = np.array([
            NUMERIC.fullmatch(shape) is not None for shape in coded.dictionary.to_pylist()
        ], bool)[places]  # fmt: skip
        if numeric.any():
            self._add_numbers(values.filter(pa.array(numeric)), counts[numeric])

    def _add_numbers(self, texts: pa.Array, counts: Longs) -> None:
        ahead = pc.match_substring_regex(texts, r"^[-+]?0\d").to_numpy(zero_copy_only=False)
        self.zeros_ahead += int(counts[ahead].sum())
        numbers = numbers_of(texts)
        found = ~np.isnan(numbers)
        self.fractions |= bool((numbers[found] % 1).any())
        self.numbers.add(numbers[found], counts[found])

    def finished(self, rows: int) -> FieldProfile:
        """The profile of the field, in a file of `rows` rows."""
        stand = self._placeholders()
        kind, spread, points = self._kind(sum(one.rows for one in stand))
        formats = tuple(Counted(*pair) for pair in self.shapes.top(FORMATS))
        return FieldProfile(
            field=self.header,
            attribute=self.attribute,
            kind=kind,
            rows=rows,
            filled=self.filled,
            padded=self.padded,
            distinct=self.distinct.number,
            distinct_exact=not self.distinct.full,
            repeated=round(self.distinct.repeated, 6),
            lengths=self._lengths(),
            formats=formats,
            formats_distinct=len(self.shapes.values),
            top=tuple(Counted(*pair) for pair in self.values.top(TOP)),
            top_short=self.values.short,
            placeholders=stand,
            range=spread,
            outliers=outliers(self.filled, points, spread, formats, self.lengths),
        )

    def _placeholders(self) -> tuple[Counted, ...]:
        """Values that stand for nothing, among those whose counts are kept."""
        if not len(self.values.values):
            return ()
        nothing = placeholder_mask(self.values.values, self.attribute or "any")
        mask = nothing.to_numpy(zero_copy_only=False)
        found = zip(
            self.values.values.filter(nothing).to_pylist(),
            self.values.counts[mask].tolist(),
            strict=True,
        )
        most = sorted(found, key=lambda pair: (-pair[1], pair[0]))[:PLACEHOLDERS]
        return tuple(Counted(*pair) for pair in most)

    def _kind(self, placeholders: int) -> tuple[str, Range | None, Points | None]:
        known = self.filled - placeholders
        if not self.filled:
            return "empty", None, None
        family = (self.attribute or "").partition(":")[0]
        if self._may_be_dates(family):
            points = self._dates()
            if points is not None and points.rows >= _MOSTLY * self._sampled(placeholders):
                return "date", range_of(points, _day), points
        codes = family in _NEVER_NUMBERS or family.startswith("identifier")
        numeric = self.numbers.number >= _MOSTLY * known > 0
        if codes or not numeric or self.zeros_ahead > 0.01 * self.filled:
            return "text", None, None
        points = self._points()
        moments = (self.numbers.mean, self.numbers.deviation)
        return "number", range_of(points, _number(self.fractions), moments), points

    def _may_be_dates(self, family: str) -> bool:
        top = self.shapes.top(1)[0][0]
        if top == _PACKED and _DATE_HEADER.search(self.header):
            return True
        return family in _DATES or _DATE_SHAPE.fullmatch(top) is not None

    def _sampled(self, placeholders: int) -> int:
        return int(self.sample.counts.sum()) - (0 if self.sample.full else placeholders)

    def _dates(self) -> Points | None:
        """The days of the sampled values that read as whole dates, as numbers of days."""
        order = date_order(self.sample.values.to_pylist(), self.region, self.day_first)
        iso = read_dates(self.sample.values, order).iso
        whole = pc.fill_null(pc.equal(pc.utf8_length(iso), 10), False)
        if not pc.any(whole).as_py():
            return None
        days = iso.filter(whole).cast(pa.date32()).cast(pa.int32()).to_numpy().astype(np.float64)
        counts = self.sample.counts[whole.to_numpy(zero_copy_only=False)]
        return Points.of(days, counts)

    def _points(self) -> Points:
        """The numbers: each as it is where the sample holds all of them, else by bins."""
        if self.sample.full:
            return Points.of(*self.numbers.points(), ends=(self.numbers.low, self.numbers.high))
        numbers = numbers_of(self.sample.values)
        found = ~np.isnan(numbers)
        return Points.of(numbers[found], self.sample.counts[found])

    def _lengths(self) -> Lengths | None:
        signs = np.flatnonzero(self.lengths)
        if not len(signs):
            return None
        middle = int(np.searchsorted(np.cumsum(self.lengths), self.filled / 2))
        return Lengths(int(signs[0]), middle, int(signs[-1]))


def _day(days: float) -> str:
    return date.fromordinal(date(1970, 1, 1).toordinal() + round(days)).isoformat()


def _number(fractions: bool) -> Callable[[float], str]:
    return (lambda number: f"{number:.6g}") if fractions else lambda number: f"{number:.0f}"
