"""Deliver rows that a program hands over: one, or some thousands, stored in one transaction."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
from django.db import transaction

from tellonce.hub.accounts.types import Actor
from tellonce.hub.bridge.services import STANDARDISER
from tellonce.hub.core.errors import WrongCall
from tellonce.hub.intake.reading import ReadRecords, read_records
from tellonce.hub.intake.waiting import enqueue_placing, waits_now
from tellonce.hub.sources.config import RECORDS
from tellonce.hub.sources.incoming import known_headers, paged_incoming, with_columns
from tellonce.hub.sources.recording import store_records
from tellonce.hub.sources.runs import note_push
from tellonce.hub.sources.selectors import record_ids, source_named
from tellonce.hub.sources.services import (
    advance,
    begin_delivery,
    check_deliverer,
    learn,
    lock_source,
    mark_stored,
    quarantine,
)
from tellonce.hub.sources.types import Counts, RefusedRow, SourceView
from tellonce.io.objects import object_chunk
from tellonce.io.values import Contents, FileReport

MOST_ROWS = 10_000
MOST_COLUMNS = 500


@dataclass(frozen=True)
class Accepted:
    """Rows that are kept now, whatever happens. `records`: record id -> row id of those that are
    usable; `refused` are in quarantine, with the reason.
    """

    delivery: int
    counts: Counts
    records: dict[str, int]
    refused: tuple[RefusedRow, ...]


def accept_records(
    source_name: str, rows: Sequence[Any], *, by: Actor, urgent: bool = False
) -> Accepted:
    """Keep rows (column -> value) of a source as record versions, which wait to be placed.

    `urgent`: a person waits for it. Raises `Unknown` for the source, `WrongCall` where there are no
    rows, too many, or none of their columns says which records they are.
    """
    check_deliverer(by, "push", source_name)
    if not 0 < len(rows) <= MOST_ROWS:
        raise WrongCall(
            f"{len(rows):,} rows were handed over.", hint=f"Send 1 to {MOST_ROWS:,} at a time."
        )
    source = source_named(source_name)
    read = read_rows(source, rows)
    usable, refused = read.all()
    digest = hashlib.sha256(repr(rows).encode("utf-8", "replace")).hexdigest()
    incoming = paged_incoming("push", digest, iter(()), None)
    with transaction.atomic():
        lock_source(source.id)
        if RECORDS not in source.learned:
            learn(source, RECORDS, read.settled)
        delivery = begin_delivery(source, RECORDS, incoming, full=False)
        kept = quarantine(delivery, refused)
        stored = store_records(delivery, usable, STANDARDISER)
        counts = waits_now(stored, urgent=urgent)
        fresh = Counts(quarantined=kept, card_values=read.card_values)
        delivery = advance(delivery, len(usable), counts.plus(fresh))
        mark_stored(delivery, by=by)
        note_push(delivery, by)
        if stored.moved:
            enqueue_placing(by.id, urgent=urgent)
    names = [(source_name, row.record_key) for row in usable]
    found = {key: pk for (_, key), pk in record_ids(names).items()}
    return Accepted(delivery.id, delivery.counts, found, tuple(refused))


def read_rows(source: SourceView, rows: Sequence[Any]) -> ReadRecords:
    """Rows of a source, standardised as its files are; raises `WrongCall`.

    What no row says of a column that is known or declared is missing, and no mistake.
    """
    names = {name for row in rows if hasattr(row, "items") for name in row}
    if len(names) > MOST_COLUMNS:
        raise WrongCall(
            f"The rows have {len(names):,} different columns.",
            hint=f"Send at most {MOST_COLUMNS} columns, and rows of one shape.",
        )
    chunk = object_chunk(rows)
    named = source.config.named_columns().items()
    optional = [column for name, column in named if name != "record_id"]
    table = with_columns(chunk.table, [*known_headers(source, RECORDS), *optional])
    report = FileReport("push", "", ())
    contents = Contents(pa.Table.from_batches([table]), chunk.rows, chunk.rejects, report)
    read = read_records(source, contents, "what was sent")
    if not read.settled["record_id"]:
        raise WrongCall(
            f"Nothing in the rows says which record of {source.name} each one is.",
            hint="Send a column `id`, or name one with `record_id:` in the source's configuration.",
        )
    return read
