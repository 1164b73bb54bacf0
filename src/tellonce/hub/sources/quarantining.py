"""The quarantine, worked through by people: seen by reason, opened, replayed, discarded.

A row that is replayed is delivered again as it stood, under the configuration of now. Where it
fails again it waits again under its own number, with the new reason and what was corrected in it;
so nothing is lost on the way.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
from django.db import transaction
from django.db.models import Count, Min

from tellonce.hub.accounts.types import Actor
from tellonce.hub.audit.services import record_act
from tellonce.hub.audit.types import Act
from tellonce.hub.bridge.types import Progress, no_progress
from tellonce.hub.core import clock
from tellonce.hub.core.errors import WrongCall
from tellonce.hub.sources.contents import RECORDS
from tellonce.hub.sources.incoming import (
    Incoming,
    file_incoming,
    known_headers,
    known_id,
    paged_incoming,
    with_columns,
)
from tellonce.hub.sources.loaders import loader_of
from tellonce.hub.sources.models import Quarantined
from tellonce.hub.sources.quarantined import (
    Which,
    check_all_there,
    check_may_work,
    corrected_headers,
    corrections_of,
    entry_of,
    row_object,
    rows_held,
    text_of,
    waiting_rows,
    with_corrections,
)
from tellonce.hub.sources.selectors import source_named
from tellonce.hub.sources.types import OpenedRow, QuarantinedEntry, QuarantineGroup, Replayed
from tellonce.io.objects import object_chunk
from tellonce.io.values import Chunk

_AT_ONCE = 5_000


def quarantine_groups(which: Which) -> list[QuarantineGroup]:
    """How many rows that are meant wait, by source, kind and reason; the most first."""
    rows = waiting_rows(which)
    names = ("delivery__source__name", "delivery__content", "reason")
    counted = rows.values_list(*names, "rule").annotate(count=Count("id"))
    return [
        QuarantineGroup(source, content, reason, count, rule)
        for source, content, reason, rule, count in counted.order_by("-count", *names)
    ]


def quarantine_rules(which: Which) -> list[QuarantineGroup]:
    """How many rows that are meant wait, by source, kind and the rule that sent them there ("" for
    none), with one of the reasons; the most first.
    """
    rows = waiting_rows(which)
    names = ("delivery__source__name", "delivery__content", "rule")
    counted = rows.values_list(*names).annotate(reason=Min("reason"), count=Count("id"))
    return [
        QuarantineGroup(source, content, reason, count, rule)
        for source, content, rule, reason, count in counted.order_by("-count", *names)
    ]


def waiting_count(which: Which) -> int:
    """How many rows that are meant wait."""
    return int(waiting_rows(which).count())


def quarantine_entries(
    which: Which, limit: int = 50, *, before: int | None = None
) -> list[QuarantinedEntry]:
    """Rows that wait, the newest first, those below the number `before`; without what stands in
    them.
    """
    rows = waiting_rows(which).select_related("delivery__source").order_by("-id")
    found = list((rows if before is None else rows.filter(pk__lt=before))[:limit])
    corrected = corrected_headers(found)
    return [entry_of(row, corrected) for row in found]


def open_quarantined(ids: Sequence[int], *, by: Actor) -> list[OpenedRow]:
    """These rows with their text, whatever became of them; audited. Raises `Unknown`, `Refused`."""
    check_may_work(by, "quarantine.read")
    rows = list(Quarantined.objects.filter(pk__in=ids).select_related("delivery__source"))
    check_all_there(ids, rows)
    with transaction.atomic():
        for source in {row.delivery.source.name for row in rows}:
            count = sum(row.delivery.source.name == source for row in rows)
            record_act(Act("quarantine.read", by.id, target=source[:64], details={"rows": count}))
    corrections, headers = corrections_of(rows), corrected_headers(rows)
    return [
        OpenedRow(entry_of(row, headers), text_of(row), corrections.get(row.pk, {})) for row in rows
    ]


def discard_quarantined(which: Which, *, by: Actor, reason: str) -> int:
    """These rows will not be used; they are kept, sealed, as discarded. Gives how many.

    Raises `WrongCall` without a reason, and where nothing waits.
    """
    check_may_work(by, "quarantine.discard")
    if not reason.strip():
        raise WrongCall("Nothing is discarded without a reason.", hint="Say why with --because.")
    because = reason.strip()[:200]
    with rows_held(which, by) as rows, transaction.atomic():
        _settle_rows(rows, Quarantined.DISCARDED, by, because)
        target, details = rows[0].delivery.source.name[:64], {"rows": len(rows)}
        act = Act("quarantine.discard", by.id, reason=because, target=target, details=details)
        record_act(act)
    return len(rows)


def replay_quarantined(
    which: Which, *, by: Actor, most: int | None = None, progress: Progress = no_progress
) -> Replayed:
    """Deliver these rows again (at most so many, the oldest first), with what was corrected in
    them, under the configuration and the rules of now.

    Lines that are no row (a field too many, bytes that do not decode) cannot be delivered as they
    stand: they go on waiting, and `unreadable` counts them.
    """
    check_may_work(by, "quarantine.replay")
    with rows_held(which, by, most) as rows:
        return _replayed(rows, by, progress)


def _replayed(rows: Sequence[Quarantined], by: Actor, progress: Progress) -> Replayed:
    totals = Replayed()
    contents = set()
    for delivery in dict.fromkeys(row.delivery_id for row in rows):
        part = [row for row in rows if row.delivery_id == delivery]
        corrections = corrections_of(part)
        readable = [
            (row, with_corrections(said, corrections.get(row.pk, {})))
            for row in part
            if (said := row_object(text_of(row))) is not None
        ]
        for start in range(0, len(readable), _AT_ONCE):
            totals = totals.plus(_deliver(readable[start : start + _AT_ONCE], by, progress))
        contents.add(part[0].delivery.content)
        totals = totals.plus(Replayed(unreadable=len(part) - len(readable)))
    _settle(contents, by, progress)
    return totals


def replay_corrected(
    which: Which, path: Path, *, by: Actor, progress: Progress = no_progress
) -> Replayed:
    """Load a file in which a person has mended these rows, and let them wait no more."""
    check_may_work(by, "quarantine.replay")
    with rows_held(which, by) as rows:
        return _mended(rows, path, by, progress)


def _mended(rows: Sequence[Quarantined], path: Path, by: Actor, progress: Progress) -> Replayed:
    kinds = {(row.delivery.source.name, row.delivery.content) for row in rows}
    if len(kinds) > 1:
        raise WrongCall(
            "These rows are not of one source and kind, so no one file holds them mended.",
            hint="Name one source, or the rows one by one.",
        )
    delivery, done = _loaded(rows, file_incoming(path), by, progress)
    again = Quarantined.objects.filter(delivery_id=delivery).order_by("row")
    done = replace(done, again=tuple(again.values_list("id", flat=True)))
    _finish(rows, done, by)
    _settle({rows[0].delivery.content}, by, progress)
    return done


def _deliver(
    readable: list[tuple[Quarantined, dict[str, Any]]], by: Actor, progress: Progress
) -> Replayed:
    """Load rows of one delivery again, under their own row numbers."""
    rows = [row for row, _ in readable]
    source, content = source_named(rows[0].delivery.source.name), rows[0].delivery.content
    named = known_id(source) if content == RECORDS else ""
    chunk = object_chunk((said for _, said in readable), named=named)
    numbers = [rows[at].row for at in chunk.rows.to_pylist()]
    rejects = tuple(replace(one, row=rows[one.row].row) for one in chunk.rejects)
    declared = source.config.named_columns().values() if content == RECORDS else ()
    table = with_columns(chunk.table, [*known_headers(source, content), *declared])
    chunk = Chunk(table, pa.array(numbers, pa.int64()), rejects)
    stands = ",".join(str(row.pk) for row in rows)
    digest = hashlib.sha256(f"replay {stands}".encode()).hexdigest()
    incoming = paged_incoming(rows[0].delivery.file_name, digest, iter([chunk]), None)
    delivery, done = _loaded(rows, incoming, by, progress)
    with transaction.atomic():
        again = _wait_again(delivery, rows)
        return _finish(rows, replace(done, again=again), by)


def _wait_again(delivery: int, rows: Sequence[Quarantined]) -> tuple[int, ...]:
    """Put what this delivery of rows sent to quarantine back under the numbers they had; gives
    these. A row of which another one like it waits is not among them.
    """
    failed = {row.row: row for row in Quarantined.objects.filter(delivery_id=delivery)}
    again = [row for row in rows if row.row in failed]
    for row in again:
        now = failed[row.row]
        row.state, row.reason, row.rule = Quarantined.WAITING, now.reason, now.rule
        row.record_key = now.record_key
    Quarantined.objects.bulk_update(
        again, ["state", "reason", "rule", "record_key"], batch_size=500
    )
    Quarantined.objects.filter(pk__in=[row.pk for row in failed.values()]).delete()
    return tuple(row.pk for row in again)


def _loaded(
    rows: Sequence[Quarantined], incoming: Incoming, by: Actor, progress: Progress
) -> tuple[int, Replayed]:
    """The delivery that these rows came by again, and what became of them."""
    content = rows[0].delivery.content
    ids = [row.pk for row in rows]
    Quarantined.objects.filter(pk__in=ids).update(state=Quarantined.REPLAYING)
    said: dict[str, Any] = {"full": False} if content == RECORDS else {}
    load = loader_of(content).load
    report = load(rows[0].delivery.source.name, incoming, by=by, progress=progress, **said)
    counts = report.delivery.counts
    done = Replayed(loaded=counts.rows - counts.quarantined, waiting=counts.quarantined)
    return report.delivery.id, done


def _finish(rows: Sequence[Quarantined], done: Replayed, by: Actor) -> Replayed:
    """Let those wait no more that do not wait again, and say in the audit what was done."""
    with transaction.atomic():
        _settle_rows([row for row in rows if row.pk not in done.again], Quarantined.REPLAYED, by)
        details = {"rows": len(rows), "again": ", ".join(map(str, done.again))[:200]}
        target = rows[0].delivery.source.name[:64]
        record_act(Act("quarantine.replay", by.id, target=target, details=details))
    return done


def _settle(contents: set[str], by: Actor, progress: Progress) -> None:
    for content in contents:
        settle = loader_of(content).settle
        if settle is not None:
            settle(by=by, progress=progress)


def _settle_rows(rows: Sequence[Quarantined], state: str, by: Actor, because: str = "") -> None:
    Quarantined.objects.filter(pk__in=[row.pk for row in rows]).update(
        state=state, because=because, settled_by=by.id, settled_at=clock.now()
    )
