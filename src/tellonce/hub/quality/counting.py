"""How often each rule was met, by day: what trends and the measures of quality are made of."""

from __future__ import annotations

from collections.abc import Mapping

from tellonce.hub.core import clock
from tellonce.hub.core.bulk import change_each
from tellonce.hub.quality.in_force import InForce
from tellonce.hub.quality.judging import Met
from tellonce.hub.quality.models import RuleCount

ARRIVAL, RUN = RuleCount.ARRIVAL, RuleCount.RUN
_ADD = (
    "INSERT INTO rule_counts (day, source_id, rules_id, rule, dimension, occasion, "
    "passed, failed, empty, not_evaluated) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s) "
    "ON CONFLICT (day, source_id, rules_id, rule, occasion) DO UPDATE SET "
    "passed = rule_counts.passed + excluded.passed, "
    "failed = rule_counts.failed + excluded.failed, "
    "empty = rule_counts.empty + excluded.empty, "
    "not_evaluated = rule_counts.not_evaluated + excluded.not_evaluated"
)


def add_counts(source_id: int, in_force: InForce, met: Mapping[str, Met], occasion: str) -> None:
    """In the transaction at hand: count what was judged today."""
    day = clock.now().date()
    rows = [
        (
            str(day),
            source_id,
            in_force.versions[rule],
            rule,
            in_force.by_id[rule].dimension,
            occasion,
            one.passed,
            one.failed,
            one.empty,
            one.not_evaluated,
        )
        for rule, one in sorted(met.items())
    ]
    change_each(_ADD, rows)


def added(left: Mapping[str, Met], right: Mapping[str, Met]) -> dict[str, Met]:
    """Both tallies together."""
    return {
        rule: left.get(rule, Met()).plus(right.get(rule, Met()))
        for rule in (*left, *(rule for rule in right if rule not in left))
    }
