"""Whether there is a value at all."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

import pyarrow as pa
import pyarrow.compute as pc

from tellonce.engine.standardise.placeholders import placeholder_mask, stands_for_nothing
from tellonce.rules.types import Cell, Check


@dataclass(frozen=True)
class Required(Check):
    """A value is there, and is no placeholder such as "n/a"."""

    kind: ClassVar[str] = "required"
    dimension: ClassVar[str] = "completeness"
    sees_empty: ClassVar[bool] = True

    def tells(self) -> bool:
        return False

    def phrase(self) -> str:
        return "required"

    def aloud(self) -> str:
        return "must be filled"

    def judge(self, value: str, beside: tuple[str, ...], cell: Cell) -> str | None:
        if not value:
            return "is empty"
        if stands_for_nothing(value, cell.attribute.partition(":")[0]):
            return "is filled with a placeholder that stands for nothing"
        return None

    def surely(self, values: pa.Array, beside: Sequence[pa.Array], cell: Cell) -> pa.Array | None:
        filled = pc.greater(pc.utf8_length(values), 0)
        return pc.and_(filled, pc.invert(placeholder_mask(values, cell.attribute)))

    def plainly(
        self, values: pa.Array, beside: Sequence[pa.Array], cell: Cell
    ) -> Iterable[tuple[pa.Array, str]]:
        return [(pc.equal(values, ""), "is empty")]


@dataclass(frozen=True)
class Empty(Check):
    """No value may be there."""

    kind: ClassVar[str] = "empty"
    dimension: ClassVar[str] = "validity"

    def tells(self) -> bool:
        return False

    def phrase(self) -> str:
        return "empty"

    def aloud(self) -> str:
        return "must be empty"

    def judge(self, value: str, beside: tuple[str, ...], cell: Cell) -> str | None:
        return "is filled, and must be empty"
