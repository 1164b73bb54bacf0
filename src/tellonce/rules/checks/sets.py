"""Whether a value is one of a few."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import pyarrow as pa
import pyarrow.compute as pc

from tellonce.rules.types import Cell, Check


@dataclass(frozen=True)
class OneOf(Check):
    """The value is one of those listed, as written; `wanted` False: it is none of them."""

    values: tuple[str, ...]
    wanted: bool = True
    kind: ClassVar[str] = "one_of"
    dimension: ClassVar[str] = "validity"

    def phrase(self) -> str:
        listed = ", ".join(quoted(value) for value in self.values)
        return f"{'' if self.wanted else 'not '}one of [{listed}]"

    def aloud(self) -> str:
        listed = ", ".join(self.values)
        return f"must be one of {listed}" if self.wanted else f"must be none of {listed}"

    @cached_property
    def _known(self) -> frozenset[str]:
        return frozenset(self.values)

    @cached_property
    def _folded(self) -> frozenset[str]:
        return frozenset(value.casefold() for value in self.values)

    def judge(self, value: str, beside: tuple[str, ...], cell: Cell) -> str | None:
        if (value in self._known) == self.wanted:
            return None
        if not self.wanted:
            return "is one of the values that are not allowed"
        if value.casefold() in self._folded:
            return "is not one of the allowed values: only its capitals differ"
        return "is not one of the allowed values"

    def surely(self, values: pa.Array, beside: Sequence[pa.Array], cell: Cell) -> pa.Array | None:
        found = pc.is_in(values, pa.array(self.values, pa.string()))
        return found if self.wanted else pc.invert(found)

    def plainly(
        self, values: pa.Array, beside: Sequence[pa.Array], cell: Cell
    ) -> Iterable[tuple[pa.Array, str]]:
        if not self.wanted:
            found = pc.is_in(values, pa.array(self.values, pa.string()))
            return [(found, "is one of the values that are not allowed")]
        return ()


def quoted(value: str) -> str:
    """A value as it is written in a list: in quotes where YAML would take it apart."""
    plain = value and value == value.strip() and not set(value) & set(",[]{}:#'\"&*!|>%@`?\\\n\t")
    if plain and value[0] not in "-":
        return value
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return '"' + escaped.replace("\t", "\\t") + '"'
