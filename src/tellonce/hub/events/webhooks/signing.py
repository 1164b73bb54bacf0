"""Secrets and signatures as Standard Webhooks has them; secrets are sealed by the vault."""

from __future__ import annotations

import base64
import os
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet
from standardwebhooks import Webhook

from tellonce.hub.core import clock
from tellonce.hub.core.ids import new_id
from tellonce.hub.events.models import Endpoint, EndpointSecret
from tellonce.hub.vault.services import decrypt, destroy_keys, encrypt, new_key, opened_key
from tellonce.hub.vault.types import Place
from tellonce.version import __version__

_PREFIX = "whsec_"
_BYTES = 32


def new_secret(endpoint: Endpoint) -> str:
    """Make and store another secret, in the transaction at hand; it is never shown again."""
    secret = _PREFIX + base64.b64encode(os.urandom(_BYTES)).decode()
    public_id, key = new_id("whs"), new_key()
    sealed = encrypt(key, secret.encode(), _place(public_id))
    EndpointSecret(public_id=public_id, endpoint=endpoint, key=key.id, sealed=sealed).save(
        force_insert=True
    )
    return secret


def retire_secrets(endpoint: Endpoint, after: timedelta) -> None:
    """Let every secret the endpoint has be good for a while only; those past that are destroyed."""
    now = clock.now()
    secrets = EndpointSecret.objects.filter(endpoint=endpoint)
    secrets.filter(until=None).update(until=now + after)
    destroy_secrets(secrets.filter(until__lte=now))


def destroy_secrets(secrets: QuerySet[EndpointSecret]) -> None:
    """Destroy these secrets with their keys."""
    rows = list(secrets)
    destroy_keys([row.key for row in rows])
    EndpointSecret.objects.filter(pk__in=[row.pk for row in rows]).delete()


def secrets_of(endpoint: Endpoint) -> list[str]:
    """The secrets that are good now, the newest first."""
    good = EndpointSecret.objects.filter(Q(until=None) | Q(until__gt=clock.now()))
    return [
        decrypt(opened_key(row.key), bytes(row.sealed), _place(row.public_id)).decode()
        for row in good.filter(endpoint=endpoint).order_by("-id")
    ]


def headers_for(message_id: str, body: bytes, secrets: list[str], at: datetime) -> dict[str, str]:
    """The headers of one message, signed with each secret."""
    text = body.decode()
    return {
        "Content-Type": "application/cloudevents+json",
        "User-Agent": f"Tellonce/{__version__}",
        "webhook-id": message_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(Webhook(one).sign(message_id, at, text) for one in secrets),
    }


def _place(public_id: str) -> Place:
    return Place("webhook_secrets", "sealed", public_id)
