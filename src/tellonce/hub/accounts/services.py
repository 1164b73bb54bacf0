"""Writes."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from tellonce.hub.accounts.models import User, UserRole
from tellonce.hub.accounts.refusing import refuse_unless
from tellonce.hub.accounts.selectors import actor
from tellonce.hub.accounts.types import ROLES, Actor
from tellonce.hub.audit.services import record_act
from tellonce.hub.audit.types import Act
from tellonce.hub.core.errors import WrongCall

FIRST_ADMINISTRATOR = "admin@localhost"


def check_add_user(email: str, role: str) -> None:
    """Raise `WrongCall` unless the address can be one and the role exists."""
    if role not in ROLES:
        raise WrongCall(f"There is no role '{role}'.", hint=f"Roles: {', '.join(ROLES)}.")
    try:
        validate_email(email.strip())
    except ValidationError:
        raise WrongCall(
            f"'{email}' is not an e-mail address.", hint="Write it as name@example.org."
        ) from None


def add_user(email: str, role: str, *, by: Actor, name: str = "") -> Actor:
    """Add a user, or give one that is there a further role; doing it again changes nothing.

    Raises `WrongCall`, or `Refused` when `by` is not an administrator.
    """
    check_add_user(email, role)
    hint = "Ask an administrator, or act as one."
    refuse_unless(by, ("admin",), "user.add", may_not="add users", hint=hint)
    with transaction.atomic():
        user = User.objects.filter(email=email.strip().lower()).first()
        user = user or User.objects.create_user(email, name)
        _, new = UserRole.objects.get_or_create(user=user, role=role)
        if new:
            record_act(Act("user.add", by.id, target=user.public_id, details={"role": role}))
    return actor(user.email)


def make_first_administrator() -> Actor:
    """The administrator that commands act as where nobody is named; made once, by `init`."""
    with transaction.atomic():
        user = User.objects.filter(made_by_init=True).first()
        if user is None:
            user = User.objects.create_user(FIRST_ADMINISTRATOR, "Administrator", made_by_init=True)
            UserRole(user=user, role="admin").save()
            record_act(Act("user.add", user.public_id, target=user.public_id))
    return actor(user.email)
