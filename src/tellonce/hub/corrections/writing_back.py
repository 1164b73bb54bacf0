"""What the sources answer, and when a correction is closed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from tellonce.hub.accounts.refusing import refuse_unless
from tellonce.hub.accounts.types import CLIENT, Actor
from tellonce.hub.audit.services import record_act
from tellonce.hub.audit.types import Act
from tellonce.hub.core import clock
from tellonce.hub.core.errors import Conflict, Unknown, WrongCall
from tellonce.hub.core.ids import is_id
from tellonce.hub.corrections.declared import Declared
from tellonce.hub.corrections.late_returns import due_of
from tellonce.hub.corrections.models import Correction, WriteBack
from tellonce.hub.corrections.storing import Telling, hold, move, policy_in_force, telling
from tellonce.hub.corrections.types import (
    ANSWERS,
    APPLIED,
    CLOSED,
    DONE,
    FINAL,
    KEPT,
    LEFT,
    PROPAGATED,
    REOPENED,
    UNANSWERED,
    VERIFIED,
    WATCHED,
)
from tellonce.hub.sources.cards import truncate_cards

ANSWER = ("steward", "engineer", "admin", CLIENT)


def answer_task(public_id: str, answer: str, *, by: Actor, reason: str = "") -> str:
    """Say that a source has written a correction back (or given its value back), could not, or will
    not.

    Done is believed once a delivery of the source carries it. Returns the correction's id. Raises
    `Refused`, `Unknown`, `WrongCall` where a refusal or failure gives no reason, `Conflict` where
    it is answered.
    """
    hint = "Ask whoever runs the source."
    refuse_unless(by, ANSWER, "correction.answer", may_not="answer for a source", hint=hint)
    if answer not in ANSWERS:
        raise WrongCall(f"There is no answer {answer!r}.", hint=f"Say {', '.join(ANSWERS)}.")
    if answer != DONE and not reason.strip():
        raise WrongCall("It is not said why.", hint="Give a reason.")
    now = clock.now()
    with transaction.atomic():
        hold([_task(public_id).correction_id])  # of two answers the later one sees the other
        task = _task(public_id)
        mine = WriteBack.objects.filter(pk=task.pk, state__in=UNANSWERED)
        words = truncate_cards(reason[:1_000])
        said: dict[str, Any] = {
            "state": answer,
            "reason": words,
            "answered_at": now,
            "answered_by": by.id,
        }
        policy = policy_in_force()[1]
        if task.gives_back and answer == DONE:
            said["seen"] = 0  # what it says may be right already, and never change
            said["due_at"] = due_of(task.correction.severity, now, policy, done=True)
            said["reminded_at"] = said["overdue_at"] = None
        if not mine.update(**said, as_of=now):
            raise Conflict(f"The task {public_id} is {task.state}.", hint="Look at it again.")
        told = telling([task.correction], now, by.id)
        told.add(
            task.correction, "answered", f"{task.record.source.name}: {answer} {words}".strip()
        )
        settle(task.correction, policy, told)
        told.write()
        record_act(Act(f"correction.{answer}", by.id, target=public_id))
    return task.correction.public_id


def settle(row: Correction, policy: Declared, told: Telling) -> None:
    """In the transaction at hand: where a correction stands, now that something about its tasks
    changed. One that is not open stays as it is.
    """
    if row.state not in (APPLIED, PROPAGATED, REOPENED):
        return
    tasks = WriteBack.objects.filter(correction=row).exclude(state=WATCHED)
    states = set(tasks.values_list("state", flat=True))
    if states <= set(FINAL):
        outcome = VERIFIED if states - {LEFT} == {VERIFIED} else KEPT
        close(row, outcome, policy, told, told.at)
    elif not states & set(UNANSWERED) and row.state != PROPAGATED:
        move([row], PROPAGATED, told.at, policy)


def close(row: Correction, outcome: str, policy: Declared, told: Telling, at: datetime) -> None:
    """In the transaction at hand: nothing more is waited for."""
    move([row], CLOSED, at, policy, outcome=outcome, closed_at=at)
    told.add(row, "closed", _OUTCOMES[outcome], outcome=outcome)


_OUTCOMES = {
    VERIFIED: "every source carries it",
    KEPT: "it stands over a source that does not carry it",
    "expired": "its time is over",
}


def _task(public_id: str) -> WriteBack:
    rows = WriteBack.objects.select_related("correction__record", "record__source")
    row = rows.filter(public_id=public_id).first()
    if row is None:
        shape = "" if is_id(public_id, "tsk") else "An id looks like tsk_ and 32 hex digits. "
        raise Unknown(
            f"There is no task {public_id!r}.", hint=f"{shape}See tellonce correction tasks."
        )
    return row
