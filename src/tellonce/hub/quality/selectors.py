"""Reads: rules, what they found, and how often they were met."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import Any

from django.db.models import Count, Min, Sum

from tellonce.hub.core.errors import Unknown
from tellonce.hub.quality.in_force import rules_in_force
from tellonce.hub.quality.models import OPEN, RuleCount, RuleFailure, RulesVersion
from tellonce.hub.quality.profile_views import latest_profile as latest_profile
from tellonce.hub.quality.profile_views import moments as moments
from tellonce.hub.quality.profile_views import recent_drifts as recent_drifts
from tellonce.hub.quality.profile_views import standing_drifts as standing_drifts
from tellonce.hub.quality.types import (
    ALL,
    DimensionCount,
    FailurePage,
    FailureView,
    QuarantineAge,
    RuleCountView,
    RulesVersionView,
    RuleView,
)
from tellonce.hub.sources.models import Quarantined
from tellonce.hub.sources.selectors import source_named

MOST = 1_000
NO_SOURCE = 0
_SUMS = ("passed", "failed", "empty", "not_evaluated")


@dataclass(frozen=True)
class FailuresAsked:
    """Which failures: "" stands for any; `record` is a source's own record id, `record_ids` are row
    ids of records (None: any).
    """

    source: str = ""
    rule: str = ""
    severity: str = ""
    dimension: str = ""
    owner: str = ""
    state: str = OPEN
    record: str = ""
    attribute: str = ""
    record_ids: tuple[int, ...] | None = None
    since: datetime | None = None


def rules_version(source: str, number: int) -> RulesVersionView:
    """One version of the rules of a source, or of all; raises `Unknown`."""
    for one in rules_history(source):
        if one.number == number:
            return one
    of = f"of {source}" if source else "of all sources"
    raise Unknown(
        f"There is no version {number} of the rules {of}.",
        hint="See `tellonce quality history`.",
    )


def rules_history(source: str = ALL) -> list[RulesVersionView]:
    """The versions of the rules of one source, or of all sources together, the newest first."""
    source_id = source_named(source).id if source else None
    rows = RulesVersion.objects.select_related("source").filter(source_id=source_id)
    return [version_view(row, in_force=at == 0) for at, row in enumerate(rows.order_by("-number"))]


def versions_in_force() -> list[RulesVersionView]:
    """The newest version of each source that has rules of its own, those of all sources first."""
    found = {}
    for row in RulesVersion.objects.select_related("source").order_by("number"):
        found[row.source.name if row.source else ALL] = row
    return [version_view(found[name], in_force=True) for name in sorted(found)]


def rules_of(source: str) -> list[RuleView]:
    """The rules that hold for a source, in their order; raises `Unknown`."""
    return _rules(source_named(source).id)


def rules_for_all() -> list[RuleView]:
    """The rules for all sources, in their order."""
    return _rules(NO_SOURCE)


def _rules(source_id: int) -> list[RuleView]:
    in_force = rules_in_force(source_id)
    if in_force is None:
        return []
    rows = RulesVersion.objects.select_related("source").filter(
        id__in=set(in_force.versions.values())
    )
    versions = {row.pk: row for row in rows}
    return [
        RuleView(
            source=versions[in_force.versions[rule.id]].source.name
            if versions[in_force.versions[rule.id]].source
            else ALL,
            id=rule.id,
            field=rule.field,
            check=rule.check.phrase(),
            aloud=f"{rule.field} {rule.check.aloud()}".strip(),
            on_fail=rule.on_fail,
            severity=rule.severity,
            dimension=rule.dimension,
            owner=rule.owner,
            scope=rule.scope,
            version=versions[in_force.versions[rule.id]].number,
        )
        for rule in in_force.rules.rules
    ]


def version_view(row: RulesVersion, *, in_force: bool) -> RulesVersionView:
    """A version of the rules as it may leave the app."""
    return RulesVersionView(
        id=row.pk,
        source=row.source.name if row.source else ALL,
        number=row.number,
        name=row.name,
        text=row.text,
        fingerprint=row.fingerprint,
        rules=row.rules,
        actor=row.actor,
        reason=row.reason,
        at=row.at,
        in_force=in_force,
    )


def failure_view(number: int) -> FailureView:
    """One failure; raises `Unknown`."""
    row = RuleFailure.objects.select_related(*_RELATED).filter(pk=number).first()
    if row is None:
        raise Unknown(f"There is no failure {number}.", hint="See `tellonce quality failures`.")
    return view_of_failure(row)


def failures_page(
    asked: FailuresAsked, *, limit: int = 50, before: int | None = None
) -> FailurePage:
    """Failures, the newest first, those below the number `before`; without values."""
    found = list(islice(newest_failures(asked, before, limit + 1), limit + 1))
    shown = tuple(map(view_of_failure, found[:limit]))
    return FailurePage(shown, shown[-1].id if len(found) > limit else None)


def newest_failures(
    asked: FailuresAsked, before: int | None, at_once: int = MOST
) -> Iterator[RuleFailure]:
    """The rows of all that is asked for, the newest first, below the number `before`."""
    rows = failures_asked(asked).select_related(*_RELATED).order_by("-id")
    while part := list((rows if before is None else rows.filter(pk__lt=before))[:at_once]):
        before, at_once = part[-1].pk, MOST
        yield from part


def open_failures(asked: FailuresAsked = FailuresAsked()) -> Iterator[FailureView]:
    """Every failure that is asked for (those that are open, without more), the oldest first; in
    slices, without values.
    """
    return map(view_of_failure, oldest_failures(asked))


def oldest_failures(asked: FailuresAsked) -> Iterator[RuleFailure]:
    """The rows of all that is asked for, the oldest first."""
    last, rows = 0, failures_asked(asked).select_related(*_RELATED).order_by("id")
    while part := list(rows.filter(pk__gt=last)[:MOST]):
        last = part[-1].pk
        yield from part


def failure_counts(asked: FailuresAsked, by: str) -> dict[str, int]:
    """How many failures there are by `rule`, `severity`, `dimension`, `owner`, `source` or
    `attribute`, the most first.
    """
    column = "source__name" if by == "source" else by
    counted = failures_asked(asked).values_list(column).annotate(count=Count("id"))
    return dict(counted.order_by("-count", column))


def failing_records(asked: FailuresAsked = FailuresAsked()) -> int:
    """In how many records something is found that is asked for."""
    return failures_asked(asked).values("record_id").distinct().count()


def dimension_counts(since: date, until: date, *, source: str = "") -> list[DimensionCount]:
    """How often the rules of each dimension were judged and met from `since` to `until` (days, both
    included), on arrival and in runs together; dimensions without rules are left out.
    """
    rows = counts_between(since, until, source).values("dimension").annotate(**sums())
    return [DimensionCount(**row) for row in rows.order_by("dimension")]


def rule_counts(
    since: date, until: date, *, source: str = "", rule: str = ""
) -> list[RuleCountView]:
    """How often each rule was judged and met, by day, source and occasion (arrival, run), from
    `since` to `until` (days, both included).
    """
    rows = counts_between(since, until, source)
    if rule:
        rows = rows.filter(rule=rule)
    names = ("day", "source__name", "rule", "dimension", "occasion")
    summed = rows.values(*names).annotate(**sums()).order_by(*names)
    return [RuleCountView(source=row.pop("source__name"), **row) for row in summed]


def quarantine_age() -> QuarantineAge:
    """What waits in quarantine, since when the oldest, and because of which rule."""
    rows = Quarantined.objects.filter(state__in=Quarantined.WAITS)
    oldest = rows.aggregate(oldest=Min("delivery__started_at"))["oldest"]
    by_rule = dict(rows.values_list("rule").annotate(count=Count("id")).order_by("-count", "rule"))
    return QuarantineAge(sum(by_rule.values()), oldest, by_rule)


_RELATED = ("source", "record", "rules")


def sums() -> dict[str, Any]:
    """What of counts is added up."""
    return {name: Sum(name) for name in _SUMS}


def counts_between(since: date, until: date, source: str) -> Any:
    """The query of the counts of these days, both included, of a source or of all ("")."""
    rows = RuleCount.objects.filter(day__gte=since, day__lte=until)
    return rows.filter(source_id=source_named(source).id) if source else rows


def failures_asked(asked: FailuresAsked) -> Any:
    """The query of the failures that are asked for."""
    rows = RuleFailure.objects.all()
    if asked.source:
        rows = rows.filter(source_id=source_named(asked.source).id)
    for name in ("rule", "severity", "dimension", "owner", "state", "attribute"):
        if said := getattr(asked, name):
            rows = rows.filter(**{name: said})
    if asked.record:
        rows = rows.filter(record__record_key=asked.record)
    if asked.record_ids is not None:
        rows = rows.filter(record_id__in=asked.record_ids)
    return rows if asked.since is None else rows.filter(found_at__gte=asked.since)


def view_of_failure(row: RuleFailure) -> FailureView:
    """A failure as it may leave the app; `select_related` its source, record and rules."""
    return FailureView(
        id=row.pk,
        source=row.source.name,
        record=row.record.record_key,
        rule=row.rule,
        field=row.field,
        attribute=row.attribute,
        dimension=row.dimension,
        severity=row.severity,
        owner=row.owner,
        on_fail=row.on_fail,
        reason=row.reason,
        state=row.state,
        because=row.because,
        rules_version=row.rules.number,
        found_at=row.found_at,
        settled_at=row.settled_at,
    )
