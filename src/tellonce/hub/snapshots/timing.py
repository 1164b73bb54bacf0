"""How long a snapshot was waited for: kept with each one, read as quantiles.

The clock runs from the call until everything is written: looking the customer up, waiting for the
database, deciding, sealing, audit and event. The commit itself, some milliseconds, is not in it.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import datetime

from tellonce.hub.core import clock
from tellonce.hub.snapshots.models import SnapshotTime

TAKEN, SERVED = SnapshotTime.TAKEN, SnapshotTime.SERVED


def keep_time(kind: str, begun: float) -> None:
    """Write down, in the transaction at hand, that a snapshot was ready now; `begun` is what
    `time.perf_counter` said when it was asked for.
    """
    milliseconds = round((time.perf_counter() - begun) * 1000, 3)
    SnapshotTime(at=clock.now(), milliseconds=milliseconds, kind=kind).save(force_insert=True)


def time_quantiles(
    since: datetime, until: datetime, shares: Sequence[float]
) -> tuple[int, list[float]]:
    """How many snapshots were handed out from `since` to before `until`, and for each share the
    milliseconds within which that share of them was ready (nearest rank); none where there are no
    snapshots.
    """
    rows = SnapshotTime.objects.filter(at__gte=since, at__lt=until)
    count = rows.count()
    if not count:
        return 0, []
    ordered = rows.order_by("milliseconds", "id").values_list("milliseconds", flat=True)
    ranks = [max(0, -int(-share * count // 1) - 1) for share in shares]
    return count, [ordered[rank] for rank in ranks]


def slowest_times(
    since: datetime, limit: int = 50, skip: int = 0
) -> list[tuple[datetime, str, float]]:
    """(when, taken or served, milliseconds) of the slowest ones since then, the slowest first;
    `skip`: so many slower ones are left out.
    """
    rows = SnapshotTime.objects.filter(at__gte=since).order_by("-milliseconds", "-id")
    return list(rows.values_list("at", "kind", "milliseconds")[skip : skip + limit])


def forget_times(before: datetime) -> int:
    """Delete times that are older; returns how many."""
    return SnapshotTime.objects.filter(at__lt=before).delete()[0]
