"""The rules applied to what the hub holds: to each record that changed since, and to sources whole.

Each slice of records is one transaction that also notes which versions were judged, so a run that
is cut short goes on where it stopped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import pyarrow as pa
from django.db import transaction
from django.db.models import Max

from tellonce.hub.accounts.types import Actor
from tellonce.hub.audit.services import record_act
from tellonce.hub.audit.types import Act
from tellonce.hub.bridge.types import Progress, no_progress
from tellonce.hub.core import clock
from tellonce.hub.core.bulk import as_stored, fetched
from tellonce.hub.jobs.services import confirm, held_lease
from tellonce.hub.quality.access import check_may_write
from tellonce.hub.quality.counting import RUN, add_counts
from tellonce.hub.quality.in_force import InForce, newest_rules, rules_in_force
from tellonce.hub.quality.judging import ages, facts_about, judge_rows, judge_set, stamp_of
from tellonce.hub.quality.models import GONE, STANDING, JudgedSource, RuleFailure
from tellonce.hub.quality.recording import JudgedVersion, Settled, keep_judged, note_judged
from tellonce.hub.quality.types import RunResult
from tellonce.hub.sources.config import RECORDS
from tellonce.hub.sources.incoming import known_headers, with_columns
from tellonce.hub.sources.models import Record
from tellonce.hub.sources.selectors import source_named, sources
from tellonce.hub.sources.stored_rows import StoredRow, stored_rows
from tellonce.hub.sources.types import SourceView
from tellonce.io.objects import object_chunk

LEASE = "quality:run"
AT_ONCE = 1_000
JUDGED_AGAIN = timedelta(days=1)
"""How long a rule that looks at the present moment is good for."""

_DUE = (
    "SELECT r.id FROM records r LEFT JOIN judged_records j ON j.record_id = r.id "
    "AND j.record_id > %s WHERE r.source_id = %s AND r.state = 'active' AND r.id > %s "
    "AND (j.record_id IS NULL OR j.version <> r.current_id OR j.stamp <> %s OR j.at < %s) "
    "ORDER BY r.id LIMIT %s"
)
_EVERY = (
    "SELECT r.id FROM records r WHERE r.source_id = %s AND r.state = 'active' AND r.id > %s "
    "ORDER BY r.id LIMIT %s"
)


@dataclass(frozen=True)
class _Run:
    """A run: over everything, or over what is due; `hold` keeps it ours in a transaction; `newest`
    is the newest version of any rules (row id) when it began.
    """

    everything: bool
    hold: Callable[[], None]
    progress: Progress
    newest: int = field(default_factory=newest_rules)


def run_rules(
    source: str = "", *, everything: bool = False, by: Actor, progress: Progress = no_progress
) -> RunResult:
    """Judge the records of a source, or of all: those that changed, or whose rules did, since they
    were judged last; `everything`: every one.

    Raises `Unknown` for the source, `Busy` where another run is at it, `Refused`.
    """
    check_may_write(by, "quality.run")
    with held_lease(LEASE, by.id) as lease:
        run = _Run(everything, lambda: confirm(lease), progress)
        done = run_over([source_named(source)] if source else sources(), run)
    with transaction.atomic():
        details = {"records": done.records, "opened": done.opened, "settled": done.settled}
        record_act(Act("quality.run", by.id, target=source[:64], details=details))
    return done


def run_due(progress: Progress) -> RunResult:
    """For the workers: judge what is due of every source."""
    with held_lease(LEASE, "system") as lease:
        return run_over(sources(), _Run(False, lambda: confirm(lease), progress))


def run_over(which: Sequence[SourceView], run: _Run) -> RunResult:
    """Judge these sources, one after the other."""
    done = RunResult(0, 0, 0)
    for source in which:
        in_force = rules_in_force(source.id)
        done = done.plus(RunResult(0, 0, _close_without_rule(source, in_force, run)))
        if in_force is None or RECORDS not in source.learned:
            continue
        done = done.plus(RunResult(0, 0, 0, (source.name,)))
        done = done.plus(_judge_each(source, in_force, run))
        done = done.plus(_judge_together(source, in_force, run))
    return done


def rows_of(source: SourceView, rows: Sequence[StoredRow]) -> pa.Table:
    """Rows as a table of text columns, with all headers that the source is known by."""
    declared = source.config.named_columns().values()
    chunk = object_chunk(row.said for row in rows)
    return pa.Table.from_batches(
        [with_columns(chunk.table, [*known_headers(source, RECORDS), *declared])]
    )


def slices(ids: Callable[[int], list[int]]) -> Iterator[list[StoredRow]]:
    """The rows of records, a slice at a time; `ids` gives the next record ids above one."""
    last = 0
    while found := ids(last):
        last = found[-1]
        if rows := stored_rows(found):
            yield rows


def every_record(source_id: int) -> Callable[[int], list[int]]:
    """The next records of a source that are active, above one."""
    return lambda last: [pk for (pk,) in fetched(_EVERY, source_id, last, AT_ONCE)]


def _judge_each(source: SourceView, in_force: InForce, run: _Run) -> RunResult:
    """The rules that one row decides, on each record that is due."""
    facts = facts_about(source, in_force)
    stamp = stamp_of(in_force, facts)
    oldest = clock.now() - JUDGED_AGAIN if ages(in_force) else None
    total = Record.objects.filter(source_id=source.id, state=Record.ACTIVE).count()

    def due(last: int) -> list[int]:
        if run.everything:
            return every_record(source.id)(last)
        since = as_stored(oldest or clock.now() - timedelta(days=36_500))
        asked = (last, source.id, last, stamp, since, AT_ONCE)
        return [pk for (pk,) in fetched(_DUE, *asked)]

    done = RunResult(0, 0, 0)
    for rows in slices(due):
        judged = judge_rows(rows_of(source, rows), in_force, facts)
        versions = [
            JudgedVersion(row.record, row.version, judged.findings.get(at, ()))
            for at, row in enumerate(rows)
        ]
        with transaction.atomic():
            run.hold()
            still = _unchanged(versions)
            kept = keep_judged(source.id, still, scope="row")
            note_judged([(one.record, one.version) for one in still], stamp)
            add_counts(source.id, in_force, judged.met, RUN)
        done = done.plus(RunResult(len(still), kept.opened, kept.settled))
        run.progress("judge", done.records, total)
    return done


def _judge_together(source: SourceView, in_force: InForce, run: _Run) -> RunResult:
    """The rules that all rows decide together, where any record changed since."""
    if not in_force.of_scope("set").rules:
        return RunResult(0, 0, 0)
    newest, facts = newest_version(source.id), facts_about(source, in_force)
    stamp = stamp_of(in_force, facts)
    last = JudgedSource.objects.filter(source_id=source.id, stamp=stamp).first()
    if last is not None and last.version == newest and not run.everything:
        return RunResult(0, 0, 0)
    parts = list(slices(every_record(source.id)))
    if not parts:
        return RunResult(0, 0, 0)
    rows = [row for part in parts for row in part]
    run.progress("judge", 0, len(rows))
    table = pa.concat_tables([rows_of(source, part) for part in parts], promote_options="default")
    judged = judge_set(table, in_force, facts)
    kept = Settled()
    for start in range(0, len(rows), AT_ONCE):
        versions = [
            JudgedVersion(row.record, row.version, judged.findings.get(at, ()))
            for at, row in enumerate(rows[start : start + AT_ONCE], start)
        ]
        with transaction.atomic():
            run.hold()
            part = keep_judged(source.id, _unchanged(versions), scope="set")
        kept = Settled(kept.opened + part.opened, kept.settled + part.settled)
    with transaction.atomic():
        run.hold()
        add_counts(source.id, in_force, judged.met, RUN)
        JudgedSource.objects.update_or_create(
            source_id=source.id,
            defaults={"version": newest, "stamp": stamp, "at": clock.now()},
        )
    return RunResult(0, kept.opened, kept.settled)


def newest_version(source_id: int) -> int:
    """The newest version that is current of any record of a source, 0 where there is none."""
    rows = Record.objects.filter(source_id=source_id)
    return rows.aggregate(newest=Max("current_id"))["newest"] or 0


def _unchanged(versions: Sequence[JudgedVersion]) -> list[JudgedVersion]:
    """In the transaction that keeps what was found: those whose version is current still, held
    until its end. A newer one, and one that is being written, is judged as it arrives.
    """
    rows = Record.objects.select_for_update(skip_locked=True).filter(
        id__in=[one.record for one in versions], state=Record.ACTIVE
    )
    now = dict(rows.values_list("id", "current_id"))
    return [one for one in versions if now.get(one.record) == one.version]


def _close_without_rule(source: SourceView, in_force: InForce | None, run: _Run) -> int:
    """Failures of rules that are no longer in force are gone, but for those of rules that were set
    since the run began.
    """
    rules = list(in_force.by_id) if in_force else []
    rows = RuleFailure.objects.filter(source_id=source.id, state__in=STANDING)
    rows = rows.filter(rules__lte=run.newest)
    closed = 0
    while ids := list(rows.exclude(rule__in=rules).values_list("id", flat=True)[:AT_ONCE]):
        with transaction.atomic():
            run.hold()
            closed += RuleFailure.objects.filter(id__in=ids).update(
                state=GONE, settled_at=clock.now()
            )
    return closed
