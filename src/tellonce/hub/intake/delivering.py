"""Deliver and validate: a file becomes record versions."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

from django.db import transaction

from tellonce.hub.accounts.types import Actor
from tellonce.hub.bridge.services import STANDARDISER
from tellonce.hub.bridge.types import Progress, Tell, no_progress, no_telling
from tellonce.hub.intake.reading import ReadRecords, read_records
from tellonce.hub.jobs.services import confirm, held_lease
from tellonce.hub.jobs.types import HeldLease
from tellonce.hub.matching.services import index_records
from tellonce.hub.sources.arrival import ROWS_AT_ONCE, file_digest
from tellonce.hub.sources.config import RECORDS
from tellonce.hub.sources.loading import store_in_slices
from tellonce.hub.sources.recording import delete_absent, store_records
from tellonce.hub.sources.selectors import delivery_view, source_named, source_records
from tellonce.hub.sources.services import (
    advance,
    begin_delivery,
    check_deliverer,
    learn,
    mark_stored,
)
from tellonce.hub.sources.types import (
    ArrivedRecord,
    Counts,
    DeliveryView,
    LoadReport,
    StoredRecords,
)


def deliver_records(
    source_name: str,
    path: Path,
    *,
    full: bool,
    by: Actor,
    progress: Progress = no_progress,
    tell: Tell = no_telling,
) -> LoadReport:
    """Store the rows of a file as record versions, and with `full` delete what is missing.

    An interrupted delivery of the same file goes on where it stopped.
    """
    check_deliverer(by, "load", source_name)
    source = source_named(source_name)
    digest = file_digest(path)
    with held_lease(f"deliver:{source.id}", by.id) as lease:
        source = source_named(source_name)
        progress("read", 0, 0)
        read = read_records(source, path)
        for sentence in read.sentences:
            tell(sentence)
        delivery = begin_delivery(source, RECORDS, path.name, digest=digest, full=full)
        batches = [(read.rows, read.refused, read.card_values)]
        total = len(read.rows)
        delivery = store_in_slices(
            delivery, batches, _store, lease, lambda stage, done, _: progress(stage, done, total)
        )
        if RECORDS not in source.learned:
            learn(source, RECORDS, read.settled)
        as_of = max((row.order for row in read.rows if row.order is not None), default=None)
        sentences = list(read.sentences)
        if full:
            sentences += _delete_missing(delivery, read, as_of, lease, tell)
        mark_stored(delivery, by=by, as_of=as_of if full else None)
    return LoadReport(delivery_view(delivery.id), tuple(sentences))


def _store(delivery: DeliveryView, rows: Sequence[ArrivedRecord]) -> Counts:
    return _indexed(store_records(delivery, rows, STANDARDISER))


def _indexed(stored: StoredRecords) -> Counts:
    index_records(stored.keys)
    return stored.counts


def _delete_missing(
    delivery: DeliveryView, read: ReadRecords, as_of: int | None, lease: HeldLease, tell: Tell
) -> list[str]:
    """Delete the records that a full delivery does not hold, as of its newest version.

    Where some rows could not be used nobody knows which records they are, so nothing is deleted.
    """
    if read.refused:
        sentence = (
            f"Nothing was deleted: {len(read.refused)} rows could not be used, and the records "
            "missing from this file may be among them."
        )
        tell(sentence)
        return [sentence]
    for part in _missing(delivery.source_id, {row.record_key for row in read.rows}):
        with transaction.atomic():
            confirm(lease)
            counts = _indexed(delete_absent(delivery, part, as_of))
            delivery = advance(delivery, 0, counts)
    return []


def _missing(source_id: int, held: Collection[str]) -> list[list[tuple[int, str]]]:
    absent = [(pk, key) for pk, key in source_records(source_id) if key not in held]
    return [absent[i : i + ROWS_AT_ONCE] for i in range(0, len(absent), ROWS_AT_ONCE)]
