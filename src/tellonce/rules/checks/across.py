"""Checks that no single row decides: uniqueness, and what only records of one customer tell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from tellonce.engine.standardise.emails import comparable_email
from tellonce.rules.types import Check, Facts


@dataclass(frozen=True)
class Unique(Check):
    """No other row says the same, capitals and blanks aside; with `others`, the same in all of
    these fields. All rows that share a value fail.
    """

    others: tuple[str, ...] = ()
    kind: ClassVar[str] = "unique"
    dimension: ClassVar[str] = "uniqueness"
    scope: ClassVar[str] = "set"

    def phrase(self) -> str:
        return "unique" + (f" with {' and '.join(self.others)}" if self.others else "")

    def aloud(self) -> str:
        together = f" together with {' and '.join(self.others)}" if self.others else ""
        return f"must be different in every row{together}"

    def beside(self) -> tuple[str, ...]:
        return self.others

    def lacking(self, facts: Facts) -> str:
        known = facts.known is not None or facts.whole
        return "" if known else "it looks at all rows of a source, and these are some of them"

    def comparable(self, value: str, beside: tuple[str, ...], attribute: str) -> str:
        """What is compared of a value and those beside it."""
        parts = [value, *beside]
        if attribute.partition("#")[0] == "email":
            parts[0] = comparable_email(value.lower()) or value
        return "\t".join(" ".join(part.casefold().split()) for part in parts)


@dataclass(frozen=True)
class UniquePerCustomer(Check):
    """No two customers say the same; judged over customers (by `upkeep`), not over rows."""

    kind: ClassVar[str] = "unique_per_customer"
    dimension: ClassVar[str] = "uniqueness"
    scope: ClassVar[str] = "customer"

    def phrase(self) -> str:
        return "unique per customer"

    def aloud(self) -> str:
        return "must belong to one customer only"


@dataclass(frozen=True)
class AgreesAcrossSources(Check):
    """The sources say the same of a customer; judged over customers (by `upkeep`)."""

    kind: ClassVar[str] = "agrees_across_sources"
    dimension: ClassVar[str] = "consistency"
    scope: ClassVar[str] = "customer"

    def phrase(self) -> str:
        return "agrees across sources"

    def aloud(self) -> str:
        return "must be the same in every source of a customer"
