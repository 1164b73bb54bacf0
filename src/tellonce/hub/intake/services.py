"""THE PATH OF ONE BATCH ON ONE PAGE: deliver -> validate -> place -> customers -> events.

    deliver    rows become record versions, in short transactions that can be resumed
    validate   rows that cannot be used go to quarantine, with the reason
    place      one resolver at a time works out who is who around what changed, chunk by chunk;
               over all records where that is quicker (a first load) or the rules are others
    customers  memberships, golden versions and ids change where the answer changed
    events     and each change is told, in the transaction that made it

A crash anywhere leaves whole transactions only. Running the same again goes on from there.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import transaction

from tellonce.hub.accounts.types import Actor
from tellonce.hub.audit.services import record_act
from tellonce.hub.audit.types import Act
from tellonce.hub.bridge.types import Progress, Tell, no_progress, no_telling
from tellonce.hub.core.errors import Busy
from tellonce.hub.customers.selectors import customer_counts
from tellonce.hub.intake.acts import act, is_placed_by, rules_of_partition
from tellonce.hub.intake.delivering import deliver_records
from tellonce.hub.intake.placing import (
    ChunkSize,
    place_next,
    place_records,
    prepare,
    write_prepared,
)
from tellonce.hub.intake.pushing import (
    Accepted,
    Pushed,
    accept_records,
    keep_pushed,
    read_pushed,
)
from tellonce.hub.intake.resolving import resolve_everything
from tellonce.hub.intake.rules import (
    Rules,
    is_free_to_train,
    is_outgrown,
    is_time_to_train,
    rules_in_force,
    rules_to_train,
)
from tellonce.hub.intake.telling import Tally
from tellonce.hub.intake.turns import is_turn_wanted, resolving
from tellonce.hub.intake.waiting import (
    WaitingRecord,
    any_waiting,
    await_placing,
    clear_queue,
    enqueue_placing,
    urgent_waiting,
    waiting_among,
    waiting_count,
)
from tellonce.hub.intake.work import PROPOSE
from tellonce.hub.jobs.services import enqueue
from tellonce.hub.jobs.types import HeldLease
from tellonce.hub.sources.selectors import active_record_count, deliveries_to_place
from tellonce.hub.sources.services import mark_placed, set_restricted
from tellonce.hub.sources.types import LoadReport

RESOLVES_ALL_AT = 0.5
"""Share of the records that must wait for all of them to be resolved at once, and at least"""
RESOLVES_ALL_FROM = 20_000
IN_ONE = 10
"""Rows that are kept and placed in one transaction: what the engine does for them is a few
milliseconds, for which the write lock may be held."""
_LOOKS_EVERY = 100  # record of those that people wait for, whether the model is outgrown
_MANY = 1_000  # records, after which their place in the queue is worth clearing out
_SOON = 1.0  # seconds to wait for the turn before rows are kept without it
TOGETHER = 100
"""Records that people wait for, placed in one turn: few enough to be written in 250 ms."""


@dataclass(frozen=True)
class Placed:
    """What placing changed, and how many records and customers there are now.

    `model`: shipped, trained now, or adopted before.
    """

    records: int
    customers: int
    created: int
    changed: int
    merged: int
    split: int
    removed: int
    model: str


@dataclass(frozen=True)
class RecordsLoaded:
    """What a load of records did; `placed` None where nothing waited to be placed."""

    report: LoadReport
    placed: Placed | None


def load_records(
    source: str,
    path: Path,
    *,
    full: bool = False,
    by: Actor,
    yes_delete: bool = False,
    progress: Progress = no_progress,
    tell: Tell = no_telling,
) -> RecordsLoaded:
    """Deliver a file of records and place what waits; `full`: what is missing from it is deleted,
    or held where it is more than the source's guard lets pass and `yes_delete` is not said.

    Raises `Unknown` for the source, `WrongCall` and the errors of `io.errors` for the file, `Busy`
    where another process delivers to this source or resolves.
    """
    report = deliver_records(
        source, path, full=full, by=by, yes_delete=yes_delete, progress=progress, tell=tell
    )
    return RecordsLoaded(report, place_waiting(by=by, progress=progress))


def place_waiting(*, by: Actor, progress: Progress = no_progress) -> Placed | None:
    """Place what waits, chunk by chunk; None where nothing does.

    After each chunk whoever waits goes first. Raises `Busy` where another resolver does not end.
    """
    return place_pending(by.id, progress)


def place_pending(actor: str, progress: Progress = no_progress) -> Placed | None:
    """`place_waiting` for an actor's text id. Where the hub has outgrown its model, everything is
    resolved by one trained anew; or, where people decided, such a model is proposed to them.
    """
    stored, total = deliveries_to_place(), waiting_count()
    done, model, size, tally = 0, "", ChunkSize(), Tally()
    outgrown = is_outgrown()
    if outgrown and not is_free_to_train():
        outgrown = False
        with transaction.atomic():
            enqueue(PROPOSE, {}, actor, unique=PROPOSE, bulk=True)
    while outgrown or any_waiting():
        with resolving(actor, bulk=True) as lease:
            while True:
                model = resolved_if_due(tally, lease, progress, outgrown=outgrown) or model
                outgrown = False
                chunk = place_next(size.records, rules_in_force(), lease)
                if chunk is None:
                    break
                size.learn(chunk.records, chunk.locked)
                tally.add(chunk.applied)
                done += chunk.records
                progress("place", done, max(done, total))
                if is_turn_wanted():
                    break
    mark_placed(stored)
    if done >= _MANY:
        clear_queue()
    return _placed(tally, model or "adopted") if total else None


def resolved_if_due(
    tally: Tally, lease: HeldLease, progress: Progress, *, outgrown: bool = False
) -> str:
    """Resolve all where that is due, by a model trained anew where that in force is `outgrown`;
    says by which model, "" where it was not. The caller holds the resolver's lease.
    """
    if outgrown or is_time_to_train():
        rules = rules_to_train()
    else:
        rules = rules_in_force()
        if _holds(rules):
            return ""
    tally.include(resolve_everything(rules, lease, progress))
    return rules.origin


def _holds(rules: Rules) -> bool:
    """Whether everything is placed by these rules, and few wait."""
    if is_placed_by(rules.fingerprint, but=RESOLVES_ALL_FROM):
        return True
    if rules_of_partition() != rules.fingerprint:
        return False
    return waiting_count() < RESOLVES_ALL_AT * active_record_count()


def _placed(tally: Tally, model: str) -> Placed:
    return Placed(
        records=active_record_count(),
        customers=customer_counts()["customers"],
        created=tally.created,
        changed=tally.changed,
        merged=tally.merged,
        split=tally.split,
        removed=tally.removed,
        model=model,
    )


def restrict_records(records: Collection[int], *, restricted: bool, by: Actor) -> None:
    """Take records (row ids) out of matching, their membership frozen, or back into it."""
    with transaction.atomic():
        await_placing(set_restricted(records, restricted=restricted), urgent=True)
        record_act(Act("restrict" if restricted else "unrestrict", by.id))
    place_records_now(records, by=by)


def accept_placed(source: str, rows: Sequence[Any], *, by: Actor) -> Accepted:
    """Keep rows of a source and place them, before this returns: `pushing.accept_records`.

    Few rows are kept and placed in one transaction. Where someone else places, and for many rows,
    they are kept first, so that they are not lost if whoever waits gives up.
    """
    if len(rows) <= IN_ONE:
        pushed = read_pushed(source, rows, by=by)
        with suppress(Busy), resolving(by.id, wait_seconds=_SOON) as lease:
            accepted = _placed_at_once(pushed, _settled_rules(lease), lease, by)
            _follow_growth(accepted, by)
            return accepted
    accepted = accept_records(source, rows, by=by, urgent=True)
    place_records_now(accepted.records.values(), by=by)
    return accepted


def _follow_growth(accepted: Accepted, by: Actor) -> None:
    """Now and then have it looked whether the hub has outgrown its model: nobody waits for that."""
    if any(record % _LOOKS_EVERY == 0 for record in accepted.moved) and is_outgrown():
        enqueue_placing(by.id)


def _settled_rules(lease: HeldLease) -> Rules:
    """The rules in force, by which everything is placed once this returns."""
    rules = rules_in_force()
    if (rules.of_own or not is_time_to_train()) and _holds(rules):
        return rules
    resolved_if_due(Tally(), lease, no_progress)
    return rules_in_force()


def _placed_at_once(pushed: Pushed, rules: Rules, lease: HeldLease, by: Actor) -> Accepted:
    with act(lease) as moment:
        accepted = keep_pushed(pushed, by=by, placed=True)
        if accepted.to_place:
            write_prepared(prepare(accepted.to_place, {}, rules), moment, alone=True)
    return accepted


def place_records_now(records: Collection[int], *, by: Actor) -> None:
    """Place these records (row ids) before all others, if they wait, some at a time.

    What other people wait for goes with them, so that a hundred who wait need a few turns only.
    """
    stored = deliveries_to_place()
    while waiting := waiting_among(records):
        with resolving(by.id) as lease:
            resolved_if_due(Tally(), lease, no_progress)
            if found := list(waiting_among(waiting).values())[:TOGETHER]:
                place_records(_with_urgent(found), rules_in_force(), lease)
    if stored and not any_waiting():
        mark_placed(stored)


def _with_urgent(found: Sequence[WaitingRecord]) -> list[WaitingRecord]:
    own = {one.record for one in found}
    others = [one for one in urgent_waiting(TOGETHER) if one.record not in own]
    return [*found, *others][:TOGETHER]
