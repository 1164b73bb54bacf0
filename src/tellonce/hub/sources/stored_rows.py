"""Rows of records as they were delivered, opened some at a time."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any, NamedTuple

from tellonce.hub.core.bulk import among
from tellonce.hub.sources.models import Record
from tellonce.hub.sources.places import raw_place
from tellonce.hub.vault.services import decrypt, opened_keys
from tellonce.hub.vault.types import Key


class StoredRow(NamedTuple):
    """The row a record's current version was delivered as: header -> text, filled ones only."""

    record: int
    record_key: str
    version: int
    said: dict[str, Any]


_ROWS = (
    "SELECT r.id, r.record_key, r.key_id, v.id, v.content_hash, v.raw FROM record_versions v "
    "JOIN records r ON r.current_id = v.id WHERE r.id"
)


def stored_rows(records: Collection[int]) -> list[StoredRow]:
    """The rows of these records (row ids), by row id; without those that are deleted or erased."""
    rows = sorted(row for row in among(_ROWS, records) if row[5] is not None)
    keys = opened_keys([row[2] for row in rows])
    return [
        StoredRow(
            pk,
            name,
            version,
            json.loads(decrypt(keys[key], bytes(raw), raw_place(pk, bytes(content)))),
        )
        for pk, name, key, version, content, raw in rows
        if key in keys
    ]


def record_keys(records: Collection[int]) -> dict[int, Key]:
    """Record -> the key that seals its values; those whose key was destroyed are left out."""
    rows = dict(Record.objects.filter(id__in=records).values_list("id", "key_id"))
    keys = opened_keys(list(rows.values()))
    return {record: keys[key] for record, key in rows.items() if key in keys}
