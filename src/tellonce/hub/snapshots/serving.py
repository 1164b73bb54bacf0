"""Handing a sealed snapshot out again: only to who took it, and only while nothing has changed.

Unchanged must be the customer's version, the policy and what it answers for this viewer, and the
consents. Otherwise what was sealed is no longer what would be shown, and a new one is to be taken.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from functools import partial
from typing import Any

from django.db import transaction

from tellonce.hub.accounts.types import Actor
from tellonce.hub.audit.services import record_act
from tellonce.hub.audit.types import REFUSED, Act
from tellonce.hub.core import clock
from tellonce.hub.core.errors import Conflict, Refused, Unknown
from tellonce.hub.customers.selectors import customer_by_public_id
from tellonce.hub.policy import rules
from tellonce.hub.policy.decide import purposes_of
from tellonce.hub.policy.types import Answer
from tellonce.hub.snapshots.gathering import Around
from tellonce.hub.snapshots.refusing import reason_to_refuse
from tellonce.hub.snapshots.selectors import snapshot
from tellonce.hub.snapshots.taking import judged
from tellonce.hub.snapshots.timing import SERVED, keep_time
from tellonce.hub.snapshots.types import SealedSnapshot, SnapshotRequest

ACTION = "snapshot.serve"
_ANSWERS = {"shown": Answer.ALLOW, "masked": Answer.MASK, "withheld": Answer.DENY}


def serve_snapshot(public_id: str, purpose: str, who: Actor) -> SealedSnapshot:
    """A snapshot that `who` took, again; audited. Its `document` is None once it was erased.

    Raises `Unknown` also for one that somebody else took, `Refused` where the purpose is another or
    policy says no now, `Conflict` where something has changed since.
    """
    begun = time.perf_counter()
    found = snapshot(public_id)
    if found.requested_by != who.id:
        raise Unknown(f"There is no snapshot '{public_id}'.", hint="Take one: POST /snapshots.")
    if purpose != found.purpose or purpose not in purposes_of(who):
        raise _refused(found, who, f"may not see this snapshot for the purpose {purpose}")
    if found.document is None:
        return found
    around = Around.of(customer_by_public_id(found.customer), clock.now())
    if reason := reason_to_refuse(SnapshotRequest(purpose), who, around):
        raise _refused(found, who, reason)
    if changed := _changed(found.document, who, around):
        raise Conflict(
            f"Since this snapshot was taken, {changed} changed.", hint="Take a new snapshot."
        )
    with transaction.atomic():
        shown = (*found.document["masking"]["shown"], *found.document["masking"]["masked"])
        record_act(Act(ACTION, who.id, "done", purpose, "", public_id, (found.customer,), shown))
        keep_time(SERVED, begun)
    return found


def _changed(document: Mapping[str, Any], who: Actor, around: Around) -> str:
    """What has changed since the document was sealed; '' for nothing."""
    if document["customer"] != around.customer.public_id:
        return "the customer"
    if document["customer_version"] != around.version:
        return "the customer's version"
    consent = document["sections"].get("consent", {})
    if consent.get("served") and consent["total"] != len(around.consents):
        return "the consents"
    if document["policy_version"] != rules.VERSION:
        return "the policy"
    judge = partial(judged, who, document["purpose"], around.facts)
    for word, answer in _ANSWERS.items():
        if any(judge(_attribute(name)) is not answer for name in document["masking"][word]):
            return "what may be shown"
    return ""


def _attribute(noted: str) -> str:
    """A masked value is noted as `demographics.email`, and judged as `email`."""
    return noted.removeprefix("demographics.")


def _refused(found: SealedSnapshot, who: Actor, reason: str) -> Refused:
    with transaction.atomic():
        record_act(Act(ACTION, who.id, REFUSED, found.purpose, reason, found.id, (found.customer,)))
    return Refused(f"{who.email} {reason}.", hint="Take a snapshot of your own, for your purpose.")
