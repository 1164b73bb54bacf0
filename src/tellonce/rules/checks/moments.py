"""Dates: whether a day lies where it must, and how old it is.

A date may be told to the year, to the month, to the day, or to the second. Two dates are compared
as far as both are told; where they are the same so far and one of them says more, nothing can be
said, and nothing is.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import ClassVar

import pyarrow as pa
import pyarrow.compute as pc

from tellonce.engine.standardise.dates import NEWEST, DateOrder, read_date, year_out_of_reach
from tellonce.engine.standardise.placeholders import stands_for_nothing
from tellonce.engine.standardise.plain_dates import plain_dates
from tellonce.rules.types import Cell, Check, Facts

NO_DATE = "is no possible date"
UNITS = ("day", "week", "month", "year")
SIDES = {
    "before": "is not before",
    "after": "is not after",
    "not before": "is before",
    "not after": "is after",
}
_HAS_TIME = re.compile(r"\d[T ]\d{1,2}:\d{2}")
_DAY_FIRST = r"^(?:1[3-9]|[2-9]\d)[-/. ]\d{2}[-/. ]\d{4}$"
_MONTH_FIRST = r"^\d{2}[-/. ](?:1[3-9]|[2-9]\d)[-/. ]\d{4}$"
_WHENEVER = (datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 3, 1, tzinfo=UTC))
"""Moments in the past, behind a long month and behind a short one."""

_NO_NOW = "no moment was given that it could be judged at"


def moment_of(text: str, order: DateOrder) -> str | None:
    """A date as ISO 8601, as far as it is told: 1980, 1980-05, 1980-05-17, or with the time of day
    in UTC; None where it is no possible date.
    """
    if _HAS_TIME.search(text):
        try:
            found = datetime.fromisoformat(text)
        except ValueError:
            return read_date(text, order)
        if not order.oldest <= found.year <= NEWEST:
            return None
        moved = found.astimezone(UTC) if found.tzinfo else found
        return moved.strftime("%Y-%m-%dT%H:%M:%S")
    return read_date(text, order)


def no_date(text: str, order: DateOrder) -> str:
    """Why a text that is no moment is none."""
    year = year_out_of_reach(text, order)
    if year is None:
        return NO_DATE
    side, end = ("after", NEWEST) if year > NEWEST else ("before", order.oldest)
    return f"lies {side} the year {end}, so it is no date that is meant"


def side_fault(side: str, one: str, other: str) -> bool:
    """Whether a moment surely does not lie on a side of another one."""
    length = min(len(one), len(other))
    told_alike = len(one) == len(other)
    one, other = one[:length], other[:length]
    if one == other:
        return told_alike and side in ("before", "after")
    return (one < other) != (side in ("before", "not after"))


def back(now: datetime, count: int, unit: str) -> datetime:
    """The moment so many units before another one; the last day of a shorter month."""
    if unit in ("day", "week"):
        return now - timedelta(days=count * (7 if unit == "week" else 1))
    months = now.year * 12 + now.month - 1 - count * (12 if unit == "year" else 1)
    year, month = max(1, months // 12), months % 12 + 1
    return now.replace(
        year=year, month=month, day=min(now.day, calendar.monthrange(year, month)[1])
    )


def sure_days(values: pa.Array, order: DateOrder) -> pa.Array:
    """The plainly written days as ISO dates, null for any other text, and for days whose parts
    changed places in a column that surely has another order.
    """
    if order.sure:
        other = _MONTH_FIRST if order.day_first else _DAY_FIRST
        values = pc.if_else(pc.match_substring_regex(values, other), None, values)
    iso, _ = plain_dates(
        values, years=(1901, NEWEST - 2), day_first=order.day_first, sure=order.sure
    )
    return iso


@dataclass(frozen=True)
class Day:
    """A day that a rule names: a date, today, or so many units ago."""

    text: str

    def iso(self, now: datetime | None) -> str:
        """As ISO 8601; "" where it depends on a moment that was not given."""
        if self.text[0].isdigit() and not self.text.endswith("ago"):
            return self.text
        if now is None:
            return ""
        if self.text == "today":
            return now.date().isoformat()
        count, unit, _ = self.text.split()
        return back(now, int(count), unit.rstrip("s")).date().isoformat()

    @property
    def moves(self) -> bool:
        """Whether it depends on when it is asked."""
        return not self.text[0].isdigit() or self.text.endswith("ago")

    def surely_after(self, other: Day) -> bool:
        """Whether it lies after another day whenever that is asked, from now on. A fixed day does
        not lie after one that moves, which comes to it; 2024-05 does not lie after 2024.
        """
        if other.moves and not self.moves:
            return False
        days = [(self.iso(asked), other.iso(asked)) for asked in _WHENEVER]
        ends = [(one, end, min(len(one), len(end))) for one, end in days]
        return all(one[:length] > end[:length] for one, end, length in ends)


@dataclass(frozen=True)
class Dated(Check):
    """A date on one side of a day."""

    side: str
    day: Day
    kind: ClassVar[str] = "dated"
    dimension: ClassVar[str] = "validity"

    def phrase(self) -> str:
        return f"{self.side} {self.day.text}"

    def aloud(self) -> str:
        return f"must be a date {self.side} {self.day.text}"

    def lacking(self, facts: Facts) -> str:
        return _NO_NOW if self.day.moves and facts.now is None else ""

    def judge(self, value: str, beside: tuple[str, ...], cell: Cell) -> str | None:
        moment = moment_of(value, cell.order)
        if moment is None:
            return no_date(value, cell.order)
        wrong = side_fault(self.side, moment, self.day.iso(cell.facts.now))
        return f"{SIDES[self.side]} {self.day.text}" if wrong else None

    def surely(self, values: pa.Array, beside: Sequence[pa.Array], cell: Cell) -> pa.Array | None:
        iso = self.day.iso(cell.facts.now)
        return _sure_side(self.side, sure_days(values, cell.order), pa.scalar(iso))


@dataclass(frozen=True)
class Within(Check):
    """A date from one day to another, both included."""

    low: Day
    high: Day
    kind: ClassVar[str] = "within"
    dimension: ClassVar[str] = "validity"

    def phrase(self) -> str:
        return f"between {self.low.text} and {self.high.text}"

    def aloud(self) -> str:
        return f"must be a date from {self.low.text} to {self.high.text}"

    def lacking(self, facts: Facts) -> str:
        moves = self.low.moves or self.high.moves
        return _NO_NOW if moves and facts.now is None else ""

    def _sides(self) -> tuple[Dated, Dated]:
        return Dated("not before", self.low), Dated("not after", self.high)

    def judge(self, value: str, beside: tuple[str, ...], cell: Cell) -> str | None:
        first, second = (side.judge(value, beside, cell) for side in self._sides())
        return first or second

    def surely(self, values: pa.Array, beside: Sequence[pa.Array], cell: Cell) -> pa.Array | None:
        first, second = (side.surely(values, beside, cell) for side in self._sides())
        return pc.and_(first, second)


@dataclass(frozen=True)
class DatedBeside(Check):
    """A date on one side of another that stands in the same row."""

    side: str
    other: str
    kind: ClassVar[str] = "dated_beside"
    dimension: ClassVar[str] = "consistency"

    def phrase(self) -> str:
        return f"{self.side} {self.other}"

    def aloud(self) -> str:
        return f"must be a date {self.side} {self.other} of the same row"

    def beside(self) -> tuple[str, ...]:
        return (self.other,)

    def judge(self, value: str, beside: tuple[str, ...], cell: Cell) -> str | None:
        moment, other = moment_of(value, cell.order), moment_of(beside[0], _order_beside(cell))
        if moment is None:
            return no_date(value, cell.order)
        if other is None:
            return ""
        return f"{SIDES[self.side]} {self.other}" if side_fault(self.side, moment, other) else None

    def surely(self, values: pa.Array, beside: Sequence[pa.Array], cell: Cell) -> pa.Array | None:
        days = sure_days(values, cell.order)
        return _sure_side(self.side, days, sure_days(beside[0], _order_beside(cell)))


def _order_beside(cell: Cell) -> DateOrder:
    return cell.orders_beside[0] if cell.orders_beside else cell.order


def _sure_side(side: str, days: pa.Array, others: pa.Array | pa.Scalar) -> pa.Array:
    kernels = {
        "before": pc.less, "after": pc.greater,
        "not before": pc.greater_equal, "not after": pc.less_equal,
    }  # fmt: skip
    return kernels[side](days, others)


@dataclass(frozen=True)
class Aged(Check):
    """A date that lies at least, or at most, so long ago; one that is yet to come is 0 days old."""

    operator: str
    count: int
    unit: str
    kind: ClassVar[str] = "aged"
    dimension: ClassVar[str] = "timeliness"

    def phrase(self) -> str:
        return f"{self.operator} {self._span()} old"

    def _span(self) -> str:
        return f"{self.count} {self.unit}{'' if self.count == 1 else 's'}"

    def aloud(self) -> str:
        return f"must be a date {self.operator} {self._span()} ago"

    def lacking(self, facts: Facts) -> str:
        return "" if facts.now else _NO_NOW

    def _dated(self) -> Dated:
        side = "not after" if self.operator == "at least" else "not before"
        return Dated(side, Day(f"{self._span()} ago"))

    def judge(self, value: str, beside: tuple[str, ...], cell: Cell) -> str | None:
        wrong = self._dated().judge(value, beside, cell)
        if wrong is None or moment_of(value, cell.order) is None:
            return wrong
        older = "less" if self.operator == "at least" else "more"
        return f"is {older} than {self._span()} old"

    def surely(self, values: pa.Array, beside: Sequence[pa.Array], cell: Cell) -> pa.Array | None:
        return self._dated().surely(values, beside, cell)


def date_fault(text: str, attribute: str, order: DateOrder) -> str | None:
    """What is wrong with a date, in words; None where it is a possible day of the calendar."""
    iso = moment_of(text, order)
    if iso is None:
        return no_date(text, order)
    if stands_for_nothing(text, attribute or "observed_at"):
        return "is a date that stands for nothing"
    return None if len(iso) >= 10 else "is no whole date: it lacks the day"
