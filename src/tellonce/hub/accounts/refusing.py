"""Refusing who has not the role for something, and writing that down."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from tellonce.hub.accounts.types import Actor
from tellonce.hub.audit.services import record_act
from tellonce.hub.audit.types import REFUSED, Act
from tellonce.hub.core.errors import Refused

_WORDS = {"admin": "administrator"}


def refuse_unless(
    by: Actor, roles: Sequence[str], action: str, *, may_not: str, hint: str, target: str = ""
) -> None:
    """Raise `Refused` where `by` has none of these roles: that he `may_not` do it, and why.

    The refusal is in the audit under `action` and `target`, in a transaction of its own.
    """
    if by.roles.isdisjoint(roles):
        refuse(by, lacking(roles), action, may_not=may_not, hint=hint, target=target)


def refuse(
    by: Actor, reason: str, action: str, *, may_not: str, hint: str, target: str = ""
) -> None:
    """Raise `Refused` for this reason, and write it down as `refuse_unless` does."""
    with transaction.atomic():
        record_act(Act(action, by.id, outcome=REFUSED, reason=reason, target=target[:64]))
    raise Refused(f"{by.email} may not {may_not}: {reason}.", hint=hint)


def lacking(roles: Sequence[str]) -> str:
    """That somebody has none of these roles: `neither engineer, steward nor administrator`."""
    *others, last = (_WORDS.get(role, role) for role in roles)
    return f"neither {', '.join(others)} nor {last}" if others else f"not an {last}"
