"""Checks that no single row decides: uniqueness, and what only records of one customer tell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import pyarrow as pa
import pyarrow.compute as pc

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

    def tells(self) -> bool:
        return False

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

    def comparables(self, values: pa.Array, beside: Sequence[pa.Array], attribute: str) -> pa.Array:
        """The same of many values, and of columns beside them, in one array of texts."""
        if attribute.partition("#")[0] == "email":
            texts = values.to_pylist()
            columns = [one.to_pylist() for one in beside]
            rows = zip(*columns, strict=True) if columns else ((),) * len(texts)
            said = [self.comparable(v, b, attribute) for v, b in zip(texts, rows, strict=True)]
            return pa.array(said, pa.string())
        parts = [_folded(one) for one in (values, *beside)]
        return pc.binary_join_element_wise(*parts, "\t") if beside else parts[0]


def _folded(values: pa.Array) -> pa.Array:
    """Texts without capitals and with single blanks; plain ones at once, others one by one."""
    plain = pc.match_substring_regex(values, r"\A[!-~]*\z")
    folded = pc.ascii_lower(values)
    if pc.all(plain).as_py():
        return folded
    others = [
        " ".join(one.casefold().split()) for one in values.filter(pc.invert(plain)).to_pylist()
    ]
    return pc.replace_with_mask(folded, pc.invert(plain), pa.array(others, pa.string()))


@dataclass(frozen=True)
class UniquePerCustomer(Check):
    """No two customers say the same; judged over customers (by `upkeep`), not over rows."""

    kind: ClassVar[str] = "unique_per_customer"
    dimension: ClassVar[str] = "uniqueness"
    scope: ClassVar[str] = "customer"

    def tells(self) -> bool:
        return False

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

    def tells(self) -> bool:
        return False

    def phrase(self) -> str:
        return "agrees across sources"

    def aloud(self) -> str:
        return "must be the same in every source of a customer"
