"""Reads."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection

from django.conf import settings
from django.db import connection

from tellonce.hub.accounts.models import ApiClient, User
from tellonce.hub.accounts.types import (
    CLIENT,
    ROLES_OF_SCOPE,
    Actor,
    Caller,
    ClientView,
    UserView,
)
from tellonce.hub.core import clock
from tellonce.hub.core.errors import Unknown


def actor(email: str | None = None) -> Actor:
    """Who acts: the user of this e-mail, else of `$TELLONCE_USER`, else the administrator that
    `init` made.

    Raises `Unknown` when there is no such user, or when that user is disabled.
    """
    wanted = email or settings.TELLONCE_USER or ""
    user = User.objects.called(wanted) if wanted else User.objects.filter(made_by_init=True).first()
    if user is None:
        raise Unknown(
            f"There is no user '{wanted}'." if wanted else "There is no administrator yet.",
            hint=f"Add one: tellonce user add {wanted or 'EMAIL'} --role representative.",
        )
    if not user.is_active:
        raise Unknown(f"The user '{user.email}' is disabled.", hint="Act as another user.")
    return as_actor(user)


def users() -> list[UserView]:
    """All users, disabled ones too, by e-mail."""
    return [user_view(row) for row in User.objects.prefetch_related("roles").order_by("email")]


def user_of(email: str) -> UserView:
    """The user of this e-mail; raises `Unknown` when there is none."""
    return user_view(known(email))


def known(email: str) -> User:
    """The row of this e-mail, for this app; raises `Unknown` when there is none."""
    user = User.objects.called(email)
    if user is None:
        raise Unknown(f"There is no user '{email}'.", hint="See tellonce user list.")
    return user


def user_count() -> int:
    """How many users there are, disabled ones included."""
    return User.objects.count()


# Asked with every request of the API, so it does without the ORM.
_CALLER = (
    "SELECT t.scope, c.public_id, c.name, c.scopes, c.purposes "
    "FROM oauth2_provider_accesstoken t JOIN api_clients c ON c.application_id = t.application_id "
    "WHERE t.token_checksum = %s AND t.expires > %s AND c.revoked_at IS NULL"
)


def caller_of_token(token: str) -> Caller | None:
    """Whose access token this is; None where it is unknown, has ended, or its client is revoked.

    Tokens are held as SHA-256, so what is looked up is a hash.
    """
    held = hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
    now = connection.ops.adapt_datetimefield_value(clock.now())
    with connection.cursor() as cursor:
        cursor.execute(_CALLER, [held, now])
        row = cursor.fetchone()
    if row is None:
        return None
    scope, public_id, name, *lists = row
    scopes, purposes = (json.loads(one) if isinstance(one, str) else one for one in lists)
    granted = frozenset(scope.split()) & frozenset(scopes)
    roles = {CLIENT} | {role for one, role in ROLES_OF_SCOPE.items() if one in granted}
    return Caller(Actor(public_id, name, name, frozenset(roles), frozenset(purposes)), granted)


def is_revoked(client_id: str) -> bool:
    """Whether this is the id of a client that was revoked."""
    return ApiClient.objects.filter(public_id=client_id, revoked_at__isnull=False).exists()


def lacks_scope(client_id: str, scope: str) -> bool:
    """Whether this is the id of a client that was not given the scope."""
    granted = ApiClient.objects.filter(public_id=client_id).values_list("scopes", flat=True).first()
    return granted is not None and scope not in granted


def api_clients() -> list[ClientView]:
    """All clients, revoked ones too, by name."""
    return [client_view(row) for row in ApiClient.objects.order_by("name", "id")]


def called(ids: Collection[str]) -> dict[str, str]:
    """How people know these actors (public ids): users by e-mail, clients by name; whoever else
    acts, such as the hub, by the id itself.
    """
    users = User.objects.filter(public_id__in=ids).values_list("public_id", "email")
    clients = ApiClient.objects.filter(public_id__in=ids).values_list("public_id", "name")
    return {one: one for one in ids} | dict(users) | dict(clients)


def client_view(row: ApiClient) -> ClientView:
    """A client as it may leave the app."""
    return ClientView(
        id=row.public_id,
        name=row.name,
        scopes=tuple(row.scopes),
        purposes=tuple(row.purposes),
        created_at=row.created_at,
        last_token_at=row.last_token_at,
        revoked_at=row.revoked_at,
    )


def user_view(row: User) -> UserView:
    """A user as it may leave the app."""
    return UserView(
        id=row.public_id,
        email=row.email,
        name=row.name,
        roles=tuple(sorted(one.role for one in row.roles.all())),
        active=row.is_active,
        created_at=row.created_at,
    )


def as_actor(user: User) -> Actor:
    """A user as one who acts; whether he is disabled is not asked."""
    roles = frozenset(row.role for row in user.roles.all())
    return Actor(id=user.public_id, email=user.email, name=user.name, roles=roles)
