"""Rows that could not be used, or that a rule keeps out: looked at, mended, delivered again."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router, Schema
from pydantic import Field

from tellonce.hub.api.auth import (
    PURPOSE_PARAMETER,
    Scoped,
    actor_of,
    may_read_records,
    purpose_of,
)
from tellonce.hub.api.fields import Withheld
from tellonce.hub.api.idempotency import PARAMETER, once
from tellonce.hub.api.quality import READ, WRITE
from tellonce.hub.api.quality_shapes import SourceName
from tellonce.hub.quality.numbers import QUARANTINED, meant_row, told_number
from tellonce.hub.quality.showing_counts import (
    check_quarantined,
    for_quarantine,
    withheld_in_quarantine,
)
from tellonce.hub.sources import correcting, quarantining
from tellonce.hub.sources.quarantine_view import quarantined_row
from tellonce.hub.sources.quarantined import Which
from tellonce.hub.sources.types import QuarantinedEntry, Replayed

router = Router(tags=["quarantine"])
MOST = 1_000
_LARGEST = 2**63 - 1
RowId = Annotated[int, Path(ge=0, le=_LARGEST)]
Reason = Annotated[str, Field(min_length=1, max_length=200)]
_ROW = {
    "id": 7,
    "source": "crm",
    "content": "records",
    "file_name": "people.csv",
    "row": 12,
    "reason": "E-Mail has no @ (rule email_valid)",
    "rule": "email_valid",
    "record": "17",
    "state": "waiting",
    "corrected": [],
    "because": "",
    "delivered_at": "2026-11-26T08:15:30Z",
}


class RowsAsked(Schema):
    """Which rows that wait; what is left out stands for any."""

    source: SourceName = ""
    rule: str = Field("", max_length=100, description="Kept out by this rule.")
    reason: str = Field("", max_length=255, description="Whose reason holds these words.")
    limit: int = Field(50, ge=1, le=MOST)
    cursor: str = Field("", pattern="^[0-9]{0,18}$", description="Of the page before.")


class Row(Schema):
    """A row in quarantine, without what stands in it. `rule`: the rule that keeps it out, empty
    where it could not be read or stored; `corrected`: fields that were written into.
    """

    id: int
    source: str
    content: str
    file_name: str
    row: int
    reason: str
    rule: str
    record: str
    state: str
    corrected: list[str]
    because: str
    delivered_at: datetime

    model_config = {"json_schema_extra": {"examples": [_ROW]}}


class Rows(Schema):
    """A page of rows that wait, the newest first."""

    rows: list[Row]
    cursor: str = Field(description="For the next page; empty at the end.")
    withheld: Withheld


class GroupsAsked(Schema):
    """How rows that wait are counted."""

    by: Literal["rule", "reason"] = "rule"
    source: SourceName = ""


class Group(Schema):
    """How many rows wait for one reason, or because of one rule (with one of its reasons)."""

    source: str
    content: str
    rule: str
    reason: str
    rows: int


class Groups(Schema):
    """The most first."""

    groups: list[Group]
    withheld: Withheld


class RowField(Schema):
    """A field of the row, and what was written into it; `shown`: allow, mask or deny."""

    field: str
    value: str | None
    corrected: bool
    correction: str | None
    shown: str


class RowSeen(Row):
    """With its fields as policy shows them; none where the line could not be read as a row."""

    readable: bool
    fields: list[RowField]


class CorrectAsked(Schema):
    """What is to stand in fields; null or empty empties one."""

    changes: dict[str, str | None] = Field(min_length=1, max_length=500)
    reason: Reason

    model_config = {
        "extra": "forbid",
        "json_schema_extra": {
            "examples": [{"changes": {"E-Mail": "a@example.org"}, "reason": "She called."}]
        },
    }


class Chosen(Schema):
    """Rows that wait: by number, or of a source or a rule; one of these must be said."""

    ids: list[Annotated[int, Field(ge=0, le=_LARGEST)]] = Field([], max_length=MOST)
    source: SourceName = ""
    rule: str = Field("", max_length=100)
    reason: str = Field("", max_length=255)

    model_config = {"extra": "forbid", "json_schema_extra": {"examples": [{"rule": "email_valid"}]}}


class ReplayAsked(Chosen):
    """At most so many rows at a time, the oldest first."""

    limit: int = Field(MOST, ge=1, le=MOST)


class DiscardAsked(Chosen):
    """Why they are not needed."""

    because: Reason

    model_config = {
        "extra": "forbid",
        "json_schema_extra": {"examples": [{"ids": [7], "because": "A test entry."}]},
    }


class ReplayDone(Schema):
    """What became of the rows: `waiting` ones failed again, with the reason of now; `unreadable`
    are lines that are no rows; `left`: how many of those that were chosen wait still.
    """

    loaded: int
    waiting: int
    unreadable: int
    left: int


class Discarded(Schema):
    """How many rows were discarded."""

    discarded: int


@router.get("", auth=Scoped(READ), response=Rows, summary="List rows in quarantine")
def list_rows(request: HttpRequest, asked: Query[RowsAsked]) -> dict[str, Any]:
    """Those that wait, with the reason, without what stands in them; none that a rule keeps out
    about what the client does not see.
    """
    by, meant = actor_of(request), Which(asked.source, asked.reason, rule=asked.rule)
    which = for_quarantine(meant, by)
    before = meant_row(int(asked.cursor), QUARANTINED) if asked.cursor else None
    found = quarantining.quarantine_entries(which, asked.limit + 1, before=before)
    shown = found[: asked.limit]
    return {
        "rows": [_row(one, request) for one in shown],
        "cursor": str(told_number(shown[-1].id, QUARANTINED)) if len(found) > asked.limit else "",
        "withheld": asdict(withheld_in_quarantine(meant, by)),
    }


@router.get("/groups", auth=Scoped(READ), response=Groups, summary="Count rows in quarantine")
def count_rows(request: HttpRequest, asked: Query[GroupsAsked]) -> dict[str, Any]:
    """By the rule that keeps them out, or by reason."""
    by_rule = asked.by == "rule"
    counted = quarantining.quarantine_rules if by_rule else quarantining.quarantine_groups
    by, meant = actor_of(request), Which(asked.source)
    groups = counted(for_quarantine(meant, by))
    return {
        "groups": [asdict(one) for one in groups],
        "withheld": asdict(withheld_in_quarantine(meant, by)),
    }


@router.post(
    "/replay",
    auth=Scoped(WRITE),
    response=ReplayDone,
    summary="Deliver rows again",
    openapi_extra=PARAMETER,
)
def replay(request: HttpRequest, asked: ReplayAsked) -> HttpResponse:
    """With what was corrected in them, under the configuration and the rules of now. Ask again
    while `left` says that some were not reached.
    """
    return once(request, lambda: (200, _replayed(request, _which(asked, request), asked.limit)))


@router.post(
    "/discard",
    auth=Scoped(WRITE),
    response=Discarded,
    summary="Discard rows",
    openapi_extra=PARAMETER,
)
def discard(request: HttpRequest, asked: DiscardAsked) -> HttpResponse:
    """They will not be used; they are kept, sealed, with who said so and why."""

    def work() -> tuple[int, dict[str, Any]]:
        by, because = actor_of(request), asked.because
        count = quarantining.discard_quarantined(_which(asked, request), by=by, reason=because)
        return 200, {"discarded": count}

    return once(request, work)


@router.get(
    "/{row_id}",
    auth=Scoped(READ),
    response=RowSeen,
    summary="Read a row in quarantine",
    openapi_extra=PURPOSE_PARAMETER,
)
def read_row(request: HttpRequest, row_id: RowId) -> dict[str, Any]:
    """With its fields as policy shows them for the purpose; audited."""
    number = meant_row(row_id, QUARANTINED)
    check_quarantined(number, by=actor_of(request))
    seen = quarantined_row(number, purpose_of(request), by=actor_of(request))
    fields = [asdict(one) for one in seen.fields]
    return {**_row(seen.entry, request), "readable": seen.readable, "fields": fields}


@router.post(
    "/{row_id}/correct",
    auth=Scoped(WRITE),
    response=Row,
    summary="Correct a row in quarantine",
    openapi_extra=PARAMETER,
)
def correct(request: HttpRequest, row_id: RowId, asked: CorrectAsked) -> HttpResponse:
    """Write into its fields. The row is kept as it came, and delivered as corrected by a replay."""

    def work() -> tuple[int, dict[str, Any]]:
        by, number = actor_of(request), meant_row(row_id, QUARANTINED)
        check_quarantined(number, by=by)
        changes, reason = asked.changes, asked.reason
        entry = correcting.correct_quarantined(number, changes, by=by, reason=reason)
        return 200, _row(entry, request)

    return once(request, work)


@router.post(
    "/{row_id}/replay",
    auth=Scoped(WRITE),
    response=ReplayDone,
    summary="Deliver a row again",
    openapi_extra=PARAMETER,
)
def replay_row(request: HttpRequest, row_id: RowId) -> HttpResponse:
    """As corrected, under the configuration and the rules of now."""
    row = meant_row(row_id, QUARANTINED)
    which = for_quarantine(Which(ids=(row,)), actor_of(request))
    return once(request, lambda: (200, _replayed(request, which, 1)))


def _which(asked: Chosen, request: HttpRequest) -> Which:
    ids = tuple(meant_row(number, QUARANTINED) for number in asked.ids)
    meant = Which(asked.source, asked.reason, ids, asked.rule)
    return for_quarantine(meant, actor_of(request))


def _replayed(request: HttpRequest, which: Which, most: int) -> dict[str, Any]:
    before = quarantining.waiting_count(which)
    done: Replayed = quarantining.replay_quarantined(which, by=actor_of(request), most=most)
    told = {"loaded": done.loaded, "waiting": done.waiting, "unreadable": done.unreadable}
    return {**told, "left": max(0, before - most)}


def _row(one: QuarantinedEntry, request: HttpRequest) -> dict[str, Any]:
    names = [name for name in Row.model_fields if name != "record"]
    said: dict[str, Any] = {name: getattr(one, name) for name in names}
    said["id"] = told_number(one.id, QUARANTINED)
    said["corrected"] = list(one.corrected)
    said["delivered_at"] = one.delivered_at.isoformat().replace("+00:00", "Z")
    return {**said, "record": one.record_key if may_read_records(request) else ""}
