"""Saying no: audited, and with what the user may do instead."""

from __future__ import annotations

from django.db import transaction

from tellonce.hub.accounts.types import Actor
from tellonce.hub.audit.services import record_act
from tellonce.hub.audit.types import FAILED, REFUSED, Act
from tellonce.hub.core.errors import Refused
from tellonce.hub.customers.types import CustomerView
from tellonce.hub.policy.decide import decide, purposes_of
from tellonce.hub.policy.types import SECTIONS, Action
from tellonce.hub.snapshots.gathering import Around
from tellonce.hub.snapshots.types import SnapshotRequest

ACTION = "snapshot.take"


def reason_to_refuse(request: SnapshotRequest, who: Actor, around: Around) -> str:
    """Why policy does not allow this snapshot; '' where it does.

    A section that was asked for by name and may not be seen refuses the whole request.
    """
    whole = decide(who, Action.REQUEST, "", request.purpose, around.facts)
    if whole.denied:
        return f"may not have this snapshot: {whole.reason}"
    for section in request.sections:
        one = decide(who, Action.SECTION, section, request.purpose, around.facts)
        if one.denied:
            return f"may not see the section {section}: {one.reason}"
    return ""


def refused(
    request: SnapshotRequest, who: Actor, reason: str, customer: CustomerView | None = None
) -> Refused:
    """Audit the refusal; the error to raise, whose hint names what the user may do."""
    subjects = (customer.public_id,) if customer else ()
    with transaction.atomic():
        record_act(
            Act(
                ACTION,
                who.id,
                REFUSED,
                request.purpose,
                reason,
                subjects=subjects,
                fields=request.sections,
                details={"trigger": request.trigger},
            )
        )
    return Refused(f"{who.email} {reason}.", hint=_instead(request, who, customer))


def failed_lookup(request: SnapshotRequest, who: Actor) -> None:
    """Audit that somebody looked for a customer who is not there, or for one of several."""
    reason = "the customer meant is not there, or is not one alone"
    with transaction.atomic():
        record_act(Act(ACTION, who.id, FAILED, request.purpose, reason))


def _instead(request: SnapshotRequest, who: Actor, customer: CustomerView | None) -> str:
    others = [purpose for purpose in purposes_of(who) if purpose != request.purpose]
    if customer is not None and request.sections:
        return (
            f"Leave the sections out to get what {request.purpose} needs of {', '.join(SECTIONS)}."
        )
    if not others:
        return "Ask an administrator for the right to it, or act as somebody else who has it."
    return f"Allowed are: {', '.join(others)}. Or act as somebody else."
