"""What a profile says of a file or a source, field by field. All are frozen, and plain in JSON."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields, replace
from typing import Any

FORM = 1  # of the document; a profile of another form is made anew
QUANTILES = (0.01, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99)
MEDIAN = QUANTILES.index(0.5)


@dataclass(frozen=True)
class Counted:
    """A value, shape or placeholder, and how many rows hold it."""

    text: str
    rows: int


@dataclass(frozen=True)
class Lengths:
    """Characters of the values: the shortest, the median, the longest."""

    low: int
    median: int
    high: int


@dataclass(frozen=True)
class Bar:
    """One bar of a histogram: from `low` to below `high` (the last one: to it), in its rows."""

    low: str
    high: str
    rows: int


@dataclass(frozen=True)
class Range:
    """Numbers or dates (ISO 8601), as text: their ends, the quantiles of `QUANTILES`, a histogram.

    `rows` hold one; `mean` and `deviation` are of numbers, else None. Ends are "" where they are
    left out.
    """

    rows: int
    low: str
    high: str
    quantiles: tuple[str, ...]
    bars: tuple[Bar, ...]
    mean: float | None = None
    deviation: float | None = None


@dataclass(frozen=True)
class Outlier:
    """Values unlike the others of their field: of which kind (range, length, format), in how many
    rows, and one sentence. The sentence holds no single value.
    """

    kind: str
    rows: int
    sentence: str


@dataclass(frozen=True)
class FieldProfile:
    """What the values of one field look like.

    field         its header
    attribute     what it was recognised as; None: nothing
    kind          empty, number, date or text
    rows, filled  of the file; how many have a value that is not blank
    padded        rows whose value has blanks at an end
    distinct      different values; within 0.4 % in 95 of 100 fields where not `distinct_exact`
    repeated      share of the different values that more than one row holds
    lengths       None where nothing is filled
    formats       the most frequent shapes (`shapes.py`), `formats_distinct` in all
    top           the most frequent values; counts may miss up to `top_short` rows
    placeholders  values that stand for nothing known, such as n/a; their rows count as filled
    """

    field: str
    attribute: str | None
    kind: str
    rows: int
    filled: int
    padded: int
    distinct: int
    distinct_exact: bool
    repeated: float
    lengths: Lengths | None
    formats: tuple[Counted, ...]
    formats_distinct: int
    top: tuple[Counted, ...]
    top_short: int
    placeholders: tuple[Counted, ...]
    range: Range | None
    outliers: tuple[Outlier, ...]

    @property
    def fill(self) -> float:
        """Share of the rows that are filled; 0 of none."""
        return self.filled / self.rows if self.rows else 0.0

    def without_values(self, least: int | None, *, listed: bool = True) -> FieldProfile:
        """The same where no value is told that fewer than `least` rows share (None: none at all);
        not `listed`: no value by name, only ranges.

        Values that stand for nothing say nothing of anybody, and stay. The ends of a range are
        single values, so they go; quantiles stay where a hundredth of the rows is at least `least`
        rows.
        """
        if least is None:
            return replace(self, top=(), range=None)
        shared = tuple(one for one in self.top if one.rows >= least) if listed else ()
        return replace(self, top=shared, range=_without_ends(self.range, least))


@dataclass(frozen=True)
class Profile:
    """The profile of a file or a source: its rows, and its fields in their order."""

    name: str
    rows: int
    fields: tuple[FieldProfile, ...]

    def of(self, field: str) -> FieldProfile | None:
        """The field of this header; None: there is none."""
        return next((one for one in self.fields if one.field == field), None)

    def without_values(self) -> Profile:
        """The same without any value of a record."""
        return replace(self, fields=tuple(one.without_values(None) for one in self.fields))

    def as_document(self) -> dict[str, Any]:
        """Plain values that JSON can hold."""
        return {"form": FORM, **asdict(self)}

    @classmethod
    def from_document(cls, document: dict[str, Any]) -> Profile:
        """The profile of `as_document`. Raises ValueError where it is of another form."""
        if document.get("form") != FORM:
            raise ValueError(f"a profile of form {document.get('form')!r}, not {FORM}")
        return cls(document["name"], document["rows"], tuple(map(_field, document["fields"])))


def _field(said: dict[str, Any]) -> FieldProfile:
    known = {one.name for one in fields(FieldProfile)}
    plain = {name: value for name, value in said.items() if name in known}
    for name in ("formats", "top", "placeholders"):
        plain[name] = tuple(Counted(**one) for one in said[name])
    plain["outliers"] = tuple(Outlier(**one) for one in said["outliers"])
    plain["lengths"] = Lengths(**said["lengths"]) if said["lengths"] else None
    plain["range"] = _range(said["range"]) if said["range"] else None
    return FieldProfile(**plain)


def _range(said: dict[str, Any]) -> Range:
    bars = tuple(Bar(**one) for one in said["bars"])
    return Range(**{**said, "bars": bars, "quantiles": tuple(said["quantiles"])})


def _without_ends(found: Range | None, least: int) -> Range | None:
    if found is None or found.rows < 100 * least:
        return None
    bars = tuple(one for one in found.bars if one.rows >= least)
    return replace(found, low="", high="", bars=bars)
