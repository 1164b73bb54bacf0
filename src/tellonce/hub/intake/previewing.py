"""A dry run: what a delivery of records would become, with nothing written."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from tellonce.hub.bridge.types import RecognisedColumn
from tellonce.hub.intake.reading import read_records
from tellonce.hub.quality.in_force import rules_in_force
from tellonce.hub.sources.arrival import file_settings
from tellonce.hub.sources.config import SourceConfig
from tellonce.hub.sources.contents import RECORDS
from tellonce.hub.sources.incoming import Incoming
from tellonce.hub.sources.shapes import Problem
from tellonce.hub.sources.types import ArrivedRecord, RefusedRow, SourceView
from tellonce.rules.nearest import did_you_mean


@dataclass(frozen=True)
class PreviewedRow:
    """A row as it would be stored: attribute -> its values, as standardised."""

    row: int
    record_id: str
    deleted: bool
    values: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Preview:
    """What a delivery would become. `problems` name columns that are declared and not there."""

    name: str
    total: int
    problems: tuple[Problem, ...]
    sentences: tuple[str, ...] = ()
    columns: tuple[RecognisedColumn, ...] = ()
    rows: tuple[PreviewedRow, ...] = ()
    refused: tuple[RefusedRow, ...] = ()
    card_values: int = 0


def preview_records(source: SourceView, incoming: Incoming, rows: int) -> Preview:
    """The first `rows` rows as they would be stored, and all that would be quarantined.

    Of pages the first is looked at. Raises what a load would raise.
    """
    contents = next(incoming.contents(file_settings(source.config)))
    total = contents.table.num_rows + len(contents.rejects)
    missing = tuple(_missing(source.config, contents.table.column_names, incoming.name))
    if any(len(problem.path) == 1 for problem in missing):
        return Preview(incoming.name, total, missing)
    in_force = rules_in_force(source.id) if source.id else None
    read = read_records(source, contents, incoming.name, in_force)
    usable, refused = read.all()
    named = {header: name for name, header in source.config.named_columns().items()}
    if RECORDS not in source.learned:
        named[read.record_id] = "record_id"
    return Preview(
        name=incoming.name,
        total=total,
        problems=missing,
        sentences=read.sentences,
        columns=tuple(_told(column, source, named) for column in read.recognised),
        rows=tuple(map(_previewed, usable[:rows])),
        refused=tuple(sorted(refused, key=lambda row: row.row)),
        card_values=read.card_values,
    )


_MEANT = {
    "record_id": "it is the record's id",
    "source_version": "it says which version is newer",
    "observed_at": "it says when the row was true",
    "deleted": "it says whether the record is deleted",
    "customer_key": "it is what activity refers to",
}


def _told(
    column: RecognisedColumn, source: SourceView, named: Mapping[str, str]
) -> RecognisedColumn:
    """A column with why it is what it is, in the words of who declares sources."""
    if column.header in source.config.columns:
        return replace(column, why="declared")
    if column.header in named:
        return replace(column, why=_MEANT[named[column.header]])
    if column.header in source.learned.get(RECORDS, {}).get("columns", {}):
        return replace(column, why="settled by its first delivery")
    return column


def _missing(config: SourceConfig, headers: list[str], name: str) -> Iterator[Problem]:
    """Columns that are declared, and that the file does not have."""
    for setting, column in config.named_columns().items():
        if column not in headers:
            hint = did_you_mean(column, headers, "It has")
            yield Problem((setting,), f"{name} has no column {column!r}, named as {setting}.", hint)
    for column in config.columns:
        if column not in headers:
            hint = did_you_mean(column, headers, "It has")
            yield Problem(("columns", column), f"{name} has no column {column!r}.", hint)


def _previewed(row: ArrivedRecord) -> PreviewedRow:
    document = json.loads(row.document)
    hidden = ("source", "record_id")
    values = {name: tuple(_texts(v)) for name, v in document.items() if v and name not in hidden}
    return PreviewedRow(row.row, row.record_key, row.deleted, values)


def _texts(value: Any) -> Iterator[str]:
    """A value of a RECORDS row in words, one for each of several."""
    for one in value if isinstance(value, list) else [value]:
        if isinstance(one, Mapping):
            yield " ".join(f"{name}={part}" for name, part in one.items() if part not in (None, ""))
        else:
            yield str(one)
