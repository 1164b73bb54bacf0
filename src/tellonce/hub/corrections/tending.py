"""What time does to corrections: reminders, deadlines, escalation, and the end of their values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from tellonce.hub.core import clock
from tellonce.hub.corrections.declared import Declared
from tellonce.hub.corrections.late_returns import tend_returns
from tellonce.hub.corrections.models import Correction, WriteBack
from tellonce.hub.corrections.resuming import resume_groups
from tellonce.hub.corrections.storing import Telling, policy_in_force, telling
from tellonce.hub.corrections.types import (
    APPLIED,
    EXPIRED,
    OPEN,
    PROPAGATED,
    REOPENED,
    STEP_OF_STATE,
)
from tellonce.hub.corrections.writing_back import close
from tellonce.hub.intake.stewarding import expire_steward_values
from tellonce.hub.jobs.types import SYSTEM

AT_ONCE = 500


@dataclass(frozen=True)
class Tended:
    """How many corrections (and tasks of giving back) were reminded of, came to be overdue, were
    escalated, and ended.
    """

    reminded: int
    overdue: int
    escalated: int
    expired: int


def tend_corrections() -> Tended:
    """Go on with groups that were cut short, end values whose time is over, remind of what is due,
    say what is overdue, and pass it on.
    """
    resume_groups()
    expired = expire_steward_values(SYSTEM, _have_expired)
    reminded, overdue, escalated = tend_returns()
    policy, last = policy_in_force()[1], 0
    while rows := _waiting(last):
        last = rows[-1].pk
        with transaction.atomic():
            told = telling(rows, clock.now(), SYSTEM)
            for row in rows:
                reminded += _remind(row, policy, told)
                overdue += _is_overdue(row, told)
                escalated += _escalate(row, policy, told)
            told.write()
    return Tended(reminded, overdue, escalated, len(expired))


def _waiting(after: int) -> list[Correction]:
    """Open corrections that may be reminded of or overdue, in order of their row ids."""
    rows = Correction.objects.filter(state__in=OPEN, due_at__isnull=False, pk__gt=after)
    return list(rows.order_by("id")[:AT_ONCE])


def _remind(row: Correction, policy: Declared, told: Telling) -> bool:
    assert row.due_at is not None
    at = row.since + (row.due_at - row.since) * policy.remind_at
    if row.reminded_at is not None or not at <= told.at < row.due_at:
        return False
    if _mark(row, reminded_at=told.at):
        told.add(row, "reminded", f"{row.owner}: {_step(row)} is due {row.due_at:%Y-%m-%d %H:%M}")
        return True
    return False


def _is_overdue(row: Correction, told: Telling) -> bool:
    assert row.due_at is not None
    if row.overdue_at is not None or told.at < row.due_at:
        return False
    if _mark(row, overdue_at=told.at):
        told.add(row, "overdue", f"{row.owner}: {_step(row)} was due {row.due_at:%Y-%m-%d %H:%M}")
        return True
    return False


def _escalate(row: Correction, policy: Declared, told: Telling) -> bool:
    """To the next role at the deadline, and again each time as long has passed once more."""
    assert row.due_at is not None
    following = policy.escalate.get(row.owner)
    if row.overdue_at is None or following is None or not _is_next(row, told.at):
        return False
    if _mark(row, owner=following, escalated=row.escalated + 1):
        told.add(row, "escalated", f"to {following}", owner=following)
        return True
    return False


def _is_next(row: Correction, now: datetime) -> bool:
    """Whether the deadline has passed as often as it takes for one more escalation."""
    assert row.due_at is not None
    return now >= row.due_at + (row.due_at - row.since) * row.escalated


def _mark(row: Correction, **changes: object) -> bool:
    """Whether nobody moved or marked it meanwhile; a mark is no change that anybody must have
    seen.
    """
    before = {name: getattr(row, name) for name in changes}
    same = Correction.objects.filter(pk=row.pk, version=row.version, **before)
    if not same.update(**changes):
        return False
    for name, value in changes.items():
        setattr(row, name, value)
    return True


def _step(row: Correction) -> str:
    return STEP_OF_STATE[row.state].replace("_", "-")


def _have_expired(ids: list[str]) -> None:
    """In the transaction that ends their values."""
    rows = list(Correction.objects.filter(public_id__in=ids).select_related("record", "group"))
    told = telling(rows, clock.now(), SYSTEM)
    policy = policy_in_force()[1]
    WriteBack.objects.filter(correction__in=rows).update(watched=False)
    for row in rows:
        told.add(row, "expired", "its value stands over the sources no more")
        if row.state in (APPLIED, PROPAGATED, REOPENED):
            close(row, EXPIRED, policy, told, told.at)
    told.write()
