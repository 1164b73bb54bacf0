"""Loading files of activity."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from tellonce.hub.accounts.types import Actor
from tellonce.hub.activity.columns import (
    WRITTEN,
    Layout,
    learned_layout,
    recognised_layout,
    settle_key,
)
from tellonce.hub.activity.reading import Keys, activities, products, whole
from tellonce.hub.activity.storing import store_activities, store_products
from tellonce.hub.bridge.times import day_comes_first
from tellonce.hub.bridge.types import Progress, Tell, no_progress, no_telling
from tellonce.hub.core.errors import WrongCall
from tellonce.hub.jobs.services import held_lease
from tellonce.hub.sources.arrival import as_field, file_settings, rejected_rows
from tellonce.hub.sources.cards import CardFindings, number_columns, without_card_data
from tellonce.hub.sources.contents import ACTIVITY_FIELDS, PRODUCT_FIELDS
from tellonce.hub.sources.incoming import Incoming
from tellonce.hub.sources.loading import store_in_slices
from tellonce.hub.sources.runs import in_run
from tellonce.hub.sources.selectors import delivery_view, source_named
from tellonce.hub.sources.services import begin_delivery, check_deliverer, learn, mark_stored
from tellonce.hub.sources.types import LoadReport, RefusedRow, SourceView
from tellonce.io.errors import NoRecords, NothingReadable
from tellonce.io.values import Opened


def load_activity(
    source_name: str,
    what: Path | Incoming,
    kind: str,
    *,
    by: Actor,
    progress: Progress = no_progress,
    tell: Tell = no_telling,
) -> LoadReport:
    """Load a file, or pages, of one kind of activity; an interrupted load of a file goes on.

    A file of products that names no customer is the source's catalogue. Raises `WrongCall` where
    no column names the customer, and the errors of `io.errors`.
    """
    check_deliverer(by, "load", source_name)
    source = source_named(source_name)
    with (
        held_lease(f"deliver:{source.id}", by.id) as lease,
        in_run(source, kind, what, by) as incoming,
    ):
        opened = incoming.opened(file_settings(source.config))
        reader = _Reader(source, kind, incoming.name, opened)
        progress("read", 0, 0)
        batches = reader.batches()
        reader.look_at(next(batches))
        for sentence in reader.sentences():
            tell(sentence)
        delivery = begin_delivery(source, kind, incoming, full=False)
        store: Any = store_products if reader.catalogue else partial(store_activities, kind=kind)
        delivery = store_in_slices(delivery, reader.rows(batches), store, lease, progress)
        if kind not in source.learned:
            learn(source, kind, reader.layout.as_json())
        mark_stored(delivery, by=by)
        for sentence in reader.unread():
            tell(sentence)
    return LoadReport(delivery_view(delivery.id), (*reader.sentences(), *reader.unread()))


class _Reader:
    """The file, read in stretches; its first stretch settles which column is which."""

    def __init__(self, source: SourceView, kind: str, file_name: str, opened: Opened) -> None:
        self._source, self._kind, self._file, self._opened = source, kind, file_name, opened
        self._findings, self._keys = CardFindings(), Keys()
        self._unread: Counter[str] = Counter()
        self._first: tuple[pa.Table, list[RefusedRow]] | None = None
        self._exempt: list[str] = []
        self._headers: list[str] = []
        self.layout = Layout({})
        self.catalogue = False

    def batches(self) -> Iterator[tuple[pa.Table, list[RefusedRow]]]:
        """Accepted rows as text columns, and refused ones; raises NoRecords for a file without."""
        some = False
        waiting: list[RefusedRow] = []
        for chunk in self._opened.chunks:
            waiting += rejected_rows(chunk.rejects)
            if chunk.table.num_rows:
                some = True
                yield pa.Table.from_batches([chunk.table]), waiting
                waiting = []
        if not some:
            self._refuse_empty(waiting)
        if waiting:
            yield pa.table({}), waiting

    def look_at(self, first: tuple[pa.Table, list[RefusedRow]]) -> None:
        """Settle the layout by the first stretch."""
        self._first = first
        table = first[0]
        self._headers = table.column_names
        self._exempt = number_columns(table)
        settled = self._source.learned.get(self._kind)
        if settled and self._kind not in self._source.config.layouts:
            layout = learned_layout(settled, table.column_names)
        else:
            layout = self._recognised(table)
        self.catalogue = self._kind == "products" and "customer_key" not in layout.columns
        if self.catalogue:
            layout = self._recognised(table, PRODUCT_FIELDS)
        self._check(layout, table)
        self.layout = layout

    def rows(
        self, rest: Iterator[tuple[pa.Table, list[RefusedRow]]]
    ) -> Iterator[tuple[Sequence[Any], list[RefusedRow], int]]:
        """Rows ready to be stored, stretch by stretch, with how many card values were removed."""
        assert self._first is not None
        batch: tuple[pa.Table, list[RefusedRow]] | None = self._first
        while batch is not None:
            before = self._findings.total
            table = without_card_data(batch[0], self._findings, exempt=self._exempt)
            if not table.num_rows:
                rows: Sequence[Any] = ()
            elif self.catalogue:
                rows = products(table, self.layout, self._unread)
            else:
                rows = activities(table, self.layout, self._kind, self._keys, self._unread)
            yield rows, batch[1], self._findings.total - before
            batch = next(rest, None)

    def sentences(self) -> Iterator[str]:
        """What was recognised, aloud."""
        yield from self._opened.report.sentences()
        columns = self.layout.columns
        yield "Recognised: " + ", ".join(as_field(c, field) for field, c in columns.items()) + "."
        if rest := [header for header in self._headers if header not in columns.values()]:
            yield "Kept as details: " + ", ".join(rest) + "."
        if not self.catalogue:
            key = self.layout.key
            yield f"Each row is known by {key}." if key else "Each row is known by its content."

    def unread(self) -> Iterator[str]:
        """What could not be read as the date or the number it should be, once all rows are read."""
        if self._unread:
            counts = ", ".join(f"{count:,} of {column}" for column, count in self._unread.items())
            yield f"Values that could not be read and are kept as they stand: {counts}."

    def _recognised(self, table: pa.Table, fields: Sequence[str] = ACTIVITY_FIELDS) -> Layout:
        declared = self._source.config.layouts.get(self._kind, {})
        if self._kind == "products":  # declared for what people have, or for the catalogue
            declared = {f: c for f, c in declared.items() if f in ("key", *fields)}
        layout = recognised_layout(
            table.column_names, fields, declared, written=self._kind in WRITTEN
        )
        layout = settle_key(layout, lambda header: _identifies(table, header))
        at = layout.columns.get("occurred_at")
        if at is None:
            return layout
        config = self._source.config
        first = day_comes_first(whole(table.column(at)), config.country or None, config.day_first)
        return replace(layout, day_first=first)

    def _check(self, layout: Layout, table: pa.Table) -> None:
        lacking = "product_key" if self.catalogue else "customer_key"
        if lacking in layout.columns:
            return
        what = "the product" if self.catalogue else "the customer"
        raise WrongCall(
            f"No column of {self._file} names {what}.",
            hint=f"Say which in the configuration of {self._source.name!r}: "
            f"`{self._kind}: {{{lacking}: COLUMN}}`; there are {', '.join(table.column_names)}.",
        )

    def _refuse_empty(self, refused: Sequence[RefusedRow]) -> None:
        if refused:
            raise NothingReadable(
                f"No row of {self._file} could be read; {refused[0].reason}.",
                "Check its delimiter, encoding and header, or declare them for the source.",
            )
        raise NoRecords(
            f"{self._file} has a header and no row below it.", "Export it again with rows."
        )


def _identifies(table: pa.Table, header: str) -> bool:
    column = table.column(header)
    return column.null_count == 0 and pc.count_distinct(column).as_py() == len(column)
