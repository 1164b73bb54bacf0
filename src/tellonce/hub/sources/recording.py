"""Storing the rows of a delivery of records as versions, by the rules of `versions.py`.

Everything here runs in the caller's transaction and takes a few thousand rows at a time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from django.db import connection

from tellonce.hub.sources.models import Record, RecordVersion
from tellonce.hub.sources.places import raw_place, secret_place
from tellonce.hub.sources.types import ArrivedRecord, Counts, DeliveryView, StoredRecords
from tellonce.hub.sources.versions import ABSENT, Stamp, equals_latest, wins
from tellonce.hub.vault.services import encrypt, new_keys, opened_keys
from tellonce.hub.vault.types import Key

_POINT = "UPDATE records SET current_id = %s, state = %s, customer_key = %s WHERE id = %s"


@dataclass
class _Line:
    """A record as the rows of this chunk find it; `id` None until it is inserted."""

    id: int | None
    key: int | None
    state: str
    current: Stamp | None
    winner: ArrivedRecord | None = None


def store_records(
    delivery: DeliveryView, rows: Sequence[ArrivedRecord], standardiser: str
) -> StoredRecords:
    """Append the rows that say something new, and point each record at the version that wins."""
    lines = _lines_of(delivery.source_id, {row.record_key for row in rows})
    counts, fresh = _judge(rows, lines, _held_versions(rows, lines))
    keys = _insert_records(delivery.source_id, lines)
    made = _insert_versions(delivery, fresh, lines, keys, standardiser)
    won = _point(lines, made)
    return StoredRecords(counts, {_id(line): () if row.deleted else row.keys for line, row in won})


def delete_absent(
    delivery: DeliveryView, records: Sequence[tuple[int, str]], as_of: int | None
) -> StoredRecords:
    """Append a deletion to these records (row id, record id) unless a newer version stands."""
    lines = _lines_of(delivery.source_id, {key for _, key in records})
    stamp = Stamp(as_of, ABSENT, deleted=True)
    gone = {
        key: line
        for key, line in lines.items()
        if line.current and not line.current.deleted and wins(stamp, line.current)
    }
    made = RecordVersion.objects.bulk_create(
        RecordVersion(
            record_id=line.id,
            delivery_id=delivery.id,
            version_order=as_of,
            content_hash=ABSENT,
            deleted=True,
        )
        for line in gone.values()
    )
    with connection.cursor() as cursor:
        cursor.executemany(
            "UPDATE records SET current_id = %s, state = %s WHERE id = %s",
            [
                (version.pk, _state(True, lines[key]), lines[key].id)
                for key, version in zip(gone, made, strict=True)
            ],
        )
    return StoredRecords(Counts(deleted=len(gone)), {_id(line): () for line in gone.values()})


def _lines_of(source_id: int, record_keys: set[str]) -> dict[str, _Line]:
    held = Record.objects.filter(source_id=source_id, record_key__in=record_keys).values_list(
        "record_key",
        "id",
        "key_id",
        "state",
        "current__version_order",
        "current__content_hash",
        "current__deleted",
    )
    return {
        name: _Line(pk, key, state, Stamp(order, bytes(content), deleted))
        for name, pk, key, state, order, content, deleted in held
    }


def _held_versions(
    rows: Sequence[ArrivedRecord], lines: Mapping[str, _Line]
) -> set[tuple[str, int | None, bytes]]:
    """(record id, order, content) of every version held of versioned rows that arrive again."""
    ids = {
        line.id: row.record_key
        for row in rows
        if row.order is not None and (line := lines.get(row.record_key))
    }
    held = RecordVersion.objects.filter(
        record_id__in=ids.keys(), version_order__isnull=False
    ).values_list("record_id", "version_order", "content_hash")
    return {(ids[pk], order, bytes(content)) for pk, order, content in held}


def _judge(
    rows: Sequence[ArrivedRecord],
    lines: dict[str, _Line],
    held: set[tuple[str, int | None, bytes]],
) -> tuple[Counts, list[ArrivedRecord]]:
    """What is new among the rows, in order; sets the winner of each line."""
    counts = Counts()
    fresh = []
    for row in rows:
        line = lines.setdefault(row.record_key, _Line(None, None, Record.ACTIVE, None))
        stamp = Stamp(row.order, row.content_hash, row.deleted)
        version = (row.record_key, row.order, row.content_hash)
        known = version in held if row.order is not None else equals_latest(stamp, line.current)
        if known:
            counts = replace(counts, repeated=counts.repeated + 1)
            continue
        held.add(version)
        fresh.append(row)
        if line.current is None:
            counts = replace(counts, added=counts.added + 1)
        elif wins(stamp, line.current):
            counts = replace(counts, changed=counts.changed + 1)
        else:
            counts = replace(counts, older=counts.older + 1)
            continue
        line.current, line.winner = stamp, row
    return counts, fresh


def _insert_records(source_id: int, lines: dict[str, _Line]) -> dict[int, Key]:
    """Insert the records not there yet, each with a key of its own; all keys, opened, by row."""
    fresh = [(name, line) for name, line in lines.items() if line.id is None]
    made = new_keys(len(fresh))
    keys = opened_keys(
        [line.key for line in lines.values() if line.key is not None and line.winner]
    )
    rows = Record.objects.bulk_create(
        Record(source_id=source_id, record_key=name, customer_key="", key_id=key.id)
        for (name, _), key in zip(fresh, made, strict=True)
    )
    for (_, line), row, key in zip(fresh, rows, made, strict=True):
        line.id, line.key = row.pk, key.id
        keys[key.id] = key
    return keys


def _insert_versions(
    delivery: DeliveryView,
    fresh: Sequence[ArrivedRecord],
    lines: Mapping[str, _Line],
    keys: Mapping[int, Key],
    standardiser: str,
) -> dict[int, int]:
    """Append the rows; returns row identity (`id()`) -> version."""
    versions = []
    for row in fresh:
        line = lines[row.record_key]
        key = keys[line.key or 0]
        record = _id(line)
        versions.append(
            RecordVersion(
                record_id=record,
                delivery_id=delivery.id,
                row=row.row,
                source_version=row.source_version,
                version_order=row.order,
                observed_at=row.observed_at,
                content_hash=row.content_hash,
                deleted=row.deleted,
                standardiser=standardiser,
                standardised=row.standardised,
                raw=encrypt(key, row.raw, raw_place(record, row.content_hash)),
                secret=row.secret
                and encrypt(key, row.secret.encode(), secret_place(record, row.content_hash)),
            )
        )
    made = RecordVersion.objects.bulk_create(versions)
    return {id(row): version.pk for row, version in zip(fresh, made, strict=True)}


def _point(
    lines: Mapping[str, _Line], made: Mapping[int, int]
) -> list[tuple[_Line, ArrivedRecord]]:
    won = [(line, line.winner) for line in lines.values() if line.winner is not None]
    with connection.cursor() as cursor:
        cursor.executemany(
            _POINT,
            [
                (made[id(row)], _state(row.deleted, line), row.customer_key, line.id)
                for line, row in won
            ],
        )
    return won


def _state(deleted: bool, line: _Line) -> str:
    if deleted:
        return Record.DELETED
    return Record.RESTRICTED if line.state == Record.RESTRICTED else Record.ACTIVE


def _id(line: _Line) -> int:
    assert line.id is not None
    return line.id
