"""Writes."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from tellonce.hub.accounts.models import User, UserRole
from tellonce.hub.accounts.refusing import refuse_unless
from tellonce.hub.accounts.selectors import as_actor, known, user_view
from tellonce.hub.accounts.types import ROLES, Actor, UserView
from tellonce.hub.audit.services import record_act
from tellonce.hub.audit.types import Act
from tellonce.hub.core.bulk import one_at_a_time
from tellonce.hub.core.errors import Unknown, WrongCall

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
    _for_administrators(by, "user.add", "add users")
    with transaction.atomic():
        one_at_a_time("users")
        user = User.objects.called(email) or User.objects.create_user(email, name)
        _, new = UserRole.objects.get_or_create(user=user, role=role)
        if new:
            record_act(Act("user.add", by.id, target=user.public_id, details={"role": role}))
    return as_actor(user)


def remove_role(email: str, role: str, *, by: Actor) -> UserView:
    """Take a role from a user.

    Raises `Unknown` where there is no such user or he has not the role, `WrongCall` where nobody
    would be left to administrate, `Refused` when `by` is not an administrator.
    """
    _for_administrators(by, "user.remove_role", "take roles from users")
    with transaction.atomic():
        _lock_administrators()
        user = known(email)
        if not user.roles.filter(role=role).exists():
            has = ", ".join(user_view(user).roles) or "none"
            raise Unknown(f"{user.email} has not the role '{role}'.", hint=f"Roles: {has}.")
        if role == "admin":
            _leave_an_administrator(user)
        user.roles.filter(role=role).delete()
        details = {"role": role}
        record_act(Act("user.remove_role", by.id, target=user.public_id, details=details))
        return user_view(user)


def switch_user(email: str, *, active: bool, by: Actor) -> UserView:
    """Let a user act no more, or again; doing it again changes nothing.

    Raises `Unknown` where there is no such user, `WrongCall` where nobody would be left to
    administrate, `Refused` when `by` is not an administrator.
    """
    action = "user.enable" if active else "user.disable"
    _for_administrators(by, action, "disable or enable users")
    with transaction.atomic():
        _lock_administrators()
        user = known(email)
        if user.is_active != active:
            if not active:
                _leave_an_administrator(user)
            user.is_active = active
            user.save(update_fields=["is_active"])
            record_act(Act(action, by.id, target=user.public_id))
        return user_view(user)


def _for_administrators(by: Actor, action: str, may_not: str) -> None:
    hint = "Ask an administrator, or act as one."
    refuse_unless(by, ("admin",), action, may_not=may_not, hint=hint)


def _lock_administrators() -> None:
    """So that two cannot take the last ones from one another at once."""
    list(UserRole.objects.select_for_update().filter(role="admin").order_by("pk"))


def _leave_an_administrator(user: User) -> None:
    """Raise `WrongCall` where no other active user is an administrator."""
    others = UserRole.objects.filter(role="admin", user__is_active=True).exclude(user=user)
    if user.is_active and not others.exists():
        raise WrongCall(
            f"{user.email} is the only administrator.",
            hint="Make another first: tellonce user add EMAIL --role admin.",
        )


def make_first_administrator() -> Actor:
    """The administrator that commands act as where nobody is named; made once, by `init`."""
    with transaction.atomic():
        one_at_a_time("users")
        user = User.objects.filter(made_by_init=True).first()
        if user is None:
            user = User.objects.create_user(FIRST_ADMINISTRATOR, "Administrator", made_by_init=True)
            UserRole(user=user, role="admin").save()
            record_act(Act("user.add", user.public_id, target=user.public_id))
    return as_actor(user)
