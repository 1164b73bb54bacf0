"""Known troubles that were found, for those who look after the data and the hub."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any, Literal

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from tellonce.hub.accounts.types import QUALITY_READ, QUALITY_WRITE
from tellonce.hub.api.auth import Scoped, actor_of, told_row
from tellonce.hub.api.fields import Withheld
from tellonce.hub.api.routes import answers_also
from tellonce.hub.insight import alerting, alerts
from tellonce.hub.insight.showing_alerts import shown_alert, shown_evidence
from tellonce.hub.insight.troubles.registry import detector_named
from tellonce.hub.insight.types import AlertView, Asked

router = Router(tags=["alerts"])
_ALERT = {
    "id": "alr_019a2b3c4d5e7f8091a2b3c4d5e6f711",
    "kind": "source-silent",
    "key": "shop",
    "severity": "medium",
    "sentence": "shop has delivered nothing for 3 days; it was never silent for more than about "
    "26 hours.",
    "advice": "Ask who runs shop whether its export still runs: tellonce source runs shop.",
    "details": {"source": "shop", "usual_hours": 39.0},
    "state": "open",
    "opened_at": "2026-11-26T08:15:30Z",
    "seen_at": "2026-11-26T09:15:30Z",
    "closed_at": None,
    "settled_by": "",
    "settled_at": None,
    "reason": "",
    "until": None,
}


class Listed(Schema):
    """Which of them."""

    state: Literal["", "open", "acknowledged", "snoozed", "closed"] = Field(
        "", description="Without one, all that are not closed."
    )
    kind: str = Field("", max_length=40)
    limit: int = Field(50, ge=1, le=200)
    cursor: str = Field(
        "", pattern=r"^(alr_[0-9a-f]{32})?$", description="The `cursor` of the page before."
    )


class Alert(Schema):
    """A trouble. `details` are ids, names and figures; values are read under a purpose."""

    id: str
    kind: str
    key: str = Field(description="Which one of its kind: a source, a customer, an actor, ...")
    severity: str = Field(description="low, medium, high or critical.")
    sentence: str
    advice: str = Field(description="What to do next.")
    details: dict[str, Any]
    state: str
    opened_at: datetime
    seen_at: datetime = Field(description="When it was last found to be still there.")
    closed_at: datetime | None
    settled_by: str
    settled_at: datetime | None
    reason: str
    until: datetime | None = Field(description="Snoozed until then.")

    model_config = {"json_schema_extra": {"examples": [_ALERT]}}


class Alerts(Schema):
    """A page of them, the newest first."""

    alerts: list[Alert]
    cursor: str = Field(description="For the next page; empty at the end.")


class Paged(Schema):
    """Which of the things."""

    limit: int = Field(50, ge=1, le=200)
    cursor: str = Field(
        "", pattern="^[0-9a-z_]{0,60}$", description="The `cursor` of the page before."
    )


class AlertEvidence(Schema):
    """A page of the things that a trouble is about: ids, never values."""

    rows: list[dict[str, str]]
    cursor: str = Field(description="For the next page; empty at the end.")
    withheld: Withheld

    model_config = {
        "json_schema_extra": {
            "examples": [
                {
                    "rows": [{"customer": "cus_019a2b3c4d5e7f8091a2b3c4d5e6f708"}],
                    "cursor": "",
                    "withheld": {"lines": 0, "why": ""},
                }
            ]
        }
    }


class Acknowledged(Schema):
    """Why."""

    reason: str = Field(min_length=1, max_length=255)

    model_config = {
        "extra": "forbid",
        "json_schema_extra": {"examples": [{"reason": "The shop moves house until Friday."}]},
    }


class Snoozed(Acknowledged):
    """Why, and for how long."""

    days: float = Field(7, gt=0, le=alerting.MOST_DAYS)


@router.get("", auth=Scoped(QUALITY_READ), response=Alerts, summary="List known troubles")
def list_alerts(request: HttpRequest, asked: Query[Listed]) -> dict[str, Any]:
    """Sources that are silent, surges of quarantine, customers beyond reason, and so on."""
    if asked.kind:
        detector_named(asked.kind)
    found = alerts.alerts(
        state=asked.state, kind=asked.kind, limit=asked.limit, before=asked.cursor
    )
    return {
        "alerts": [asdict(shown_alert(one, actor_of(request))) for one in found],
        "cursor": found[-1].id if len(found) == asked.limit else "",
    }


@router.get("/{alert_id}", auth=Scoped(QUALITY_READ), response=Alert, summary="Read a trouble")
def read_alert(request: HttpRequest, alert_id: str) -> AlertView:
    """What is wrong, what to do next, and what it is about."""
    return shown_alert(alerts.alert_named(alert_id), actor_of(request))


@router.get(
    "/{alert_id}/evidence",
    auth=Scoped(QUALITY_READ),
    response=AlertEvidence,
    summary="Read what a trouble is about",
)
def read_evidence(request: HttpRequest, alert_id: str, asked: Query[Paged]) -> dict[str, Any]:
    """All customers behind a shared contact or address, all records of an overgrown customer, as
    they are now. Of other kinds the details say all, and there are no rows.
    """
    by = actor_of(request)
    found = shown_evidence(alert_id, Asked("", asked.limit, asked.cursor, by), by)
    rows = [told for one in found.rows if (told := told_row(one, request))]
    return {"rows": rows, "cursor": found.next, "withheld": asdict(found.withheld)}


@router.post(
    "/{alert_id}/acknowledge",
    auth=Scoped(QUALITY_WRITE),
    response=Alert,
    summary="Acknowledge a trouble",
)
@answers_also(409)
def acknowledge(request: HttpRequest, alert_id: str, asked: Acknowledged) -> AlertView:
    """It is quiet until it is over, or gets worse."""
    by = actor_of(request)
    return shown_alert(alerting.acknowledge(alert_id, asked.reason, by=by), by)


@router.post(
    "/{alert_id}/snooze", auth=Scoped(QUALITY_WRITE), response=Alert, summary="Snooze a trouble"
)
@answers_also(409)
def snooze(request: HttpRequest, alert_id: str, asked: Snoozed) -> AlertView:
    """It is quiet for some days, unless it gets worse."""
    by = actor_of(request)
    return shown_alert(alerting.snooze(alert_id, asked.days, asked.reason, by=by), by)
