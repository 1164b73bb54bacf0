"""Writing an act: what changes the partition, in one transaction that the resolver confirms."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.db import transaction

from tellonce.hub.core import clock
from tellonce.hub.intake.models import Partition
from tellonce.hub.jobs.services import confirm
from tellonce.hub.jobs.types import HeldLease

_ONLY = 1
_TICK = timedelta(microseconds=1)


@contextmanager
def act(lease: HeldLease) -> Iterator[datetime]:
    """A transaction that changes the partition; gives its moment, later than that of every act
    before it even where the clock was turned back.
    """
    with transaction.atomic():
        confirm(lease)
        last = Partition.objects.filter(pk=_ONLY).values_list("last_act", flat=True).first()
        moment = max(clock.now(), last + _TICK) if last else clock.now()
        Partition.objects.update_or_create(pk=_ONLY, defaults={"last_act": moment})
        yield moment


def rules_of_partition() -> str:
    """Fingerprint of the rules that everything held was placed under, "" where there is none."""
    return Partition.objects.filter(pk=_ONLY).values_list("rules", flat=True).first() or ""


def set_rules_of_partition(fingerprint: str) -> None:
    """Inside an act: what everything is placed under from now on; "": it is being changed."""
    Partition.objects.filter(pk=_ONLY).update(rules=fingerprint)
