"""The history of a source: each load, fetch and push is a run, however it ends.

A run says where its cursor stood before and stands now; the cursor moves only once the rows up to
it are kept, so whatever ends a run, the next one goes on without losing any.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from tellonce.hub.accounts.types import Actor
from tellonce.hub.core import clock
from tellonce.hub.core.bulk import as_stored, changed, fetched
from tellonce.hub.core.canonical import canonical_json
from tellonce.hub.jobs.types import ReleaseJob
from tellonce.hub.sources.incoming import Incoming, file_incoming
from tellonce.hub.sources.models import Delivery, SourceRun
from tellonce.hub.sources.selectors import delivery_view
from tellonce.hub.sources.services import mark_stored
from tellonce.hub.sources.types import Counts, DeliveryView, SourceView

COMMAND, SCHEDULE, PUSH = "command", "schedule", "push"
_ONE_RUN = timedelta(hours=1)
_LAST_PUSH = (
    'SELECT id, counts FROM source_runs WHERE source_id = %s AND "trigger" = %s '
    "AND started_at > %s AND started_at <= %s ORDER BY id DESC LIMIT 1"
)
_MORE_PUSHED = "UPDATE source_runs SET counts = %s, ended_at = %s WHERE id = %s"
_INTERRUPTED = "It was interrupted before its end."


@dataclass(frozen=True)
class Started:
    """How a run begins: what set it off, by which connector, from which cursor."""

    trigger: str = COMMAND
    connector: str = ""
    cursor: Mapping[str, Any] | None = None


@contextmanager
def recorded_run(
    source: SourceView, content: str, by: Actor, started: Started = Started()
) -> Iterator[int]:
    """Record what the block does as a run, and how it ended; gives the run's id.

    The caller holds the source's lease, so a run of the same sort that is not ended was killed.
    """
    close_killed(source.id, started.connector, by)
    cursor = dict(started.cursor or {})
    run = SourceRun.objects.create(
        source_id=source.id,
        content=content,
        connector=started.connector,
        trigger=started.trigger,
        actor=by.id,
        counts=asdict(Counts()),
        cursor_before=cursor,
        cursor_after=cursor,
        started_at=clock.now(),
    )
    try:
        yield run.pk
    except BaseException as error:
        _end(run, SourceRun.FAILED, by, trouble_of(error))
        raise
    _end(run, SourceRun.DONE, by)


@contextmanager
def in_run(
    source: SourceView, content: str, what: Path | Incoming, by: Actor
) -> Iterator[Incoming]:
    """What is handed over, in a run of its own, unless it belongs to one already."""
    if isinstance(what, Incoming) and what.run is not None:
        yield what
        return
    with recorded_run(source, content, by) as run:
        yield file_incoming(what, run) if isinstance(what, Path) else replace(what, run=run)


def keep_cursor(run_id: int, cursor: Mapping[str, Any]) -> None:
    """All rows up to here are kept: the next run begins here."""
    SourceRun.objects.filter(pk=run_id, state=SourceRun.RUNNING).update(cursor_after=dict(cursor))


def note_push(delivery: DeliveryView, by: Actor) -> None:
    """In the transaction that stored a push, which holds the source: what comes within an hour is
    one run.
    """
    now = clock.now()
    began = (as_stored(now - _ONE_RUN), as_stored(now))
    if last := fetched(_LAST_PUSH, delivery.source_id, PUSH, *began):
        ((pk, counts),) = last
        total = Counts(**json.loads(counts)).plus(delivery.counts)
        changed(_MORE_PUSHED, canonical_json(asdict(total)).decode(), as_stored(now), pk)
        return
    SourceRun.objects.create(
        source_id=delivery.source_id,
        content=delivery.content,
        trigger=PUSH,
        actor=by.id,
        state=SourceRun.DONE,
        counts=asdict(delivery.counts),
        started_at=now,
        ended_at=now,
    )


def close_killed(source_id: int, connector: str, by: Actor) -> None:
    """End the runs of a source that were killed, and let what they stored be placed."""
    killed = SourceRun.objects.filter(
        source_id=source_id, connector=connector, state=SourceRun.RUNNING
    )
    for run in killed.exclude(trigger=PUSH):
        _end(run, SourceRun.FAILED, by, _INTERRUPTED)


def trouble_of(error: BaseException) -> str:
    """One sentence why a run failed; what is not meant for people is told by its kind alone."""
    if hasattr(error, "hint"):
        return str(error)[:1_000]
    if isinstance(error, KeyboardInterrupt | SystemExit | GeneratorExit | ReleaseJob):
        return _INTERRUPTED
    return f"Unexpected {type(error).__name__}."


def _end(run: SourceRun, state: str, by: Actor, trouble: str = "") -> None:
    """Close the run with what its deliveries came to.

    Pages cannot be resumed as a file can: what a broken delivery of pages stored is all of it.
    """
    deliveries = Delivery.objects.filter(run_id=run.pk)
    if run.connector not in ("", "files"):
        for row in deliveries.filter(state=Delivery.RECEIVING):
            mark_stored(delivery_view(row.pk), by=by)
    counts, held = Counts(), 0
    for row in deliveries:
        counts, held = counts.plus(Counts(**row.counts)), held + row.held
    state = SourceRun.HELD if held and state == SourceRun.DONE else state
    SourceRun.objects.filter(pk=run.pk, state=SourceRun.RUNNING).update(
        state=state, counts=asdict(counts), held=held, trouble=trouble, ended_at=clock.now()
    )


def last_cursor(source_id: int, content: str, connector: str) -> Mapping[str, Any]:
    """Where the next run of this stream begins; {} where there was none."""
    last = SourceRun.objects.filter(source_id=source_id, content=content, connector=connector)
    return last.order_by("-id").values_list("cursor_after", flat=True).first() or {}
