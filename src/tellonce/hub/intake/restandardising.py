"""Read all records of a source anew, after what is declared about it, or the standardiser, changed.

Each record is read again from its row as it was delivered; where the outcome is another it becomes
a version of its own, since versions are never edited.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import replace

import pyarrow as pa

from tellonce.hub.accounts.types import Actor
from tellonce.hub.bridge.services import STANDARDISER
from tellonce.hub.bridge.types import Progress, Tell, no_progress, no_telling
from tellonce.hub.core import clock
from tellonce.hub.core.errors import WrongCall
from tellonce.hub.intake.delivering import RecordReader
from tellonce.hub.intake.waiting import waits_now
from tellonce.hub.jobs.services import held_lease
from tellonce.hub.sources.config import RECORDS
from tellonce.hub.sources.incoming import known_headers, paged_incoming, with_columns
from tellonce.hub.sources.loading import store_in_slices
from tellonce.hub.sources.recording import restate_records
from tellonce.hub.sources.runs import recorded_run
from tellonce.hub.sources.selectors import delivered_rows, delivery_view, source_named
from tellonce.hub.sources.services import begin_delivery, check_deliverer, mark_stored
from tellonce.hub.sources.types import ArrivedRecord, Counts, DeliveryView, LoadReport, SourceView
from tellonce.io.objects import object_chunk
from tellonce.io.values import Chunk


def restandardise_records(
    source_name: str, *, by: Actor, progress: Progress = no_progress, tell: Tell = no_telling
) -> LoadReport:
    """Read the records of a source anew; those that come out otherwise wait to be placed.

    Rows that can no longer be read stay as they are. Raises `WrongCall` where there is no record.
    """
    check_deliverer(by, "source.restandardise", source_name)
    source = source_named(source_name)
    if RECORDS not in source.learned:
        raise WrongCall(
            f"{source_name!r} holds no records.", hint=f"Load some: tellonce load {source_name}"
        )
    with (
        held_lease(f"deliver:{source.id}", by.id) as lease,
        recorded_run(source, RECORDS, by) as run,
    ):
        source = source_named(source_name)
        digest = hashlib.sha256(f"{source.id} {clock.now().isoformat()}".encode()).hexdigest()
        incoming = paged_incoming("read anew", digest, _chunks(source), run)
        reader = RecordReader(source, incoming, keep_keys=False)
        reader.look_at_first()
        for sentence in reader.sentences:
            tell(sentence)
        delivery = begin_delivery(source, RECORDS, incoming, full=False)
        batches = ((rows, (), 0) for rows, _, _ in reader.batches())
        store_in_slices(delivery, batches, _restate, lease, progress)
        mark_stored(delivery, by=by)
    return LoadReport(delivery_view(delivery.id), reader.sentences)


def _restate(delivery: DeliveryView, rows: Sequence[ArrivedRecord]) -> Counts:
    usable = [row for row in rows if row.refusal is None]
    stored = restate_records(delivery, usable, STANDARDISER)
    return replace(waits_now(stored), repeated=len(rows) - stored.counts.changed)


def _chunks(source: SourceView) -> Iterator[Chunk]:
    """The rows as they were delivered; one without a record id of its own keeps its number."""
    declared = source.config.named_columns().values()
    headers = [*known_headers(source, RECORDS), *declared]
    numbered = not source.learned[RECORDS]["record_id"]
    done = 0
    for rows in delivered_rows(source.id):
        chunk = object_chunk(row for _, row in rows)
        numbers = [int(key) if numbered else n for n, (key, _) in enumerate(rows, done)]
        done += len(rows)
        kept = [numbers[at] for at in chunk.rows.to_pylist()]
        yield Chunk(with_columns(chunk.table, headers), pa.array(kept, pa.int64()), ())
