"""Storing the rows of a delivery of records as versions, by the rules of `versions.py`.

Everything here runs in the caller's transaction and takes a few thousand rows at a time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tellonce.hub.core.bulk import among, among_pairs, change_each, insert_rows, reserve_several
from tellonce.hub.sources.holding import release_arrived
from tellonce.hub.sources.models import Record, RecordVersion
from tellonce.hub.sources.places import raw_place, secret_place
from tellonce.hub.sources.selectors import record_texts
from tellonce.hub.sources.types import ArrivedRecord, Counts, DeliveryView, StoredRecords
from tellonce.hub.sources.versions import ABSENT, Stamp, equals_latest, wins
from tellonce.hub.vault.services import encrypt, new_keys, opened_keys
from tellonce.hub.vault.types import Key

_POINT = "UPDATE records SET current_id = %s, state = %s, customer_key = %s WHERE id = %s"
_LINES = (
    "SELECT r.record_key, r.id, r.key_id, r.state, v.version_order, v.content_hash, v.deleted, "
    "r.current_id FROM records r JOIN record_versions v ON v.id = r.current_id "
    "WHERE"
)
_ORDERED = (
    "SELECT record_id, version_order, content_hash FROM record_versions "
    "WHERE version_order IS NOT NULL AND record_id"
)


@dataclass
class _Line:
    """A record as the rows of this chunk find it; `id` None until it is inserted.

    `held` is the version that was current before, None where that was a deletion.
    """

    id: int | None
    key: int | None
    state: str
    current: Stamp | None
    held: int | None = None
    winner: ArrivedRecord | None = None
    version: int | None = None


def store_records(
    delivery: DeliveryView, rows: Sequence[ArrivedRecord], standardiser: str
) -> StoredRecords:
    """Append the rows that say something new, and point each record at the version that wins."""
    lines = _lines_of(delivery.source_id, {row.record_key for row in rows})
    counts, fresh = _judge(rows, lines, _held_versions(rows, lines))
    release_arrived([line.id for line in lines.values() if line.id is not None])
    _insert(delivery, fresh, lines, standardiser)
    won = [(_id(line), row) for line in lines.values() if (row := line.winner) is not None]
    return StoredRecords(
        counts,
        {record: () if row.deleted else row.keys for record, row in won},
        {_id(line): (line.version, line.held) for line in lines.values() if line.version},
        ids={name: _id(line) for name, line in lines.items()},
        won=dict(won),
        source=delivery.source_id,
    )


def restate_records(
    delivery: DeliveryView, rows: Sequence[ArrivedRecord], standardiser: str
) -> StoredRecords:
    """Append the rows that were read anew, where that says something else, as current versions.

    Rows whose record is not there, deleted, or by now another than they say are passed over.
    """
    lines = _lines_of(delivery.source_id, {row.record_key for row in rows})
    texts = record_texts([line.id for line in lines.values() if line.id is not None])
    restated = []
    for row in rows:
        line = lines.get(row.record_key)
        if line is None or line.current is None or line.current.content_hash != row.content_hash:
            continue
        text = texts.get(_id(line))
        if text is not None and (text.standardised, text.secret) != (row.standardised, row.secret):
            line.winner = row
            restated.append(row)
    _insert(
        delivery,
        restated,
        {row.record_key: lines[row.record_key] for row in restated},
        standardiser,
    )
    won = [(lines[row.record_key], row) for row in restated]
    return StoredRecords(
        Counts(changed=len(restated)),
        {_id(line): row.keys for line, row in won},
        {_id(line): (line.version, line.held) for line, _ in won if line.version},
        won={_id(line): row for line, row in won},
        source=delivery.source_id,
    )


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
    change_each(
        "UPDATE records SET current_id = %s, state = %s WHERE id = %s",
        [
            (version.pk, _state(True, lines[key]), lines[key].id)
            for key, version in zip(gone, made, strict=True)
        ],
    )
    return StoredRecords(
        Counts(deleted=len(gone)),
        {_id(line): () for line in gone.values()},
        {
            _id(line): (version.pk, line.held)
            for line, version in zip(gone.values(), made, strict=True)
        },
        won={_id(line): None for line in gone.values()},
        source=delivery.source_id,
    )


def _lines_of(source_id: int, record_keys: set[str]) -> dict[str, _Line]:
    return {
        name: _Line(
            pk,
            key,
            state,
            Stamp(order, bytes(content), bool(deleted)),
            None if deleted else current,
        )
        for name, pk, key, state, order, content, deleted, current in among_pairs(
            _LINES, ("r.source_id", "r.record_key"), source_id, record_keys
        )
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
    held = among(_ORDERED, [pk for pk in ids if pk is not None])
    return {(ids[pk], order, bytes(content)) for pk, order, content in held}


def _judge(
    rows: Sequence[ArrivedRecord],
    lines: dict[str, _Line],
    held: set[tuple[str, int | None, bytes]],
) -> tuple[Counts, list[ArrivedRecord]]:
    """What is new among the rows, in order; sets the winner of each line."""
    added = changed = older = repeated = deleted = 0
    highest: dict[str, tuple[int, bytes]] = {}
    for name, order, content in held:
        _is_behind(name, order, content, highest)
    fresh = []
    for row in rows:
        line = lines.setdefault(row.record_key, _Line(None, None, Record.ACTIVE, None))
        stamp = Stamp(row.order, row.content_hash, row.deleted)
        one = (row.record_key, row.order, row.content_hash)
        known = one in held if row.order is not None else equals_latest(stamp, line.current)
        if known:
            repeated += 1
            continue
        held.add(one)
        fresh.append(row)
        behind = _is_behind(*one, highest)
        if line.current is None:
            added += 1
        elif not behind and wins(stamp, line.current):
            changed += 1
            deleted += row.deleted and not line.current.deleted
        else:
            older += 1
            continue
        line.current, line.winner = stamp, row
    return Counts(added, changed, older, repeated, deleted=deleted), fresh


def _is_behind(
    name: str, order: int | None, content: bytes, highest: dict[str, tuple[int, bytes]]
) -> bool:
    """Whether a version is below the highest of its record, also where a row without one came in
    between; `highest` learns of it.
    """
    if order is None:
        return False
    most = highest[name] = max(highest.get(name, (order, content)), (order, content))
    return most > (order, content)


def _insert(
    delivery: DeliveryView,
    fresh: Sequence[ArrivedRecord],
    lines: Mapping[str, _Line],
    standardiser: str,
) -> None:
    """Append the rows as versions; insert the records not there yet, each with a key of its own."""
    new = [(name, line) for name, line in lines.items() if line.id is None]
    made = new_keys(len(new))
    held = {lines[row.record_key].key for row in fresh}
    keys = opened_keys([key for key in held if key is not None])
    ids, versions = reserve_several([(Record, len(new)), (RecordVersion, len(fresh))])
    for (_, line), pk, key in zip(new, ids, made, strict=True):
        line.id, line.key = pk, key.id
        keys[key.id] = key
    for row, version in zip(fresh, versions, strict=True):
        if lines[row.record_key].winner is row:
            lines[row.record_key].version = version
    # Records point at versions and versions at records. Whichever comes second, SQLite looks for
    # what points at it already: at a version only records do.
    insert_rows(Record, _RECORD, [_record(delivery.source_id, *one) for one in new])
    insert_rows(
        RecordVersion,
        _VERSION,
        [
            (version, delivery.id, standardiser, *_version(row, lines[row.record_key], keys))
            for row, version in zip(fresh, versions, strict=True)
        ],
    )
    added = {name for name, _ in new}
    change_each(
        _POINT,
        [
            (line.version, _state(row.deleted, line), row.customer_key, line.id)
            for name, line in lines.items()
            if (row := line.winner) is not None and name not in added
        ],
    )


_RECORD = ("id", "source_id", "record_key", "customer_key", "state", "current_id", "key_id")
_VERSION = (
    "id",
    "delivery_id",
    "standardiser",
    "record_id",
    "row",
    "source_version",
    "version_order",
    "observed_at",
    "content_hash",
    "deleted",
    "standardised",
    "raw",
    "secret",
)


def _record(source_id: int, name: str, line: _Line) -> tuple[Any, ...]:
    row = line.winner
    assert row is not None
    state = _state(row.deleted, line)
    return (line.id, source_id, name, row.customer_key, state, line.version, line.key)


def _version(row: ArrivedRecord, line: _Line, keys: Mapping[int, Key]) -> tuple[Any, ...]:
    record, key = _id(line), keys[line.key or 0]
    return (
        record,
        row.row,
        row.source_version,
        row.order,
        row.observed_at,
        row.content_hash,
        row.deleted,
        row.standardised,
        encrypt(key, row.raw, raw_place(record, row.content_hash)),
        row.secret and encrypt(key, row.secret.encode(), secret_place(record, row.content_hash)),
    )


def _state(deleted: bool, line: _Line) -> str:
    if deleted:
        return Record.DELETED
    return Record.RESTRICTED if line.state == Record.RESTRICTED else Record.ACTIVE


def _id(line: _Line) -> int:
    assert line.id is not None
    return line.id
