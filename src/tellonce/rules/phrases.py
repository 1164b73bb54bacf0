"""What a rule asks, as it is written: `valid`, `one of [a, b]`, `matches ^[A-Z]+$`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pyarrow as pa

from tellonce.engine.standardise.headers import read_header, slug
from tellonce.rules.checks.formats import FORMATS, Valid
from tellonce.rules.checks.patterns import Matches, matching
from tellonce.rules.checks.presence import Empty, Required
from tellonce.rules.checks.sets import OneOf
from tellonce.rules.marked import Marked, NotYaml, inline
from tellonce.rules.nearest import did_you_mean
from tellonce.rules.types import Check, Problem


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
        """A part of the phrase, "" where it was left out."""
        return (self.match[name] or "").strip()

    def refuse(self, sentence: str, hint: str, part: str = "") -> BadPhrase:
        """The error, placed at the part where one is named."""
        return BadPhrase(self.said.problem(sentence, hint, self.match.start(part) if part else 0))


@dataclass(frozen=True)
class Phrase:
    """How a check is written: its pattern, how it is made of a match, and how it is shown."""

    shown: str
    pattern: str
    make: Callable[[Asked], Check]


def read_check(said: Marked, field: str) -> Check:
    """The check a marked value asks of a field, in words or as `{name: arguments}`.

    Raises BadPhrase.
    """
    if said.kind == "names":
        return _of_mapping(said, field)
    if said.kind != "text" or not said.text.strip():
        hint = f"Write what it must be, such as `{field}: required`."
        raise BadPhrase(said.problem(f"The rule does not say what {field} must be.", hint))
    for phrase in PHRASES:
        match = re.fullmatch(phrase.pattern, said.text.strip(), re.IGNORECASE | re.DOTALL)
        if match:
            return phrase.make(Asked(said, field, match))
    raise _unknown(said)


def _of_mapping(said: Marked, field: str) -> Check:
    """`{one_of: [a, b]}` is `one of [a, b]`."""
    if len(said.pairs) != 1:
        hint = f"Write one, such as `{field}: {{one_of: [a, b]}}`, and a rule for each other one."
        raise BadPhrase(said.problem("A rule asks one thing.", hint))
    name, value = said.pairs[0]
    words = name.text.replace("_", " ")
    return read_check(
        Marked(f"{words} {_written(value)}".strip(), "text", name.line, name.column), field
    )


def _written(value: Marked) -> str:
    if value.kind == "list":
        return "[" + ", ".join(_quoted(item.text) for item in value.items) + "]"
    if value.kind == "names":
        return " ".join(
            f"{name.text.replace('_', ' ')} {inner.text}" for name, inner in value.pairs
        )
    return "" if value.text in ("true", "yes") else value.text


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _unknown(said: Marked) -> BadPhrase:
    text = said.text.strip()
    shown = [phrase.shown for phrase in PHRASES]
    stems = {re.sub(r"\s*[\[A-Z].*$", "", one): one for one in shown}
    near = did_you_mean(re.sub(r"\s*[\[\d^].*$", "", text), list(stems), "Checks are")
    return BadPhrase(said.problem(f"There is no check {text[:60]!r}.", near))


def _valid(asked: Asked) -> Check:
    named = asked.part("format").lower()
    country = asked.part("country").upper()
    name = named or format_of(asked.field)
    if not name:
        hint = "Say of what kind, such as `valid email`; kinds are " + ", ".join(FORMATS) + "."
        raise asked.refuse(f"What a valid {asked.field} is, is not known.", hint)
    if name not in FORMATS:
        raise asked.refuse(
            f"There is no kind of value {named!r}.", did_you_mean(name, FORMATS), "format"
        )
    if country and not FORMATS[name].country:
        hint = f"Write `valid {name}`."
        raise asked.refuse(f"A valid {name} is the same in every country.", hint, "country")
    return Valid(name, country)


def format_of(field: str) -> str:
    """The kind of value a field of this name holds, "" where that is not known."""
    for name in (field, slug(field), read_header(field).attribute or ""):
        bare = name.partition("#")[0]
        bare = bare.partition(":")[2] or bare
        if bare in FORMATS:
            return bare
    return ""


def _one_of(asked: Asked) -> Check:
    at = asked.said.column + asked.match.start("list")
    try:
        found = inline(asked.part("list"), asked.said.line, at)
    except NotYaml as error:
        raise BadPhrase(error.problem) from None
    values = tuple(item.text for item in found.items)
    if found.kind != "list" or not values or not all(values):
        raise asked.refuse("The list of values is empty.", "Write `one of [a, b]`.", "list")
    return OneOf(tuple(dict.fromkeys(values)), not asked.part("turned"))


def _matches(asked: Asked) -> Check:
    pattern = asked.part("pattern")
    if len(pattern) > 1 and pattern[0] == pattern[-1] and pattern[0] in "'\"/":
        pattern = pattern[1:-1]
    for sentence, hint in pattern_problems(pattern):
        raise asked.refuse(sentence, hint, "pattern")
    return Matches(pattern, not asked.part("turned"))


def pattern_problems(pattern: str) -> Iterator[tuple[str, str]]:
    """What is wrong with a regular expression: (sentence, hint)."""
    try:
        matching(pa.array([""], pa.string()), pattern)
    except pa.ArrowInvalid as error:
        what = str(error).removeprefix("Invalid regular expression: ")
        yield (
            f"The pattern cannot be read: {what}.",
            "Patterns are those of RE2, without look-around.",
        )


PHRASES = (
    Phrase("required", r"required|not empty|filled", lambda asked: Required()),
    Phrase("empty", r"empty|forbidden", lambda asked: Empty()),
    Phrase(
        "valid [KIND] [for COUNTRY]",
        r"valid(?:\s+(?!for\b)(?P<format>[\w :]+?))?(?:\s+for\s+(?P<country>[a-z]{2}))?",
        _valid,
    ),
    Phrase("one of [A, B]", r"(?P<turned>not\s+)?one\s+of\s*(?P<list>\[.*\])", _one_of),
    Phrase(
        "matches PATTERN", r"(?P<turned>does\s+not\s+)?match(?:es)?\s+(?P<pattern>\S.*)", _matches
    ),
)
