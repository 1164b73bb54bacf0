"""Jobs that come again: `every 15m`, or five fields of cron in UTC.

A run is the conditional UPDATE that moves `next_at`: several workers enqueue it once. Runs that
were missed while nobody worked are not made up for, and a run whose job still waits adds none.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from croniter import croniter
from django.db import transaction

from tellonce.hub.core import clock
from tellonce.hub.core.errors import WrongCall
from tellonce.hub.jobs.models import Schedule
from tellonce.hub.jobs.queue import SCHEDULED, enqueue
from tellonce.hub.jobs.registry import recurring
from tellonce.hub.jobs.types import SYSTEM

_EVERY = re.compile(r"every\s+(\d{1,5})\s*([smhd])", re.IGNORECASE)
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


@dataclass(frozen=True)
class Rule:
    """When something runs: an interval, or cron fields ('' where there is an interval)."""

    interval: timedelta | None
    cron: str

    def after(self, moment: datetime, last: datetime | None = None) -> datetime:
        """The first run after `moment`; intervals are counted from `last` where there is one."""
        if self.interval is None:
            return croniter(self.cron, moment).get_next(datetime)
        start = last if last is not None and last <= moment else moment
        return start + self.interval * ((moment - start) // self.interval + 1)

    def period(self, moment: datetime) -> timedelta:
        """About how long it is from one run to the next."""
        following = self.after(moment)
        return self.interval or self.after(following) - following


def parse_rule(text: str) -> Rule:
    """A rule from its words; raises `WrongCall` for anything that is not one."""
    if found := _EVERY.fullmatch(text.strip()):
        interval = timedelta(**{_UNITS[found[2].lower()]: int(found[1])})
        if interval:
            return Rule(interval, "")
    elif len(text.split()) == 5 and croniter.is_valid(text):
        return Rule(None, text.strip())
    raise WrongCall(
        f"'{text}' is no schedule.",
        hint="Write 'every 15m' (s, m, h, d), or five cron fields in UTC such as '0 3 * * *'.",
    )


def set_schedule(
    name: str, rule: str, kind: str, payload: Mapping[str, Any], actor: str, *, bulk: bool = True
) -> None:
    """Enqueue a job of this kind by this rule from now on; replaces the schedule of that name.

    A rule that stays the same keeps its next run. Raises `WrongCall` where it is not a rule.
    """
    parsed = parse_rule(rule)
    values = {"rule": rule, "kind": kind, "payload": dict(payload), "actor": actor, "bulk": bulk}
    with transaction.atomic():
        if Schedule.objects.filter(name=name, rule=rule).update(**values):
            return
        values["next_at"] = parsed.after(clock.now())
        Schedule.objects.update_or_create(name=name, defaults=values)


def remove_schedule(name: str) -> bool:
    """Never enqueue it again; False when there is no such schedule."""
    return Schedule.objects.filter(name=name).delete()[0] == 1


def enqueue_due() -> int:
    """Enqueue what is due, once however many workers ask; returns how many."""
    there = dict(Schedule.objects.values_list("name", "rule"))
    for name, (rule, kind) in recurring().items():
        if there.get(name) != rule:
            set_schedule(name, rule, kind, {}, SYSTEM)
    now = clock.now()
    return sum(_run(schedule, now) for schedule in Schedule.objects.all())


def _run(schedule: Schedule, now: datetime) -> bool:
    rule = parse_rule(schedule.rule)
    same = Schedule.objects.filter(name=schedule.name, next_at=schedule.next_at)
    if schedule.next_at > now:
        if _was_set_back(schedule, rule, now):
            same.update(next_at=rule.after(now), last_at=None)
        return False
    with transaction.atomic():
        if not same.update(next_at=rule.after(now, schedule.next_at), last_at=now):
            return False  # another worker was first
        key = f"{SCHEDULED}{schedule.name}"
        enqueue(schedule.kind, schedule.payload, schedule.actor, unique=key, bulk=schedule.bulk)
    return True


def _was_set_back(schedule: Schedule, rule: Rule, now: datetime) -> bool:
    """Whether the clock was wrong by a period or more when it last ran: we begin anew.

    By less than one, the runs between now and then have been, and are not done twice.
    """
    return schedule.next_at - rule.after(now) > rule.period(now)
