"""When each source delivered what, for those who watch over it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from tellonce.hub.sources.models import SourceRun


@dataclass(frozen=True, slots=True)
class RunFact:
    """A run that has ended: how many rows it brought, and how many of them went to quarantine.

    `good`: it came to its end; a run whose deletions are held has. `trouble`: why it did not.
    """

    source: str
    content: str
    good: bool
    started_at: datetime
    rows: int
    quarantined: int
    trouble: str


def ended_runs(since: datetime) -> Iterator[RunFact]:
    """Every run that began since then and has ended, by source, content and time."""
    rows = SourceRun.objects.filter(started_at__gte=since).exclude(state=SourceRun.RUNNING)
    names = ("source__name", "content", "state", "started_at", "counts", "trouble")
    ordered = rows.order_by("source__name", "content", "started_at", "id")
    for source, content, state, at, counts, trouble in ordered.values_list(*names).iterator(2_000):
        found = [
            counts.get(name, 0) for name in ("added", "changed", "older", "repeated", "quarantined")
        ]
        yield RunFact(
            source, content, state != SourceRun.FAILED, at, sum(found), found[-1], trouble
        )
