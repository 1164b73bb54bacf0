"""Confirmations: a person said that a value is right, so it is as fresh as on that day.

A confirmation hangs on the record that states the value. A merge brings it along and a split takes
it away, exactly as the record; it counts while what was confirmed is the golden value.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from tellonce.hub.accounts.refusing import refuse_unless
from tellonce.hub.accounts.types import Actor
from tellonce.hub.audit.services import record_act
from tellonce.hub.audit.types import REFUSED, Act
from tellonce.hub.bridge.statements import said_by_golden
from tellonce.hub.core import clock
from tellonce.hub.core.bulk import fetched, locking
from tellonce.hub.core.errors import Conflict, Refused, Stale, Unknown, WrongCall
from tellonce.hub.core.ids import is_id, new_id
from tellonce.hub.customers.selectors import (
    customer_by_public_id,
    customers_by_record,
    customers_of_records,
    records_of_customers,
)
from tellonce.hub.customers.stewarding import steward_values_on
from tellonce.hub.customers.types import CustomerView
from tellonce.hub.events.services import emit
from tellonce.hub.events.types import Happened
from tellonce.hub.policy.decide import decide
from tellonce.hub.policy.rules import NEEDS_CONSENT
from tellonce.hub.policy.types import Action
from tellonce.hub.sources.cards import truncate_cards
from tellonce.hub.sources.selectors import record_names
from tellonce.hub.upkeep.ageing import Case, cases, unit_named, value_hash, winners
from tellonce.hub.upkeep.facts import facts_of
from tellonce.hub.upkeep.keeping import settle
from tellonce.hub.upkeep.models import Confirmation
from tellonce.hub.upkeep.types import SAID_BY, ConfirmationView

ACTION = "customer.confirm"
EVENT_TYPE = "tellonce.customer.confirmed.v1"
ROLES = ("representative", "steward", "admin")


def confirm_value(
    public_id: str,
    attribute: str,
    *,
    by: Actor,
    said_by: str = "customer",
    channel: str = "",
    purpose: str = "service",
    said_at: datetime | None = None,
    version: int | None = None,
) -> ConfirmationView:
    """Write down that a person said the golden value of an attribute is right; parts of a name or
    an address are confirmed together.

    `said_at`: when, now by default. `version`: of the customer as it was seen. Raises `Refused`,
    `Unknown`, `WrongCall` where it has no such value, and `Stale` where it changed since.
    """
    _check_may(by)
    moment = _moment(said_at)
    if said_by not in SAID_BY:
        raise WrongCall(f"Nobody is a {said_by!r} here.", hint=f"Say one of {', '.join(SAID_BY)}.")
    with transaction.atomic():
        customer = customer_by_public_id(public_id)
        check_may_ask(customer, purpose, by)
        stored = store_confirmation(
            _case(customer, version), attribute, by=by, said_by=said_by, channel=channel, at=moment
        )
        record_act(
            Act(
                ACTION,
                by.id,
                purpose=purpose,
                target=stored.public_id,
                subjects=(customer.public_id,),
                fields=(stored.unit,),
                details={"said_by": said_by},
            )
        )
    return _view(stored, customer.public_id)


def store_confirmation(
    case: Case, attribute: str, *, by: Actor, said_by: str, channel: str, at: datetime
) -> Confirmation:
    """Append it, in the transaction at hand, and work the customer out anew; nothing is audited."""
    unit = unit_named(attribute)
    entry = winners(case).get(unit)
    if entry is None:
        raise WrongCall(
            f"The customer {case.public_id} has no {attribute!r} that can be confirmed.",
            hint=f"It has {', '.join(sorted(winners(case))) or 'nothing'}.",
        )
    row = Confirmation(
        public_id=new_id("cnf"),
        record_id=_anchor(unit, entry, case),
        unit=unit,
        value=value_hash(unit, said_by_golden(case.best)),
        said_by=said_by,
        channel=truncate_cards(channel)[:40],
        author=by.id,
        said_at=at,
        at=clock.now(),
    )
    row.save(force_insert=True)
    settle([case.customer])
    emit(Happened(EVENT_TYPE, case.public_id, {"attributes": [unit], "said_by": said_by}))
    return row


def undo_confirmation(confirmation_id: str, *, by: Actor) -> ConfirmationView:
    """Withdraw a confirmation: the value is as old as it was without it. To have it back, confirm
    again. Raises `Refused`, `Unknown`, and `Conflict` where it is undone already.
    """
    _check_may(by)
    with transaction.atomic():
        fetched(locking("SELECT id FROM confirmations WHERE public_id = %s"), confirmation_id)
        row = _named(confirmation_id)
        if hasattr(row, "undone_by"):
            raise Conflict(
                f"The confirmation {confirmation_id} is undone already.", hint="Look at it again."
            )
        now = clock.now()
        Confirmation(
            public_id=new_id("cnf"),
            record_id=row.record_id,
            unit=row.unit,
            value=row.value,
            said_by=row.said_by,
            author=by.id,
            said_at=now,
            at=now,
            undoes=row,
        ).save(force_insert=True)
        holders = customers_of_records([row.record_id])
        settle([one.id for one in holders])
        subjects = tuple(one.public_id for one in holders)
        record_act(
            Act(
                f"{ACTION}.undo",
                by.id,
                target=confirmation_id,
                subjects=subjects,
                fields=(row.unit,),
            )
        )
    holder = subjects[0] if subjects else ""
    return _view(_named(confirmation_id), holder)


def confirmations_of(public_id: str, *, by: Actor, purpose: str) -> list[ConfirmationView]:
    """What people confirmed of a customer's records, the newest first, undone ones too; audited.

    Raises `Refused` and `Unknown`.
    """
    customer = customer_by_public_id(public_id)
    check_may_ask(customer, purpose, by)
    records = records_of_customers([customer.id]).get(customer.id, [])
    rows = Confirmation.objects.filter(record_id__in=records, undoes=None)
    found = list(rows.select_related("undone_by").order_by("-id")[:500])
    with transaction.atomic():
        record_act(Act(f"{ACTION}.view", by.id, purpose=purpose, subjects=(customer.public_id,)))
    return [_view(row, customer.public_id) for row in found]


def check_may_ask(customer: CustomerView, purpose: str, by: Actor) -> None:
    """Raise `Refused`, audited, where policy does not let `by` deal with this customer."""
    facts = facts_of([customer.id], with_consents=purpose in NEEDS_CONSENT).get(customer.id)
    decision = decide(by, Action.REQUEST, "", purpose, facts)
    if decision.denied:
        subjects = (customer.public_id,)
        with transaction.atomic():
            record_act(Act(ACTION, by.id, REFUSED, purpose, decision.reason, subjects=subjects))
        raise Refused(
            f"{by.email} may not deal with this customer: {decision.reason}.",
            hint="Name a purpose you may act for, and a customer who may be dealt with.",
        )


def _check_may(by: Actor) -> None:
    refuse_unless(
        by, ROLES, ACTION, may_not="confirm values", hint="Ask a representative or a steward."
    )


def _moment(said_at: datetime | None) -> datetime:
    now = clock.now()
    if said_at is not None and said_at > now:
        raise WrongCall("This moment lies in the future.", hint="Give one that has passed.")
    return said_at or now


def _case(customer: CustomerView, version: int | None) -> Case:
    if version is not None and version != customer.version:
        raise Stale(
            f"The customer {customer.public_id} has changed since: it has version "
            f"{customer.version}.",
            hint="Look at it again.",
        )
    for case in cases([customer.id]):
        return case
    raise Unknown(
        f"The customer {customer.public_id} has no golden record.", hint="Its records are gone."
    )


def _anchor(unit: str, entry: Sequence[Any], case: Case) -> int:
    """The record that states the value; of a steward's value, the one that is anchored to."""
    named = (entry[3], entry[4])
    for one in case.records:
        if (one.source, one.record_key) == named:
            return one.id
    held = steward_values_on([one.id for one in case.records])
    said = [one for of in held.values() for one in of if unit_named(one.attribute) == unit]
    if said:
        return said[-1].record
    return max(case.records, key=lambda one: (one.said_at, -one.id)).id


def _named(public_id: str) -> Confirmation:
    rows = Confirmation.objects.select_related("undone_by").filter(undoes=None)
    row = rows.filter(public_id=public_id).first()
    if row is None:
        shape = "" if is_id(public_id, "cnf") else "An id looks like cnf_ and 32 hex digits. "
        raise Unknown(
            f"There is no confirmation {public_id!r}.", hint=f"{shape}See those of its customer."
        )
    return row


def _view(row: Confirmation, customer: str) -> ConfirmationView:
    names = record_names([row.record_id])
    undone = getattr(row, "undone_by", None)
    return ConfirmationView(
        row.public_id,
        customer or customers_by_record([row.record_id]).get(row.record_id, ""),
        ":".join(names.get(row.record_id, ("", ""))),
        row.unit,
        row.said_by,
        row.channel,
        row.author,
        row.said_at,
        undone.at if undone else None,
    )
