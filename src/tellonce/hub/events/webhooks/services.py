"""Managing webhooks: endpoints, their secrets, replay."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.db import transaction

from tellonce.hub.accounts.refusing import refuse_unless
from tellonce.hub.accounts.types import CLIENT, Actor
from tellonce.hub.audit.services import record_act
from tellonce.hub.audit.types import Act
from tellonce.hub.core import clock
from tellonce.hub.core.errors import WrongCall
from tellonce.hub.core.ids import new_id
from tellonce.hub.events.kinds import is_emitted, nearest_types
from tellonce.hub.events.models import Delivery, Endpoint, Event
from tellonce.hub.events.types import StoredEvent
from tellonce.hub.events.webhooks import selectors
from tellonce.hub.events.webhooks.addresses import check_host, target_of
from tellonce.hub.events.webhooks.delivering import send
from tellonce.hub.events.webhooks.queueing import insert_deliveries, wants
from tellonce.hub.events.webhooks.sending import Sender
from tellonce.hub.events.webhooks.signing import (
    destroy_secrets,
    new_secret,
    retire_secrets,
    secrets_of,
)
from tellonce.hub.events.webhooks.types import Answer, EndpointView
from tellonce.hub.jobs.sequencer import head

MANAGERS = ("engineer", "admin")
OLD_SECRET_LASTS = timedelta(hours=24)
_TYPE = re.compile(r"[a-z0-9_]+(\.[a-z0-9_]+)*(\.\*)?")
_MOST_ENDPOINTS = 200
_MOST_OF_ONE = 20  # so that no client uses up what is there for all
_AT_ONCE = 1000


def check_manage(action: str, by: Actor) -> None:
    """Raise `Refused`, audited, unless the actor may manage webhooks."""
    if CLIENT not in by.roles:  # its door has looked at its scopes
        hint = "Ask an engineer or an administrator."
        refuse_unless(by, MANAGERS, action, may_not="manage webhooks", hint=hint)


def check_endpoint(url: str, types: Sequence[str], by: Actor) -> None:
    """Raise `WrongCall` unless we may send to the URL, each type is one that there is or a prefix
    of some, and there is room for one more.
    """
    check_host(target_of(url).host)
    if bad := [one for one in types if not _TYPE.fullmatch(one)]:
        raise WrongCall(
            f"'{bad[0]}' is no type of event.",
            hint="Write tellonce.customer.changed.v1, or tellonce.customer.* for all of a kind.",
        )
    if never := [one for one in types if not is_emitted(one)]:
        raise WrongCall(
            f"No event is ever of the type '{never[0]}'.",
            hint=f"There is {', '.join(nearest_types(never[0]))}.",
        )
    if Endpoint.objects.count() >= _MOST_ENDPOINTS:
        raise WrongCall(
            f"There are {_MOST_ENDPOINTS} webhooks already.", hint="Remove one that is not needed."
        )
    if Endpoint.objects.filter(created_by=by.id).count() >= _MOST_OF_ONE:
        raise WrongCall(
            f"{by.email} has {_MOST_OF_ONE} webhooks already.",
            hint="Remove one that is not needed.",
        )


def add_endpoint(url: str, types: Sequence[str], by: Actor) -> tuple[EndpointView, str]:
    """Have every later event of these types (none named: all) sent to the URL.

    Returns the endpoint and its secret, which is never shown again. Raises `WrongCall`, `Refused`.
    """
    check_manage("webhook.add", by)
    check_endpoint(url, types, by)
    with transaction.atomic():
        row = Endpoint(
            public_id=new_id("whk"),
            url=url,
            types=sorted(set(types)),
            after=head("events").number,
            created_at=clock.now(),
            created_by=by.id,
        )
        row.save(force_insert=True)
        secret = new_secret(row)
        record_act(Act("webhook.add", by.id, target=row.public_id))
    return selectors.endpoint(row.public_id, by=by), secret


def rotate_secret(public_id: str, by: Actor, *, old_lasts: timedelta = OLD_SECRET_LASTS) -> str:
    """A new secret; until the old ones end, messages are signed with each. Raises `Unknown`."""
    check_manage("webhook.rotate", by)
    with transaction.atomic():
        row = _held(public_id, by)
        retire_secrets(row, old_lasts)
        secret = new_secret(row)
        record_act(Act("webhook.rotate", by.id, target=public_id))
    return secret


def remove_endpoint(public_id: str, by: Actor) -> None:
    """Send nothing more, and forget the endpoint, its secrets and deliveries. Raises `Unknown`."""
    check_manage("webhook.remove", by)
    with transaction.atomic():
        row = _held(public_id, by)
        destroy_secrets(row.secrets.all())
        row.delete()
        record_act(Act("webhook.remove", by.id, target=public_id))


def enable_endpoint(public_id: str, by: Actor) -> EndpointView:
    """Send later events again to an endpoint that was disabled; `replay` brings those missed."""
    check_manage("webhook.enable", by)
    with transaction.atomic():
        row = _held(public_id, by)
        row.disabled_at, row.reason, row.failures = None, "", 0
        row.failing_since, row.paused_until = None, None
        row.save()
        record_act(Act("webhook.enable", by.id, target=public_id))
    return selectors.endpoint(public_id, by=by)


def replay(
    public_id: str, by: Actor, *, after: int | None = None, delivery: int | None = None
) -> int:
    """Send again: the events numbered above `after` that the endpoint wants, delivered before or
    not, or one `delivery`, or, with neither, all that are dead. Returns how many. One that waits
    for its next attempt waits no longer.

    The receiver knows a message it has seen by its id. Raises `Unknown`, `WrongCall`.
    """
    check_manage("webhook.replay", by)
    with transaction.atomic():
        row = _held(public_id, by)  # before its deliveries, as whoever writes what came of one does
        if row.disabled_at is not None:
            raise WrongCall("This webhook is disabled.", hint="Enable it first, then replay.")
        if after is not None:
            count = _replay_after(row, after)
        else:
            chosen = Delivery.objects.filter(endpoint=row)
            one = {"pk": delivery} if delivery is not None else {"state": Delivery.DEAD}
            count = _make_due(chosen.filter(**one))
        if delivery is not None and not count:
            raise WrongCall(
                f"This webhook has no delivery {delivery}.",
                hint="See `tellonce webhook deliveries`.",
            )
        record_act(Act("webhook.replay", by.id, target=public_id, details={"deliveries": count}))
    return count


def send_test(public_id: str, by: Actor) -> Answer:
    """Send one message of type `tellonce.webhook.test.v1` now, and say what came of it."""
    check_manage("webhook.test", by)
    row = selectors.row_of(public_id, by=by)
    event = StoredEvent(new_id("evt"), None, "tellonce.webhook.test.v1", public_id, clock.now(), {})
    with Sender(row.url) as sender:
        return send(sender, event, secrets_of(row))


def _held(public_id: str, by: Actor) -> Endpoint:
    """The endpoint, which nobody else changes until the transaction at hand ends; `Unknown`."""
    rows = selectors.visible(by).select_for_update()
    return selectors.row_of(public_id, by=by, rows=rows)


def _replay_after(row: Endpoint, after: int) -> int:
    count = 0
    while True:
        later = Event.objects.filter(number__gt=after).order_by("number")
        some = list(later.values_list("number", "type")[:_AT_ONCE])
        if not some:
            return count
        numbers = [number for number, kind in some if wants(row.types, kind)]
        insert_deliveries(row, numbers)
        there = Delivery.objects.filter(endpoint=row, number__gt=after, number__lte=some[-1][0])
        _make_due(there.exclude(state=Delivery.WAITING, attempts=0))
        count += len(numbers)
        after = some[-1][0]


def _make_due(deliveries: Any) -> int:
    return deliveries.update(
        state=Delivery.WAITING, attempts=0, next_at=clock.now(), trouble="", finished_at=None
    )
