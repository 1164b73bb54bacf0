"""How a check is made of the words of a phrase, and what is wrong with these."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from tellonce.engine.standardise.headers import read_header, slug
from tellonce.rules.backtracking import is_catastrophic
from tellonce.rules.checks.across import Unique
from tellonce.rules.checks.amounts import Amount, AmountBeside, Between, number_of, written
from tellonce.rules.checks.formats import DATES, FORMATS, NUMBERS, Valid
from tellonce.rules.checks.lists import POSTAL_CODES, Fits
from tellonce.rules.checks.moments import Aged, Dated, DatedBeside, Day, Within
from tellonce.rules.checks.patterns import Matches
from tellonce.rules.checks.sets import OneOf
from tellonce.rules.checks.texts import Length
from tellonce.rules.marked import Marked, NotYaml, inline
from tellonce.rules.nearest import did_you_mean
from tellonce.rules.types import Check, Problem

DAY = re.compile(
    r"\d{4}(?:-\d{2}(?:-\d{2})?)?|today|\d{1,4} (?:day|week|month|year)s? ago", re.IGNORECASE
)
_NUMBER = re.compile(r"-?\d{1,15}(?:\.\d{1,12})?")


class BadPhrase(Exception):
    """A check that cannot be read; holds what is wrong with it."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__(problems[0].sentence)
        self.problems = problems


@dataclass(frozen=True)
class Asked:
    """A phrase to be read: its marked text, the field it is asked of, and the match."""

    said: Marked
    field: str
    match: re.Match[str]

    def part(self, name: str) -> str:
        """A part of the phrase, blanks set right; "" where it was left out."""
        return " ".join((self.match[name] or "").split())

    def refuse(self, sentence: str, hint: str, part: str = "") -> BadPhrase:
        """The error, placed at the part where one is named."""
        return BadPhrase(self.said.problem(sentence, hint, self.match.start(part) if part else 0))


@dataclass(frozen=True)
class Phrase:
    """How a check is written: as it is shown, its pattern, and how it is made of a match."""

    shown: str
    pattern: str
    make: Callable[[Asked], Check]


def simple(check: Check) -> Callable[[Asked], Check]:
    """A check without arguments."""
    return lambda asked: check


def valid(asked: Asked) -> Check:
    """`valid`, `valid phone`, `valid phone for DE`."""
    named = asked.part("format").lower().replace(" ", "_").removeprefix("identifier:")
    country = asked.part("country").upper()
    name = named or format_of(asked.field)
    if not name:
        near = did_you_mean(asked.field, FORMATS)
        meant = f"{near} Else say" if near.endswith("?") else "Say"
        hint = f"{meant} of what kind, such as `valid email`; kinds are {', '.join(FORMATS)}."
        raise asked.refuse(f"What a valid {asked.field} is, is not known.", hint)
    if name not in FORMATS:
        hint = did_you_mean(name, FORMATS)
        raise asked.refuse(f"There is no kind of value {named!r}.", hint, "format")
    if country and not FORMATS[name].country:
        sentence = f"A valid {name} is not asked for a country."
        raise asked.refuse(sentence, f"Write `valid {name}`.", "country")
    return Valid(name, country)


def format_of(field: str) -> str:
    """The kind of value a field of this name holds, "" where that is not known."""
    for name in (field, slug(field), read_header(field).attribute or ""):
        bare = name.partition("#")[0]
        bare = bare.partition(":")[2] or bare
        if bare in FORMATS:
            return bare
        if bare in DATES:
            return "date"
        if bare in NUMBERS:
            return "number"
    return ""


def listed(asked: Asked) -> Check:
    """`one of [a, b]`."""
    at = asked.said.column + asked.match.start("list")
    try:
        found = inline(asked.match["list"], asked.said.line, at)
    except NotYaml as error:
        raise BadPhrase(error.problem) from None
    values = tuple(item.text for item in found.items)
    if found.kind != "list" or not values or not all(values):
        raise asked.refuse("The list of values is empty.", "Write `one of [a, b]`.", "list")
    return OneOf(tuple(dict.fromkeys(values)), not asked.part("turned"))


def matches(asked: Asked) -> Check:
    """`matches ^[A-Z]+$`, the pattern perhaps in quotes."""
    pattern = asked.match["pattern"].strip()
    if len(pattern) > 1 and pattern[0] == pattern[-1] and pattern[0] in "'\"":
        pattern = pattern[1:-1]
    for sentence, hint in pattern_problems(pattern):
        raise asked.refuse(sentence, hint, "pattern")
    return Matches(pattern, not asked.part("turned"))


def pattern_problems(pattern: str) -> Iterator[tuple[str, str]]:
    """What is wrong with a regular expression: (sentence, hint)."""
    try:
        pc.match_substring_regex(pa.array([""], pa.string()), pattern)
    except pa.ArrowInvalid as error:
        what = str(error).removeprefix("Invalid regular expression: ")
        hint = "Patterns are those of RE2: without look-around and back-references."
        yield f"The pattern cannot be read: {what}.", hint
        return
    if is_catastrophic(pattern):
        yield (
            "The pattern is catastrophic: where engines backtrack, each further character of a "
            "value that does not match would double their time.",
            "Give a repeated part one way to match only: `(a+)+` is `a+`, and `(\\w+\\s?)*` is "
            "`\\w+(\\s\\w+)*`.",
        )


def _of_dates(field: str) -> bool:
    return format_of(field) == "date"


def between(asked: Asked) -> Check:
    """`between 0 and 120`, `between 1900-01-01 and today`."""
    low, high = asked.part("low"), asked.part("high")
    numbers = _NUMBER.fullmatch(low) and _NUMBER.fullmatch(high)
    if numbers and not (_of_dates(asked.field) and len(low) == len(high) == 4):
        if float(low) > float(high):
            hint = f"Write `between {high} and {low}`."
            raise asked.refuse(f"No number is between {low} and {high}.", hint)
        return Between(float(low), float(high))
    for name, end in (("low", low), ("high", high)):
        if not DAY.fullmatch(end):
            hint = "Write numbers, or days as 2024-05-17, `today`, `18 years ago`."
            raise asked.refuse(f"{end!r} is no number and no day.", hint, name)
    return Within(Day(low.lower()), Day(high.lower()))


def aged(asked: Asked) -> Check:
    """`at most 18 months old`."""
    return Aged(
        asked.part("operator").lower(), int(asked.part("count")), asked.part("unit").lower()
    )


def length(asked: Asked) -> Check:
    """`2 to 5 characters`, `at least 2 characters`, `exactly 5 characters`."""
    one, two = int(asked.part("one")), asked.part("two")
    if asked.part("least"):
        return Length(one)
    if asked.part("most"):
        return Length(0, one)
    if two and one > int(two):
        hint = f"Write `{two} to {one} characters`."
        raise asked.refuse(f"No text has {one} to {two} characters.", hint)
    return Length(one, int(two) if two else one)


def compared(asked: Asked) -> Check:
    """`at least 5`, `at most FIELD`."""
    operator, other = asked.part("operator").lower(), asked.part("other")
    if _NUMBER.fullmatch(other):
        return Amount(operator, float(other))
    if number_of(other) is not None:
        hint = f"Write `{operator} {written(number_of(other) or 0)}`."
        raise asked.refuse(f"{other!r} is not written as numbers are in rules.", hint, "other")
    return AmountBeside(operator, _field(other, asked))


def dated(asked: Asked) -> Check:
    """`before 2024-05-17`, `not after today`, `before FIELD`."""
    side, other = asked.part("operator").lower(), asked.part("other")
    if DAY.fullmatch(other):
        return Dated(side, Day(other.lower()))
    if other[0].isdigit():
        hint = "Write days as 2024-05-17, `today`, `18 years ago`."
        raise asked.refuse(f"{other!r} is no day.", hint, "other")
    return DatedBeside(side, _field(other, asked))


def _field(other: str, asked: Asked) -> str:
    """Another field of the row, which is not the same one."""
    if other == asked.field:
        raise asked.refuse(f"{other} is compared with itself.", "Name another field.", "other")
    return other


def unique(asked: Asked) -> Check:
    """`unique`, `unique with A and B`."""
    names = re.split(r"\s+and\s+|\s*,\s*", asked.part("others")) if asked.part("others") else []
    return Unique(tuple(_field(name, asked) for name in names))


def fits(asked: Asked) -> Check:
    """`fits postal_code`, `fits code in list products`."""
    return Fits(_field(asked.part("other"), asked), asked.part("name") or POSTAL_CODES)
