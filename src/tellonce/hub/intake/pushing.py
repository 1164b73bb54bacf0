"""Deliver rows that a program hands over: one, or some thousands, stored in one transaction."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pyarrow as pa
from django.db import transaction

from tellonce.hub.accounts.types import Actor
from tellonce.hub.bridge.services import STANDARDISER
from tellonce.hub.core.errors import Busy, WrongCall
from tellonce.hub.intake.reading import ReadRecords, read_records
from tellonce.hub.intake.waiting import WaitingRecord, enqueue_placing, waits_here, waits_now
from tellonce.hub.quality.counting import ARRIVAL, add_counts
from tellonce.hub.quality.in_force import InForce, rules_in_force
from tellonce.hub.quality.judging import Met
from tellonce.hub.sources.config import RECORDS
from tellonce.hub.sources.incoming import known_headers, known_id, with_columns
from tellonce.hub.sources.pushed import begin_push, end_push
from tellonce.hub.sources.recording import store_records
from tellonce.hub.sources.selectors import source_named
from tellonce.hub.sources.services import check_deliverer, check_unsettled, learn, quarantine
from tellonce.hub.sources.types import (
    ArrivedRecord,
    Counts,
    RefusedRow,
    SourceView,
)
from tellonce.io.objects import object_chunk
from tellonce.io.values import Contents, FileReport

MOST_ROWS = 10_000
MOST_COLUMNS = 500


@dataclass(frozen=True)
class Accepted:
    """Rows that are kept now, whatever happens. `records`: record id -> row id of those that are
    usable, `moved` the row ids of those that changed; `refused` are in quarantine, with the reason.
    `to_place`: what whoever keeps them is to place in the same transaction.
    """

    delivery: int
    counts: Counts
    records: Mapping[str, int]
    refused: tuple[RefusedRow, ...]
    moved: tuple[int, ...] = ()
    to_place: tuple[WaitingRecord, ...] = ()


@dataclass(frozen=True)
class Pushed:
    """Rows that were handed over, read and not kept yet; `digest` is theirs, SHA-256 in hex.

    `settled`: what every later delivery of the source keeps to; None where that was settled before.
    """

    source: SourceView
    digest: str
    usable: Sequence[ArrivedRecord]
    refused: Sequence[RefusedRow]
    card_values: int
    settled: Mapping[str, Any] | None
    met: Mapping[str, Met]
    in_force: InForce | None


def accept_records(
    source_name: str, rows: Sequence[Any], *, by: Actor, urgent: bool = False
) -> Accepted:
    """Keep rows (column -> value) of a source as record versions, which wait to be placed.

    `urgent`: a person waits for it. Raises as `read_pushed`.
    """
    try:
        return _accepted(read_pushed(source_name, rows, by=by), by, urgent)
    except Busy:  # by now it is settled what the columns of the source are
        return _accepted(read_pushed(source_name, rows, by=by), by, urgent)


def _accepted(pushed: Pushed, by: Actor, urgent: bool) -> Accepted:
    with transaction.atomic():
        accepted = keep_pushed(pushed, by=by, urgent=urgent)
        if accepted.moved:
            enqueue_placing(by.id, urgent=urgent)
    return accepted


def read_pushed(source_name: str, rows: Sequence[Any], *, by: Actor) -> Pushed:
    """Read rows as those of a source; nothing is written.

    Raises `Unknown` for the source, `Refused`, and `WrongCall` where there are no rows, too many,
    or none of their columns says which records they are.
    """
    check_deliverer(by, "push", source_name)
    if not 0 < len(rows) <= MOST_ROWS:
        raise WrongCall(
            f"{len(rows):,} rows were handed over.", hint=f"Send 1 to {MOST_ROWS:,} at a time."
        )
    source = source_named(source_name)
    in_force = rules_in_force(source.id)
    read = read_rows(source, rows, in_force)
    usable, refused = read.all()
    refused.sort(key=lambda one: one.row)
    digest = hashlib.sha256(repr(rows).encode("utf-8", "replace")).hexdigest()
    settled = None if RECORDS in source.learned else read.settled
    return Pushed(source, digest, usable, refused, read.card_values, settled, read.met, in_force)


def keep_pushed(
    pushed: Pushed, *, by: Actor, urgent: bool = False, placed: bool = False
) -> Accepted:
    """In the transaction at hand: the rows are record versions, and wait to be placed; `placed`:
    by the caller, before it ends. Raises `Busy` where it was settled meanwhile what the columns
    are.
    """
    delivery = begin_push(pushed.source, pushed.digest)
    if pushed.settled is not None:
        check_unsettled(pushed.source)
        learn(pushed.source, RECORDS, pushed.settled)
    kept = quarantine(delivery, pushed.refused)
    stored = store_records(delivery, pushed.usable, STANDARDISER)
    fresh = Counts(quarantined=kept, card_values=pushed.card_values)
    to_place = tuple(waits_here(stored)) if placed else ()
    counts = (stored.counts if placed else waits_now(stored, urgent=urgent)).plus(fresh)
    ended = replace(delivery, position=len(pushed.usable), counts=counts)
    if pushed.in_force is not None:
        add_counts(pushed.source.id, pushed.in_force, pushed.met, ARRIVAL)
    end_push(ended, by, waits=bool(stored.moved) and not placed)
    refused, moved = tuple(pushed.refused), tuple(stored.moved)
    return Accepted(delivery.id, counts, stored.ids, refused, moved, to_place)


def read_rows(
    source: SourceView, rows: Sequence[Any], in_force: InForce | None = None
) -> ReadRecords:
    """Rows of a source, standardised as its files are; raises `WrongCall`.

    What no row says of a column that is known or declared is missing, and no mistake.
    """
    names = {name for row in rows if hasattr(row, "items") for name in row}
    if len(names) > MOST_COLUMNS:
        raise WrongCall(
            f"The rows have {len(names):,} different columns.",
            hint=f"Send at most {MOST_COLUMNS} columns, and rows of one shape.",
        )
    read = _read(source, rows, in_force, known_id(source))
    if read.record_id and not known_id(source):  # recognised only now
        read = _read(source, rows, in_force, read.record_id)
    if not read.record_id:
        reasons = [row.reason for row in read.refused[:1] if not read.count]
        raise WrongCall(
            f"Nothing in the rows says which record of {source.name} each one is."
            + "".join(f" The first row cannot be used: {reason}." for reason in reasons),
            hint="Send a column `id`, or name one with `record_id:` in the source's configuration.",
        )
    return read


def _read(
    source: SourceView, rows: Sequence[Any], in_force: InForce | None, record_id: str
) -> ReadRecords:
    chunk = object_chunk(rows, named=record_id)
    alone = [] if chunk.table.num_rows or not record_id else [record_id]  # no row can be used
    named = source.config.named_columns().items()
    optional = [column for name, column in named if name != "record_id"]
    table = with_columns(chunk.table, [*known_headers(source, RECORDS), *optional, *alone])
    report = FileReport("push", "", ())
    contents = Contents(pa.Table.from_batches([table]), chunk.rows, chunk.rejects, report)
    return read_records(source, contents, "what was sent", in_force)
