"""Rules of quality, what they found in records, and how often they were met."""

from __future__ import annotations

import threading
from dataclasses import asdict
from datetime import timedelta
from typing import Annotated, Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router

from tellonce.hub.accounts.types import QUALITY_READ, QUALITY_WRITE
from tellonce.hub.api import quality_shapes as shapes
from tellonce.hub.api.auth import (
    PURPOSE_PARAMETER,
    Scoped,
    actor_of,
    may_read_records,
    purpose_of,
)
from tellonce.hub.api.idempotency import PARAMETER, once
from tellonce.hub.api.problems import Problem
from tellonce.hub.api.routes import answers_also
from tellonce.hub.core import clock
from tellonce.hub.core.canonical import plain
from tellonce.hub.quality import (
    opening,
    selectors,
    services,
    showing,
    showing_counts,
    showing_rules,
    suggesting,
)
from tellonce.hub.quality.jobs import enqueue_run
from tellonce.hub.quality.numbers import FAILURE, meant_row, told_number
from tellonce.hub.quality.types import FailureView, RulesVersionView

router = Router(tags=["quality"])
_suggesting = threading.Lock()
READ, WRITE = QUALITY_READ, QUALITY_WRITE
FailureId = Annotated[int, Path(ge=0, le=shapes.LARGEST)]


@router.get("/rules", auth=Scoped(READ), response=shapes.Rules, summary="Read the rules in force")
def read_rules(request: HttpRequest, asked: Query[shapes.OfSource]) -> dict[str, Any]:
    """For a source, each rule that holds for it: those for all sources and its own."""
    by = actor_of(request)
    found = showing_rules.shown_rules(asked.source, by=by) if asked.source else []
    rules = [asdict(one) for one in found]
    return {"versions": [_version(one) for one in selectors.versions_in_force()], "rules": rules}


@router.get(
    "/rules/history", auth=Scoped(READ), response=shapes.RulesHistory, summary="Read earlier rules"
)
def read_history(request: HttpRequest, asked: Query[shapes.OfSource]) -> dict[str, Any]:
    """Every version of the rules of a source, or of those for all sources, with its text."""
    found = showing_rules.shown_history(asked.source, by=actor_of(request))
    return {"versions": [{**_version(one), "text": one.text} for one in found]}


@router.put("/rules", auth=Scoped(WRITE), response=shapes.RulesSet, summary="Set the rules")
def set_rules(request: HttpRequest, asked: shapes.RulesAsked) -> dict[str, Any]:
    """Checked wholly, then in force for whatever arrives; what is held is judged by a job. A 422
    names each mistake with line and column. The same rules again change nothing. A rule that
    compares an identifier, health or money with words of its own is refused to who does not see it.
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


@router.get(
    "/suggestions",
    auth=Scoped(WRITE),
    response=shapes.Suggestions,
    summary="Have rules suggested",
)
@answers_also(503)
def read_suggestions(request: HttpRequest, asked: Query[shapes.SuggestionsAsked]) -> dict[str, Any]:
    """Rules that the records of a source make likely, few, and only such as nearly all pass now;
    nothing is put in force. It takes some seconds, and is done for one caller at a time (503).
    """
    if not _suggesting.acquire(blocking=False):
        raise Problem("busy", "Rules are being suggested to somebody else.")
    try:
        found = suggesting.suggest_rules(asked.source, by=actor_of(request))
    finally:
        _suggesting.release()
    return {
        "source": found.source,
        "records": found.records,
        "looked_at": found.looked_at,
        "suggestions": [asdict(one) for one in found.rules],
        "text": suggesting.as_yaml(found.rules, found.source),
    }


@router.get(
    "/failures", auth=Scoped(READ), response=shapes.Failures, summary="List what rules found"
)
def list_failures(request: HttpRequest, asked: Query[shapes.FailuresAsked]) -> dict[str, Any]:
    """Where rules are not met, without values; `state` is open, corrected, waived, fixed, gone or
    any. What the client does not see takes no part.
    """
    state = "" if asked.state == "any" else asked.state
    which = selectors.FailuresAsked(
        asked.source, asked.rule, asked.severity, asked.dimension, asked.owner, state
    )
    by = actor_of(request)
    before = meant_row(int(asked.cursor), FAILURE) if asked.cursor else None
    page = showing.shown_failures(which, by=by, limit=asked.limit, before=before)
    return {
        "failures": [_failure(one, request) for one in page.failures],
        "cursor": "" if page.next is None else str(told_number(page.next, FAILURE)),
        "withheld": asdict(page.withheld),
    }


@router.get(
    "/failures/{failure_id}",
    auth=Scoped(READ),
    response=shapes.FailureSeen,
    summary="Read what a rule found",
    openapi_extra=PURPOSE_PARAMETER,
)
def read_failure(request: HttpRequest, failure_id: FailureId) -> dict[str, Any]:
    """With the value, as policy shows it for the purpose; audited."""
    number = meant_row(failure_id, FAILURE)
    seen = opening.open_failure(number, purpose_of(request), by=actor_of(request))
    return {**_failure(seen.failure, request), "value": seen.value, "shown": seen.shown}


@router.post(
    "/failures/{failure_id}/waive",
    auth=Scoped(WRITE),
    response=shapes.Failure,
    summary="Let a failure stand",
    openapi_extra=PARAMETER,
)
@answers_also(409)
def waive(request: HttpRequest, failure_id: FailureId, asked: shapes.WaiveAsked) -> HttpResponse:
    """It is right, or nothing can be done: it stands waived until the value is another."""

    def work() -> tuple[int, dict[str, Any]]:
        by, number = actor_of(request), meant_row(failure_id, FAILURE)
        (one,) = services.waive_failures([number], by=by, reason=asked.reason)
        return 200, plain(_failure(one, request))

    return once(request, work)


@router.get(
    "/counts", auth=Scoped(READ), response=shapes.Counts, summary="Count how often rules are met"
)
def read_counts(request: HttpRequest, asked: Query[shapes.CountsAsked]) -> dict[str, Any]:
    """By day, source and rule, and by dimension: for trends."""
    until = asked.until or clock.now().date()
    since = asked.since or until - timedelta(days=30)
    by, source = actor_of(request), asked.source
    found = showing_counts.shown_counts(since, until, by=by, source=source)
    return {
        "since": since,
        "until": until,
        "rules": [asdict(one) for one in found.rules],
        "dimensions": [{**asdict(one), "share": one.share} for one in found.dimensions],
        "withheld": asdict(found.withheld),
    }


@router.post(
    "/runs",
    auth=Scoped(WRITE),
    response={202: shapes.RunAccepted},
    summary="Judge what is held",
    openapi_extra=PARAMETER,
)
def run(request: HttpRequest, asked: shapes.RunAsked) -> HttpResponse:
    """A worker judges each record that changed, or whose rules did, since it was judged last."""

    def work() -> tuple[int, dict[str, Any]]:
        with transaction.atomic():
            return 202, {"job": enqueue_run(actor_of(request).id)}

    return once(request, work)


def _version(one: RulesVersionView) -> dict[str, Any]:
    kept = set(shapes.RulesVersion.model_fields)
    return {name: said for name, said in asdict(one).items() if name in kept}


def _failure(one: FailureView, request: HttpRequest) -> dict[str, Any]:
    said = asdict(one)
    source = said.pop("source")
    said["id"] = told_number(one.id, FAILURE)
    said["record"] = f"{source}:{one.record}" if may_read_records(request) else ""
    return said
