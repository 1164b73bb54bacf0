"""Whether a value is in a list of known ones, and whether it belongs to what stands beside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from tellonce.engine.standardise.addresses import comparable_city
from tellonce.engine.standardise.headers import read_header
from tellonce.engine.standardise.text import fold
from tellonce.rules.references import belonging, key_of, same_place
from tellonce.rules.types import Cell, Check, Facts, Reference

POSTAL_CODES = "postal_codes"


def no_list(name: str, facts: Facts) -> str:
    """That a list is missing, as a sentence; "" where it is there."""
    return "" if name in facts.references else f"no list {name!r} was given"


@dataclass(frozen=True)
class InList(Check):
    """The value is a key of a list that the user gave."""

    name: str
    kind: ClassVar[str] = "in_list"
    dimension: ClassVar[str] = "validity"

    def phrase(self) -> str:
        return f"in list {self.name}"

    def aloud(self) -> str:
        return f"must be in the list {self.name}"

    def lacking(self, facts: Facts) -> str:
        return no_list(self.name, facts) or (
            f"a key of the list {self.name!r} has several parts"
            if len(facts.references[self.name].keys) > 1 else ""
        )  # fmt: skip

    def judge(self, value: str, beside: tuple[str, ...], cell: Cell) -> str | None:
        reference = cell.facts.references[self.name]
        known = key_of(reference.keys, [value]) in reference.values
        return None if known else f"is not in the list {self.name}"


@dataclass(frozen=True)
class Fits(Check):
    """The value is one of those that a list has for what stands beside it, such as the city of a
    postal code. Nothing is said of a key that the list does not have.
    """

    other: str
    name: str = POSTAL_CODES
    kind: ClassVar[str] = "fits"
    dimension: ClassVar[str] = "consistency"

    def tells(self) -> bool:
        return self.name != POSTAL_CODES  # a list of the author's own

    def phrase(self) -> str:
        listed = "" if self.name == POSTAL_CODES else f" in list {self.name}"
        return f"fits {self.other}{listed}"

    def aloud(self) -> str:
        return f"must be what the list {self.name} has for {self.other} of the same row"

    def beside(self) -> tuple[str, ...]:
        return (self.other,)

    def hints(self) -> tuple[str, ...]:
        return ("country",)

    def lacking(self, facts: Facts) -> str:
        return no_list(self.name, facts)

    def judge(self, value: str, beside: tuple[str, ...], cell: Cell) -> str | None:
        other, country = beside[:2]
        known = known_beside(cell.facts.references[self.name], other, country, cell.facts)
        if not known:
            return ""
        own = comparable_city(value) or fold(value)
        if any(same_place(own, one) for one in known):
            return None
        return f"does not belong to {self.other}, by the list {self.name}"


def known_beside(reference: Reference, other: str, country: str, facts: Facts) -> tuple[str, ...]:
    """What a list has for a value and its country, folded and in order; () where it has nothing.

    A list whose key has a country is asked with the country of the row, else with the usual one.
    """
    if not other:
        return ()
    parts = []
    for key in reference.keys:
        of_country = read_header(key).attribute == "country"
        parts.append((country or facts.country or "") if of_country else other)
    return tuple(sorted(belonging(reference, parts) or ())) if all(parts) else ()


@dataclass(frozen=True)
class SameAs(Check):
    """The value is, or is not, that of another field of the row; capitals do not count."""

    other: str
    wanted: bool = True
    kind: ClassVar[str] = "same_as"
    dimension: ClassVar[str] = "consistency"

    def phrase(self) -> str:
        return f"{'' if self.wanted else 'not '}same as {self.other}"

    def aloud(self) -> str:
        return f"must {'' if self.wanted else 'not '}say the same as {self.other} of the same row"

    def beside(self) -> tuple[str, ...]:
        return (self.other,)

    def judge(self, value: str, beside: tuple[str, ...], cell: Cell) -> str | None:
        if not beside[0]:
            return ""
        same = (fold(value) or value) == (fold(beside[0]) or beside[0])
        if same == self.wanted:
            return None
        return f"is {'not ' if self.wanted else ''}the same as {self.other}"
