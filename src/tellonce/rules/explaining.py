"""A rule read aloud: one plain sentence, what it covers, and what passes and fails."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from tellonce.engine.standardise.dates import DateOrder
from tellonce.rules.checks.amounts import Amount, Between, written
from tellonce.rules.checks.formats import FORMATS, Valid
from tellonce.rules.checks.moments import Aged, Dated, Day, Within
from tellonce.rules.checks.sets import OneOf
from tellonce.rules.checks.texts import Cased, Length, Tidy, in_case
from tellonce.rules.corrections import CORRECTIONS
from tellonce.rules.types import Cell, Check, Facts, Rule

_OUTCOMES = {
    "accept": "is counted, and goes on",
    "flag": "goes on, and the failure is kept{owner}",
    "quarantine": "waits in quarantine until it is put right{owner}",
    "correct": "is put right",
}
_WORDS = ("Anna", "ANNA MARIA", "anna", "12", "AB123456", "A1", "x", "2024-05-17")
_MOST = 4


@dataclass(frozen=True)
class Explained:
    """A rule in words, with values that pass and fail; none where it cannot be judged by itself."""

    rule: str
    sentence: str
    covers: str
    outcome: str
    passes: tuple[str, ...]
    fails: tuple[str, ...]


def explained(rule: Rule) -> Explained:
    """What a rule says. What passes and fails was judged, as of the first of January 2026."""
    when = " and ".join(condition.phrase() for condition in rule.when)
    subject = f"Where {when}, {rule.field or 'a row'}" if when else rule.field or "A row"
    passes, fails = _samples(rule.check)
    return Explained(
        rule.id, f"{subject} {rule.check.aloud()}.", _covers(rule), _outcome(rule), passes, fails
    )


def _covers(rule: Rule) -> str:
    scopes = {
        "row": "One row decides: it is judged when it arrives, and whenever all are",
        "set": "All rows of a source decide: it is judged when all are",
        "customer": "All records of a customer decide: it is judged over customers",
    }
    said = scopes[rule.scope]
    if rule.field and not rule.check.sees_empty and rule.scope == "row":
        said += ". Of a row without a value nothing is said"
    return f"{said}. It measures {rule.dimension}; a failure is of {rule.severity} severity."


def _outcome(rule: Rule) -> str:
    asked = {"flag": " for ", "quarantine": " by "}
    owner = asked.get(rule.on_fail, "") + rule.owner if rule.owner else ""
    said = f"A row that fails {_OUTCOMES[rule.on_fail].format(owner=owner)}"
    owner = asked.get(rule.otherwise, "") + rule.owner if rule.owner else ""
    if rule.correction:
        said += f": {CORRECTIONS[rule.correction].aloud} ({rule.correction}). Where that does not "
        said += f"help, it {_OUTCOMES[rule.otherwise].format(owner=owner)}"
    return f"{said}."


def _samples(check: Check) -> tuple[tuple[str, ...], tuple[str, ...]]:
    facts = Facts(now=datetime(2026, 1, 1, tzinfo=UTC), country="PL")
    if check.scope != "row" or check.beside() or check.lacking(facts) or check.kind == "holds":
        return (), ()
    cell = Cell("", "", DateOrder(True, False), facts)
    nothing = ("",) * len(check.hints())
    tried = dict.fromkeys((*_candidates(check), *_WORDS))
    passing = {value: check.judge(value, nothing, cell) for value in tried}
    passes = [value for value, reason in passing.items() if reason is None]
    fails = [value for value, reason in passing.items() if reason]
    return tuple(passes[:_MOST]), tuple(fails[:_MOST])


def _candidates(check: Check) -> tuple[str, ...]:
    """Values near the limits of a check."""
    if isinstance(check, Valid):
        return (*FORMATS[check.format].passes, *FORMATS[check.format].fails)
    if isinstance(check, OneOf):
        return (*check.values[:3], check.values[0].swapcase())
    if isinstance(check, Between):
        ends = (check.low, check.high, check.low - 1, check.high + 1)
        return tuple(written(end) for end in ends)
    if isinstance(check, Amount):
        return tuple(written(check.number + step) for step in (0, 1, -1))
    if isinstance(check, Length):
        high = check.low if check.high is None else check.high
        sizes = (check.low, min(high, 60), check.low - 1, high + 1)
        return tuple("abcdefghij"[n % 10] * n for n in sizes if 0 < n < 61)
    if isinstance(check, Dated | Within | Aged):
        return _days(check)
    if isinstance(check, Cased):
        return tuple(in_case("anna van der berg", check.case) for _ in range(1))
    return (" Anna", "Anna  Maria", "<b>Anna</b>", "MÃ¼ller") if isinstance(check, Tidy) else ()


def _days(check: Dated | Within | Aged) -> tuple[str, ...]:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    if isinstance(check, Aged):
        days = [Day(f"{max(0, check.count + step)} {check.unit}s ago") for step in (0, 1, -1)]
    elif isinstance(check, Dated):
        days = [check.day]
    else:
        days = [check.low, check.high]
    return (*(day.iso(now) for day in days), "1850-01-01", "1950-05-17", "2050-05-17", "soon")
