"""Deadlines of giving back: what a source is asked for after an undo, when nobody answers.

They are those of corrections: by severity, to write back and to verify what is said to be done.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Min
from django.db.models.functions import Coalesce

from tellonce.hub.accounts.types import Actor
from tellonce.hub.core import clock
from tellonce.hub.corrections.declared import Declared
from tellonce.hub.corrections.models import WriteBack
from tellonce.hub.corrections.naming import about_unseen
from tellonce.hub.corrections.storing import Telling, policy_in_force, telling
from tellonce.hub.corrections.types import DONE, UNANSWERED, VERIFY, WRITE_BACK
from tellonce.hub.jobs.types import SYSTEM

WAITS = (*UNANSWERED, DONE)
_AT_ONCE = 500


def due_of(severity: str, since: datetime, policy: Declared, *, done: bool = False) -> datetime:
    """When a source should have given back what it was asked for since then; `done`: when a
    delivery should show it.
    """
    return since + timedelta(days=policy.deadlines[severity][VERIFY if done else WRITE_BACK])


def tend_returns() -> tuple[int, int, int]:
    """Remind of what is due, say what is overdue, pass it on; gives how many of each."""
    policy, last = policy_in_force()[1], 0
    reminded = overdue = escalated = 0
    while tasks := _waiting(last):
        last = tasks[-1].pk
        with transaction.atomic():
            told = telling([task.correction for task in tasks], clock.now(), SYSTEM)
            for task in tasks:
                since, due = _term(task, policy)
                reminded += _remind(task, since, due, policy, told)
                overdue += _is_overdue(task, due, told)
                escalated += _escalate(task, since, due, policy, told)
            told.write()
    return reminded, overdue, escalated


def late_returns(by: Actor | None = None) -> tuple[int, datetime | None]:
    """How many tasks of giving back are past their deadline, and since when the first is; None
    where none is. `by`: without those about what he does not see.
    """
    due = Coalesce("due_at", "overdue_at")  # of before there were deadlines: once it was told
    rows = WriteBack.objects.filter(gives_back=True, watched=True, state__in=WAITS)
    rows = rows.annotate(due=due).filter(due__lte=clock.now())
    if by is not None:
        rows = rows.exclude(about_unseen(by, "correction__"))
    return rows.count(), rows.aggregate(first=Min("due"))["first"]


def _waiting(after: int) -> Sequence[WriteBack]:
    rows = WriteBack.objects.filter(gives_back=True, watched=True, state__in=WAITS, pk__gt=after)
    return list(rows.select_related("correction", "record__source").order_by("id")[:_AT_ONCE])


def _term(task: WriteBack, policy: Declared) -> tuple[datetime, datetime]:
    """From when to when it should be done; one that was asked before there were deadlines has that
    of now.
    """
    since = task.answered_at if task.state == DONE and task.answered_at else task.asked_at
    due = task.due_at or due_of(task.correction.severity, since, policy, done=task.state == DONE)
    return since, due


def _remind(
    task: WriteBack, since: datetime, due: datetime, policy: Declared, told: Telling
) -> bool:
    at = since + (due - since) * policy.remind_at
    if task.reminded_at is not None or not at <= told.at < due:
        return False
    words = f"{_owner(task)}: {_what(task)} is due {due:%Y-%m-%d %H:%M}"
    return _say(task, "reminded", words, told, reminded_at=told.at)


def _is_overdue(task: WriteBack, due: datetime, told: Telling) -> bool:
    if task.overdue_at is not None or told.at < due:
        return False
    words = f"{_owner(task)}: {_what(task)} was due {due:%Y-%m-%d %H:%M}"
    return _say(task, "overdue", words, told, overdue_at=told.at)


def _escalate(
    task: WriteBack, since: datetime, due: datetime, policy: Declared, told: Telling
) -> bool:
    """To the next role at the deadline, and again each time as long has passed once more."""
    following = policy.escalate.get(_owner(task))
    if task.overdue_at is None or following is None:
        return False
    if told.at < due + (due - since) * task.escalated:
        return False
    changes = {"owner": following, "escalated": task.escalated + 1}
    return _say(task, "escalated", f"to {following}: {_what(task)}", told, **changes)


def _owner(task: WriteBack) -> str:
    return task.owner or task.correction.owner


def _what(task: WriteBack) -> str:
    return f"giving back by {task.record.source.name}"


def _say(task: WriteBack, kind: str, words: str, told: Telling, **changes: object) -> bool:
    """Mark the task and tell of it, unless it was answered or marked meanwhile."""
    before = {name: getattr(task, name) for name in changes}
    same = WriteBack.objects.filter(pk=task.pk, state=task.state, **before)
    if not same.update(**changes):
        return False
    for name, value in changes.items():
        setattr(task, name, value)
    about = {"task": task.public_id, "source": task.record.source.name, "owner": _owner(task)}
    told.add(task.correction, kind, words, **about)
    return True
