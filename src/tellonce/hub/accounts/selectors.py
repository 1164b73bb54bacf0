"""Reads."""

from __future__ import annotations

from django.conf import settings

from tellonce.hub.accounts.models import User
from tellonce.hub.accounts.types import Actor
from tellonce.hub.core.errors import Unknown


def actor(email: str | None = None) -> Actor:
    """Who acts: the user of this e-mail, else of `$TELLONCE_USER`, else the administrator that
    `init` made.

    Raises `Unknown` when there is no such user, or when that user was switched off.
    """
    wanted = (email or settings.TELLONCE_USER or "").strip().lower()
    users = User.objects.prefetch_related("roles")
    user = users.filter(**({"email": wanted} if wanted else {"made_by_init": True})).first()
    if user is None:
        raise Unknown(
            f"There is no user '{wanted}'." if wanted else "There is no administrator yet.",
            hint=f"Add one: tellonce user add {wanted or 'EMAIL'} --role representative.",
        )
    if not user.is_active:
        raise Unknown(f"The user '{user.email}' is switched off.", hint="Act as another user.")
    return _frozen(user)


def user_count() -> int:
    """How many users there are, switched-off ones included."""
    return User.objects.count()


def _frozen(user: User) -> Actor:
    roles = frozenset(row.role for row in user.roles.all())
    return Actor(id=user.public_id, email=user.email, name=user.name, roles=roles)
