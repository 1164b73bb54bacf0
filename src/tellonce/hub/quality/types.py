"""Frozen values that may leave the app."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from tellonce.hub.policy.seeing import Withheld

ALL = ""
"""The source of rules that hold for all sources."""

STATES = ("open", "corrected", "waived", "fixed", "gone")


@dataclass(frozen=True)
class RulesVersionView:
    """The rules of one source, or of all (`source` ""), as they were set at a time."""

    id: int
    source: str
    number: int
    name: str
    text: str
    fingerprint: str
    rules: int
    actor: str
    reason: str
    at: datetime
    in_force: bool


@dataclass(frozen=True)
class RuleView:
    """A rule in force. `source`: whose rules it stands in, "" for all sources; `text`: as it is
    written; `aloud`: what it asks, in a sentence.
    """

    source: str
    id: str
    field: str
    check: str
    aloud: str
    on_fail: str
    severity: str
    dimension: str
    owner: str
    scope: str
    version: int


@dataclass(frozen=True)
class RulesSet:
    """What setting rules did. `sentences`: what is to be known about it; `held`: when the records
    that are held are judged, "" without any.
    """

    version: RulesVersionView
    changed: bool
    sentences: tuple[str, ...] = ()
    held: str = ""


@dataclass(frozen=True)
class FailureView:
    """That a rule was not met by a record; without the value.

    `state`: open; corrected (the declared correction was applied to what we store, the source still
    says it); waived by a person; fixed (a newer version of the record meets it); gone (the record
    was deleted, or the rule is no longer in force).
    """

    id: int
    source: str
    record: str
    rule: str
    field: str
    attribute: str
    dimension: str
    severity: str
    owner: str
    on_fail: str
    reason: str
    state: str
    because: str
    rules_version: int
    found_at: datetime
    settled_at: datetime | None


@dataclass(frozen=True)
class SeenFailure:
    """A failure with its value as policy shows it: `shown` is allow, mask or deny."""

    failure: FailureView
    value: str | None
    shown: str


@dataclass(frozen=True)
class FailurePage:
    """Failures, the newest first; `next` is the cursor of the next page, None at the end."""

    failures: tuple[FailureView, ...]
    next: int | None


@dataclass(frozen=True)
class DimensionCount:
    """How often the rules of a dimension were judged, and how often they were met.

    `empty`: there was nothing to judge; `not_evaluated`: the rule could not run, which is no pass.
    """

    dimension: str
    passed: int
    failed: int
    empty: int
    not_evaluated: int

    @property
    def share(self) -> float | None:
        """Of what was judged, the share that passed; None where nothing was."""
        judged = self.passed + self.failed
        return self.passed / judged if judged else None


@dataclass(frozen=True)
class RuleCountView:
    """How often a rule was judged on a day. `occasion`: arrival, or run (over what is held)."""

    day: date
    source: str
    rule: str
    dimension: str
    occasion: str
    passed: int
    failed: int
    empty: int
    not_evaluated: int


@dataclass(frozen=True)
class ShownFailures:
    """Failures that somebody may be told of, the newest first; `next` as of a `FailurePage`."""

    failures: tuple[FailureView, ...]
    next: int | None
    withheld: Withheld


@dataclass(frozen=True)
class ShownCounts:
    """Counts that somebody may be told of, by rule and day, and summed up by dimension."""

    rules: tuple[RuleCountView, ...]
    dimensions: tuple[DimensionCount, ...]
    withheld: Withheld


@dataclass(frozen=True)
class QuarantineAge:
    """Rows that wait in quarantine: how many, since when the oldest, and how many by rule ("" for
    those that no validation rule sent there).
    """

    waiting: int
    oldest: datetime | None
    by_rule: Mapping[str, int]


@dataclass(frozen=True)
class RunResult:
    """What a run over what is held found. `opened`, `settled`: failures."""

    records: int
    opened: int
    settled: int
    sources: tuple[str, ...] = ()

    def plus(self, other: RunResult) -> RunResult:
        """Both together."""
        return RunResult(
            self.records + other.records,
            self.opened + other.opened,
            self.settled + other.settled,
            self.sources + other.sources,
        )
