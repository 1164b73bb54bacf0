"""Rules that the records of a source make likely."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pyarrow as pa
from django.db import transaction

from tellonce.hub.accounts.types import Actor
from tellonce.hub.audit.services import record_act
from tellonce.hub.audit.types import Act
from tellonce.hub.bridge.types import Progress, no_progress
from tellonce.hub.core import clock
from tellonce.hub.core.errors import WrongCall
from tellonce.hub.policy.seeing import at_best, sees_all
from tellonce.hub.policy.types import Answer
from tellonce.hub.quality.access import check_may_write
from tellonce.hub.quality.judging import settled_surroundings
from tellonce.hub.quality.profile_keeping import shareable
from tellonce.hub.quality.profiles import active_records, looked_at
from tellonce.hub.quality.telling import Column, asked_by, columns_of, compared_by
from tellonce.hub.sources.config import RECORDS
from tellonce.hub.sources.selectors import source_named
from tellonce.hub.sources.types import SourceView
from tellonce.rules.checks.sets import OneOf
from tellonce.rules.profile_types import Profile
from tellonce.rules.profiling import Known, profile, recognised_known
from tellonce.rules.reading import read_rules
from tellonce.rules.suggesting import Suggestion, as_yaml, suggest
from tellonce.rules.types import Rule

__all__ = ["Suggested", "as_yaml", "suggest_rules"]


@dataclass(frozen=True)
class Suggested:
    """What the `looked_at` of the `records` of a source make likely, column by column."""

    source: str
    records: int
    looked_at: int
    rules: tuple[Suggestion, ...]


def suggest_rules(name: str, *, by: Actor, progress: Progress = no_progress) -> Suggested:
    """Rules for a source, the same lines as for a file of its records, but for those that name
    values which its profile does not tell, or would tell `by` of what he does not see.

    Raises `Unknown`, `WrongCall` where it has no records, `Refused`.
    """
    check_may_write(by, "quality.suggest")
    source = source_named(name)
    records = active_records(source.id)
    parts = [pa.Table.from_batches([one]) for one in looked_at(source, records, progress)]
    if not parts:
        raise WrongCall(
            f"{name} has no records to look at.", hint=f"Load some: `tellonce load {name} FILE`."
        )
    rows = pa.concat_tables(parts, promote_options="default")
    known = recognised_known(rows, name, _known(source))
    profiled = profile(rows, name, known)
    told = _Told(shareable(profiled), columns_of(source), by)
    found = suggest(rows, name, now=clock.now(), recognition=known, profiled=profiled)
    found = tuple(one for one in found if told.may_be(one))
    with transaction.atomic():
        record_act(Act("quality.suggest", by.id, target=name[:64]))
    return Suggested(name, records, rows.num_rows, found)


@dataclass(frozen=True)
class _Told:
    """What may be told: by the profile of the source, and to whom."""

    profile: Profile
    columns: tuple[Column, ...]
    by: Actor

    def may_be(self, suggestion: Suggestion) -> bool:
        """Whether a suggestion names no value, and tells of no attribute, that is kept back."""
        (rule,) = read_rules(f"- {suggestion.rule}").rules
        if not all(self._is_told(field, values) for field, values in _values_in(rule)):
            return False
        asked = asked_by(rule, self.columns)
        if any(at_best(self.by, name) is Answer.DENY for name in asked):
            return False
        return sees_all(self.by, compared_by(rule, self.columns))

    def _is_told(self, field: str, values: Iterable[str]) -> bool:
        """Whether the profile tells all these values of a field, as a header or an attribute."""
        for one in self.profile.fields:
            if field in (one.field, (one.attribute or "").partition("#")[0]):
                known = {said.text.casefold() for said in (*one.top, *one.placeholders)}
                if all(value.casefold() in known for value in values):
                    return True
        return False


def _values_in(rule: Rule) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Fields with the values of theirs that a rule names."""
    if isinstance(rule.check, OneOf):
        yield rule.field, rule.check.values
    for one in rule.when:
        if one.values:
            yield one.field, one.values


def _known(source: SourceView) -> Known:
    """What is known of the columns, the country and the dates of a source."""
    said = {**source.learned.get(RECORDS, {}).get("columns", {}), **source.config.columns}
    return Known(said, settled_surroundings(source).country, source.config.day_first)
