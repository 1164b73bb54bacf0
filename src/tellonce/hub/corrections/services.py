"""What other apps and the doors call to change corrections."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction

from tellonce.hub.accounts.refusing import refuse_unless
from tellonce.hub.accounts.types import Actor
from tellonce.hub.audit.services import record_act
from tellonce.hub.audit.types import Act
from tellonce.hub.core import clock
from tellonce.hub.core.errors import HubError
from tellonce.hub.corrections.bulk import corrections_in, judged, propose_group
from tellonce.hub.corrections.declared import Declared, declared
from tellonce.hub.corrections.detecting import (
    Detected,
    Wanted,
    corrections_of_rule,
    detect,
    take_answer,
)
from tellonce.hub.corrections.models import CorrectionPolicy
from tellonce.hub.corrections.opening import propose
from tellonce.hub.corrections.proposing import THE_HUB, supply_value
from tellonce.hub.corrections.reviewing import approve, reject, undo, withdraw
from tellonce.hub.corrections.storing import policy_in_force
from tellonce.hub.corrections.tending import Tended, tend_corrections
from tellonce.hub.corrections.verifying import Looked, look_at_deliveries
from tellonce.hub.corrections.writing_back import answer_task

_LATELY = timedelta(days=1)  # what was found before has been looked at

__all__ = [
    "THE_HUB",
    "Detected",
    "Looked",
    "Tended",
    "Wanted",
    "answer_task",
    "approve",
    "corrections_in",
    "corrections_of_rule",
    "detect",
    "detect_declared",
    "judged",
    "propose",
    "propose_group",
    "reject",
    "set_policy",
    "supply_value",
    "take_answer",
    "tend_corrections",
    "undo",
    "verify_corrections",
    "withdraw",
]


def verify_corrections() -> Looked:
    """Look at what the sources delivered since, and propose what they say against corrections."""
    looked = look_at_deliveries()
    for new in looked.others:
        try:
            propose(new, by=THE_HUB)
        except HubError:  # it was corrected, merged or deleted meanwhile: nothing to propose
            continue
    return looked


def detect_declared() -> Detected:
    """Open corrections for what the hub found of the severity that is declared, and above."""
    severity = policy_in_force()[1].detect_from
    if severity is None:
        return Detected((), 0, 0)
    return detect(Wanted(severity=severity, since=clock.now() - _LATELY), by=THE_HUB)


def set_policy(text: str, name: str, *, by: Actor) -> Declared:
    """Declare how corrections go from now on. Raises `Refused`, and `WrongCall` with all that is
    wrong in the text, each with its line.
    """
    hint = "Ask an administrator."
    may_not = "declare how corrections go"
    refuse_unless(by, ("admin",), "correction.policy", may_not=may_not, hint=hint)
    found = declared(text, name)
    with transaction.atomic():
        row = CorrectionPolicy(text=text, author=by.id, at=clock.now())
        row.save(force_insert=True)
        record_act(Act("correction.policy", by.id, details={"number": row.pk}))
    return found
