"""POST /snapshots and GET /snapshots/{id}: the sealed view of one customer for one purpose."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema, Status
from pydantic import Field

from tellonce.hub.api.auth import (
    PURPOSE_PARAMETER,
    Scoped,
    actor_of,
    limit_searches,
    purpose_of,
)
from tellonce.hub.api.fields import Identified, Purpose, Section, Trigger
from tellonce.hub.api.problems import Problem
from tellonce.hub.api.routes import answers_also
from tellonce.hub.snapshots.services import take_snapshot
from tellonce.hub.snapshots.serving import serve_snapshot
from tellonce.hub.snapshots.types import SnapshotRequest

router = Router(tags=["snapshots"])
_ASKED = {
    "customer": "cus_019a2b3c4d5e7f8091a2b3c4d5e6f708",
    "purpose": "service",
    "trigger": "profile",
    "sections": ["demographics", "consent"],
}


class SnapshotAsked(Identified):
    """Whose snapshot, and what for."""

    purpose: Purpose | None = Field(None, description="May also come by header.")
    trigger: Trigger = Field("profile", description="What caused it.")
    sections: list[Section] = Field([], max_length=9, description="Empty: all that may be seen.")

    model_config = {"extra": "forbid", "json_schema_extra": {"examples": [_ASKED]}}


class SnapshotTaken(Schema):
    """The P1624 event, as a CloudEvent, and the sealed snapshot it announces."""

    event: dict[str, Any]
    snapshot: dict[str, Any]


class SnapshotServed(Schema):
    """A sealed snapshot; `sha256` is over the canonical JSON of all the rest."""

    snapshot: dict[str, Any]


@router.post(
    "",
    auth=Scoped("snapshots:write"),
    response={201: SnapshotTaken},
    summary="Take a snapshot",
    openapi_extra=PURPOSE_PARAMETER,
)
def take(request: HttpRequest, asked: SnapshotAsked) -> Status[dict[str, Any]]:
    """Gather one customer for one purpose, mask what may not be seen, seal it, announce it."""
    purpose = purpose_of(request, asked.purpose)
    if asked.customer is None:
        limit_searches(request)
    taken = take_snapshot(
        SnapshotRequest(
            purpose=purpose,
            customer=asked.customer or "",
            record=asked.record or "",
            email=asked.email or "",
            phone=asked.phone or "",
            trigger=asked.trigger,
            sections=tuple(asked.sections),
        ),
        actor_of(request),
    )
    return Status(201, {"event": taken.event, "snapshot": taken.snapshot.as_json()})


@router.get(
    "/{snapshot_id}",
    auth=Scoped("snapshots:write"),
    response=SnapshotServed,
    summary="Read a snapshot again",
    openapi_extra=PURPOSE_PARAMETER,
)
@answers_also(409, 410)
def read_again(request: HttpRequest, snapshot_id: str) -> dict[str, Any]:
    """Only who took it may, for the same purpose, and only while nothing has changed since."""
    found = serve_snapshot(snapshot_id, purpose_of(request), actor_of(request))
    if found.document is None:
        raise Problem("gone", "The body of this snapshot was erased.")
    return {"snapshot": found.as_json()}
