"""Webhooks: where this client wants events sent, and what became of them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Path, Query, Router, Schema, Status
from pydantic import Field, model_validator

from tellonce.hub.accounts.types import FEED_SCOPE
from tellonce.hub.api.auth import Scoped, actor_of
from tellonce.hub.events.webhooks import selectors, services
from tellonce.hub.events.webhooks.types import DeliveryView, EndpointView

router = Router(tags=["webhooks"])
SCOPE = "webhooks:write"
# A webhook is the feed, sent: what has events sent takes the scope of the feed too.
SENDS = (SCOPE, FEED_SCOPE)
_LARGEST = 2**63 - 1
_ID = "whk_019a2b3c4d5e7f8091a2b3c4d5e6f708"
_MOMENT = "2026-11-26T08:15:30Z"
_EXAMPLE = {
    "id": _ID,
    "url": "https://shop.example.com/hooks/tellonce",
    "types": ["tellonce.customer.*"],
    "created_at": _MOMENT,
    "disabled_at": None,
    "reason": "",
    "failing_since": None,
    "waiting": 0,
    "dead": 0,
}
WebhookId = Annotated[str, Path(description="whk_...")]


class WebhookAsked(Schema):
    """Where to send which events."""

    url: str = Field(min_length=8, max_length=2000, description="https, to a public address.")
    types: list[Annotated[str, Field(max_length=100)]] = Field(
        [], max_length=50, description="Types, or kinds such as tellonce.customer.*; empty: all."
    )

    model_config = {
        "extra": "forbid",
        "json_schema_extra": {
            "examples": [{"url": _EXAMPLE["url"], "types": _EXAMPLE["types"]}],
        },
    }


class Webhook(Schema):
    """An endpoint. `reason` says why it is disabled."""

    id: str
    url: str
    types: list[str]
    created_at: datetime
    disabled_at: datetime | None
    reason: str
    failing_since: datetime | None
    waiting: int
    dead: int

    model_config = {"json_schema_extra": {"examples": [_EXAMPLE]}}


class WebhookAdded(Webhook):
    """With its secret (Standard Webhooks, whsec_...), which is not shown again."""

    secret: str

    model_config = {"json_schema_extra": {"examples": [{**_EXAMPLE, "secret": "whsec_..."}]}}


class Webhooks(Schema):
    """This client's endpoints, the oldest first."""

    webhooks: list[Webhook]


class NewSecret(Schema):
    """For a day messages carry signatures of the old and of the new one."""

    secret: str = Field(examples=["whsec_..."])


class DeliveriesAsked(Schema):
    """Which deliveries: of one state, and before an event, for the next page."""

    state: Literal["", "waiting", "delivered", "dead"] = ""
    limit: int = Field(100, ge=1, le=1000)
    before: int | None = Field(None, ge=0, le=_LARGEST, description="The `number` last seen.")


class Delivery(Schema):
    """One event on its way; `number` is the event's in the feed."""

    id: int
    number: int
    state: str
    attempts: int
    next_at: datetime
    status: int | None
    trouble: str
    created_at: datetime
    finished_at: datetime | None


class Deliveries(Schema):
    """The newest event first."""

    deliveries: list[Delivery]


class ReplayAsked(Schema):
    """What to send again: all events after a number, one delivery, or else all that are dead."""

    after: int | None = Field(None, ge=0, le=_LARGEST)
    delivery: int | None = Field(None, ge=0, le=_LARGEST)

    model_config = {"extra": "forbid", "json_schema_extra": {"examples": [{"after": 120}]}}

    @model_validator(mode="after")
    def _one_of_both(self) -> ReplayAsked:
        if self.after is not None and self.delivery is not None:
            raise ValueError("Name after or delivery, not both")
        return self


class Replayed(Schema):
    """How many deliveries are due again. The receiver knows a message it has seen by its id."""

    deliveries: int


class Tried(Schema):
    """What came of one test message."""

    accepted: bool
    status: int | None = Field(description="Of the answer; null where there was none.")
    trouble: str
    milliseconds: int


@router.post("", auth=Scoped(*SENDS), response={201: WebhookAdded}, summary="Add a webhook")
def add(request: HttpRequest, asked: WebhookAsked) -> Status[dict[str, Any]]:
    """Later events of these types are sent to the URL, signed as Standard Webhooks."""
    added, secret = services.add_endpoint(asked.url, asked.types, actor_of(request))
    return Status(201, {**_endpoint(added), "secret": secret})


@router.get("", auth=Scoped(SCOPE), response=Webhooks, summary="List webhooks")
def list_all(request: HttpRequest) -> dict[str, Any]:
    """The webhooks this client has added."""
    found = selectors.endpoints(by=actor_of(request))
    return {"webhooks": [_endpoint(one) for one in found]}


@router.get("/{webhook_id}", auth=Scoped(SCOPE), response=Webhook, summary="Read a webhook")
def read(request: HttpRequest, webhook_id: WebhookId) -> dict[str, Any]:
    """One webhook, and whether it is failing."""
    return _endpoint(selectors.endpoint(webhook_id, by=actor_of(request)))


@router.delete(
    "/{webhook_id}", auth=Scoped(SCOPE), response={204: None}, summary="Remove a webhook"
)
def remove(request: HttpRequest, webhook_id: WebhookId) -> Status[None]:
    """Nothing more is sent; secrets and deliveries are forgotten."""
    services.remove_endpoint(webhook_id, actor_of(request))
    return Status(204, None)


@router.post(
    "/{webhook_id}/rotate", auth=Scoped(SCOPE), response=NewSecret, summary="Give a new secret"
)
def rotate(request: HttpRequest, webhook_id: WebhookId) -> dict[str, Any]:
    """For a day each message is signed with both secrets."""
    return {"secret": services.rotate_secret(webhook_id, actor_of(request))}


@router.post(
    "/{webhook_id}/enable", auth=Scoped(*SENDS), response=Webhook, summary="Enable a webhook again"
)
def enable(request: HttpRequest, webhook_id: WebhookId) -> dict[str, Any]:
    """One that answered 410 or failed for days; replay brings what it missed."""
    return _endpoint(services.enable_endpoint(webhook_id, actor_of(request)))


@router.get(
    "/{webhook_id}/deliveries", auth=Scoped(SCOPE), response=Deliveries, summary="List deliveries"
)
def list_deliveries(
    request: HttpRequest, webhook_id: WebhookId, asked: Query[DeliveriesAsked]
) -> dict[str, Any]:
    """What was sent, waits, or is dead, and why."""
    found = selectors.deliveries(
        webhook_id, asked.state, by=actor_of(request), limit=asked.limit, before=asked.before
    )
    return {"deliveries": [_delivery(one) for one in found]}


@router.post(
    "/{webhook_id}/replay", auth=Scoped(*SENDS), response=Replayed, summary="Send events again"
)
def replay(request: HttpRequest, webhook_id: WebhookId, asked: ReplayAsked) -> dict[str, Any]:
    """All after a number, one delivery, or all that are dead."""
    count = services.replay(
        webhook_id, actor_of(request), after=asked.after, delivery=asked.delivery
    )
    return {"deliveries": count}


@router.post(
    "/{webhook_id}/test", auth=Scoped(SCOPE), response=Tried, summary="Send a test message"
)
def send_test(request: HttpRequest, webhook_id: WebhookId) -> dict[str, Any]:
    """One signed message of type tellonce.webhook.test.v1, now."""
    answer = services.send_test(webhook_id, actor_of(request))
    return {
        "accepted": answer.accepted,
        "status": answer.status,
        "trouble": answer.trouble,
        "milliseconds": answer.milliseconds,
    }


def _endpoint(view: EndpointView) -> dict[str, Any]:
    return {name: getattr(view, name) for name in Webhook.model_fields}


def _delivery(view: DeliveryView) -> dict[str, Any]:
    return {name: getattr(view, name) for name in Delivery.model_fields}
