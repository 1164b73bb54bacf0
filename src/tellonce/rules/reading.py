"""A text of rules read: all that is wrong with it at once, each with its line and column."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection
from dataclasses import replace
from typing import NamedTuple

from tellonce.engine.standardise.headers import slug
from tellonce.rules.checks.moments import Within
from tellonce.rules.checks.sql import Holds
from tellonce.rules.contradictions import contradictions
from tellonce.rules.corrections import CORRECTIONS
from tellonce.rules.errors import RuleErrors
from tellonce.rules.marked import SHAPE, Marked, NotYaml, marked
from tellonce.rules.nearest import did_you_mean
from tellonce.rules.phrase_makers import BadPhrase
from tellonce.rules.phrases import SQL_FIELDS, read_check
from tellonce.rules.schema import CHOICES, SETTINGS
from tellonce.rules.types import (
    Check,
    Condition,
    Problem,
    ReferenceFile,
    Rule,
    RuleSet,
)

_CONDITION = re.compile(
    r"(?P<field>.+?)\s+is(?P<turned>\s+not)?\s+(?:(?P<state>filled|empty)|one\s+of\s*"
    r"\[(?P<list>.*)\]|(?P<value>.+))",
    re.IGNORECASE,
)


class _Read(NamedTuple):
    rule: Rule
    said: Marked


LONGEST = 1_000_000
"""Characters of a file of rules."""


def read_rules(
    text: str,
    name: str = "rules.yaml",
    fields: Collection[str] | None = None,
    *,
    held: bool = False,
) -> RuleSet:
    """The rules of a text, in its order; none of a blank one. `fields`, where they are given, are
    the headers and attributes that rules may be about. `held`: they are in force already, and what
    no value can fulfil is refused only before that.

    Raises RuleErrors with everything that is wrong.
    """
    if len(text) > LONGEST:
        long = Problem(1, 1, f"It has more than {LONGEST:,} characters.", "Split it by source.")
        raise RuleErrors(name, (long,))
    try:
        document = marked(text)
        rules, references, defaults = _top(document)
    except NotYaml as error:
        raise RuleErrors(name, (error.problem,)) from None
    problems: list[Problem] = []
    general = _settings(defaults, problems) if defaults else {}
    read = [one for said in rules if (one := _rule(said, general, problems))]
    read = _named(read, problems)
    if not held:
        _check_days(read, problems)
        _check_together(read, problems)
    if fields is not None:
        _check_fields(read, frozenset(fields), problems)
    files = _references(references, problems)
    if problems:
        ordered = sorted(problems, key=lambda one: (one.line, one.column))
        raise RuleErrors(name, tuple(ordered))
    return RuleSet(name, tuple(one.rule for one in read), files)


def _top(document: Marked | None) -> tuple[tuple[Marked, ...], Marked | None, Marked | None]:
    """The rules, the references and the defaults of a document."""
    if document is None or (document.kind == "text" and not document.text):
        return (), None, None
    if document.kind == "list":
        return document.items, None, None
    parts = {name.text: value for name, value in document.pairs}
    for name, _ in document.pairs:
        if name.text not in ("rules", "references", "defaults"):
            hint = "A file of rules has `rules:`, `references:`, `defaults:`, or is a list."
            raise NotYaml(name.problem(f"There is no section {name.text!r}.", hint))
    rules = parts.get("rules")
    if rules is None or (rules.kind == "text" and rules.text):
        raise NotYaml(document.problem("The file holds no list of rules.", SHAPE))
    return (
        rules.items if rules.kind == "list" else (),
        parts.get("references"),
        parts.get("defaults"),
    )


def _rule(said: Marked, general: dict[str, str], problems: list[Problem]) -> _Read | None:
    if not said.pairs:
        problems.append(said.problem("This is no rule: it names no field.", SHAPE))
        return None
    (field, asked), *further = said.pairs
    before = len(problems)
    settings = general | _settings(
        Marked(tuple(further), "names", said.line, said.column), problems
    )
    try:
        check = read_check(asked, field.text)
    except BadPhrase as error:
        problems.extend(error.problems)
        return None
    when = _conditions(said, settings.pop("when", ""), problems)
    _check_correction(said, check, settings, problems)
    if len(problems) > before:
        return None
    about = "" if field.text in SQL_FIELDS else field.text
    made = Rule(
        settings.pop("name", ""), about, check, when,
        dimension=settings.pop("dimension", check.dimension), line=said.line, **settings,
    )  # fmt: skip
    return _Read(made, said)


def _check_correction(
    said: Marked, check: Check, settings: dict[str, str], problems: list[Problem]
) -> None:
    """What is wrong between what happens on failure and the correction."""
    places = {name.text: value for name, value in said.pairs}
    correction = settings.get("correction", "")
    if settings.get("on_fail") == "correct":
        place = places.get("on_fail", said)
        if not correction and "correction" not in places:
            hint = f"Add `correction: NAME`; there are {', '.join(CORRECTIONS)}."
            problems.append(place.problem("The rule does not say how to correct.", hint))
        elif check.scope != "row" or isinstance(check, Holds):
            hint = "Flag it, or put it in quarantine."
            problems.append(place.problem("No correction knows which value is wrong.", hint))
    else:
        for name in ("correction", "otherwise"):
            if name in settings:
                hint = f"Add `on_fail: correct`, or leave `{name}` away."
                place = places.get(name, said)
                problems.append(place.problem(f"{name} goes with on_fail: correct only.", hint))


def _settings(said: Marked, problems: list[Problem]) -> dict[str, str]:
    """The settings after the check, by name."""
    found: dict[str, str] = {}
    for name, value in said.pairs:
        if name.text not in SETTINGS:
            hint = did_you_mean(name.text, SETTINGS, "Settings of a rule are")
            problems.append(name.problem(f"A rule has no setting {name.text!r}.", hint))
        elif name.text in found:
            problems.append(name.problem(f"{name.text} is said twice.", "Keep one of them."))
        elif value.kind != "text" or not value.text.strip():
            hint = f"Write {SETTINGS[name.text]}."
            problems.append(value.problem(f"{name.text} is not one text.", hint))
        elif name.text in CHOICES and value.text not in CHOICES[name.text]:
            hint = did_you_mean(value.text, CHOICES[name.text])
            problems.append(value.problem(f"There is no {name.text} {value.text!r}.", hint))
        else:
            found[name.text] = value.text.strip()
    return found


def _conditions(said: Marked, text: str, problems: list[Problem]) -> tuple[Condition, ...]:
    """The conditions of `when:`, joined by `and`."""
    if not text:
        return ()
    place = next((value for name, value in said.pairs if name.text == "when"), said)
    found = []
    for part in re.split(r"\s+and\s+", text):
        match = _CONDITION.fullmatch(part.strip())
        if match is None:
            hint = "Write `when: country is DE`, `when: email is filled`, joined by `and`."
            problems.append(place.problem(f"The condition {part!r} cannot be read.", hint))
            continue
        values = match["list"].split(",") if match["list"] else [match["value"] or ""]
        kept = tuple(value.strip().strip("'\"") for value in values if value.strip())
        wanted = (match["turned"] is None) != ((match["state"] or "").lower() == "empty")
        found.append(Condition(match["field"].strip(), kept, wanted))
    return tuple(found)


def _named(read: list[_Read], problems: list[Problem]) -> list[_Read]:
    """Every rule with a name of its own: the one given, else one made of what it asks."""
    taken: dict[str, int] = {}
    named = []
    for one in read:
        name = one.rule.id or _made_name(one.rule)
        if name in taken:
            sentence = f"The rule {name} is there twice; it is in line {taken[name]} too."
            problems.append(one.said.problem(sentence, "Keep one, or give it another `name:`."))
        taken.setdefault(name, one.said.line)
        named.append(_Read(replace(one.rule, id=name), one.said))
    return named


def _check_days(read: list[_Read], problems: list[Problem]) -> None:
    """Two days between which there is none."""
    for rule, said in read:
        check = rule.check
        if isinstance(check, Within) and check.low.surely_after(check.high):
            low, high = check.low.text, check.high.text
            sentence = f"No day is between {low} and {high}."
            place = said.pairs[0][1]
            problems.append(place.problem(sentence, f"Write `between {high} and {low}`."))


def _check_together(read: list[_Read], problems: list[Problem]) -> None:
    """Rules that cannot all hold."""
    for place, earlier, why in contradictions(tuple(one.rule for one in read)):
        said = read[place].said
        line = read[earlier].said.line
        sentence = f"The rule contradicts the one in line {line}. {why}"
        problems.append(
            said.problem(sentence, "Change one of them, or say with `when:` of which rows.")
        )


def _check_fields(read: list[_Read], fields: frozenset[str], problems: list[Problem]) -> None:
    """Fields that are not there."""
    slugs = {slug(name) for name in fields}
    for rule, said in read:
        for name in rule.fields:
            if name not in fields and slug(name) not in slugs:
                hint = did_you_mean(name, sorted(fields), "Fields are")
                place = said.pairs[0][0] if name == rule.field else said.pairs[0][1]
                problems.append(place.problem(f"There is no field {name!r}.", hint))


def _made_name(rule: Rule) -> str:
    """A name that stays the same as long as the rule asks the same."""
    when = " and ".join(condition.phrase() for condition in rule.when)
    asks = f"{rule.check.phrase()} {f'when {when}' if when else ''}".strip()
    words = re.sub(r"[^a-z0-9]+", "_", asks.lower()).strip("_")
    field = re.sub(r"[^a-z0-9_]+", "_", rule.field.lower()).strip("_") or "rows"
    plain = len(words) <= 40 and re.fullmatch(r"[A-Za-z0-9 ]+", asks)
    if not plain:
        words = f"{words[:30].strip('_')}_{hashlib.sha256(asks.encode()).hexdigest()[:6]}"
    return f"{field}.{words}"


def _references(said: Marked | None, problems: list[Problem]) -> tuple[ReferenceFile, ...]:
    """The lists of values that the file brings along."""
    found = []
    for name, about in said.pairs if said is not None else ():
        parts = {key.text: value for key, value in about.pairs}
        unknown = next((key for key in parts if key not in ("file", "key", "value")), "")
        if unknown or "file" not in parts or "key" not in parts:
            hint = (
                f"Write `{name.text}: {{file: {name.text}.csv, key: code}}`, perhaps with `value:`."
            )
            sentence = f"The reference {name.text!r} does not say its file and key."
            problems.append(name.problem(sentence, hint))
            continue
        key = tuple(item.text for item in parts["key"].items)
        value = parts["value"].text if "value" in parts else ""
        found.append(ReferenceFile(name.text, parts["file"].text, key, value, name.line))
    return tuple(found)
