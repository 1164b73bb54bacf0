"""SQL for the rest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from tellonce.rules.sandbox import columns_of
from tellonce.rules.types import Check, Facts


@dataclass(frozen=True)
class Holds(Check):
    """An expression of SQL over the columns of a row is true; nothing is said where it is null."""

    expression: str
    kind: ClassVar[str] = "holds"
    dimension: ClassVar[str] = "consistency"

    def phrase(self) -> str:
        return self.expression

    def aloud(self) -> str:
        return f"must fulfil {self.expression}"

    def reads(self) -> tuple[str, ...] | None:
        found = columns_of(self.expression)
        return None if found is None else tuple(sorted(found))

    @property
    def statement(self) -> str:
        """The SELECT of rows with whether they fulfil it."""
        return f"select row, ({self.expression})::boolean from rows"  # noqa: S608  in the sandbox


@dataclass(frozen=True)
class Select(Check):
    """A SELECT over the table `rows` finds the rows that fail: it gives their `row`, and if it
    likes, as a literal text, why. No other second column is looked at.
    """

    statement: str
    kind: ClassVar[str] = "sql"
    dimension: ClassVar[str] = "consistency"
    scope: ClassVar[str] = "set"

    def phrase(self) -> str:
        return self.statement

    def aloud(self) -> str:
        return f"must not be found by {self.statement}"

    def reads(self) -> tuple[str, ...] | None:
        return None  # a join or an alias may reach a column without naming it

    def lacking(self, facts: Facts) -> str:
        return "" if facts.whole else "it looks at all rows of a source, and these are some of them"
