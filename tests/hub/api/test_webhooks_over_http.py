"""Webhooks over HTTP: added, listed, tried, rotated, replayed, removed; each client its own."""

from __future__ import annotations

from typing import Any

import pytest
from standardwebhooks import Webhook

from tellonce.hub.accounts.clients import revoke_client
from tellonce.hub.accounts.models import ApiClient
from tellonce.hub.events.services import emit
from tellonce.hub.events.types import Happened
from tellonce.hub.events.webhooks.selectors import endpoints
from tellonce.hub.jobs.sequencer import number_pending
from tellonce.hub.jobs.services import work_until_idle
from tests.hub.api.calling import Caller, a_caller, problem
from tests.hub.receiving import Receiver

pytestmark = pytest.mark.django_db
CHANGED = "tellonce.customer.changed.v1"


@pytest.fixture
def caller() -> Caller:
    return a_caller()


def happens() -> None:
    emit(Happened(CHANGED, "cus_1", {"attributes": ["email"]}))
    number_pending()
    work_until_idle()


def test_events_are_sent_signed_and_what_became_of_them_is_there_to_read(
    caller: Caller, receiver: Receiver
) -> None:
    answer = caller.post("/webhooks", {"url": receiver.url, "types": ["tellonce.customer.*"]})
    assert answer.status_code == 201
    added = answer.json()
    happens()
    ((headers, body, _),) = receiver.messages
    assert Webhook(added["secret"]).verify(body, headers)["subject"] == "cus_1"
    (delivery,) = caller.get(f"/webhooks/{added['id']}/deliveries").json()["deliveries"]
    assert (delivery["state"], delivery["status"]) == ("delivered", 204)
    assert "secret" not in caller.get(f"/webhooks/{added['id']}").json()
    again = caller.post(f"/webhooks/{added['id']}/replay", {"after": 0})
    assert again.json() == {"deliveries": 1}
    work_until_idle()
    assert [h["webhook-id"] for h, _, _ in receiver.messages] == [headers["webhook-id"]] * 2


def test_a_webhook_is_tried_rotated_and_removed(caller: Caller, receiver: Receiver) -> None:
    added = caller.post("/webhooks", {"url": receiver.url}).json()
    path = f"/webhooks/{added['id']}"
    tried = caller.post(f"{path}/test").json()
    assert (tried["accepted"], tried["status"]) == (True, 204)
    new = caller.post(f"{path}/rotate").json()["secret"]
    assert new != added["secret"]
    caller.post(f"{path}/test")
    headers, body = receiver.messages[-1][:2]
    for secret in (new, added["secret"]):
        assert Webhook(secret).verify(body, headers)
    assert caller.post(f"{path}/enable").json()["disabled_at"] is None
    assert caller.delete(path).status_code == 204
    problem(caller.get(path), 404, "not-found")
    assert caller.get("/webhooks").json() == {"webhooks": []}


def test_another_client_s_webhook_is_not_there(caller: Caller, receiver: Receiver) -> None:
    path = f"/webhooks/{caller.post('/webhooks', {'url': receiver.url}).json()['id']}"
    another = a_caller("another")
    assert another.get("/webhooks").json() == {"webhooks": []}
    problem(another.get(path), 404, "not-found")
    problem(another.delete(path), 404, "not-found")
    problem(another.post(f"{path}/rotate"), 404, "not-found")
    problem(another.post(f"{path}/replay", {}), 404, "not-found")


def test_the_webhooks_of_a_revoked_client_are_told_nothing_more(
    caller: Caller, receiver: Receiver, admin: Any
) -> None:
    caller.post("/webhooks", {"url": receiver.url})
    revoke_client("shop", by=admin)
    happens()
    assert receiver.messages == []
    (found,) = endpoints(by=admin)
    assert "revoked" in found.reason


def test_who_may_not_follow_the_feed_is_not_sent_it(
    caller: Caller, receiver: Receiver, admin: Any
) -> None:
    path = f"/webhooks/{caller.post('/webhooks', {'url': receiver.url}).json()['id']}"
    ApiClient.objects.filter(name="shop").update(scopes=["webhooks:write"])
    for where, body in (("/webhooks", {"url": receiver.url}), (f"{path}/enable", None)):
        assert "changes:read" in problem(caller.post(where, body), 403, "scope")["detail"]
    problem(caller.post(f"{path}/replay", {"after": 0}), 403, "scope")
    happens()
    assert receiver.messages == []
    (found,) = endpoints(by=admin)
    assert "changes:read" in found.reason
    assert caller.get(path).json()["disabled_at"] is not None


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ({"url": "nowhere at all"}, "not a URL"),
        ({"url": "http://shop.example.com/hook"}, "https"),
        ({"url": "https://kim:secret@shop.example.com/"}, "no user"),
        ({"url": "https://shop.example.com/", "types": ["*"]}, "no type"),
        ({"url": "https://93.184.215.14/", "types": ["nosuch.*"]}, "is ever of the type"),
        ({"url": "https://shop.example.com/", "type": []}, "no such field"),
    ],
)
def test_what_cannot_be_sent_to_is_refused(
    body: dict[str, Any], sentence: str, caller: Caller
) -> None:
    assert sentence in problem(caller.post("/webhooks", body), 422, "invalid")["detail"]
