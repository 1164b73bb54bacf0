"""Webhooks out, against a real receiver that verifies, fails, is gone, redirects and hangs."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

import tellonce.hub
from tellonce.hub.accounts.types import Actor
from tellonce.hub.core import clock
from tellonce.hub.core.errors import Refused, Unknown, WrongCall
from tellonce.hub.corrections.storing import QUIET
from tellonce.hub.corrections.types import STATES
from tellonce.hub.events.feed import feed_id
from tellonce.hub.events.kinds import TYPES
from tellonce.hub.events.models import Delivery, Endpoint, EndpointSecret
from tellonce.hub.events.services import emit
from tellonce.hub.events.types import Happened
from tellonce.hub.events.webhooks import selectors, sending, services
from tellonce.hub.events.webhooks.delivering import PAUSES
from tellonce.hub.jobs.sequencer import number_pending
from tellonce.hub.jobs.services import work_until_idle
from tellonce.hub.vault.models import DataKey
from tests.hub.receiving import Receiver, answers, drips, hangs

CHANGED = "tellonce.customer.changed.v1"


def happens(count: int = 1, kind: str = CHANGED) -> None:
    for n in range(count):
        emit(Happened(kind, f"cus_{n}", {"fields": ["email"]}))
    number_pending()


def later(**how: float) -> Any:
    return clock.stopped_at(clock.now() + timedelta(**how))


@pytest.mark.django_db
def test_an_event_arrives_signed_as_a_thin_cloudevent(receiver: Receiver, admin: Any) -> None:
    _, secret = services.add_endpoint(receiver.url, [], admin)
    happens()
    work_until_idle()
    ((headers, body, _),) = receiver.messages
    event = Webhook(secret).verify(body, headers)
    assert headers["Content-Type"] == "application/cloudevents+json"
    assert (event["specversion"], event["type"], event["subject"]) == ("1.0", CHANGED, "cus_0")
    assert event["data"] == {"fields": ["email"]}
    assert headers["webhook-id"] == event["id"]
    assert int(event["sequence"]) > 0
    assert event["feed"] == feed_id()
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(body.replace(b"email", b"phone"), headers)


@pytest.mark.django_db
def test_events_arrive_in_order_once_and_only_those_after_the_endpoint_was_added(
    receiver: Receiver, admin: Any
) -> None:
    happens(3)
    services.add_endpoint(receiver.url, [], admin)
    happens(250)
    work_until_idle()
    work_until_idle()
    numbers = [int(json.loads(body)["sequence"]) for _, body, _ in receiver.messages]
    assert len(numbers) == 250
    assert numbers == sorted(set(numbers))
    assert len({address for *_, address in receiver.messages}) < 10, "connections are kept"


@pytest.mark.django_db
def test_a_filter_of_types_is_kept(receiver: Receiver, admin: Any) -> None:
    services.add_endpoint(receiver.url, ["tellonce.customer.*", "tellonce.alert.opened.v1"], admin)
    for kind in (CHANGED, "tellonce.customers.v1", "tellonce.alert.opened.v1", "tellonce.alert.v1"):
        happens(kind=kind)
    work_until_idle()
    sent = [json.loads(body)["type"] for _, body, _ in receiver.messages]
    assert sent == [CHANGED, "tellonce.alert.opened.v1"]


def test_every_event_that_is_emitted_can_be_asked_for() -> None:
    hub = Path(tellonce.hub.__file__).parent
    written = "\n".join(file.read_text() for file in sorted(hub.rglob("*.py")))
    told = "\n".join(file.read_text() for file in sorted((hub / "corrections").glob("*.py")))
    kinds = {*re.findall(r'\b(?:add|_say)\([\w.]+, "(\w+)"', told), *STATES} - QUIET
    emitted = {*re.findall(r'"(tellonce\.[a-z.]+\.v1)"', written)}
    emitted |= {f"tellonce.correction.{kind}.v1" for kind in kinds}
    assert emitted - {"tellonce.webhook.test.v1"} == set(TYPES)


@pytest.mark.django_db
def test_during_a_rotation_both_secrets_verify_and_afterwards_only_the_new_one(
    receiver: Receiver, admin: Any
) -> None:
    endpoint, old = services.add_endpoint(receiver.url, [], admin)
    new = services.rotate_secret(endpoint.id, admin)
    happens()
    work_until_idle()
    headers, body, _ = receiver.messages[0]
    assert Webhook(old).verify(body, headers) == Webhook(new).verify(body, headers)
    with later(hours=25):
        happens()
        work_until_idle()
        headers, body, _ = receiver.messages[1]
        signatures = headers["webhook-signature"].split()
        at = datetime.fromtimestamp(int(headers["webhook-timestamp"]), UTC)
        signed = Webhook(new).sign(headers["webhook-id"], at, body.decode())
        assert signatures == [signed]
        services.rotate_secret(endpoint.id, admin)
    assert EndpointSecret.objects.count() == 2, "the first one is destroyed"


@pytest.mark.django_db
def test_a_secret_is_never_stored_in_the_clear(receiver: Receiver, admin: Any) -> None:
    _, secret = services.add_endpoint(receiver.url, [], admin)
    sealed = bytes(EndpointSecret.objects.get().sealed)
    assert secret.encode() not in sealed
    assert secret.removeprefix("whsec_").encode() not in sealed


@pytest.mark.django_db
def test_a_failed_message_is_tried_again_under_the_same_id_until_it_is_accepted(
    receiver: Receiver, admin: Any
) -> None:
    endpoint, _ = services.add_endpoint(receiver.url, [], admin)
    receiver.queue = [answers(500), answers(503)]
    happens()
    work_until_idle()
    (delivery,) = selectors.deliveries(endpoint.id, by=admin)
    assert (delivery.state, delivery.status, delivery.attempts) == ("waiting", 500, 1)
    assert selectors.endpoint(endpoint.id, by=admin).failing_since is not None
    for hours in (1, 2):
        with later(hours=hours):
            work_until_idle()
    (delivery,) = selectors.deliveries(endpoint.id, by=admin)
    assert (delivery.state, delivery.attempts, delivery.trouble) == ("delivered", 3, "")
    assert selectors.endpoint(endpoint.id, by=admin).failing_since is None
    assert len({headers["webhook-id"] for headers, _, _ in receiver.messages}) == 1


@pytest.mark.django_db
def test_after_ten_attempts_over_three_days_a_message_is_dead_and_can_be_replayed(
    receiver: Receiver, admin: Any
) -> None:
    assert timedelta(days=3) < timedelta(seconds=sum(PAUSES)) < timedelta(days=4)
    endpoint, _ = services.add_endpoint(receiver.url, [], admin)
    receiver.behaviour = answers(500)
    happens()
    moment = clock.now()
    for pause in (0, *PAUSES):
        moment += timedelta(seconds=pause * 1.2 + 1)
        with clock.stopped_at(moment):
            work_until_idle()
    (delivery,) = selectors.deliveries(endpoint.id, "dead", by=admin)
    assert delivery.attempts == len(receiver.messages) == 10
    receiver.behaviour = answers(200)
    with clock.stopped_at(moment + timedelta(hours=1)):
        assert services.replay(endpoint.id, admin) == 1
        work_until_idle()
    assert selectors.deliveries(endpoint.id, by=admin)[0].state == "delivered"


@pytest.mark.django_db
def test_a_receiver_may_ask_for_a_longer_pause(receiver: Receiver, admin: Any) -> None:
    endpoint, _ = services.add_endpoint(receiver.url, [], admin)
    receiver.queue = [answers(429, Retry_After="7200")]
    happens()
    work_until_idle()
    (delivery,) = selectors.deliveries(endpoint.id, by=admin)
    assert delivery.next_at - clock.now() > timedelta(minutes=110)


@pytest.mark.django_db
def test_410_disables_an_endpoint_with_an_event_and_enabling_brings_back_what_was_missed(
    receiver: Receiver, admin: Any
) -> None:
    endpoint, _ = services.add_endpoint(receiver.url, [CHANGED], admin)
    told, _ = services.add_endpoint(receiver.url, ["tellonce.webhook.disabled.v1"], admin)
    receiver.queue = [answers(410)]
    happens(2)
    work_until_idle()
    found = selectors.endpoint(endpoint.id, by=admin)
    assert "410" in found.reason
    assert found.dead == 2
    event = json.loads(receiver.messages[-1][1])
    assert (event["type"], event["subject"]) == ("tellonce.webhook.disabled.v1", endpoint.id)
    happens()
    work_until_idle()
    with pytest.raises(WrongCall, match="disabled"):
        services.replay(endpoint.id, admin)
    services.enable_endpoint(endpoint.id, admin)
    assert services.replay(endpoint.id, admin, after=0) == 3
    work_until_idle()
    delivered = selectors.deliveries(endpoint.id, "delivered", by=admin)
    assert len(delivered) == 3
    assert selectors.endpoint(told.id, by=admin).dead == 0


@pytest.mark.django_db
def test_an_endpoint_that_fails_for_days_is_disabled(receiver: Receiver, admin: Any) -> None:
    endpoint, _ = services.add_endpoint(receiver.url, [], admin)
    receiver.behaviour = answers(500)
    for days in (0, 2, 4):
        with later(days=days):
            happens()
            work_until_idle()
    assert selectors.endpoint(endpoint.id, by=admin).disabled_at is None
    with later(days=6):
        happens()
        work_until_idle()
    assert "5 days" in selectors.endpoint(endpoint.id, by=admin).reason


@pytest.mark.django_db
def test_an_endpoint_that_is_down_is_left_alone_for_a_while_and_loses_nothing(
    receiver: Receiver, admin: Any
) -> None:
    endpoint, _ = services.add_endpoint(receiver.url, [], admin)
    receiver.behaviour = answers(502)
    happens(50)
    work_until_idle()
    assert len(receiver.messages) == 3
    receiver.behaviour = answers(204)
    with later(hours=1):
        work_until_idle()
    assert len(selectors.deliveries(endpoint.id, "delivered", by=admin)) == 50


@pytest.mark.django_db
def test_a_redirect_is_not_followed(receiver: Receiver, admin: Any) -> None:
    endpoint, _ = services.add_endpoint(receiver.url, [], admin)
    receiver.queue = [answers(307, Location=receiver.url)]
    happens()
    work_until_idle()
    assert len(receiver.messages) == 1
    assert "redirect" in selectors.deliveries(endpoint.id, by=admin)[0].trouble


@pytest.mark.django_db
@pytest.mark.parametrize("behaviour", [hangs(20), drips])
def test_a_receiver_that_hangs_or_drips_is_cut_off(
    receiver: Receiver, admin: Any, monkeypatch: pytest.MonkeyPatch, behaviour: Any
) -> None:
    monkeypatch.setattr(sending, "WITHIN", 0.3)
    endpoint, _ = services.add_endpoint(receiver.url, [], admin)
    receiver.queue = [behaviour]
    happens()
    work_until_idle()
    (delivery,) = selectors.deliveries(endpoint.id, by=admin)
    assert (delivery.state, delivery.status) == ("waiting", None)
    assert "did not answer within" in delivery.trouble


@pytest.mark.django_db
def test_an_endless_answer_is_not_read_to_its_end_and_its_status_counts(
    receiver: Receiver, admin: Any
) -> None:
    endpoint, _ = services.add_endpoint(receiver.url, [], admin)
    receiver.behaviour = answers(200, b"x" * 5_000_000)
    happens(2)
    work_until_idle()
    assert len(selectors.deliveries(endpoint.id, "delivered", by=admin)) == 2


@pytest.mark.django_db
def test_a_receiver_that_is_not_there_is_a_sentence_in_the_delivery(
    receiver: Receiver, admin: Any
) -> None:
    gone = Receiver()
    gone.close()
    endpoint, _ = services.add_endpoint(gone.url, [], admin)
    happens()
    work_until_idle()
    (delivery,) = selectors.deliveries(endpoint.id, by=admin)
    assert delivery.trouble == "It refused the connection."


@pytest.mark.django_db
def test_one_delivery_or_all_from_a_cursor_can_be_sent_again(
    receiver: Receiver, admin: Any
) -> None:
    endpoint, _ = services.add_endpoint(receiver.url, [], admin)
    happens(5)
    work_until_idle()
    newest, *_, oldest = selectors.deliveries(endpoint.id, by=admin)
    assert services.replay(endpoint.id, admin, delivery=newest.id) == 1
    work_until_idle()
    assert len(receiver.messages) == 6
    assert services.replay(endpoint.id, admin, after=oldest.number + 1) == 3
    work_until_idle()
    assert len(receiver.messages) == 9
    receiver.behaviour = answers(500)
    happens()
    work_until_idle()
    failed = selectors.deliveries(endpoint.id, by=admin)[0]
    assert (failed.state, failed.attempts) == ("waiting", 1)
    receiver.behaviour = answers(200)
    assert services.replay(endpoint.id, admin, after=newest.number) == 1
    work_until_idle()
    assert selectors.deliveries(endpoint.id, by=admin)[0].state == "delivered"
    with pytest.raises(WrongCall, match="no delivery 999"):
        services.replay(endpoint.id, admin, delivery=999)


@pytest.mark.django_db
def test_a_removed_endpoint_is_told_nothing_and_its_secrets_are_destroyed(
    receiver: Receiver, admin: Any
) -> None:
    endpoint, _ = services.add_endpoint(receiver.url, [], admin)
    happens()
    services.remove_endpoint(endpoint.id, admin)
    work_until_idle()
    assert receiver.messages == []
    assert not Delivery.objects.exists()
    assert DataKey.objects.filter(wrapped__isnull=True).count() == 1


@pytest.mark.django_db
def test_a_test_message_is_sent_at_once_and_its_outcome_told(
    receiver: Receiver, admin: Any
) -> None:
    endpoint, secret = services.add_endpoint(receiver.url, [], admin)
    assert services.send_test(endpoint.id, admin).status == 204
    headers, body, _ = receiver.messages[0]
    assert Webhook(secret).verify(body, headers)["type"] == "tellonce.webhook.test.v1"
    receiver.behaviour = answers(401)
    assert services.send_test(endpoint.id, admin).trouble == "It answered 401."


@pytest.mark.django_db
def test_a_client_sees_and_manages_its_own_endpoints_only(receiver: Receiver, admin: Any) -> None:
    one, other = (Actor(f"cli_{n}", f"c{n}", f"c{n}", frozenset({"client"})) for n in (1, 2))
    endpoint, _ = services.add_endpoint(receiver.url, [], one)
    assert [found.id for found in selectors.endpoints(by=one)] == [endpoint.id]
    assert [found.id for found in selectors.endpoints(by=admin)] == [endpoint.id]
    assert selectors.endpoints(by=other) == []
    with pytest.raises(Unknown):
        services.remove_endpoint(endpoint.id, other)
    with pytest.raises(Unknown):
        selectors.deliveries(endpoint.id, by=other)


@pytest.mark.django_db
def test_who_may_not_manage_webhooks_is_refused(receiver: Receiver) -> None:
    someone = Actor("usr_1", "rep@example.com", "", frozenset({"representative"}))
    with pytest.raises(Refused, match="may not manage webhooks"):
        services.add_endpoint(receiver.url, [], someone)
    assert not Endpoint.objects.exists()
