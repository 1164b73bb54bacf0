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
_SAYS = tuple(
    name
    for name in RECORDS.names
    if name not in ("source", "record_id", "observed_at", "birth_date_ambiguous")
)
_VERY_FEW = 10  # for which Arrow's reader does, which has threads of its own
_NOTHING: dict[str, Any] = dict.fromkeys(RECORDS.names)
_NO_ENTRY: dict[str, dict[str, Any]] = {
    field.name: dict.fromkeys(part.name for part in field.type.value_type)
    for field in RECORDS
    if pa.types.is_list(field.type) and pa.types.is_struct(field.type.value_type)
}
Sealed = Callable[[str], bool]
"""Says of an attribute ("identifier:pesel", "other:income_band", ...) whether it must be sealed."""


def row_documents(records: pa.Table, sealed: Sealed) -> list[tuple[str, str | None, bool]]:
    """RECORDS -> per row (open JSON, sealed JSON or None, whether it says nothing of a customer);
    without nulls, times ISO 8601.
    """
    return [_split(row, sealed) for row in records.to_pylist()]


def records_table(documents: Iterable[str]) -> pa.Table:
    """Whole rows as JSON (`documents.join_documents`) -> RECORDS, in the order given."""
    lines = list(documents)
    if len(lines) <= _VERY_FEW:
        return pa.Table.from_pylist(record_rows(lines), schema=RECORDS)
    text = "\n".join(lines).encode()
    if not text:
        return RECORDS.empty_table()
    table = pj.read_json(
        io.BytesIO(text),
        read_options=pj.ReadOptions(use_threads=len(lines) > _FEW, block_size=1 << 24),
        parse_options=pj.ParseOptions(explicit_schema=RECORDS, unexpected_field_behavior="ignore"),
    )
    return table.select(RECORDS.names)


def record_rows(documents: Iterable[str]) -> list[dict[str, Any]]:
    """The same as `to_pylist` of that table gives: None for whatever a row does not say."""
    rows = [_NOTHING | json.loads(document) for document in documents]
    for row in rows:
        if row["observed_at"]:
            row["observed_at"] = datetime.fromisoformat(row["observed_at"])
        for name, nothing in _NO_ENTRY.items():
            if row[name]:
                row[name] = [nothing | entry for entry in row[name]]
    return rows


def _split(row: dict[str, Any], sealed: Sealed) -> tuple[str, str | None, bool]:
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
    empty = not any(row[name] for name in _SAYS)
    return _dump(opened), _dump(secret) if secret else None, empty


def _filled(value: dict[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in value.items() if v is not None}


def _instant(value: datetime) -> str:
    return value.isoformat().replace("+00:00", "Z")


_dump = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
