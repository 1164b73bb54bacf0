"""What the hub asks of the engine, over plain values and Arrow tables passed on unopened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pyarrow as pa

from tellonce.engine import standardise as stage
from tellonce.engine.golden.rules import DEFAULT_SURVIVORSHIP
from tellonce.engine.pipeline import rehearse
from tellonce.engine.standardise.columns import ATTRIBUTES, Column, Recognition
from tellonce.engine.standardise.columns import Mapping as ColumnMapping
from tellonce.engine.standardise.columns import recognise as recognise_columns
from tellonce.engine.standardise.headers import read_header, slug
from tellonce.hub.bridge.lookups import lookups_of
from tellonce.hub.bridge.rows import Sealed, row_documents
from tellonce.hub.bridge.types import Amend, Recognised, RecognisedColumn, StandardisedRow
from tellonce.version import __version__

STANDARDISER = f"tellonce {__version__}"
"""Stored with every standardised row, so that rows can be standardised anew when it changes."""


def load_kernels() -> None:
    """Compile the engine's kernels, or load them: so that nobody's first request waits for it."""
    rehearse()


def attribute_names() -> tuple[str, ...]:
    """The attributes that headers are recognised as, but for identifiers and others of their own
    names.
    """
    return ATTRIBUTES


def survivor_names() -> tuple[str, ...]:
    """What of a golden record survives together, and may be trusted in one source by itself; but
    for identifiers and others of their own names.
    """
    return tuple(rule.attribute for rule in DEFAULT_SURVIVORSHIP)


def own_key_columns(headers: Sequence[str]) -> list[str]:
    """Headers that name a source's own key, such as CustomerID, in the order of the file."""
    return [header for header in headers if read_header(header).attribute == "own_key"]


def standardised(
    source: str,
    record_ids: pa.Array,
    table: pa.Table,
    *,
    columns: Mapping[str, str],
    region: str | None,
    day_first: bool | None,
    amend: Amend | None = None,
) -> tuple[Recognised, pa.Table]:
    """Recognise the columns of a delivery and standardise its rows: RECORDS, in order.

    `columns`: header -> attribute as declared or settled before; a header that the file lacks is
    passed over. `amend` may put values right before they are standardised. Raises the engine's
    errors for a mapping that cannot be used, or where nothing is recognised.
    """
    present = {header: name for header, name in columns.items() if header in table.column_names}
    found = recognise_columns(source, table, ColumnMapping(present, region, day_first))
    params = stage.StandardiseParams()
    made = None
    if amend is None or not region:
        made = stage.records(source, record_ids, table, found, params)
    if amend is not None:
        shown = made.region if made else region
        amended = amend(table, _recognised(found).settled, shown or "")
        if made is None or amended is not table:
            made = stage.records(source, record_ids, amended, found, params)
    assert made is not None
    return replace(_recognised(found), region=made.region or ""), made.table


def standardised_rows(records: pa.Table, sealed: Sealed) -> list[StandardisedRow]:
    """RECORDS, or a slice of them, row by row; `sealed` says which attributes must be."""
    return [
        StandardisedRow(opened, secret, observed_at, lookups, empty)
        for (opened, secret, empty), observed_at, lookups in zip(
            row_documents(records, sealed),
            records.column("observed_at").to_pylist(),
            lookups_of(records),
            strict=True,
        )
    ]


def _recognised(found: Recognition) -> Recognised:
    return Recognised(
        tuple(RecognisedColumn(c.header, _target(c), c.why) for c in found.columns),
        {c.header: _target(c) or "ignore" for c in found.columns if c.attribute or c.fill},
    )


def _target(column: Column) -> str | None:
    if column.attribute is None:
        return None
    return f"{column.attribute}#{column.group}" if column.group else column.attribute


def header_name(header: str) -> str:
    """A header as one lower-case ASCII name: `InvoiceDate` and `Invoice date` are invoice_date."""
    return slug(header)
