"""Corrections: proposed, reviewed by somebody else, written back to the sources, verified."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from ninja import Path, Query, Router

from tellonce.hub.api import correction_shapes as shapes
from tellonce.hub.api.auth import (
    PURPOSE_PARAMETER,
    Scoped,
    actor_of,
    may_read_records,
    purpose_of,
    scopes_of,
)
from tellonce.hub.api.decisions import ReasonSent
from tellonce.hub.api.idempotency import PARAMETER, once
from tellonce.hub.api.problems import Problem
from tellonce.hub.api.routes import answers_also
from tellonce.hub.api.seen import IF_MATCH, version_seen
from tellonce.hub.core.canonical import plain
from tellonce.hub.core.errors import Stale
from tellonce.hub.corrections import selectors, services
from tellonce.hub.corrections.types import CorrectionView, TaskView

router = Router(tags=["corrections"])
READ, WRITE, REVIEW = "corrections:read", "corrections:write", "corrections:review"
_SEEN: dict[str, Any] = {"parameters": [*PARAMETER["parameters"], IF_MATCH]}
Name = Annotated[str, Path(max_length=40, description="A correction, cor_..., or a group, cog_...")]
CorrectionId = Annotated[str, Path(max_length=40)]


@router.post(
    "",
    auth=Scoped(WRITE),
    response={201: shapes.Correction},
    summary="Propose a correction",
    openapi_extra=PARAMETER,
)
@answers_also(409)
def propose(request: HttpRequest, asked: shapes.Wrong) -> HttpResponse:
    """Say that a value of a customer is wrong. The new one is read as a source's would be, and
    refused where it cannot be one. Nothing changes before somebody else approves it, but for what
    is declared to need no reviewer.
    """

    def work() -> tuple[int, dict[str, Any]]:
        public_id = services.propose(asked.new(), by=actor_of(request))
        return 201, _one(public_id, request)

    return once(request, work)


@router.get("", auth=Scoped(READ), response=shapes.CorrectionsListed, summary="List corrections")
def list_corrections(request: HttpRequest, asked: Query[shapes.CorrectionsAsked]) -> dict[str, Any]:
    """The newest first. No value of a person is shown, and no correction that others proposed of
    what the client does not see.
    """
    which, by = asked.dict(), actor_of(request)
    found = selectors.corrections(**which, by=by)
    before = found[-1].id if len(found) == asked.limit else ""
    which = {name: said for name, said in which.items() if name not in ("limit", "before")}
    kept = selectors.corrections_withheld(**which, by=by)
    told = {"corrections": [_correction(one, request) for one in found], "before": before}
    return told | {"withheld": asdict(kept)}


@router.get("/tasks", auth=Scoped(READ), response=shapes.Tasks, summary="List write-backs")
def list_tasks(request: HttpRequest, asked: Query[shapes.TasksAsked]) -> dict[str, Any]:
    """What sources are asked to write back, the oldest first; what to write is in the correction,
    for a purpose. None about what the client does not see.
    """
    found = selectors.tasks(**asked.dict(), by=actor_of(request))
    after = found[-1].id if len(found) == asked.limit else ""
    return {"tasks": [_task(one, request) for one in found], "after": after}


@router.post(
    "/tasks/{task_id}/answer",
    auth=Scoped(WRITE),
    response=shapes.Correction,
    summary="Answer a write-back",
    openapi_extra=PARAMETER,
)
@answers_also(409)
def answer(request: HttpRequest, task_id: CorrectionId, asked: shapes.AnswerSent) -> HttpResponse:
    """The source has written it back, could not, or will not. It counts as carried once the source
    delivers it.
    """

    def work() -> tuple[int, dict[str, Any]]:
        correction = services.answer_task(
            task_id, asked.answer, by=actor_of(request), reason=asked.reason
        )
        return 200, _one(correction, request)

    return once(request, work)


@router.post(
    "/groups",
    auth=Scoped(WRITE),
    response={200: shapes.GroupAnswer, 201: shapes.GroupAnswer},
    summary="Propose many at once",
    openapi_extra=PARAMETER,
)
@answers_also(409)
def propose_group(request: HttpRequest, asked: shapes.GroupSent) -> HttpResponse:
    """As one group, or only a preview of it. One row that cannot be proposed refuses all, unless it
    is to be skipped.
    """
    news, who = [one.new() for one in asked.corrections], actor_of(request)

    def work() -> tuple[int, dict[str, Any]]:
        if asked.preview:
            judged = services.judged(news, by=who)
            return 200, {"group": None, "preview": asdict(judged.preview)}
        group, preview = services.propose_group(asked.name, news, by=who, skip_troubles=asked.skip)
        return 201, {"group": _group(group), "preview": asdict(preview)}

    return once(request, work)


@router.post(
    "/detect",
    auth=Scoped(WRITE),
    response=shapes.DetectedAnswer,
    summary="Open corrections for findings",
    openapi_extra=PARAMETER,
)
def detect(request: HttpRequest, asked: shapes.DetectSent) -> HttpResponse:
    """For what rules, disagreeing sources and decay found, each once; they wait for a value. What
    is declared is detected every quarter of an hour by itself.
    """
    wanted = services.Wanted(**{**asked.dict(), "origins": tuple(asked.origins)})

    def work() -> tuple[int, dict[str, Any]]:
        return 200, plain(asdict(services.detect(wanted, by=actor_of(request))))

    return once(request, work)


@router.get("/groups/{group_id}", auth=Scoped(READ), response=shapes.Group, summary="Read a group")
def read_group(request: HttpRequest, group_id: CorrectionId) -> dict[str, Any]:
    """Who approved it, and where its corrections are; list them by `?group=`."""
    return _group(group_id)


@router.get(
    "/{correction_id}",
    auth=Scoped(READ),
    response=shapes.ShownCorrection,
    summary="Read a correction",
    openapi_extra=PURPOSE_PARAMETER,
)
def read(request: HttpRequest, correction_id: CorrectionId) -> HttpResponse:
    """What is wrong and what is right, as policy lets this purpose see it, and all that happened.
    `ETag` is its version.
    """
    found = selectors.shown_correction(correction_id, purpose_of(request), by=actor_of(request))
    tasks = [_task(one, request) for one in found.tasks]
    shown = _correction(found.correction, request)
    document = plain({**asdict(found), "correction": shown, "tasks": tasks})
    return JsonResponse(document, headers={"ETag": f'"{found.correction.version}"'})


@router.post(
    "/{correction_id}/value",
    auth=Scoped(WRITE),
    response=shapes.Correction,
    summary="Give a detected value",
    openapi_extra=_SEEN,
)
@answers_also(409, 412)
def give_value(
    request: HttpRequest, correction_id: CorrectionId, asked: shapes.ValueSent
) -> HttpResponse:
    """What was only found to be wrong becomes a proposal; whoever gives the value is its author."""
    return _acted(
        request,
        correction_id,
        lambda seen: services.supply_value(
            correction_id,
            value=asked.value,
            removes=asked.removes,
            by=actor_of(request),
            reason=asked.reason,
            seen=seen,
        ),
    )


@router.post(
    "/{name}/approve",
    auth=Scoped(REVIEW),
    response=shapes.Corrections,
    summary="Approve",
    openapi_extra=_SEEN,
)
@answers_also(409, 412)
def approve(request: HttpRequest, name: Name) -> HttpResponse:
    """It stands over the sources from now on, and each that says otherwise is asked to write it
    back. Never by whoever proposed it; a large group takes two.
    """
    return _acted(
        request, name, lambda seen: services.approve(name, by=actor_of(request), seen=seen)
    )


@router.post(
    "/{name}/reject",
    auth=Scoped(REVIEW),
    response=shapes.Corrections,
    summary="Reject",
    openapi_extra=_SEEN,
)
@answers_also(409, 412)
def reject(request: HttpRequest, name: Name, asked: ReasonSent) -> HttpResponse:
    """Turn it down: nothing changes."""
    return _acted(
        request,
        name,
        lambda seen: services.reject(name, by=actor_of(request), reason=asked.reason, seen=seen),
    )


@router.post(
    "/{name}/withdraw",
    auth=Scoped(WRITE),
    response=shapes.Corrections,
    summary="Take back one's own",
    openapi_extra=_SEEN,
)
@answers_also(409, 412)
def withdraw(request: HttpRequest, name: Name, asked: ReasonSent) -> HttpResponse:
    """What one proposed oneself, before it is applied."""
    return _acted(
        request,
        name,
        lambda seen: services.withdraw(name, by=actor_of(request), reason=asked.reason, seen=seen),
    )


@router.post(
    "/{name}/undo",
    auth=Scoped(REVIEW),
    response=shapes.Corrections,
    summary="Undo",
    openapi_extra=_SEEN,
)
@answers_also(409, 412)
def undo(request: HttpRequest, name: Name, asked: ReasonSent) -> HttpResponse:
    """Golden records are what they would be without it. What a source took over stays there."""
    return _acted(
        request,
        name,
        lambda seen: services.undo(name, by=actor_of(request), reason=asked.reason, seen=seen),
    )


def _acted(
    request: HttpRequest, name: str, act: Callable[[int | None], Sequence[str] | str]
) -> HttpResponse:
    """Act once for each idempotency key; a version that is no more is told with the current one."""
    seen = version_seen(request)

    def work() -> tuple[int, dict[str, Any]]:
        try:
            ids = act(seen)
        except Stale as stale:
            version = selectors.correction_view(name).version
            raise Problem("stale", str(stale), stale.hint, version=version) from None
        if isinstance(ids, str):
            return 200, _one(ids, request)
        views = selectors.correction_views(ids, by=actor_of(request))
        return 200, {"corrections": [_correction(one, request) for one in views], "before": ""}

    return once(request, work)


def _group(public_id: str) -> dict[str, Any]:
    return plain(asdict(selectors.group_view(public_id)))


def _one(public_id: str, request: HttpRequest) -> dict[str, Any]:
    return _correction(selectors.correction_view(public_id, by=actor_of(request)), request)


def _correction(one: CorrectionView, request: HttpRequest) -> dict[str, Any]:
    """Without row ids, which mean nothing outside; the record's id for who reads customers."""
    document = plain(asdict(one))
    if not may_read_records(request):
        document["record"] = ""
    return {name: said for name, said in document.items() if name not in ("row", "is_identifier")}


def _task(one: TaskView, request: HttpRequest) -> dict[str, Any]:
    """The record's id is for who reads customers, and for who writes it back."""
    known = may_read_records(request) or WRITE in scopes_of(request)
    return asdict(one) if known else {**asdict(one), "record": ""}
