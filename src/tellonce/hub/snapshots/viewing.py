"""A customer as one viewer may see it for one purpose: now, in the past, and its history.

What is seen goes through the same policy as a snapshot, and is audited; nothing is sealed or kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache, partial
from typing import Any

from django.db import transaction

from tellonce.hub.accounts.types import Actor
from tellonce.hub.audit.services import record_act
from tellonce.hub.audit.types import FAILED, REFUSED, Act
from tellonce.hub.core import clock
from tellonce.hub.core.canonical import digest, plain
from tellonce.hub.core.errors import Refused, Unknown, WrongCall
from tellonce.hub.customers.moments import customer_at
from tellonce.hub.customers.selectors import customer_by_public_id
from tellonce.hub.customers.types import CustomerView
from tellonce.hub.policy import rules
from tellonce.hub.policy.decide import decide
from tellonce.hub.policy.refusing import check_purpose
from tellonce.hub.policy.types import Action
from tellonce.hub.snapshots.document import Tally, section_document
from tellonce.hub.snapshots.gathering import Around, held_section
from tellonce.hub.snapshots.taking import judged

VIEW = "customer.view"
_PASSING = (
    "age_days",
    "decay",
    "stale",
)  # members of a value that change without anything having happened


@dataclass(frozen=True)
class SeenCustomer:
    """A customer after policy. `document` is ready for JSON; `tag` changes whenever it does."""

    id: str
    version: int
    document: Mapping[str, Any]
    tag: str


def view_customer(
    public_id: str, purpose: str, who: Actor, past: datetime | None = None
) -> SeenCustomer:
    """The golden record, each value with source, age and confidence; `past`: as we held it then.

    The id of a merged customer gives the customer it leads to. Raises `Unknown`, `Refused`, and
    `WrongCall` for a moment in the future; refusals and failed look-ups are audited.
    """
    now = clock.now()
    if past is not None and past > now:
        raise WrongCall("This moment lies in the future.", hint="Give one that has passed.")
    customer = customer_meant_by(public_id, purpose, who, past)
    around = Around.of(customer, now, past)
    check_may_see(around, purpose, who, VIEW)
    tally = Tally()
    section = section_document(
        held_section("demographics", around),
        cache(partial(judged, who, purpose, around.facts_for(purpose))),
        tally,
        past or now,
    )
    document = plain(
        {
            "customer": customer.public_id,
            "asked_as": customer.asked_as or None,
            "version": around.version,
            "as_of": past,
            "created_at": customer.created_at,
            "purpose": purpose,
            "policy_version": rules.VERSION,
            "records": around.records_by_source,
            "completeness": section["completeness"],
            "values": section["values"],
            "masking": tally.as_json(),
        }
    )
    shown = tuple(sorted(tally.shown | tally.masked))
    with transaction.atomic():
        record_act(Act(VIEW, who.id, purpose=purpose, subjects=(customer.public_id,), fields=shown))
    return SeenCustomer(customer.public_id, around.version, document, _tag(document))


def customer_meant_by(
    public_id: str, purpose: str, who: Actor, past: datetime | None = None
) -> CustomerView:
    """The customer of this id, for somebody who may ask at all; raises `Unknown`, `Refused`."""
    check_purpose(purpose, who, VIEW)
    try:
        if past is not None:
            return customer_at(public_id, past)
        customer = customer_by_public_id(public_id)
        if customer.retired_at is not None:
            raise Unknown(
                f"The customer {customer.public_id} has no record any more.",
                hint="Its history is there, and how it was with as_of.",
            )
        return customer
    except Unknown:
        with transaction.atomic():
            record_act(Act(VIEW, who.id, FAILED, purpose, "the customer is not there"))
        raise


def check_may_see(around: Around, purpose: str, who: Actor, action: str) -> None:
    """Raise `Refused`, audited, where policy does not let `who` see this customer."""
    decision = decide(who, Action.REQUEST, "", purpose, around.facts_for(purpose))
    if decision.denied:
        subjects = (around.customer.public_id,)
        with transaction.atomic():
            record_act(Act(action, who.id, REFUSED, purpose, decision.reason, subjects=subjects))
        raise Refused(
            f"{who.email} may not see this customer: {decision.reason}.",
            hint="Ask for it only where consent and restriction allow it.",
        )


def _tag(document: Mapping[str, Any]) -> str:
    values = [
        {name: said for name, said in value.items() if name not in _PASSING}
        for value in document["values"]
    ]
    return digest({**document, "values": values})[:12]
