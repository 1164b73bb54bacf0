"""What is declared about corrections, as YAML: deadlines, escalation, approval, expiry."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tellonce.hub.core.errors import WrongCall
from tellonce.hub.corrections.types import (
    ORIGINS,
    REVIEW,
    SEVERITIES,
    VERIFY,
    WRITE_BACK,
    NewCorrection,
)
from tellonce.hub.sources.yaml_lines import YamlFile, parse_yaml
from tellonce.rules.decay import DecayRules

STEPS = (REVIEW, WRITE_BACK, VERIFY)
DEFAULT = """\
# Days until each step is due, by severity.
deadlines:
  critical: {review: 1, write_back: 2, verify: 7}
  high: {review: 2, write_back: 5, verify: 14}
  medium: {review: 5, write_back: 14, verify: 30}
  low: {review: 14, write_back: 30, verify: 90}
detect_from: high            # what the hub finds of this severity opens a correction; null: nothing
remind_at: 0.5               # share of that time after which the owner is reminded
owner: steward               # of what no rule gives an owner
escalate: {steward: manager, manager: admin}
second_approval_above: 100   # customers of one group: beyond, two other persons approve it
# For instance: the portal proved that the person holds the new address.
# auto_approve:
#   - {origin: customer, attributes: [email, phone], verified: true, by: [portal]}
auto_approve: []
expires: {}                  # days a value stands over the sources; else its half-life
"""
_Path = tuple[Any, ...]
_HINT = "See the one in force: tellonce correction policy"


@dataclass(frozen=True)
class AutoApproval:
    """What needs no reviewer: proposed by one of `by` (names of clients, e-mails of users)."""

    origin: str
    attributes: frozenset[str]
    by: frozenset[str]
    verified: bool = True

    def covers(self, new: NewCorrection, name: str, proposer: str) -> bool:
        """Whether this is one of those; `name` is the attribute as golden records name it."""
        return (
            new.origin == self.origin
            and name in self.attributes
            and proposer in self.by
            and (new.verified or not self.verified)
        )


@dataclass(frozen=True)
class Declared:
    """The declarations in force; days, shares and roles as in `DEFAULT`."""

    deadlines: Mapping[str, Mapping[str, float]]
    detect_from: str | None
    remind_at: float
    owner: str
    escalate: Mapping[str, str]
    second_approval_above: int
    auto_approve: tuple[AutoApproval, ...]
    expires: Mapping[str, float | None] = field(default_factory=dict)

    def expires_after(self, attribute: str) -> float | None:
        """Days for which a value stands over the sources; None: for good."""
        return DecayRules(half_lives=self.expires).half_life(attribute)


def declared(text: str, name: str = "corrections.yaml") -> Declared:
    """The declarations of a text; what it leaves out is as in `DEFAULT`.

    Raises `WrongCall` with all that is wrong, each with its line.
    """
    file = parse_yaml(text, name)
    given = {} if file.document is None else file.document
    problems = [(one.path, one.sentence) for one in file.twice] + list(_problems(given))
    if problems:
        said = sorted((file.line(path), sentence) for path, sentence in problems)
        words = " ".join(f"{file.name}, line {line}: {sentence}" for line, sentence in said[:10])
        raise WrongCall(words, hint=_HINT)
    default: YamlFile = parse_yaml(DEFAULT, "default")
    whole = {**default.document, **given}
    deadlines = {
        severity: {**steps, **(given.get("deadlines") or {}).get(severity, {})}
        for severity, steps in default.document["deadlines"].items()
    }
    return Declared(
        deadlines=deadlines,
        detect_from=whole["detect_from"],
        remind_at=float(whole["remind_at"]),
        owner=whole["owner"],
        escalate=whole["escalate"],
        second_approval_above=whole["second_approval_above"],
        auto_approve=tuple(map(_auto, whole["auto_approve"])),
        expires=whole["expires"],
    )


def _auto(one: Mapping[str, Any]) -> AutoApproval:
    attributes, by = frozenset(one["attributes"]), frozenset(one["by"])
    return AutoApproval(one["origin"], attributes, by, one.get("verified", True))


def _problems(given: Any) -> Iterator[tuple[_Path, str]]:
    if not isinstance(given, dict):
        yield (), "It is no list of `name: value`."
        return
    yield from _unknown(given, (), _CHECKS)
    for name, check in _CHECKS.items():
        if name in given:
            yield from check((name,), given[name])


def _unknown(given: Mapping[Any, Any], path: _Path, known: Collection[str]) -> Iterator[Any]:
    for name in given:
        if name not in known:
            near = difflib.get_close_matches(str(name), list(known), 1)
            meant = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(known)}."
            yield (*path, name), f"There is no {str(name)[:60]!r}: {meant}"


def _deadlines(path: _Path, value: Any) -> Iterator[tuple[_Path, str]]:
    if not isinstance(value, dict):
        yield path, "Deadlines are days by severity and step."
        return
    yield from _unknown(value, path, SEVERITIES)
    for severity, steps in value.items():
        if not isinstance(steps, dict):
            yield (*path, severity), f"Write days for {', '.join(STEPS)}."
            continue
        yield from _unknown(steps, (*path, severity), STEPS)
        for step, days in steps.items():
            if not _number(days) or not 0 < days <= 3650:
                yield (*path, severity, step), "A deadline is a number of days above 0."


def _severity(path: _Path, value: Any) -> Iterator[tuple[_Path, str]]:
    if value is not None and value not in SEVERITIES:
        yield path, f"It is one of {', '.join(SEVERITIES)}, or null for nothing."


def _share(path: _Path, value: Any) -> Iterator[tuple[_Path, str]]:
    if not _number(value) or not 0 < value < 1:
        yield path, "It is a share between 0 and 1."


def _word(path: _Path, value: Any) -> Iterator[tuple[_Path, str]]:
    if not isinstance(value, str) or not 0 < len(value) <= 60:
        yield path, "It is one word, such as a role."


def _words_by_word(path: _Path, value: Any) -> Iterator[tuple[_Path, str]]:
    if not isinstance(value, dict):
        yield path, "It says whom to turn to by whom, such as {steward: manager}."
        return
    for name, other in value.items():
        yield from _word((*path, name), other)


def _count(path: _Path, value: Any) -> Iterator[tuple[_Path, str]]:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        yield path, "It is a whole number of customers, 0 or more."


def _approvals(path: _Path, value: Any) -> Iterator[tuple[_Path, str]]:
    if not isinstance(value, list):
        yield path, "It is a list, one line for each kind of correction."
        return
    for number, one in enumerate(value):
        here = (*path, number)
        if not isinstance(one, dict):
            yield here, "Write {origin: ..., attributes: [...], by: [...]}."
            continue
        yield from _unknown(one, here, ("origin", "attributes", "verified", "by"))
        if one.get("origin") not in ORIGINS:
            yield (*here, "origin"), f"Its origin is one of {', '.join(ORIGINS)}."
        for name in ("attributes", "by"):
            if not _texts(one.get(name)):
                yield (*here, name), f"It names its {name} in a list: [...]."
        if not isinstance(one.get("verified", True), bool):
            yield (*here, "verified"), "It is true or false."


def _expiries(path: _Path, value: Any) -> Iterator[tuple[_Path, str]]:
    if not isinstance(value, dict):
        yield path, "It says days by attribute, such as {address: 365}."
        return
    for name, days in value.items():
        if days is not None and (not _number(days) or not 0 < days <= 36_500):
            yield (*path, name), "It is a number of days, or null for good."


def _texts(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(one, str) for one in value)


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


_CHECKS = {
    "deadlines": _deadlines,
    "detect_from": _severity,
    "remind_at": _share,
    "owner": _word,
    "escalate": _words_by_word,
    "second_approval_above": _count,
    "auto_approve": _approvals,
    "expires": _expiries,
}
