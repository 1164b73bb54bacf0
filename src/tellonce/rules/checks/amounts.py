"""Numbers: whether a value is as large as it must be."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

import pyarrow as pa
import pyarrow.compute as pc

from tellonce.rules.types import Cell, Check

_SIGNS = re.compile(r"^([-+]?)[$€£¥]\s?|\s?[$€£¥%]$")
_GROUPED = re.compile(r"[-+]?\d{1,3}(?:,\d{3})+(?:\.\d+)?", re.ASCII)
_DOTTED = re.compile(r"[-+]?\d{1,3}(?:\.\d{3}){2,}(?:,\d+)?|[-+]?\d{1,3}\.\d{3},\d+", re.ASCII)
_COMMA = re.compile(r"[-+]?\d{1,15},\d{1,12}", re.ASCII)
_PLAIN = re.compile(r"[-+]?\d{1,15}(?:\.\d{1,12})?", re.ASCII)
_SURE = r"\A-?[0-9]{1,15}(?:\.[0-9]{1,12})?\z"
NO_NUMBER = "is no number"

OPERATORS: dict[str, tuple[Callable[[float, float], bool], str]] = {
    "at least": (lambda one, other: one >= other, "is less than"),
    "at most": (lambda one, other: one <= other, "is more than"),
    "more than": (lambda one, other: one > other, "is not more than"),
    "less than": (lambda one, other: one < other, "is not less than"),
}
_KERNELS = {
    "at least": "greater_equal",
    "at most": "less_equal",
    "more than": "greater",
    "less than": "less",
}


def number_of(text: str) -> float | None:
    """What a text is as a number; None where it is none.

    A comma with three digits behind it groups thousands, any other one is a decimal comma; a point
    is a decimal point unless the text shows that it groups.
    """
    text = _SIGNS.sub(r"\1", text)
    if _GROUPED.fullmatch(text):
        text = text.replace(",", "")
    elif _DOTTED.fullmatch(text):
        text = text.replace(".", "").replace(",", ".")
    elif _COMMA.fullmatch(text):
        text = text.replace(",", ".")
    return float(text) if _PLAIN.fullmatch(text) else None


def sure_numbers(values: pa.Array) -> pa.Array:
    """The plainly written numbers, null for any other text."""
    plain = pc.match_substring_regex(values, _SURE)
    return pc.if_else(plain, values, None).cast(pa.float64())


def written(number: float) -> str:
    """A number as it stands in a rule."""
    return f"{number:.12f}".rstrip("0").rstrip(".")


@dataclass(frozen=True)
class Between(Check):
    """A number from `low` to `high`, both included."""

    low: float
    high: float
    kind: ClassVar[str] = "between"
    dimension: ClassVar[str] = "validity"

    def phrase(self) -> str:
        return f"between {written(self.low)} and {written(self.high)}"

    def aloud(self) -> str:
        return f"must be a number from {written(self.low)} to {written(self.high)}"

    def judge(self, value: str, beside: tuple[str, ...], cell: Cell) -> str | None:
        number = number_of(value)
        if number is None:
            return NO_NUMBER
        if number < self.low:
            return self._less
        return self._more if number > self.high else None

    def surely(self, values: pa.Array, beside: Sequence[pa.Array], cell: Cell) -> pa.Array | None:
        numbers = sure_numbers(values)
        return pc.and_(pc.greater_equal(numbers, self.low), pc.less_equal(numbers, self.high))

    def plainly(
        self, values: pa.Array, beside: Sequence[pa.Array], cell: Cell
    ) -> Iterable[tuple[pa.Array, str]]:
        numbers = sure_numbers(values)
        yield pc.less(numbers, self.low), self._less
        yield pc.greater(numbers, self.high), self._more

    @property
    def _less(self) -> str:
        return f"is less than {written(self.low)}"

    @property
    def _more(self) -> str:
        return f"is more than {written(self.high)}"


@dataclass(frozen=True)
class Amount(Check):
    """A number on one side of another, both sides written in the rule."""

    operator: str
    number: float
    kind: ClassVar[str] = "amount"
    dimension: ClassVar[str] = "validity"

    def phrase(self) -> str:
        return f"{self.operator} {written(self.number)}"

    def aloud(self) -> str:
        return f"must be a number that is {self.operator} {written(self.number)}"

    def judge(self, value: str, beside: tuple[str, ...], cell: Cell) -> str | None:
        number = number_of(value)
        if number is None:
            return NO_NUMBER
        holds, otherwise = OPERATORS[self.operator]
        return None if holds(number, self.number) else f"{otherwise} {written(self.number)}"

    def surely(self, values: pa.Array, beside: Sequence[pa.Array], cell: Cell) -> pa.Array | None:
        return pc.call_function(
            _KERNELS[self.operator], [sure_numbers(values), pa.scalar(self.number)]
        )

    def plainly(
        self, values: pa.Array, beside: Sequence[pa.Array], cell: Cell
    ) -> Iterable[tuple[pa.Array, str]]:
        held = self.surely(values, beside, cell)  # null of what is not plainly a number
        return [(pc.invert(held), f"{OPERATORS[self.operator][1]} {written(self.number)}")]


@dataclass(frozen=True)
class AmountBeside(Check):
    """A number on one side of another that stands in the same row."""

    operator: str
    other: str
    kind: ClassVar[str] = "amount_beside"
    dimension: ClassVar[str] = "consistency"

    def phrase(self) -> str:
        return f"{self.operator} {self.other}"

    def aloud(self) -> str:
        return f"must be a number that is {self.operator} {self.other} of the same row"

    def beside(self) -> tuple[str, ...]:
        return (self.other,)

    def judge(self, value: str, beside: tuple[str, ...], cell: Cell) -> str | None:
        number, other = number_of(value), number_of(beside[0])
        if number is None:
            return NO_NUMBER
        if other is None:
            return ""
        holds, otherwise = OPERATORS[self.operator]
        return None if holds(number, other) else f"{otherwise} {self.other}"

    def surely(self, values: pa.Array, beside: Sequence[pa.Array], cell: Cell) -> pa.Array | None:
        both = [sure_numbers(values), sure_numbers(beside[0])]
        return pc.call_function(_KERNELS[self.operator], both)
