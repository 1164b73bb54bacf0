"""Applying corrections: steward values over the sources, and what the sources are asked for.

Only a value that is still as it was when the correction was proposed is replaced. The same in
reverse takes it back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from tellonce.hub.accounts.types import Actor
from tellonce.hub.audit.services import record_act
from tellonce.hub.audit.types import Act
from tellonce.hub.core import clock
from tellonce.hub.core.errors import Conflict
from tellonce.hub.core.ids import new_id
from tellonce.hub.corrections.customers_at_hand import AtHand, at_hand
from tellonce.hub.corrections.declared import Declared
from tellonce.hub.corrections.giving_back import ask_no_more_to_give_back, ask_to_give_back
from tellonce.hub.corrections.models import Correction, WriteBack
from tellonce.hub.corrections.naming import stands_already
from tellonce.hub.corrections.storing import (
    Telling,
    check_state,
    contents,
    move,
    telling,
)
from tellonce.hub.corrections.types import (
    APPLIED,
    ASKED,
    CLOSED,
    IN_FORCE,
    REJECTED,
    STANDS,
    TAKEN_BACK,
    UNANSWERED,
    UNDONE,
    Content,
)
from tellonce.hub.customers.models import StewardValue
from tellonce.hub.customers.selectors import customers_of_records
from tellonce.hub.customers.stewarding import (
    end_steward_values,
    steward_values_of,
    store_steward_values,
)
from tellonce.hub.customers.types import NewStewardValue
from tellonce.hub.intake.stewarding import change_steward_values
from tellonce.hub.sources.selectors import record_names


@dataclass(frozen=True)
class _Ready:
    """A correction about to be applied, and the records (row id -> version) that say otherwise."""

    row: Correction
    content: Content
    tasks: Mapping[int, int]


AT_ONCE = 100
"""Corrections applied, or taken back, in one transaction: few enough to be written in 250 ms."""


@dataclass(frozen=True)
class _Review:
    """Who approved, as it is kept, and why."""

    by: str
    why: str


def apply_corrections(
    rows: Sequence[Correction],
    policy: Declared,
    *,
    by: Actor,
    reviewer: str,
    why: str = "",
    rest: bool = False,
) -> None:
    """Apply proposed corrections, `AT_ONCE` in each act.

    `reviewer`: who approved them, as it is kept. Raises `Conflict`, and none is applied, where a
    value is not what it was; of the `rest` of a group that was cut short, such a one is rejected.
    Where the customer has the new value already, which not everybody sees who proposes, it is
    closed as standing already.
    """
    ready, stale, standing = _ready(rows)
    if stale and not rest:
        listed = ", ".join(row.public_id for row in stale[:5]) + (" ..." if stale[5:] else "")
        raise Conflict(
            f"The value is not what it was when this was proposed: {listed}.",
            hint="Reject it, and propose anew what is still wrong.",
        )
    if stale:
        _reject(stale, policy, by)
    if standing:
        _close(standing, policy, by, reviewer)
    for start in range(0, len(ready), AT_ONCE):
        _apply(ready[start : start + AT_ONCE], policy, by, _Review(reviewer, why))


def _apply(part: Sequence[_Ready], policy: Declared, by: Actor, review: _Review) -> None:
    rows = [one.row for one in part]

    def change(moment: datetime) -> list[int]:
        move(rows, APPLIED, moment, policy, reviewer=review.by, applied_at=moment)
        store_steward_values([_steward_value(one, review.by) for one in part], moment)
        told = telling(rows, moment, review.by)
        for one in part:
            told.add(one.row, "approved", review.why)
            told.add(one.row, "applied")
        ask_sources({one.row: one.tasks for one in part}, told)
        told.write()
        _audit("correction.approve", rows, told, by)
        return [row.record_id for row in rows]

    change_steward_values(change, actor=by.id)


def _reject(rows: Sequence[Correction], policy: Declared, by: Actor) -> None:
    with transaction.atomic():
        now = clock.now()
        move(rows, REJECTED, now, policy, closed_at=now, reviewer=by.id)
        told = telling(rows, now, by.id)
        for row in rows:
            told.add(row, REJECTED, "its value changed while the group waited to go on")
        told.write()
        _audit("correction.reject", rows, told, by)


def _close(rows: Sequence[Correction], policy: Declared, by: Actor, reviewer: str) -> None:
    with transaction.atomic():
        now = clock.now()
        move(rows, CLOSED, now, policy, closed_at=now, reviewer=reviewer, outcome=STANDS)
        told = telling(rows, now, by.id)
        for row in rows:
            told.add(row, CLOSED, "the customer has the value already")
        told.write()
        _audit("correction.approve", rows, told, by)


def _ready(
    rows: Sequence[Correction],
) -> tuple[list[_Ready], list[Correction], list[Correction]]:
    """What can be applied, those whose value is not what it was, and those that stand already."""
    said = contents(rows)
    ready: list[_Ready] = []
    stale: list[Correction] = []
    standing: list[Correction] = []
    hands: dict[int, AtHand] = {}
    for row in rows:
        hand = _hand(row, hands)
        content = said.get(row.pk)
        if hand is None or content is None or not _still(row, content, hand):
            stale.append(row)
            continue
        if stands_already(content, row.attribute, row.is_identifier, hand):
            standing.append(row)
            continue
        saying = hand.records_saying(row.attribute, content.old) if content.old else []
        tasks = saying or [row.record_id if row.record_id in hand.versions else min(hand.versions)]
        ready.append(_Ready(row, content, {i: hand.versions[i] for i in tasks}))
    return ready, stale, standing


def _hand(row: Correction, hands: dict[int, AtHand]) -> AtHand | None:
    customers = customers_of_records([row.record_id])
    if not customers:
        return None
    (customer,) = customers
    if customer.id not in hands:
        try:
            hands[customer.id] = at_hand(customer)
        except Conflict:
            return None
    return hands[customer.id]


def _still(row: Correction, content: Content, hand: AtHand) -> bool:
    golden = hand.golden.get(row.attribute, ())
    if content.old is None:
        return not golden
    return content.old in golden or bool(hand.records_saying(row.attribute, content.old))


def _steward_value(one: _Ready, actor: str) -> NewStewardValue:
    return NewStewardValue(
        one.row.record_id,
        one.row.attribute,
        one.content.value,
        one.content.old,
        actor,
        one.row.public_id,
        reason=one.content.reason,
        is_identifier=one.row.is_identifier,
        expires_at=one.row.expires_at,
    )


def ask_sources(tasks: Mapping[Correction, Mapping[int, int]], told: Telling) -> None:
    """In the transaction at hand: ask for a write-back in each of these records (row id -> version
    that was looked at).
    """
    names = record_names({record for records in tasks.values() for record in records})
    made = [
        WriteBack(
            public_id=new_id("tsk"),
            correction=row,
            record_id=record,
            state=ASKED,
            seen=version,
            asked_at=told.at,
        )
        for row, records in tasks.items()
        for record, version in records.items()
    ]
    ask_no_more_to_give_back(tasks)
    WriteBack.objects.bulk_create(made)
    for task in made:
        source = names[task.record_id][0]
        told.add(task.correction, "propagated", source, task=task.public_id, source=source)


def take_back(rows: Sequence[Correction], policy: Declared, *, by: Actor, reason: str) -> None:
    """Undo applied corrections, `AT_ONCE` in each act: the golden records are what they would be
    without them. A source that has taken a value over is asked to give it up.

    Raises `Conflict` where one is not in force, or none stands over anything any more.
    """
    for row in rows:
        check_state(row, IN_FORCE, "undone")
    over = {one.correction for one in steward_values_of([row.public_id for row in rows])}
    live = [row for row in rows if row.public_id in over]
    if not live:
        raise Conflict(
            f"The correction {rows[0].public_id} stands over nothing any more: its time was over.",
            hint="There is nothing to undo.",
        )
    for start in range(0, len(live), AT_ONCE):
        _take_back(live[start : start + AT_ONCE], policy, by, reason)


def _take_back(rows: Sequence[Correction], policy: Declared, by: Actor, reason: str) -> None:
    values = steward_values_of([row.public_id for row in rows])

    def change(moment: datetime) -> list[int]:
        move(rows, UNDONE, moment, policy, closed_at=moment)
        told = telling(rows, moment, by.id)
        for row in rows:
            told.add(row, "undone", reason)
        tasks = WriteBack.objects.filter(correction__in=rows)
        tasks.filter(state__in=UNANSWERED).update(state=TAKEN_BACK)
        tasks.update(watched=False)
        ask_to_give_back(rows, policy, told)
        told.write()
        _audit("correction.undo", rows, told, by)
        return end_steward_values([one.id for one in values], moment, StewardValue.UNDONE)

    change_steward_values(change, actor=by.id)


def _audit(action: str, rows: Sequence[Correction], told: Telling, by: Actor) -> None:
    group = rows[0].group
    record_act(
        Act(
            action,
            by.id,
            target=group.public_id if group and len(rows) > 1 else rows[0].public_id,
            subjects=tuple(sorted(set(told.customers.values()))),
            fields=tuple(sorted({row.attribute for row in rows})),
            details={"corrections": len(rows)},
        )
    )
