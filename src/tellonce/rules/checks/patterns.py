"""Whether a value is written as a regular expression says.

Patterns run on RE2, whose time grows with the length of the value and of the pattern only.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

import pyarrow as pa
import pyarrow.compute as pc

from tellonce.rules.types import Cell, Check


@dataclass(frozen=True)
class Matches(Check):
    """The whole value matches the pattern; `wanted` False: it does not."""

    pattern: str
    wanted: bool = True
    kind: ClassVar[str] = "matches"
    dimension: ClassVar[str] = "validity"

    def phrase(self) -> str:
        return f"{'matches' if self.wanted else 'does not match'} {self.pattern}"

    def aloud(self) -> str:
        must = "must be" if self.wanted else "must not be"
        return f"{must} written as the pattern {self.pattern} says"

    def judge(self, value: str, beside: tuple[str, ...], cell: Cell) -> str | None:
        found = matching(pa.array([value], pa.string()), self.pattern)[0].as_py()
        return None if found == self.wanted else self._reason

    def surely(self, values: pa.Array, beside: Sequence[pa.Array], cell: Cell) -> pa.Array | None:
        found = matching(values, self.pattern)
        return found if self.wanted else pc.invert(found)

    def plainly(
        self, values: pa.Array, beside: Sequence[pa.Array], cell: Cell
    ) -> Iterable[tuple[pa.Array, str]]:
        return [(pa.repeat(True, len(values)), self._reason)]  # all that are left

    @property
    def _reason(self) -> str:
        return "is not written as it must be" if self.wanted else "is written as it must not be"


def matching(values: pa.Array, pattern: str) -> pa.Array:
    """Which values match a pattern of RE2 as a whole. Raises pa.ArrowInvalid for no pattern."""
    return pc.match_substring_regex(values, rf"\A(?:{pattern})\z")
