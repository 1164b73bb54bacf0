"""Reads of runs."""

from __future__ import annotations

from django.db.models import Max

from tellonce.hub.core.errors import Unknown
from tellonce.hub.sources.models import Delivery, SourceRun
from tellonce.hub.sources.types import Counts, RunView


def runs_of(source_id: int, limit: int = 20) -> list[RunView]:
    """The runs of a source, newest first."""
    rows = SourceRun.objects.select_related("source").filter(source_id=source_id)
    return [_view(row) for row in rows.order_by("-id")[:limit]]


def last_runs() -> dict[str, RunView]:
    """Source -> the run that did something last, of those that have any: pushes go on in theirs
    while others begin and end.
    """
    newest = SourceRun.objects.values("source", "trigger").annotate(last=Max("id")).values("last")
    rows = SourceRun.objects.select_related("source").filter(pk__in=newest)
    views = sorted(map(_view, rows), key=lambda run: (run.last_at, run.id))
    return {run.source: run for run in views}


def run_view(run_id: int) -> RunView:
    """One run as it stands; raises `Unknown`."""
    row = SourceRun.objects.select_related("source").filter(pk=run_id).first()
    if row is None:
        raise Unknown(f"There is no run {run_id}.", hint="See `tellonce source runs NAME`.")
    return _view(row)


def _view(row: SourceRun) -> RunView:
    counts = Counts(**row.counts)
    if row.state == SourceRun.RUNNING:
        for held in Delivery.objects.filter(run_id=row.pk).values_list("counts", flat=True):
            counts = counts.plus(Counts(**held))
    return RunView(
        id=row.pk,
        source=row.source.name,
        content=row.content,
        connector=row.connector,
        trigger=row.trigger,
        state=row.state,
        counts=counts,
        held=row.held,
        cursor_before=row.cursor_before,
        cursor_after=row.cursor_after,
        trouble=row.trouble,
        started_at=row.started_at,
        ended_at=row.ended_at,
    )
