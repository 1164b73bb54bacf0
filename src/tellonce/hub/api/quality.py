"""Rules of quality, what they found in records, and how often they were met."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Annotated, Any, Literal

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router, Schema
from pydantic import Field, model_validator

from tellonce.hub.accounts.types import QUALITY_READ, QUALITY_WRITE
from tellonce.hub.api.auth import PURPOSE_PARAMETER, Scoped, actor_of, purpose_of
from tellonce.hub.api.idempotency import PARAMETER, once
from tellonce.hub.api.routes import answers_also
from tellonce.hub.core import clock
from tellonce.hub.quality import opening, selectors, services
from tellonce.hub.quality.jobs import enqueue_run
from tellonce.hub.quality.types import STATES, FailureView, RulesVersionView
from tellonce.rules.reading import LONGEST
from tellonce.rules.types import DIMENSIONS, SEVERITIES

router = Router(tags=["quality"])
READ, WRITE = QUALITY_READ, QUALITY_WRITE
_LARGEST = 2**63 - 1
_MOMENT = "2026-11-26T08:15:30Z"
FailureId = Annotated[int, Path(ge=0, le=_LARGEST)]
SourceName = Annotated[str, Field(max_length=100, pattern=r"^[A-Za-z0-9_.-]*$")]
_VERSION = {
    "source": "",
    "number": 3,
    "name": "rules.yaml",
    "fingerprint": "9f86d081884c7d65",
    "rules": 12,
    "reason": "postal codes of Austria",
    "at": _MOMENT,
    "in_force": True,
}
_FAILURE = {
    "id": 41,
    "record": "crm:17",
    "rule": "email_valid",
    "field": "E-Mail",
    "attribute": "email",
    "reason": "has no @",
    "dimension": "validity",
    "severity": "medium",
    "owner": "crm-team",
    "on_fail": "flag",
    "state": "open",
    "because": "",
    "rules_version": 3,
    "found_at": _MOMENT,
    "settled_at": None,
}


class OfSource(Schema):
    """Which source; none: the rules for all sources."""

    source: SourceName = Field("", description="A source, or all where it is left out.")


class RulesVersion(Schema):
    """The rules of one source, or of all (`source` empty), as they were set at a time."""

    source: str
    number: int
    name: str
    fingerprint: str
    rules: int
    reason: str
    at: datetime
    in_force: bool

    model_config = {"json_schema_extra": {"examples": [_VERSION]}}


class RulesText(RulesVersion):
    """With the text."""

    text: str


class Rule(Schema):
    """A rule in force. `source`: in whose rules it stands, empty for all sources; `scope`: row, set
    (all records of the source together) or customer.
    """

    source: str
    id: str
    field: str
    check: str
    aloud: str = Field(description="What it asks, in words.")
    on_fail: str
    severity: str
    dimension: str
    owner: str
    scope: str
    version: int


class Rules(Schema):
    """What is in force: for a source each rule that holds for it, else each version."""

    versions: list[RulesVersion]
    rules: list[Rule]


class RulesHistory(Schema):
    """The newest first."""

    versions: list[RulesText]


class RulesAsked(Schema):
    """The rules that are to be in force: a text in YAML, or an earlier version."""

    source: SourceName = Field("", description="For this source only; empty: for all.")
    text: str | None = Field(None, max_length=LONGEST, description="Rules in YAML.")
    version: int | None = Field(None, ge=1, le=2**31 - 1, description="Back to this version.")
    name: str = Field("rules.yaml", min_length=1, max_length=100)
    reason: str = Field("", max_length=200)

    model_config = {
        "extra": "forbid",
        "json_schema_extra": {
            "examples": [{"text": "- email: valid, on_fail: flag\n", "reason": "as agreed"}]
        },
    }

    @model_validator(mode="after")
    def _one_of_both(self) -> RulesAsked:
        if (self.text is None) == (self.version is None):
            raise ValueError("Give text or version, one of both")
        return self


class RulesSet(Schema):
    """The version in force now; `changed` is false where it was so before."""

    version: RulesVersion
    changed: bool
    sentences: list[str] = Field(description="What is to be known about these rules.")


class FailuresAsked(Schema):
    """Which failures; what is left out stands for any."""

    source: SourceName = ""
    rule: str = Field("", max_length=100)
    severity: Literal[("", *SEVERITIES)] = ""
    dimension: Literal[("", *DIMENSIONS)] = ""
    owner: str = Field("", max_length=100)
    state: Literal[("any", *STATES)] = "open"
    limit: int = Field(50, ge=1, le=selectors.MOST)
    cursor: str = Field("", pattern="^[0-9]{0,18}$", description="Of the page before.")


class Failure(Schema):
    """That a rule was not met by a record; without the value."""

    id: int
    record: str = Field(description="SOURCE:ID")
    rule: str
    field: str
    attribute: str
    reason: str = Field(description="In words, without the value.")
    dimension: str
    severity: str
    owner: str
    on_fail: str
    state: str
    because: str = Field(description="Why it was waived.")
    rules_version: int
    found_at: datetime
    settled_at: datetime | None

    model_config = {"json_schema_extra": {"examples": [_FAILURE]}}


class Failures(Schema):
    """A page, the newest first."""

    failures: list[Failure]
    cursor: str = Field(description="For the next page; empty at the end.")


class FailureSeen(Failure):
    """With its value as policy shows it: `shown` is allow, mask or deny."""

    value: str | None
    shown: str

    model_config = {
        "json_schema_extra": {"examples": [{**_FAILURE, "value": "a***", "shown": "mask"}]}
    }


class WaiveAsked(Schema):
    """Why it may stand."""

    reason: str = Field(min_length=1, max_length=200)

    model_config = {
        "extra": "forbid",
        "json_schema_extra": {"examples": [{"reason": "He has no other address."}]},
    }


class CountsAsked(Schema):
    """From which day to which, both included; the last 30 days where they are left out."""

    since: date | None = None
    until: date | None = None
    source: SourceName = ""


class RuleCount(Schema):
    """How often a rule was judged and met on a day. `occasion`: arrival, or run (over what is
    held). `not_evaluated`: it could not run, which is no pass.
    """

    day: date
    source: str
    rule: str
    dimension: str
    occasion: str
    passed: int
    failed: int
    empty: int
    not_evaluated: int


class DimensionCount(Schema):
    """The same for all rules of a dimension; `share`: of what was judged, what passed."""

    dimension: str
    passed: int
    failed: int
    empty: int
    not_evaluated: int
    share: float | None


class Counts(Schema):
    """By day and rule, and by dimension."""

    since: date
    until: date
    rules: list[RuleCount]
    dimensions: list[DimensionCount]


class RunAsked(Schema):
    """Nothing is to be said."""

    model_config = {"extra": "forbid", "json_schema_extra": {"examples": [{}]}}


class RunAccepted(Schema):
    """A job judges what is due."""

    job: int


@router.get("/rules", auth=Scoped(READ), response=Rules, summary="Read the rules in force")
def read_rules(request: HttpRequest, asked: Query[OfSource]) -> dict[str, Any]:
    """For a source, each rule that holds for it: those for all sources and its own."""
    rules = [asdict(one) for one in selectors.rules_of(asked.source)] if asked.source else []
    return {"versions": [_version(one) for one in selectors.versions_in_force()], "rules": rules}


@router.get(
    "/rules/history", auth=Scoped(READ), response=RulesHistory, summary="Read earlier rules"
)
def read_history(request: HttpRequest, asked: Query[OfSource]) -> dict[str, Any]:
    """Every version of the rules of a source, or of those for all sources, with its text."""
    found = selectors.rules_history(asked.source)
    return {"versions": [{**_version(one), "text": one.text} for one in found]}


@router.put("/rules", auth=Scoped(WRITE), response=RulesSet, summary="Set the rules")
def set_rules(request: HttpRequest, asked: RulesAsked) -> dict[str, Any]:
    """Checked wholly, then in force for whatever arrives; what is held is judged by a job. A 422
    names each mistake with line and column. The same rules again change nothing.
    """
    said: dict[str, Any] = {"source": asked.source, "by": actor_of(request), "reason": asked.reason}
    if asked.version is not None:
        done = services.set_rules_back(asked.version, **said)
    else:
        done = services.set_rules(services.RulesFile(asked.name, asked.text or ""), **said)
    return {
        "version": _version(done.version),
        "changed": done.changed,
        "sentences": [*done.sentences, done.held] if done.held else list(done.sentences),
    }


@router.get("/failures", auth=Scoped(READ), response=Failures, summary="List what rules found")
def list_failures(request: HttpRequest, asked: Query[FailuresAsked]) -> dict[str, Any]:
    """Where rules are not met, without values; `state` is open, corrected, waived, fixed, gone or
    any.
    """
    state = "" if asked.state == "any" else asked.state
    which = selectors.FailuresAsked(
        asked.source, asked.rule, asked.severity, asked.dimension, asked.owner, state
    )
    before = int(asked.cursor) if asked.cursor else None
    page = selectors.failures_page(which, limit=asked.limit, before=before)
    cursor = "" if page.next is None else str(page.next)
    return {"failures": [_failure(one) for one in page.failures], "cursor": cursor}


@router.get(
    "/failures/{failure_id}",
    auth=Scoped(READ),
    response=FailureSeen,
    summary="Read what a rule found",
    openapi_extra=PURPOSE_PARAMETER,
)
def read_failure(request: HttpRequest, failure_id: FailureId) -> dict[str, Any]:
    """With the value, as policy shows it for the purpose; audited."""
    seen = opening.open_failure(failure_id, purpose_of(request), by=actor_of(request))
    return {**_failure(seen.failure), "value": seen.value, "shown": seen.shown}


@router.post(
    "/failures/{failure_id}/waive",
    auth=Scoped(WRITE),
    response=Failure,
    summary="Let a failure stand",
    openapi_extra=PARAMETER,
)
@answers_also(409)
def waive(request: HttpRequest, failure_id: FailureId, asked: WaiveAsked) -> HttpResponse:
    """It is right, or nothing can be done: it stands waived until the value is another."""

    def work() -> tuple[int, dict[str, Any]]:
        (one,) = services.waive_failures([failure_id], by=actor_of(request), reason=asked.reason)
        return 200, _failure(one, for_json=True)

    return once(request, work)


@router.get("/counts", auth=Scoped(READ), response=Counts, summary="Count how often rules are met")
def read_counts(request: HttpRequest, asked: Query[CountsAsked]) -> dict[str, Any]:
    """By day, source and rule, and by dimension: for trends."""
    until = asked.until or clock.now().date()
    since = asked.since or until - timedelta(days=30)
    rules = selectors.rule_counts(since, until, source=asked.source)
    dimensions = selectors.dimension_counts(since, until, source=asked.source)
    return {
        "since": since,
        "until": until,
        "rules": [asdict(one) for one in rules],
        "dimensions": [{**asdict(one), "share": one.share} for one in dimensions],
    }


@router.post(
    "/runs",
    auth=Scoped(WRITE),
    response={202: RunAccepted},
    summary="Judge what is held",
    openapi_extra=PARAMETER,
)
def run(request: HttpRequest, asked: RunAsked) -> HttpResponse:
    """A worker judges each record that changed, or whose rules did, since it was judged last."""

    def work() -> tuple[int, dict[str, Any]]:
        with transaction.atomic():
            return 202, {"job": enqueue_run(actor_of(request).id)}

    return once(request, work)


def _version(one: RulesVersionView) -> dict[str, Any]:
    kept = set(RulesVersion.model_fields)
    return {name: said for name, said in asdict(one).items() if name in kept}


def _failure(one: FailureView, *, for_json: bool = False) -> dict[str, Any]:
    said = asdict(one)
    said["record"] = f"{said.pop('source')}:{one.record}"
    if for_json:
        for name in ("found_at", "settled_at"):
            said[name] = said[name] and clock.iso(said[name])
    return said
