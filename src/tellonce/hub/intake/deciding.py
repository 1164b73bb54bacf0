"""What people do about who is one customer: decide, merge, split, undo; alone or with a second one.

An act that would move more records to another customer than one person may
(`TELLONCE_TWO_PERSON_RECORDS`) is kept as a proposal that somebody else approves.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from django.db import transaction

from tellonce.hub.accounts.types import Actor
from tellonce.hub.audit.services import record_act
from tellonce.hub.audit.types import Act
from tellonce.hub.core import clock
from tellonce.hub.core.errors import Conflict, Unknown, WrongCall
from tellonce.hub.customers.selectors import customer_by_public_id, customers_of_records, members_of
from tellonce.hub.customers.types import CustomerView
from tellonce.hub.intake.carrying import carry_out, turn
from tellonce.hub.intake.stewards import check_steward, refuse_approval
from tellonce.hub.intake.types import ActDone, RecordName
from tellonce.hub.matching import acts
from tellonce.hub.matching.reviews import review_numbered
from tellonce.hub.matching.types import NewAct, StoredAct, pair_of
from tellonce.hub.sources.selectors import record_ids, restricted_records

VERDICTS = (acts.SAME, acts.DIFFERENT, acts.UNSURE)
MOST_AT_ONCE = 100
"""Customers that are merged, or groups that one is split into, in one act."""

Seen = Mapping[str, int]
"""Customer (public id) -> the version of it that the caller saw."""


def records_named(names: Sequence[RecordName]) -> list[int]:
    """The row id of each record (source, record id), in order; raises `Unknown`."""
    found = record_ids(names)
    for name in names:
        if name not in found:
            raise Unknown(
                f"There is no record {':'.join(name)}.", hint="Name it as SOURCE:ID, its own id."
            )
    return [found[name] for name in names]


def customers_named(names: Sequence[str]) -> list[str]:
    """The public ids of customers named by their id, or as SOURCE:ID by a record; `Unknown`."""
    found = []
    for name in names:
        source, colon, key = name.partition(":")
        if not colon:
            found.append(name)
            continue
        holders = customers_of_records(records_named([(source, key)]))
        if not holders:
            raise Unknown(f"The record {name} belongs to no customer yet.", hint="Place it first.")
        found.append(holders[0].public_id)
    return found


def decide(
    pairs: Collection[tuple[int, int]],
    verdict: str,
    *,
    by: Actor,
    reason: str = "",
    seen: Seen | None = None,
    review: int | None = None,
) -> ActDone:
    """Say of pairs of records (row ids) that they are the same, different, or that one is unsure.

    The newest word on a pair counts, and matching never overrides it. `review`: the open one that
    it answers. Raises `Refused` for who is neither steward nor administrator, `WrongCall`,
    `Unknown` where the review is open no more, `Stale` where a customer is not as it was seen, and
    `Contradiction` where it cannot be true together with earlier decisions.
    """
    if verdict not in VERDICTS:
        raise WrongCall(
            f"There is no verdict {verdict!r}.", hint=f"Say one of {', '.join(VERDICTS)}."
        )
    if not pairs or any(one == other for one, other in pairs):
        raise WrongCall("A decision is about two records.", hint="Name two that differ.")
    groups = tuple(sorted({pair_of(one, other) for one, other in pairs}))
    with turn(by, acts.DECIDE, seen) as lease:
        if review is not None:
            review_numbered(review)
        about = customers_of_records({record for pair in groups for record in pair})
        customers = tuple(one.public_id for one in about)
        new = NewAct(acts.DECIDE, by.id, reason, verdict, groups, customers=customers)
        return carry_out(new, lease, by)


def merge_customers(
    ids: Sequence[str], *, by: Actor, reason: str = "", seen: Seen | None = None
) -> ActDone:
    """Make one customer of several (public ids): their records are one person's.

    It holds while two of them have a record left that they have now; a record that one of them has
    only by what people decided before, while that counts. One id is kept, the others lead to it.
    Raises what `decide` does, `Unknown`, and `Conflict` where they are one customer
    already, or one has no record that takes part in matching.
    """
    wanted = list(dict.fromkeys(ids))
    if len(wanted) == 1 < len(ids):
        raise WrongCall(
            f"What is named is one customer already: {wanted[0]}.",
            hint="Name another one beside it, by its id or by a record of it as SOURCE:ID.",
        )
    if not 2 <= len(wanted) <= MOST_AT_ONCE:
        raise WrongCall(
            f"A merge takes 2 to {MOST_AT_ONCE} customers.",
            hint="Name two at least, by id or by a record.",
        )
    with turn(by, acts.MERGE, seen) as lease:
        customers = [customer_by_public_id(public_id) for public_id in wanted]
        if len({one.id for one in customers}) < len(customers):
            raise Conflict("They are one customer already.", hint="Look at it again.")
        groups = tuple(_members(one) for one in customers)
        new = NewAct(acts.MERGE, by.id, reason, groups=groups, customers=tuple(wanted))
        return carry_out(new, lease, by)


def split_customer(
    public_id: str,
    groups: Sequence[Collection[int]],
    *,
    by: Actor,
    reason: str = "",
    seen: Seen | None = None,
) -> ActDone:
    """Part a customer: records (row ids) of different groups are different people's.

    Where one group is named, all other records are the second one. Of several, a record that is in
    none goes where matching sees it. Each group stays together. It holds, whatever arrives later,
    while two groups have a record left that they have now. Raises what `decide` does, `Unknown`,
    and `Conflict` where a record is not the customer's.
    """
    named = [tuple(sorted(set(group))) for group in groups if group]
    listed = {record for group in named for record in group}
    if sum(map(len, named)) > len(listed) or not 1 <= len(named) <= MOST_AT_ONCE:
        raise WrongCall(
            f"A split takes 1 to {MOST_AT_ONCE} groups, and each record in one of them.",
            hint="Name the records that do not belong to the others.",
        )
    with turn(by, acts.SPLIT, seen) as lease:
        customer = customer_by_public_id(public_id)
        members = _members(customer)
        if not listed <= set(members):
            raise Conflict(
                f"Not all of these records belong to the customer {customer.public_id}.",
                hint="Look at it again: they moved, or are restricted.",
            )
        if len(named) == 1:
            named.append(tuple(record for record in members if record not in listed))
        if not all(named):
            raise WrongCall("All of its records are in one group.", hint="Leave some of them out.")
        new = NewAct(acts.SPLIT, by.id, reason, groups=tuple(named), customers=(public_id,))
        return carry_out(new, lease, by)


def undo(act_id: str, *, by: Actor, reason: str = "") -> ActDone:
    """Withdraw exactly what an act decided: of each pair, what was said before it holds again, and
    what was said after it stays. An undo is an act that can be undone itself, at any age.

    Raises `Refused`, `Unknown`, and `Conflict` where the act does not count.
    """
    with turn(by, acts.UNDO) as lease:
        target = acts.act_named(act_id)
        if target.state != acts.DONE:
            raise Conflict(
                f"The act {act_id} is {target.state}: it was never done.",
                hint="A proposal is rejected instead.",
            )
        _check_counts(target)
        customers = target.customers
        new = NewAct(acts.UNDO, by.id, reason, customers=customers, target=target.row)
        return carry_out(new, lease, by)


def approve(act_id: str, *, by: Actor) -> ActDone:
    """Carry out what somebody else proposed. Raises what the act itself would raise, and `Refused`
    for who proposed it.
    """
    with turn(by, "approve") as lease:
        proposal = _proposal(act_id)
        if by.id == proposal.author:
            refuse_approval(by, proposal.kind)
        target = acts.act_named(proposal.target) if proposal.target else None
        if target is not None:
            _check_counts(target)
        new = NewAct(
            proposal.kind,
            proposal.author,
            proposal.reason,
            proposal.verdict,
            proposal.groups,
            customers=proposal.customers,
            target=target and target.row,
        )
        return carry_out(new, lease, by, approves=proposal)


def reject(act_id: str, *, by: Actor, reason: str = "") -> StoredAct:
    """Turn a proposal down; who made it takes it back this way."""
    check_steward(by, "reject")
    proposal = _proposal(act_id)
    with transaction.atomic():
        settled = acts.settle_act(proposal.row, by.id, clock.now(), does=None, reason=reason)
        record_act(Act(f"{proposal.kind}.reject", by.id, target=act_id))
    return settled


def _proposal(act_id: str) -> StoredAct:
    found = acts.act_named(act_id)
    if found.state != acts.PROPOSED:
        raise Conflict(f"The act {act_id} is {found.state} already.", hint="Look at it again.")
    return found


def _check_counts(target: StoredAct) -> None:
    if target.undone_by:
        raise Conflict(
            f"The act {target.id} is undone already, by {target.undone_by}.",
            hint="To have it back, undo that one.",
        )


def _members(customer: CustomerView) -> tuple[int, ...]:
    """The records of a customer that take part in matching; raises `Conflict` where none does."""
    records = [member.record for member in members_of(customer.id)]
    restricted = restricted_records(records)
    active = tuple(record for record in records if record not in restricted)
    if not active:
        raise Conflict(
            f"The customer {customer.public_id} has no record that takes part in matching.",
            hint="Its records are gone, or restricted.",
        )
    return active
