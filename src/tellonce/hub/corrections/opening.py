"""Opening a correction: looked at, stored, and applied at once where no reviewer is needed."""

from __future__ import annotations

from django.db import transaction

from tellonce.hub.accounts.types import Actor
from tellonce.hub.core.bulk import fetched, locking
from tellonce.hub.corrections.proposing import (
    check_not_open,
    check_proposer,
    prepared,
    store,
)
from tellonce.hub.corrections.reviewing import approve_by_policy
from tellonce.hub.corrections.storing import policy_in_force
from tellonce.hub.corrections.types import NewCorrection


def propose(new: NewCorrection, *, by: Actor) -> str:
    """Propose a correction, or say that a value is wrong without knowing the right one; returns
    its public id. What the declarations approve by themselves is applied at once.

    Raises `Refused`, and what `proposing.prepared` does. The same finding again, while it is open,
    is the same correction.
    """
    check_proposer(by)
    ready = prepared(new, by)
    number, policy = policy_in_force()
    with transaction.atomic():
        fetched(locking("SELECT id FROM records WHERE id = %s"), min(ready.members))
        same = check_not_open(ready)  # nor is another of this customer being proposed
        if same is not None:
            return same.public_id
        rows = store([ready], policy, by)
    approve_by_policy(rows, [ready], (number, policy), by=by)
    return rows[0].public_id
