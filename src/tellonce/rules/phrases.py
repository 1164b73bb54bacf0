"""What a rule asks, as it is written: `valid`, `one of [a, b]`, `not after today`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tellonce.rules.checks.across import AgreesAcrossSources, UniquePerCustomer
from tellonce.rules.checks.formats import FORMATS
from tellonce.rules.checks.lists import InList, SameAs
from tellonce.rules.checks.moments import Dated, Day
from tellonce.rules.checks.presence import Empty, Required
from tellonce.rules.checks.sql import Holds, Select
from tellonce.rules.checks.texts import CASES, Cased, Tidy
from tellonce.rules.marked import Marked
from tellonce.rules.nearest import did_you_mean, nearest
from tellonce.rules.phrase_makers import (
    Asked,
    BadPhrase,
    Phrase,
    aged,
    between,
    compared,
    dated,
    fits,
    length,
    listed,
    matches,
    simple,
    unique,
    valid,
)
from tellonce.rules.sandbox import BadSql, check_condition, check_select
from tellonce.rules.schema import SETTINGS
from tellonce.rules.types import Check, Problem

_COUNT = r"(?P<count>\d{1,4})"
SQL_FIELDS = ("sql", "holds")

PHRASES = (
    Phrase("required", r"required|filled|not\s+empty", simple(Required())),
    Phrase("empty", r"empty|forbidden", simple(Empty())),
    Phrase(
        "valid [KIND] [for COUNTRY]",
        r"valid(?:\s+(?!for\b)(?P<format>[\w :]+?))?(?:\s+for\s+(?P<country>[a-z]{2}))?",
        valid,
    ),
    Phrase("known country", r"known\s+(?P<format>\w+)(?P<country>)", valid),
    Phrase("one of [A, B]", r"(?P<turned>not\s+)?one\s+of\s*(?P<list>\[.*\])", listed),
    Phrase(
        "matches PATTERN",
        r"(?P<turned>does\s+not\s+)?match(?:es)?\s+(?P<pattern>\S.*)",
        matches,
    ),
    Phrase("between A and B", r"between\s+(?P<low>.+?)\s+and\s+(?P<high>.+)", between),
    Phrase(
        "at most N months old",
        rf"(?P<operator>at\s+least|at\s+most)\s+{_COUNT}\s+"
        r"(?P<unit>day|week|month|year)s?\s+(?:old|ago)",
        aged,
    ),
    Phrase(
        "N to M characters",
        r"(?:(?P<least>at\s+least\s+)|(?P<most>at\s+most\s+)|(?:exactly\s+)?)"
        r"(?P<one>\d{1,6})(?:\s+to\s+(?P<two>\d{1,6}))?\s+characters?",
        length,
    ),
    Phrase(
        "at least X",
        r"(?P<operator>at\s+least|at\s+most|more\s+than|less\s+than)\s+(?P<other>\S.*)",
        compared,
    ),
    Phrase(
        "not after today",
        r"(?P<operator>before|after|not\s+before|not\s+after)\s+(?P<other>\S.*)",
        dated,
    ),
    Phrase("in the past", r"in\s+the\s+past", simple(Dated("before", Day("today")))),
    Phrase(
        "not in the future", r"not\s+in\s+the\s+future", simple(Dated("not after", Day("today")))
    ),
    Phrase("in the future", r"in\s+the\s+future", simple(Dated("after", Day("today")))),
    Phrase("not in the past", r"not\s+in\s+the\s+past", simple(Dated("not before", Day("today")))),
    Phrase("unique per customer", r"unique\s+per\s+customer", simple(UniquePerCustomer())),
    Phrase("unique [with A and B]", r"unique(?:\s+with\s+(?P<others>.+))?", unique),
    Phrase("agrees across sources", r"agrees?\s+across\s+sources", simple(AgreesAcrossSources())),
    Phrase(
        "in list NAME", r"in\s+list\s+(?P<name>[\w -]+)", lambda asked: InList(asked.part("name"))
    ),
    Phrase(
        "fits FIELD [in list NAME]",
        r"fits\s+(?P<other>.+?)(?:\s+in\s+list\s+(?P<name>[\w -]+))?",
        fits,
    ),
    Phrase(
        "same as FIELD",
        r"(?P<turned>not\s+)?same\s+as\s+(?P<other>\S.*)",
        lambda asked: SameAs(asked.part("other"), not asked.part("turned")),
    ),
    Phrase("tidy", r"tidy", simple(Tidy())),
    Phrase(
        "in title case",
        rf"in\s+(?P<case>{'|'.join(one.replace(' ', chr(92) + 's+') for one in CASES)})",
        lambda asked: Cased(" ".join(asked.part("case").lower().split())),
    ),
)


def read_check(said: Marked, field: str) -> Check:
    """The check a marked value asks of a field, in words or as `{name: arguments}`; of the fields
    `sql` and `holds` it is SQL.

    Raises BadPhrase.
    """
    if said.kind == "names":
        return _of_mapping(said, field)
    text = said.text.strip()
    if said.kind != "text" or not text:
        hint = f"Write what it must be, such as `{field}: required`."
        raise BadPhrase(said.problem(f"The rule does not say what {field} must be.", hint))
    if field in SQL_FIELDS:
        return _sql(said, field)
    for phrase in PHRASES:
        match = re.fullmatch(phrase.pattern, text, re.IGNORECASE | re.DOTALL)
        if match:
            return phrase.make(Asked(said, field, match))
    raise _unknown(said, text)


def _sql(said: Marked, field: str) -> Check:
    text = said.text.strip()
    try:
        if field == "holds":
            check_condition(text)
            return Holds(text)
        check_select(text)
        return Select(text)
    except BadSql as error:
        shown = (
            "`holds: total >= paid`"
            if field == "holds"
            else "`sql: select row from rows where ...`"
        )
        raise BadPhrase(
            said.problem(f"The SQL cannot be run: {error}.", f"Write {shown}.")
        ) from None


def _of_mapping(said: Marked, field: str) -> Check:
    """`{one_of: [a, b]}` is `one of [a, b]`, `{between: [1, 5]}` is `between 1 and 5`."""
    if len(said.pairs) != 1:
        for key, _ in said.pairs:
            near = nearest(key.text, SETTINGS)
            if near:
                hint = f"Write `{near[0]}` beside `{field}`, not within it."
                raise BadPhrase(key.problem(f"There is no check {key.text!r}.", hint))
        hint = f"Write one, such as `{field}: {{one_of: [a, b]}}`, and a rule for each other one."
        raise BadPhrase(said.problem("A rule asks one thing.", hint))
    name, value = said.pairs[0]
    text = _written(name.text.replace("_", " ").strip(), value)
    return read_check(Marked(text, "text", name.line, name.column), field)


def _written(name: str, value: Marked) -> str:
    """A check and its arguments, in words."""
    items = [item.text for item in value.items] if value.kind == "list" else []
    if name == "between" and len(items) == 2:
        return f"between {items[0]} and {items[1]}"
    if name == "length":
        return _length(items, value)
    if name == "unique" and (items or value.text not in ("true", "yes")):
        return f"unique with {' and '.join(items or [value.text])}"
    if items or value.kind == "list":
        return f"{name} [{', '.join(_quoted(item) for item in items)}]"
    return name if value.text in ("true", "yes") else f"{name} {value.text}".strip()


def _length(items: list[str], value: Marked) -> str:
    ends = {key.text: inner.text for key, inner in value.pairs}
    if len(items) == 2:
        return f"{items[0]} to {items[1]} characters"
    if set(ends) == {"at_least", "at_most"}:
        return f"{ends['at_least']} to {ends['at_most']} characters"
    if len(ends) == 1:
        return " ".join(f"{key.replace('_', ' ')} {end} characters" for key, end in ends.items())
    return f"exactly {value.text} characters"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _unknown(said: Marked, text: str) -> BadPhrase:
    setting = _setting_beside(said)
    if setting is not None:
        return BadPhrase(setting)
    stems = {stem: phrase.shown for phrase in PHRASES for stem in _stems(phrase.shown)}
    bare = " ".join(re.sub(r"\s*(\[|\d|\^).*$", "", text).split()) or text
    if bare.lower() in stems:
        hint = f"Write it whole: `{stems[bare.lower()]}`."
        return BadPhrase(said.problem(f"The check {text[:60]!r} lacks something.", hint))
    for words in range(min(3, len(bare.split())), 0, -1):
        near = did_you_mean(" ".join(bare.split()[:words]), list(stems), "")
        if near.startswith("Did"):
            return BadPhrase(said.problem(f"There is no check {text[:60]!r}.", near))
    shown = ", ".join(phrase.shown for phrase in PHRASES)
    return BadPhrase(said.problem(f"There is no check {text[:60]!r}.", f"Checks are: {shown}."))


def _setting_beside(said: Marked) -> Problem | None:
    """A setting without its colon, which was taken for a part of the check: `valid, severty high`;
    None where there is none.
    """
    for found in re.finditer(r",\s*(?P<said>(?P<name>\w+)[\s=]+(?P<value>[^,]+))", said.text):
        near = nearest(found["name"], SETTINGS)
        if near:
            hint = f"Did you mean `{near[0]}: {found['value'].strip()}`?"
            sentence = f"{found['said'].strip()!r} is no setting of a rule."
            return said.problem(sentence, hint, found.start("said"))
    return None


def _stems(shown: str) -> Iterator[str]:
    """The words of a check without its arguments, to compare a misspelt one with."""
    stem = re.sub(r"\s*(\[|\b[A-Z]+\b).*$", "", shown).strip()
    if stem:
        yield stem
    if shown.startswith("valid"):
        yield from (f"valid {name}" for name in FORMATS)
