"""How often rules were met, and what waits in quarantine, as much of it as somebody may be told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date

from tellonce.hub.accounts.types import Actor
from tellonce.hub.core.errors import Unknown
from tellonce.hub.policy.seeing import FEWEST, Withheld, withheld
from tellonce.hub.quality.in_force import rules_in_force
from tellonce.hub.quality.models import RuleCount
from tellonce.hub.quality.selectors import counts_between, sums
from tellonce.hub.quality.showing import About, Lines
from tellonce.hub.quality.types import DimensionCount, RuleCountView, ShownCounts
from tellonce.hub.sources.models import Quarantined
from tellonce.hub.sources.quarantined import Which, waiting_rows
from tellonce.hub.sources.selectors import sources

_NAMES = ("day", "source__name", "rule", "dimension", "occasion")


def shown_counts(since: date, until: date, *, by: Actor, source: str = "") -> ShownCounts:
    """How often rules were met, by day, source, rule and occasion, and by dimension, from `since`
    to `until` (days, both included).

    Of rules that `by` may read no line of a count is shown where each of its figures is of `FEWEST`
    records and more, and the rule compares nothing. Dimensions are the sums of what is shown, else
    the difference told the rest.
    """
    lines = Lines(by)
    found: dict[tuple[object, ...], RuleCountView] = {}
    hidden, never = set(), set()
    rows = counts_between(since, until, source).values(*_NAMES, "source_id", "rules_id")
    for row in rows.annotate(**sums()).order_by(*_NAMES):
        about = About(row.pop("source_id"), row.pop("rules_id"), row["rule"])
        one = RuleCountView(source=row.pop("source__name"), **row)
        key = (one.day, one.source, one.rule, one.dimension, one.occasion)
        found[key] = _added(found[key], one) if key in found else one
        if not lines.shows(about):
            (hidden if lines.may_count(about) else never).add(key)
    shown = tuple(
        one
        for key, one in found.items()
        if key not in never and (key not in hidden or _are_many(one))
    )
    return ShownCounts(shown, tuple(_dimensions(shown)), withheld(len(found) - len(shown), by))


def _added(one: RuleCountView, other: RuleCountView) -> RuleCountView:
    return replace(
        one,
        passed=one.passed + other.passed,
        failed=one.failed + other.failed,
        empty=one.empty + other.empty,
        not_evaluated=one.not_evaluated + other.not_evaluated,
    )


def _are_many(one: RuleCountView) -> bool:
    return min(one.passed, one.failed, one.empty) >= FEWEST


def _dimensions(shown: Iterable[RuleCountView]) -> Iterator[DimensionCount]:
    found: dict[str, list[RuleCountView]] = {}
    for one in shown:
        found.setdefault(one.dimension, []).append(one)
    for name, of in sorted(found.items()):
        yield DimensionCount(
            name,
            sum(one.passed for one in of),
            sum(one.failed for one in of),
            sum(one.empty for one in of),
            sum(one.not_evaluated for one in of),
        )


@dataclass(frozen=True)
class HiddenRules:
    """Rules that somebody may read no line of: those of which as many as `FEWEST` may be counted,
    and those of which none may.
    """

    countable: frozenset[str]
    others: frozenset[str]

    def __bool__(self) -> bool:
        return bool(self.countable | self.others)


def hidden_rules(since: date, until: date, by: Actor) -> HiddenRules:
    """Rules counted in this time that `by` may read no line of, in some source or version."""
    lines = Lines(by)
    rows = RuleCount.objects.filter(day__gte=since, day__lte=until)
    named = rows.values_list("source_id", "rules_id", "rule").distinct()
    hidden = [one for names in named if not lines.shows(one := About(*names))]
    never = frozenset(one.rule for one in hidden if not lines.may_count(one))
    return HiddenRules(frozenset(one.rule for one in hidden) - never, never)


def may_keep_out_unseen(by: Actor) -> bool:
    """Whether a rule in force keeps rows out of which `by` may read no line."""
    lines = Lines(by)
    for source in sources(counted=False):
        found = rules_in_force(source.id)
        keep_out = [
            (source.id, rule.id)
            for rule in (found.rules.rules if found else ())
            if "quarantine" in (rule.on_fail, rule.otherwise)
        ]
        if lines.hidden_rules(keep_out):
            return True
    return False


def for_quarantine(which: Which, by: Actor) -> Which:
    """The rows meant, without those that a rule keeps out which `by` may read no line of."""
    named = Quarantined.objects.exclude(rule="").values_list("delivery__source_id", "rule")
    hidden = Lines(by).hidden_rules(set(named.distinct()))
    return replace(which, without=tuple(sorted(hidden)))


def withheld_in_quarantine(which: Which, by: Actor) -> Withheld:
    """How many rows that wait are withheld from `by` among those meant."""
    named = waiting_rows(which).exclude(rule="").values_list("delivery__source_id", "rule")
    lines, found = Lines(by), set(named.distinct())
    counted = lines.hidden_rules(found) & lines.countable_rules(found)
    rows = waiting_rows(which).filter(rule__in=counted)
    return withheld(rows.count() if counted else 0, by)


def check_quarantined(number: int, *, by: Actor) -> None:
    """Raise `Unknown` where a row is kept out by a rule that `by` may read no line of."""
    hidden = for_quarantine(Which(), by).without
    if Quarantined.objects.filter(pk=number, rule__in=hidden).exists():
        raise Unknown("No such row is in quarantine.", hint="List those that wait.")
