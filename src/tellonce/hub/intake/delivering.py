"""Deliver and validate: a file becomes record versions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from django.db import transaction

from tellonce.hub.accounts.types import Actor
from tellonce.hub.bridge.services import STANDARDISER
from tellonce.hub.bridge.types import Progress, Tell, no_progress, no_telling
from tellonce.hub.intake.deleting import Missing, delete_missing
from tellonce.hub.intake.reading import ReadRecords, read_records
from tellonce.hub.intake.waiting import waits_now
from tellonce.hub.jobs.services import held_lease
from tellonce.hub.jobs.types import SYSTEM
from tellonce.hub.quality.counting import ARRIVAL, add_counts, added
from tellonce.hub.quality.in_force import rules_in_force
from tellonce.hub.quality.jobs import enqueue_run
from tellonce.hub.quality.judging import Met
from tellonce.hub.sources.alone import alone_in
from tellonce.hub.sources.arrival import file_settings
from tellonce.hub.sources.config import RECORDS
from tellonce.hub.sources.incoming import Incoming
from tellonce.hub.sources.loading import store_in_slices
from tellonce.hub.sources.recording import store_records
from tellonce.hub.sources.runs import in_run
from tellonce.hub.sources.selectors import delivery_view, source_named
from tellonce.hub.sources.services import (
    begin_delivery,
    check_deliverer,
    check_unsettled,
    learn,
    mark_stored,
    quarantine,
)
from tellonce.hub.sources.types import (
    ArrivedRecord,
    Counts,
    DeliveryView,
    LoadReport,
    RefusedRow,
    SourceView,
)
from tellonce.io.errors import NoRecords
from tellonce.io.values import Contents


def deliver_records(
    source_name: str,
    what: Path | Incoming,
    *,
    full: bool,
    by: Actor,
    yes_delete: bool = False,
    progress: Progress = no_progress,
    tell: Tell = no_telling,
) -> LoadReport:
    """Store the rows of a file, or of pages, as record versions; `full`: delete what is missing.

    An interrupted delivery of the same file goes on where it stopped. Where too much is missing the
    deletions are held (`delivery.held`), unless `yes_delete` says that they are meant.
    """
    check_deliverer(by, "load", source_name)
    source = source_named(source_name)
    with (
        held_lease(f"deliver:{source.id}", by.id) as lease,
        in_run(source, RECORDS, what, by) as incoming,
    ):
        reader = RecordReader(source_named(source_name), incoming, keep_keys=full)
        progress("read", 0, 0)
        reader.look_at_first()
        for sentence in reader.sentences:
            tell(sentence)
        delivery = begin_delivery(source, RECORDS, incoming, full=full)
        total = 0 if incoming.paged else reader.rows
        delivery = store_in_slices(
            delivery,
            reader.batches(),
            _store,
            lease,
            lambda stage, done, _: progress(stage, done, total),
        )
        told: list[str] = []
        if full:
            missing = Missing(reader.keys, reader.refused, reader.as_of, yes_delete)
            told += delete_missing(delivery, source.config.guard, missing, lease)
        for sentence in told:
            tell(sentence)
        reader.complete(delivery, by, full=full)
    return LoadReport(delivery_view(delivery.id), (*reader.sentences, *told), reader.kept_out)


class RecordReader:
    """The rows as they are read, page by page; the first page settles what its columns are."""

    def __init__(self, source: SourceView, incoming: Incoming, *, keep_keys: bool) -> None:
        self._source, self._name = source, incoming.name
        self._contents = incoming.contents(file_settings(source.config))
        self._first: ReadRecords | None = None
        self._keep_keys = keep_keys
        self._in_force = rules_in_force(source.id)
        self._met: dict[str, Met] = {}
        self.keys: set[str] = set()
        self.refused = self.rows = self.kept_out = 0
        self.as_of: int | None = None
        self.sentences: tuple[str, ...] = ()

    def look_at_first(self) -> None:
        """Read the first page, before anything is kept; raises NoRecords where there is none."""
        contents = next(self._contents, None)
        if contents is None:
            raise NoRecords(f"{self._name} holds no row.", "Hand it over again with rows.")
        self._first = self._read(contents)
        self.sentences = self._first.sentences

    def batches(self) -> Iterator[tuple[Sequence[ArrivedRecord], Sequence[RefusedRow], int]]:
        """Usable rows, refused ones, and how many card values were removed; page by page."""
        assert self._first is not None
        self._settle(self._first)
        yield from self._parts(self._first)
        for contents in self._contents:
            yield from self._parts(self._read(contents))

    def complete(self, delivery: DeliveryView, by: Actor, *, full: bool) -> None:
        """All rows are stored: how often each rule was met counts now, and the rules that look at
        all records have their turn soon.
        """
        with transaction.atomic():
            if self._in_force is not None:
                add_counts(self._source.id, self._in_force, self._met, ARRIVAL)
                if self._in_force.of_scope("set").rules:
                    enqueue_run(SYSTEM)
            mark_stored(delivery, by=by, as_of=self.as_of if full else None)

    def _settle(self, read: ReadRecords) -> None:
        """What the first page says of columns that nothing was settled of counts from now on."""
        with transaction.atomic():
            alone_in([self._source.id])
            check_unsettled(self._source)
            learned = source_named(self._source.name).learned.get(RECORDS)
            settled = dict(read.settled)
            if learned is not None:
                columns = settled["columns"] | learned["columns"]
                settled = learned | {"columns": columns, "reading": settled["reading"]}
            if settled == learned:
                return
            learn(self._source, RECORDS, settled)
        self._source = source_named(self._source.name)

    def _read(self, contents: Contents) -> ReadRecords:
        read = read_records(self._source, contents, self._name, self._in_force)
        self.rows += read.count
        self._met = added(self._met, read.met)
        return read

    def _parts(
        self, read: ReadRecords
    ) -> Iterator[tuple[Sequence[ArrivedRecord], Sequence[RefusedRow], int]]:
        refused, cards = list(read.refused), read.card_values
        for rows, more in read.parts():
            refused += more
            orders = [row.order for row in rows if row.order is not None]
            self.as_of = max([*orders, *([] if self.as_of is None else [self.as_of])], default=None)
            if self._keep_keys:
                self.keys.update(row.record_key for row in rows)
            self.refused += len(refused)
            kept = [row.refusal for row in rows]
            self.kept_out += sum(one is not None and bool(one.rule) for one in kept)
            yield rows, refused, cards
            refused, cards = [], 0
        self.refused += len(refused)
        if refused or cards:
            yield (), refused, cards


def _store(delivery: DeliveryView, rows: Sequence[ArrivedRecord]) -> Counts:
    """Rows that are kept out are committed too, in quarantine: so a load that goes on later finds
    its place whatever the rules are then.
    """
    kept = quarantine(delivery, [refusal for row in rows if (refusal := row.refusal) is not None])
    usable = [row for row in rows if row.refusal is None]
    stored = store_records(delivery, usable, STANDARDISER)
    return waits_now(stored).plus(Counts(quarantined=kept))
