"""RECORDS rows to JSON text and back, with the values that must be sealed kept apart.

A row is stored as two JSON objects that together are the row: the open one, and one that holds only
the identifiers and other attributes that the caller's policy seals (None where there are none).
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

import pyarrow as pa
import pyarrow.json as pj

from tellonce.engine.tables import RECORDS

_FEW = 1_000  # rows for which a thread costs more than it saves
Sealed = Callable[[str], bool]
"""Says of an attribute ("identifier:pesel", "other:income_band", ...) whether it must be sealed."""


def row_documents(records: pa.Table, sealed: Sealed) -> list[tuple[str, str | None]]:
    """RECORDS -> per row (open JSON, sealed JSON or None); without nulls, times ISO 8601."""
    return [_split(row, sealed) for row in records.to_pylist()]


def records_table(documents: Iterable[str]) -> pa.Table:
    """Whole rows as JSON (`documents.join_documents`) -> RECORDS, in the order given."""
    lines = list(documents)
    text = "\n".join(lines).encode()
    if not text:
        return RECORDS.empty_table()
    table = pj.read_json(
        io.BytesIO(text),
        read_options=pj.ReadOptions(use_threads=len(lines) > _FEW, block_size=1 << 24),
        parse_options=pj.ParseOptions(explicit_schema=RECORDS, unexpected_field_behavior="ignore"),
    )
    return table.select(RECORDS.names)


def _split(row: dict[str, Any], sealed: Sealed) -> tuple[str, str | None]:
    opened: dict[str, Any] = {}
    for name, value in row.items():
        if isinstance(value, list):
            opened[name] = [_filled(v) if isinstance(v, dict) else v for v in value]
        elif value is not None:
            opened[name] = _instant(value) if isinstance(value, datetime) else value
    secret = {}
    for name, prefix, part in (
        ("identifiers", "identifier", "kind"),
        ("others", "other", "name"),
    ):
        hidden = [v for v in opened.get(name, ()) if sealed(f"{prefix}:{v.get(part, '')}")]
        if hidden:
            secret[name] = hidden
            opened[name] = [v for v in opened[name] if v not in hidden]
    return _dump(opened), _dump(secret) if secret else None


def _filled(value: dict[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in value.items() if v is not None}


def _instant(value: datetime) -> str:
    return value.isoformat().replace("+00:00", "Z")


_dump = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
