"""API clients: adding, revoking, a new secret. OAuth itself is django-oauth-toolkit's."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NoReturn

from django.db import transaction
from oauth2_provider.generators import generate_client_secret
from oauth2_provider.models import AccessToken, Application

from tellonce.hub.accounts.models import ApiClient
from tellonce.hub.accounts.refusing import refuse_unless
from tellonce.hub.accounts.selectors import client_view
from tellonce.hub.accounts.types import PURPOSES, SCOPES, Actor, ClientSecret, ClientView
from tellonce.hub.audit.services import record_act
from tellonce.hub.audit.types import Act
from tellonce.hub.core import clock
from tellonce.hub.core.bulk import one_at_a_time
from tellonce.hub.core.errors import Unknown, WrongCall
from tellonce.hub.core.ids import new_id

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,59}")


def check_add_client(name: str, scopes: Sequence[str], purposes: Sequence[str]) -> None:
    """Raise `WrongCall` unless the name is free and plain and every scope and purpose exists."""
    if not _NAME.fullmatch(name):
        raise WrongCall(
            f"'{name}' cannot name a client.",
            hint="Use up to 60 lower-case letters, digits, dots and dashes, such as web-shop.",
        )
    _check_words("scope", scopes, tuple(SCOPES))
    _check_words("purpose", purposes, PURPOSES)
    if ApiClient.objects.filter(name=name, revoked_at=None).exists():
        raise WrongCall(
            f"There is a client '{name}' already.",
            hint=f"Choose another name, or run `tellonce client revoke {name}` first.",
        )


def add_client(
    name: str, scopes: Sequence[str], purposes: Sequence[str], *, by: Actor
) -> ClientSecret:
    """Add a client; its secret is in the answer and nowhere else.

    Raises `WrongCall`, or `Refused` when `by` is not an administrator.
    """
    check_administrator(by, "client.add")
    public_id, secret = new_id("cli"), generate_client_secret()
    with transaction.atomic():
        one_at_a_time("clients")
        check_add_client(name, scopes, purposes)
        row = ApiClient(
            public_id=public_id,
            name=name,
            scopes=sorted(set(scopes)),
            purposes=sorted(set(purposes)),
            application=_application(public_id, name, secret),
        )
        row.save(force_insert=True)
        details = {"scopes": " ".join(row.scopes), "purposes": " ".join(row.purposes)}
        record_act(Act("client.add", by.id, target=public_id, details=details))
    return ClientSecret(client_view(row), secret)


def rotate_client(name: str, *, by: Actor) -> ClientSecret:
    """Give a client a new secret. The old one and all its tokens stop working at once."""
    check_administrator(by, "client.rotate")
    secret = generate_client_secret()
    with transaction.atomic():
        row = _living(name)
        application = row.application
        AccessToken.objects.filter(application=application).delete()
        application.client_secret = secret
        application.save(update_fields=["client_secret", "updated"])
        record_act(Act("client.rotate", by.id, target=row.public_id))
    return ClientSecret(client_view(row), secret)


def revoke_client(name: str, *, by: Actor) -> ClientView:
    """Take everything from a client; the next request with one of its tokens is refused."""
    check_administrator(by, "client.revoke")
    with transaction.atomic():
        row = _living(name)
        application, row.application = row.application, None
        row.revoked_at = clock.now()
        row.save(update_fields=["application", "revoked_at"])
        application.delete()
        record_act(Act("client.revoke", by.id, target=row.public_id))
    return client_view(row)


def note_token(client_id: str) -> None:
    """Remember that the client took a token, and forget those of its tokens that have ended."""
    now = clock.now()
    with transaction.atomic():
        ApiClient.objects.filter(public_id=client_id).update(last_token_at=now)
        AccessToken.objects.filter(application__client_id=client_id, expires__lt=now).delete()


def check_administrator(by: Actor, action: str) -> None:
    """Raise `Refused`, and write it down, unless `by` is an administrator."""
    hint = "Act as an administrator."
    refuse_unless(by, ("admin",), action, may_not="manage clients", hint=hint)


def _application(public_id: str, name: str, secret: str) -> Application:
    application = Application(
        client_id=public_id,
        client_secret=secret,
        name=name,
        client_type=Application.CLIENT_CONFIDENTIAL,
        authorization_grant_type=Application.GRANT_CLIENT_CREDENTIALS,
    )
    application.save(force_insert=True)
    return application


def _living(name: str) -> ApiClient:
    """The client of this name, which nobody else changes until the transaction at hand ends."""
    named = ApiClient.objects.select_related("application").select_for_update(of=("self",))
    row = named.filter(name=name, revoked_at=None).first()
    return row or _unknown(name)


def _unknown(name: str) -> NoReturn:
    raise Unknown(
        f"There is no client '{name}' that is not revoked.", hint="See `tellonce client list`."
    )


def _check_words(what: str, words: Sequence[str], known: Sequence[str]) -> None:
    if not words:
        raise WrongCall(f"A client needs at least one {what}.", hint=f"Known: {', '.join(known)}.")
    for word in words:
        if word not in known:
            raise Unknown(f"There is no {what} '{word}'.", hint=f"Known: {', '.join(known)}.")
