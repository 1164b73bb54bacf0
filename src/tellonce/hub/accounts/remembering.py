"""Idempotency keys: the same request twice does its work once and gets the same answer.

A key is taken before the work and given its answer after it, each in a transaction of its own.
Where the process dies in between, the key is free again after `ABANDONED`; doing such work twice
does no harm, since repeated versions of records and repeated decisions change nothing.
"""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.db.models import QuerySet

from tellonce.hub.accounts.models import ApiClient, RememberedAnswer
from tellonce.hub.accounts.types import Remembered
from tellonce.hub.core import clock
from tellonce.hub.core.errors import Conflict, WrongCall

KEPT = timedelta(hours=24)
ABANDONED = timedelta(minutes=2)


def take_key(client_id: str, key: str, asked: str) -> Remembered | None:
    """Take an idempotency key for a request (`asked`: a digest of it); None: go ahead.

    Raises `WrongCall` where the key came with another request before, `Conflict` while the first
    one is still being answered.
    """
    now = clock.now()
    with transaction.atomic():
        RememberedAnswer.objects.filter(since__lt=now - KEPT).delete()
        client = ApiClient.objects.only("id").get(public_id=client_id)
        row, mine = RememberedAnswer.objects.get_or_create(
            client=client, key=key, defaults={"asked": asked, "since": now}
        )
        if mine:
            return None
        if row.asked != asked:
            raise WrongCall(
                "This idempotency key came with another request before.",
                hint="Use a new key for each request, the same only to repeat it.",
            )
        if row.status is not None:
            return Remembered(row.status, row.answer)
        left = RememberedAnswer.objects.filter(pk=row.pk, status=None, since=row.since)
        if row.since < now - ABANDONED and left.update(since=now) == 1:
            return None
    raise Conflict(
        "The first request with this idempotency key is still being answered.",
        hint="Wait a moment, then send the same again.",
    )


def remember_answer(client_id: str, key: str, status: int, answer: str) -> None:
    """Give a key its answer."""
    _of(client_id, key).update(status=status, answer=answer)


def release_key(client_id: str, key: str) -> None:
    """Forget a key whose request was refused or failed, so that it can be sent again."""
    _of(client_id, key).filter(status=None).delete()


def _of(client_id: str, key: str) -> QuerySet[RememberedAnswer]:
    return RememberedAnswer.objects.filter(client__public_id=client_id, key=key)
