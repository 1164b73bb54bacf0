"""A file as it arrives: its digest, how it is read, and what is refused before anything else."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import pyarrow as pa

from tellonce.hub.core.errors import WrongCall
from tellonce.hub.sources.cards import truncate_cards_of_line
from tellonce.hub.sources.config import SourceConfig
from tellonce.hub.sources.types import RefusedRow
from tellonce.io.stream import check_file
from tellonce.io.values import FileSettings, Reject

ROWS_AT_ONCE = 1_000
"""Rows per transaction: the write lock is held well under 250 ms."""

_WHOLE_FLOAT = re.compile(r"\d+\.0+")


def file_digest(path: Path) -> str:
    """SHA-256 of a file, in hex; raises the errors of `io.errors` where it cannot be read."""
    check_file(path)
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def file_settings(config: SourceConfig) -> FileSettings:
    """How the files of a source are read."""
    return FileSettings(
        encoding=config.encoding or None, delimiter=config.delimiter or None, header=config.header
    )


def customer_key(text: str | None) -> str:
    """A customer key as it is compared: `17850.0`, as spreadsheets write it, is `17850`."""
    text = (text or "").strip()[:255]
    return text.partition(".")[0] if _WHOLE_FLOAT.fullmatch(text) else text


def rejected_rows(rejects: Iterable[Reject]) -> list[RefusedRow]:
    """Rows that could not be read, for the quarantine, without card numbers."""
    return [
        RefusedRow(
            reject.row,
            f"line {reject.line}: {reject.reason}" if reject.line else reject.reason,
            truncate_cards_of_line(reject.raw),
        )
        for reject in rejects
    ]


def as_field(header: str, field: str) -> str:
    """What a column was recognised as, in words: `Kaufdatum as occurred_at`."""
    return header if header == field else f"{header} as {field}"


def row_objects(table: pa.Table) -> list[bytes]:
    """Each row as JSON, its filled columns by name: equal rows have equal bytes."""
    headers = sorted(table.column_names)
    columns = [table.column(header).to_pylist() for header in headers]
    dump = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
    return [
        dump({h: v for h, v in zip(headers, row, strict=True) if v is not None}).encode()
        for row in zip(*columns, strict=True)
    ]


def check_columns(declared: Mapping[str, str], headers: Sequence[str], file_name: str) -> None:
    """Refuse a declared column that the file does not have."""
    for name, column in declared.items():
        if column not in headers:
            raise WrongCall(
                f"{file_name} has no column {column!r}, which the source's configuration "
                f"names as {name}.",
                hint=f"It has {', '.join(headers)}.",
            )
