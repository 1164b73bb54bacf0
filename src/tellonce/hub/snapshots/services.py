"""THE PATH OF ONE REQUEST: check -> find -> decide -> gather -> mask -> seal -> audit -> P1624."""

from __future__ import annotations

import time

from django.db import transaction

from tellonce.hub.accounts.types import Actor
from tellonce.hub.core import clock
from tellonce.hub.core.bulk import see_one_moment
from tellonce.hub.core.errors import Unknown, WrongCall
from tellonce.hub.customers.selectors import customer_by_public_id
from tellonce.hub.customers.types import CustomerView
from tellonce.hub.policy.decide import decide, purposes_of
from tellonce.hub.policy.seeing import at_the_machine
from tellonce.hub.policy.types import PURPOSES, SECTIONS, TRIGGERS, Action
from tellonce.hub.snapshots.finding import customer_meant, customers_looked_up, one_allowed
from tellonce.hub.snapshots.gathering import Around
from tellonce.hub.snapshots.refusing import failed_lookup, reason_to_refuse, refused
from tellonce.hub.snapshots.searching import facts_by_customer
from tellonce.hub.snapshots.taking import announced, documented, kept
from tellonce.hub.snapshots.timing import TAKEN, keep_time
from tellonce.hub.snapshots.types import SnapshotRequest, TakenSnapshot


def check_words(request: SnapshotRequest) -> None:
    """Raise `Unknown` for a purpose, trigger or section that does not exist, `WrongCall` where
    not exactly one customer is named.
    """
    for what, word, known in (
        ("purpose", request.purpose, PURPOSES),
        ("trigger", request.trigger, TRIGGERS),
        *(("section", section, SECTIONS) for section in request.sections),
    ):
        if word not in known:
            raise Unknown(f"There is no {what} '{word}'.", hint=f"Known are: {', '.join(known)}.")
    named = [request.customer, request.record, request.email, request.phone]
    if sum(map(bool, named)) != 1:
        raise WrongCall(
            "Exactly one way to find the customer is needed.",
            hint="Give one of --customer ID, --record SOURCE:ID, --email E, --phone P.",
        )


def take_snapshot(request: SnapshotRequest, who: Actor) -> TakenSnapshot:
    """Take, seal and announce a snapshot of the customer meant, in one transaction.

    Raises `Unknown` or `WrongCall` for words, customers or several customers, and `Refused` where
    policy says no; refusals and failed look-ups are audited.
    """
    begun = time.perf_counter()
    check_words(request)
    if request.purpose not in purposes_of(who):
        # Before any look-up, so that nobody without a right to ask learns who is a customer.
        raise refused(request, who, f"may not act for the purpose {request.purpose}")
    customer = _found(request, who)
    with transaction.atomic():
        see_one_moment()
        customer = customer_by_public_id(customer.public_id)  # it may have been merged meanwhile
        around = Around.of(customer, clock.now())
        reason = reason_to_refuse(request, who, around)
        if not reason:
            document, tally = documented(request, who, around)
            snapshot = kept(document, around, who)
            event = announced(snapshot, tally, who)
            keep_time(TAKEN, begun)
            return TakenSnapshot(snapshot, event)
    raise refused(request, who, reason, customer)


def _found(request: SnapshotRequest, who: Actor) -> CustomerView:
    try:
        if request.customer or at_the_machine(who):
            return customer_meant(request)
        customers = customers_looked_up(request)
        allowed = _allowed(customers, request, who)
        if allowed or not customers:
            return one_allowed(allowed, request)
    except WrongCall:
        failed_lookup(request, who)
        raise
    refused(request, who, "may not have this snapshot: policy hides the customer", customers[0])
    return one_allowed([], request)


def _allowed(
    customers: list[CustomerView], request: SnapshotRequest, who: Actor
) -> list[CustomerView]:
    """Those that policy lets `who` have for the purpose. Who looks people up from elsewhere is not
    told of the others: neither that they are there, nor why he may not see them.
    """
    facts = facts_by_customer([one.id for one in customers], request.purpose)
    return [
        one
        for one in customers
        if not decide(who, Action.REQUEST, "", request.purpose, facts[one.id]).denied
    ]
