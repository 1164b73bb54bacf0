"""Sending what is due to one endpoint: each message until it is accepted, or until its ten attempts
over three days are used up.

Sending happens outside every transaction. A worker that dies between the answer and its row sends
the message again, under the same id, by which the receiver knows it.
"""

from __future__ import annotations

import random
import time
from datetime import timedelta

from django.db import transaction

from tellonce.hub.accounts.selectors import is_revoked, lacks_scope
from tellonce.hub.accounts.types import FEED_SCOPE
from tellonce.hub.audit.services import record_act
from tellonce.hub.audit.types import Act
from tellonce.hub.core import clock
from tellonce.hub.core.canonical import canonical_json
from tellonce.hub.core.errors import HubError
from tellonce.hub.events.feed import feed_id
from tellonce.hub.events.models import Delivery, Endpoint, Event
from tellonce.hub.events.services import emit
from tellonce.hub.events.types import Happened, StoredEvent
from tellonce.hub.events.webhooks.queueing import due_deliveries
from tellonce.hub.events.webhooks.sending import Sender
from tellonce.hub.events.webhooks.signing import headers_for, secrets_of
from tellonce.hub.events.webhooks.types import Answer
from tellonce.hub.jobs.services import confirm, held_lease
from tellonce.hub.jobs.types import SYSTEM, HeldLease, JobContext

# Seconds before each attempt after the first, as the Standard Webhooks specification proposes.
PAUSES = (5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)
FAILING_AT_MOST = timedelta(days=5)
_AT_ONCE = 100
_ONE_RUN = 30.0  # seconds after which another endpoint may have this thread
_GONE = 410


def deliver_to_endpoint(context: JobContext) -> None:
    """The job: send what is due to one endpoint, in order, for a while; alone for it."""
    public_id = context.payload["endpoint"]
    until = time.monotonic() + _ONE_RUN
    with held_lease(f"webhook:{public_id}", context.actor) as lease:
        endpoint = Endpoint.objects.filter(public_id=public_id, disabled_at=None).first()
        if endpoint is None:
            return
        if is_revoked(endpoint.created_by):
            _disable(endpoint, "The client that added it was revoked.")
            return
        if lacks_scope(endpoint.created_by, FEED_SCOPE):
            _disable(endpoint, f"The client that added it does not have the scope {FEED_SCOPE}.")
            return
        secrets = secrets_of(endpoint)
        try:
            sender = Sender(endpoint.url)
        except HubError as error:  # a setting has changed since it was added
            _disable(endpoint, str(error))
            return
        with sender:
            while _send_some(endpoint, sender, secrets, lease):
                if context.stopping.is_set() or time.monotonic() > until:
                    return


def _send_some(endpoint: Endpoint, sender: Sender, secrets: list[str], lease: HeldLease) -> bool:
    """Send the next few; False where nothing is due or the endpoint needs a pause."""
    due = Delivery.objects.filter(due_deliveries(), endpoint=endpoint).order_by("number")[:_AT_ONCE]
    deliveries = list(due)
    events = Event.objects.in_bulk([one.number for one in deliveries], field_name="number")
    for delivery in deliveries:
        event = events.get(delivery.number)
        if event is None:
            answer = Answer(None, "The event is no longer kept.")
            _settle(delivery, answer, lease, attempts=len(PAUSES) + 1)
            continue
        answer = send(sender, stored_event(event), secrets)
        if not _record(endpoint, delivery, answer, lease):
            return False
    return bool(deliveries)


def send(sender: Sender, event: StoredEvent, secrets: list[str]) -> Answer:
    """One message: the event's envelope with its number and feed, signed now."""
    number = {"sequence": str(event.number), "feed": feed_id()} if event.number else {}
    body = canonical_json(event.envelope() | number)
    return sender.post(body, headers_for(event.id, body, secrets, clock.now()))


def _record(endpoint: Endpoint, delivery: Delivery, answer: Answer, lease: HeldLease) -> bool:
    """Write down what came of an attempt; False: leave the endpoint alone for now."""
    with transaction.atomic():
        if (endpoint.failures or not answer.accepted) and not _is_there(endpoint):
            return False
        _settle(delivery, answer, lease, attempts=delivery.attempts + 1)
        if answer.accepted:
            if endpoint.failures:
                endpoint.failures, endpoint.failing_since, endpoint.paused_until = 0, None, None
                _save_health(endpoint)
            return True
        return _bear_failure(endpoint, answer)


def _is_there(endpoint: Endpoint) -> bool:
    """Whether it is; then nobody removes it until the transaction at hand ends. It is held before
    its deliveries, as whoever removes it holds them.
    """
    rows = Endpoint.objects.select_for_update().filter(pk=endpoint.pk)
    return bool(rows.values_list("pk"))


def _settle(delivery: Delivery, answer: Answer, lease: HeldLease, *, attempts: int) -> None:
    now = clock.now()
    values = {"attempts": attempts, "status": answer.status, "trouble": answer.trouble}
    if answer.accepted:
        values |= {"state": Delivery.DELIVERED, "finished_at": now}
    elif attempts > len(PAUSES):
        values |= {"state": Delivery.DEAD, "finished_at": now}
    else:
        pause = max(PAUSES[attempts - 1] * random.uniform(0.8, 1.2), answer.retry_after)
        values["next_at"] = now + timedelta(seconds=pause)
    with transaction.atomic():
        confirm(lease)
        Delivery.objects.filter(pk=delivery.pk, state=Delivery.WAITING).update(**values)


def _bear_failure(endpoint: Endpoint, answer: Answer) -> bool:
    """Count it; pause an endpoint that keeps failing, disable one that is gone or failed for days.

    Returns whether to go on with the next message at once.
    """
    now = clock.now()
    endpoint.failures += 1
    endpoint.failing_since = endpoint.failing_since or now
    if answer.status == _GONE:
        _disable(endpoint, "It answered 410: it wants no more events.")
        return False
    if now - endpoint.failing_since > FAILING_AT_MOST:
        _disable(endpoint, f"It failed for {FAILING_AT_MOST.days} days. {answer.trouble}")
        return False
    pause = timedelta(seconds=min(2**endpoint.failures, 300))
    endpoint.paused_until = now + pause if endpoint.failures >= 3 else None
    _save_health(endpoint)
    return endpoint.paused_until is None


def _save_health(endpoint: Endpoint) -> None:
    endpoint.save(update_fields=["failures", "failing_since", "paused_until"])


def _disable(endpoint: Endpoint, reason: str) -> None:
    """Send nothing more; what waits is dead until a person enables and replays it."""
    now = clock.now()
    with transaction.atomic():
        endpoint.disabled_at, endpoint.reason = now, reason[:255]
        endpoint.save(update_fields=["disabled_at", "reason", "failures", "failing_since"])
        waiting = Delivery.objects.filter(endpoint=endpoint, state=Delivery.WAITING)
        dead = waiting.update(state=Delivery.DEAD, finished_at=now)
        record_act(
            Act("webhook.disable", SYSTEM, target=endpoint.public_id, details={"dead": dead})
        )
        data = {"reason": reason[:255], "dead": dead}
        emit(Happened("tellonce.webhook.disabled.v1", endpoint.public_id, data))


def stored_event(event: Event) -> StoredEvent:
    """The row as it may leave the app."""
    return StoredEvent(
        event.public_id, event.number, event.type, event.subject, event.at, event.data
    )
