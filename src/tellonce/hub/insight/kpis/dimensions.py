"""Validity, consistency and timeliness: from rules that were judged, and from upkeep."""

from __future__ import annotations

from tellonce.hub.core.clock import iso
from tellonce.hub.core.errors import WrongCall
from tellonce.hub.corrections.services import THE_HUB
from tellonce.hub.insight.kpis.completeness import row_id
from tellonce.hub.insight.types import Asked, Evidence, Measured, Part, Window, share_part
from tellonce.hub.quality.numbers import FAILURE, meant_row, told_number
from tellonce.hub.quality.selectors import (
    FailuresAsked,
    dimension_counts,
    rule_counts,
)
from tellonce.hub.quality.showing import shown_failures
from tellonce.hub.upkeep.selectors import consistency, findings, stale_customers, timeliness
from tellonce.hub.upkeep.types import FindingView

RULES = "rules"
"""The part that comes from rules of the dimension, beside what upkeep sees by itself."""


def measure_validity(window: Window) -> Measured:
    """Judgements of rules of validity that were met; a part for each such rule."""
    since, until = window.since.date(), window.until.date()
    judged: dict[str, list[int]] = {}
    for one in rule_counts(since, until):
        if one.dimension == "validity":
            found = judged.setdefault(one.rule, [0, 0])
            found[0] += one.passed
            found[1] += one.passed + one.failed
    if not any(of for _, of in judged.values()):
        return Measured.nothing(
            "No rule of validity was judged yet: `tellonce quality set FILE`, `quality run`."
        )
    parts = [share_part(rule, met, of) for rule, (met, of) in sorted(judged.items())]
    met, of = (sum(column) for column in zip(*judged.values(), strict=True))
    return Measured.counted(met, of, parts)


def measure_consistency(window: Window) -> Measured:
    """Customers whose sources do not disagree; rules of consistency are a part."""
    found = consistency()
    if found.share is None:
        return Measured.nothing("Nobody was looked at yet: `tellonce upkeep sweep`, or a worker.")
    return Measured.counted(found.consistent, found.customers, _rules(window, "consistency"))


def measure_timeliness(window: Window) -> Measured:
    """Values that are not stale; a part for each kind of value that ages, and one for rules."""
    found = timeliness()
    of = sum(one.customers for one in found)
    if not of:
        return Measured.nothing("Nobody was looked at yet: `tellonce upkeep sweep`, or a worker.")
    parts = [share_part(one.unit, one.current, one.customers) for one in found]
    fresh = sum(one.current for one in found)
    return Measured.counted(fresh, of, [*parts, *_rules(window, "timeliness")])


def _rules(window: Window, dimension: str) -> list[Part]:
    for one in dimension_counts(window.since.date(), window.until.date()):
        if one.dimension == dimension and one.passed + one.failed:
            return [share_part(RULES, one.passed, one.passed + one.failed)]
    return []


def invalid_records(window: Window, asked: Asked) -> Evidence:
    """Open failures of rules of validity, the newest first; of one rule where it is named."""
    return _failures("validity", asked, rule=asked.part)


def inconsistent_customers(window: Window, asked: Asked) -> Evidence:
    """Customers whose sources disagree and about what; or failures of rules of consistency."""
    if asked.part == RULES:
        return _failures("consistency", asked)
    _check_part(asked, (RULES,))
    page = findings(
        state="open",
        kind="disagreement",
        limit=asked.limit,
        cursor=_number(asked.cursor),
        by=asked.by,
    )
    return Evidence(tuple(_finding(one) for one in page.findings), page.next, page.withheld)


def outdated_customers(window: Window, asked: Asked) -> Evidence:
    """Customers with stale values, the most overdue first, or of one kind of value."""
    if asked.part == RULES:
        return _failures("timeliness", asked)
    _check_part(asked, (RULES, *(one.unit for one in timeliness())))
    page = stale_customers(limit=asked.limit, cursor=asked.cursor, unit=asked.part)
    if asked.part and asked.hides(asked.part):
        return Evidence()
    rows = (
        {
            "customer": one.customer,
            "stale": [value.unit for value in one.values if not asked.hides(value.unit)],
            "due_at": iso(one.due_at),
        }
        for one in page.customers
    )
    return Evidence(tuple(row for row in rows if row["stale"]), page.next)


def _failures(dimension: str, asked: Asked, rule: str = "") -> Evidence:
    number = row_id(asked.cursor)
    before = (meant_row(number, FAILURE) if asked.by else number) or None
    which, by = FailuresAsked(dimension=dimension, rule=rule), asked.by or THE_HUB
    page = shown_failures(which, by=by, limit=asked.limit, before=before)
    rows = tuple(
        {
            "failure": told_number(one.id, FAILURE) if asked.by else one.id,
            "record": f"{one.source}:{one.record}",
            "rule": one.rule,
            "field": one.field,
            "at": iso(one.found_at),
        }
        for one in page.failures
    )
    following = str(rows[-1]["failure"]) if page.next is not None else ""
    return Evidence(rows, following, page.withheld)


def _finding(one: FindingView) -> dict[str, object]:
    return {
        "customer": one.customer,
        "about": one.attribute,
        "finding": one.id,
        "at": iso(one.opened_at),
    }


def _number(cursor: str) -> str:
    """A cursor of findings, once it is sure to be one."""
    return str(row_id(cursor)) if cursor else ""


def _check_part(asked: Asked, known: tuple[str, ...]) -> None:
    if asked.part and asked.part not in known:
        raise WrongCall(
            f"This measure has no part '{asked.part}'.", hint=f"Known: {', '.join(known)}."
        )
