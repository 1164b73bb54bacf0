"""What rules found, as much of it as somebody may be told.

That a record fails a rule says something of its values. A line is shown to who sees at least masked
what the rule looks at, and in the clear what it compares with words of its author, or with other
records; other lines are left out. They are counted where there are `FEWEST` and more, but not those
of a rule that compares: whoever knows five that fail would see by the count whether a sixth does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

from django.db.models import Count

from tellonce.hub.accounts.types import Actor
from tellonce.hub.core.errors import Unknown
from tellonce.hub.policy.seeing import (
    at_best,
    at_the_machine,
    policy_name,
    sees_all,
    withheld,
)
from tellonce.hub.policy.types import Answer
from tellonce.hub.quality.in_force import newest_rule, rules_of_version
from tellonce.hub.quality.models import RuleFailure
from tellonce.hub.quality.selectors import (
    FailuresAsked,
    failures_asked,
    newest_failures,
    oldest_failures,
    view_of_failure,
)
from tellonce.hub.quality.telling import Column, asked_by, columns_of, compared_by
from tellonce.hub.quality.types import FailureView, ShownFailures
from tellonce.hub.sources.models import Record
from tellonce.hub.sources.selectors import sources
from tellonce.rules.types import Rule


@dataclass(frozen=True)
class About:
    """What a line is about, by row ids of the source and of the version of the rules. `field` "":
    the rule as a whole; `restricted`: the processing of the record is.
    """

    source: int
    rules: int
    rule: str
    field: str = ""
    attribute: str = ""
    restricted: bool = False


class Lines:
    """Which lines somebody may read; each kind is looked into once."""

    def __init__(self, who: Actor) -> None:
        self._who = who
        self._known: dict[About, bool] = {}

    def shows(self, about: About) -> bool:
        """Whether a line about this is for him."""
        if at_the_machine(self._who):
            return True
        if about not in self._known:
            rule = rules_of_version(about.rules).get(about.rule)
            self._known[about] = rule is not None and self._shows(rule, about)
        return self._known[about]

    def may_count(self, about: About) -> bool:
        """Whether as many lines as `FEWEST` may be counted, shown or not."""
        rule = rules_of_version(about.rules).get(about.rule)
        return rule is not None and _is_countable(rule)

    def countable_rules(self, named: Iterable[tuple[int, str]]) -> set[str]:
        """Of these rules, each of a source, those whose lines may be counted."""
        found = ((name, newest_rule(source, name)) for source, name in named)
        return {name for name, rule in found if rule is not None and _is_countable(rule)}

    def hidden_rules(self, named: Iterable[tuple[int, str]]) -> set[str]:
        """Of these rules, each of a source, those of which he may read no line, as they are in
        force or were at last.
        """
        if at_the_machine(self._who):
            return set()
        return {name for source, name in named if not self._shows_at_last(source, name)}

    def _shows_at_last(self, source: int, name: str) -> bool:
        rule = newest_rule(source, name)
        return rule is not None and self._shows(rule, About(source, 0, name))

    def _shows(self, rule: Rule, about: About) -> bool:
        columns = self._columns.get(about.source, ())
        asked = asked_by(rule, columns)
        if about.field:
            asked.add(policy_name(about.attribute, about.field))
        hidden = any(
            at_best(self._who, one, restricted=about.restricted) is Answer.DENY for one in asked
        )
        compared = compared_by(rule, columns)
        return not hidden and sees_all(self._who, compared, restricted=about.restricted)

    @cached_property
    def _columns(self) -> dict[int, tuple[Column, ...]]:
        return {one.id: columns_of(one) for one in sources(counted=False)}


def _is_countable(rule: Rule) -> bool:
    return not rule.tells and rule.scope == "row"


def shown_failures(
    asked: FailuresAsked, *, by: Actor, limit: int = 50, before: int | None = None
) -> ShownFailures:
    """Failures that `by` may be told of, the newest first, those below the number `before`."""
    lines = Lines(by)
    rows = newest_failures(asked, before, limit + 1)
    found = list(islice((row for row in rows if lines.shows(_about(row))), limit + 1))
    shown = tuple(map(view_of_failure, found[:limit]))
    following = shown[-1].id if len(found) > limit else None
    return ShownFailures(shown, following, withheld(_hidden(asked, lines, by), by))


def told_failures(asked: FailuresAsked, by: Actor) -> Iterator[FailureView]:
    """Every failure asked for that `by` may be told of, the oldest first."""
    lines = Lines(by)
    return (view_of_failure(row) for row in oldest_failures(asked) if lines.shows(_about(row)))


def shown_failure(number: int, *, by: Actor) -> FailureView:
    """One of them; raises `Unknown`, for one that is withheld as for one that is not there."""
    row = RuleFailure.objects.select_related("source", "record", "rules").filter(pk=number).first()
    if row is None or not Lines(by).shows(_about(row)):
        raise Unknown("There is no such failure.", hint="See `tellonce quality failures`.")
    return view_of_failure(row)


def withheld_among(rows: Iterable[RuleFailure], by: Actor) -> set[int]:
    """Which of these failures (row ids) are withheld from `by`."""
    lines = Lines(by)
    return {row.pk for row in rows if not lines.shows(_about(row))}


def _about(row: RuleFailure) -> About:
    restricted = row.record.state == Record.RESTRICTED
    return About(row.source_id, row.rules_id, row.rule, row.field, row.attribute, restricted)


def _hidden(asked: FailuresAsked, lines: Lines, by: Actor) -> int:
    if at_the_machine(by):
        return 0
    kinds = ("source_id", "rules_id", "rule", "field", "attribute", "record__state")
    counted = failures_asked(asked).values_list(*kinds).annotate(count=Count("id"))
    found = (
        (About(*names, restricted=state == Record.RESTRICTED), count)
        for *names, state, count in counted
    )
    return sum(count for about, count in found if not lines.shows(about) and lines.may_count(about))
