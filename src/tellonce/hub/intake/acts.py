"""Writing an act: what changes the partition, in one transaction that the resolver confirms."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.db import transaction

from tellonce.hub.core import clock
from tellonce.hub.core.bulk import as_moment, as_stored, changed, fetched
from tellonce.hub.intake.models import Partition
from tellonce.hub.jobs.services import confirm
from tellonce.hub.jobs.types import HeldLease

_ONLY = 1
_TICK = timedelta(microseconds=1)
_LAST_ACT = 'SELECT last_act FROM "partition" WHERE id = %s'
_NOTE_ACT = 'UPDATE "partition" SET last_act = %s WHERE id = %s'
_NOTE_LATER = f"{_NOTE_ACT} AND last_act < %s"
_RULES = 'SELECT rules FROM "partition" WHERE id = %s'
_STANDING = """
    SELECT rules, EXISTS (SELECT 1 FROM waiting LIMIT 1 OFFSET %s) FROM "partition" WHERE id = %s
"""


@contextmanager
def act(lease: HeldLease) -> Iterator[datetime]:
    """A transaction that changes the partition; gives its moment, later than that of every act
    before it even where the clock was turned back.
    """
    with transaction.atomic():
        confirm(lease)
        yield _moment_of_act()


def _moment_of_act() -> datetime:
    now = clock.now()
    if changed(_NOTE_LATER, as_stored(now), _ONLY, as_stored(now)):
        return now
    if held := fetched(_LAST_ACT, _ONLY):
        last = as_moment(held[0][0])
        moment: datetime = max(now, last + _TICK) if last else now
        changed(_NOTE_ACT, as_stored(moment), _ONLY)
        return moment
    Partition.objects.create(pk=_ONLY, last_act=now)
    return now


def rules_of_partition() -> str:
    """Fingerprint of the rules that everything held was placed under, "" where there is none."""
    held = fetched(_RULES, _ONLY)
    return held[0][0] if held else ""


def is_placed_by(fingerprint: str, *, but: int) -> bool:
    """Whether everything that is held was placed under these rules, and fewer than `but` wait."""
    standing = fetched(_STANDING, but - 1, _ONLY)
    return any(rules == fingerprint and not many for rules, many in standing)


def set_rules_of_partition(fingerprint: str) -> None:
    """Inside an act: what everything is placed under from now on; "": it is being changed."""
    Partition.objects.filter(pk=_ONLY).update(rules=fingerprint)
