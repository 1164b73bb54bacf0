"""Refusing who may not act for a purpose, and writing that down."""

from __future__ import annotations

from django.db import transaction

from tellonce.hub.accounts.types import Actor
from tellonce.hub.audit.services import record_act
from tellonce.hub.audit.types import REFUSED, Act
from tellonce.hub.core.errors import Refused
from tellonce.hub.policy.decide import purposes_of


def check_purpose(purpose: str, who: Actor, action: str) -> None:
    """Raise `Refused`, audited, where `who` may not act for the purpose, before any look-up: who
    has no right to ask does not learn what is there.
    """
    granted = purposes_of(who)
    if purpose not in granted:
        reason = f"may not act for the purpose {purpose}"
        with transaction.atomic():
            record_act(Act(action, who.id, REFUSED, purpose, reason))
        hint = f"Allowed are: {', '.join(granted)}." if granted else "No purpose was granted."
        raise Refused(f"{who.email} {reason}.", hint=hint)
