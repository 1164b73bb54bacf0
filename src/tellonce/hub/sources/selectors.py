"""Reads."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.db.models import Count

from tellonce.hub.core import clock
from tellonce.hub.core.bulk import among, as_moment, fetched
from tellonce.hub.core.errors import Unknown
from tellonce.hub.sources.config import SourceConfig, stored_config
from tellonce.hub.sources.models import Delivery, Quarantined, Record, Source
from tellonce.hub.sources.places import quarantine_place, raw_place, secret_place
from tellonce.hub.sources.types import (
    Counts,
    DeliveryView,
    QuarantinedRow,
    RecordText,
    RecordTime,
    RecordView,
    SourceView,
)
from tellonce.hub.vault.services import decrypt, opened_key, opened_keys

ACTIVE = Record.ACTIVE
_SLICE = 10_000
_ROWS = 2_000  # opened at once


def source_named(name: str, *, counted: bool = False) -> SourceView:
    """The source of this name; raises `Unknown` with how to add it.

    What it holds is counted only where asked for: counting takes a while in a large hub.
    """
    rows = fetched(_SOURCE, name)
    if not rows:
        raise Unknown(
            f"There is no source {name!r}.",
            hint=f"Add it with `tellonce source add {name} --kind KIND`; "
            "a configuration is only needed where columns are not recognised.",
        )
    if counted:
        return _views(Source.objects.filter(name=name))[0]
    ((pk, kind, config, learned, created_at),) = rows
    return SourceView(pk, name, kind, _config(config), json.loads(learned), as_moment(created_at))


def source_of_nobody() -> SourceView:
    """Stands for no system: nothing is declared and nothing learnt."""
    return SourceView(0, "", "", stored_config({}), {}, clock.now())


def sources(*, counted: bool = True) -> list[SourceView]:
    """All sources by name; what they hold is counted, which takes a while in a large hub."""
    rows = Source.objects.order_by("name")
    return _views(rows) if counted else [_view(row) for row in rows]


def _views(rows: Any) -> list[SourceView]:
    active = Record.objects.filter(state=Record.ACTIVE)
    records = dict(active.values_list("source").annotate(Count("id")))
    deliveries = dict(Delivery.objects.values_list("source").annotate(Count("id")))
    waiting = Quarantined.objects.filter(state__in=Quarantined.WAITS)
    quarantined = dict(waiting.values_list("delivery__source").annotate(Count("id")))
    return [
        replace(
            _view(row),
            records=records.get(row.pk, 0),
            deliveries=deliveries.get(row.pk, 0),
            quarantined=quarantined.get(row.pk, 0),
        )
        for row in rows
    ]


def _view(row: Source) -> SourceView:
    return SourceView(
        id=row.pk,
        name=row.name,
        kind=row.kind,
        config=_config(json.dumps(row.config)),
        learned=row.learned,
        created_at=row.created_at,
    )


def phone_regions() -> list[str]:
    """The countries whose way of dialling a source declares or was found to use, sorted."""
    found = [_view(row) for row in Source.objects.all()]
    regions = {one.config.country for one in found}
    regions |= {one.learned.get("records", {}).get("region") for one in found}
    return sorted(region for region in regions if region)


def declarations() -> tuple[dict[str, dict[str, float]], list[str]]:
    """What the sources declare that matters to who is who: source -> trust per attribute, and the
    sources that have no duplicates of their own.
    """
    configs = [(name, _config(text)) for name, text in fetched(_CONFIGS)]
    trust = {name: dict(config.trust) for name, config in configs if config.trust}
    return trust, [name for name, config in configs if config.unique]


@lru_cache(maxsize=256)
def _config(text: str) -> SourceConfig:
    return stored_config(json.loads(text))


def delivery_view(delivery_id: int) -> DeliveryView:
    """One delivery as it stands."""
    return _delivery(Delivery.objects.select_related("source").get(pk=delivery_id))


def deliveries_of(source_id: int, limit: int = 50) -> list[DeliveryView]:
    """The last deliveries of a source, newest first."""
    rows = Delivery.objects.select_related("source").filter(source_id=source_id)
    return [_delivery(row) for row in rows.order_by("-id")[:limit]]


def was_delivered(source_id: int, content: str, digest: str, *, last: bool) -> bool:
    """Whether this very file was delivered whole; `last`: and nothing else after it."""
    whole = Delivery.objects.filter(source_id=source_id, content=content)
    whole = whole.exclude(state=Delivery.RECEIVING)
    if last:
        return whole.order_by("-id").values_list("digest", flat=True).first() == digest
    return whole.filter(digest=digest).exists()


def deliveries_to_place() -> list[int]:
    """Deliveries that are stored, and whose records are not placed yet."""
    rows = fetched("SELECT id FROM deliveries WHERE state = 'stored' ORDER BY id")
    return [pk for (pk,) in rows]


def _delivery(row: Delivery) -> DeliveryView:
    return DeliveryView(
        id=row.pk,
        source_id=row.source_id,
        source=row.source.name,
        content=row.content,
        file_name=row.file_name,
        full=row.full,
        state=row.state,
        position=row.position,
        counts=Counts(**row.counts),
        key_id=row.key_id,
        as_of=row.as_of,
        held=row.held,
    )


def active_record_count() -> int:
    """How many records take part in matching."""
    return Record.objects.filter(state=Record.ACTIVE).count()


def newest_record() -> int:
    """The row id of the newest record, 0 where there is none: there are at most so many."""
    return fetched("SELECT max(id) FROM records")[0][0] or 0


def active_records() -> Iterator[RecordText]:
    """Every record that takes part in matching, in slices, by row id."""
    last = 0
    while rows := _record_rows(Record.objects.filter(state=Record.ACTIVE, id__gt=last), _SLICE):
        last = rows[-1][0]
        yield from _texts(rows)


def record_texts(ids: Collection[int]) -> dict[int, RecordText]:
    """These records as they stand now, by row id; deleted ones are left out."""
    rows = _record_rows(Record.objects.filter(id__in=ids).exclude(state=Record.DELETED))
    return {text.id: text for text in _texts(rows)}


def _record_rows(records: Any, limit: int | None = None) -> list[tuple[Any, ...]]:
    return list(records.order_by("id").values_list(*_TEXT_COLUMNS)[:limit])


_TEXT_COLUMNS = (
    "id",
    "source__name",
    "record_key",
    "key_id",
    "current__content_hash",
    "current__standardised",
    "current__secret",
    "current_id",
)


def texts_of_versions(versions: Collection[int], *, active: bool = False) -> dict[int, RecordText]:
    """Record -> what it says in one of these versions; a deletion says nothing and is left out.

    `active`: of records that take part in matching.
    """
    rows = among(_VERSION_TEXTS.format("AND r.state = 'active'" if active else ""), versions)
    return {text.id: text for text in _texts(rows)}


def current_versions(ids: Collection[int]) -> dict[int, tuple[int, str]]:
    """Record -> the version that is current, and the record's state."""
    rows = among("SELECT id, current_id, state FROM records WHERE id", ids)
    return {pk: (current, state) for pk, current, state in rows}


def observed_times(ids: Collection[int]) -> dict[int, datetime | None]:
    """Record -> when what it says now was true, None where it has no time."""
    rows = Record.objects.filter(id__in=ids)
    return dict(rows.values_list("id", "current__observed_at"))


def record_names(ids: Collection[int]) -> dict[int, tuple[str, str]]:
    """Record -> (source, record id)."""
    rows = among(_RECORD_NAMES, ids)
    return {pk: (source, key) for pk, source, key in rows}


_SOURCE = "SELECT id, kind, config, learned, created_at FROM sources WHERE name = %s"
_CONFIGS = "SELECT name, config FROM sources ORDER BY name"
_RECORD_NAMES = (
    "SELECT r.id, s.name, r.record_key FROM records r JOIN sources s ON s.id = r.source_id "
    "WHERE r.id"
)
_RECORD_IDS = (
    "SELECT r.id, r.record_key FROM records r JOIN sources s ON s.id = r.source_id "
    "WHERE s.name = %s AND r.record_key"
)
_VERSION_TEXTS = (
    "SELECT r.id, s.name, r.record_key, r.key_id, v.content_hash, v.standardised, v.secret, v.id "
    "FROM record_versions v JOIN records r ON r.id = v.record_id "
    "JOIN sources s ON s.id = r.source_id WHERE NOT v.deleted {} AND v.id"
)


def _texts(rows: Sequence[tuple[Any, ...]]) -> Iterator[RecordText]:
    keys = opened_keys([row[3] for row in rows if row[6] is not None])
    for pk, source, record_key, key_id, content, standardised, secret, version in rows:
        hidden = None
        if secret is not None and key_id in keys:
            place = secret_place(pk, bytes(content))
            hidden = decrypt(keys[key_id], bytes(secret), place).decode()
        yield RecordText(pk, source, record_key, standardised, hidden, version)


def record_ids(pairs: Collection[tuple[str, str]]) -> dict[tuple[str, str], int]:
    """(source, record id) -> row id, of those that are there."""
    found: dict[tuple[str, str], int] = {}
    by_source: dict[str, list[str]] = {}
    for source, key in pairs:
        by_source.setdefault(source, []).append(key)
    for source, keys in by_source.items():
        found |= {(source, key): pk for pk, key in among(_RECORD_IDS, keys, source)}
    return found


def records_of_customer_key(source: str, customer_key: str) -> list[int]:
    """Row ids of the records that a source's activity under this key refers to."""
    rows = Record.objects.filter(source__name=source, customer_key=customer_key)
    return list(rows.exclude(state=Record.DELETED).order_by("id").values_list("id", flat=True))


def customer_keys(ids: Collection[int]) -> list[tuple[int, str, str]]:
    """(source row id, source name, customer key) of these records, each pair once."""
    rows = Record.objects.filter(id__in=ids).values_list(
        "source_id", "source__name", "customer_key"
    )
    return sorted(set(rows))


def record_views(ids: Collection[int]) -> list[RecordView]:
    """These records with all their values, sealed ones included, by source and record id."""
    return views_of(among(_VIEWS, ids))


def views_of(rows: Sequence[tuple[Any, ...]]) -> list[RecordView]:
    """Rows with the columns of `_VIEWS`, opened, by source and record id."""
    more = {row[0]: row[8:] for row in rows}
    views = []
    for text in _texts([row[:8] for row in rows]):
        key, state, *times = more[text.id]
        moments = map(as_moment, times)
        views.append(
            RecordView(text.id, text.source, text.record_key, key, state, *moments, _values(text))
        )
    return sorted(views, key=lambda view: (view.source, view.record_key))


_VIEWS = (
    "SELECT r.id, s.name, r.record_key, r.key_id, v.content_hash, v.standardised, v.secret, "
    "r.current_id, r.customer_key, r.state, v.observed_at, d.started_at FROM records r "
    "JOIN sources s ON s.id = r.source_id LEFT JOIN record_versions v ON v.id = r.current_id "
    "LEFT JOIN deliveries d ON d.id = v.delivery_id WHERE r.state <> 'deleted' AND r.id"
)


def record_times(ids: Collection[int]) -> list[RecordTime]:
    """When what these records say was observed or, where they do not tell, handed over."""
    return [
        RecordTime(*row, as_moment(observed), as_moment(delivered))
        for *row, observed, delivered in among(_TIMES, ids)
    ]


_TIMES = (
    "SELECT r.id, s.name, r.record_key, r.state, v.observed_at, d.started_at FROM records r "
    "JOIN sources s ON s.id = r.source_id LEFT JOIN record_versions v ON v.id = r.current_id "
    "LEFT JOIN deliveries d ON d.id = v.delivery_id WHERE r.state <> 'deleted' AND r.id"
)


def _values(text: RecordText) -> Mapping[str, Any]:
    values: dict[str, Any] = json.loads(text.standardised)
    for name, hidden in json.loads(text.secret or "{}").items():
        values[name] = values.get(name, []) + hidden
    return values


def delivered_rows(source_id: int) -> Iterator[list[tuple[str, dict[str, Any]]]]:
    """(record id, its row as it was delivered) of every record that is not deleted, in slices."""
    last = 0
    while True:
        records = Record.objects.filter(source_id=source_id, id__gt=last)
        rows = list(
            records.exclude(state=Record.DELETED)
            .order_by("id")
            .values_list("id", "record_key", "key_id", "current__content_hash", "current__raw")[
                :_ROWS
            ]
        )
        if not rows:
            return
        last = rows[-1][0]
        keys = opened_keys([row[2] for row in rows])
        yield [
            (name, json.loads(decrypt(keys[key], bytes(raw), raw_place(pk, bytes(content)))))
            for pk, name, key, content, raw in rows
            if key in keys and raw is not None
        ]


def source_records(source_id: int) -> Iterator[tuple[int, str]]:
    """(row id, record id) of every record of a source that is not deleted."""
    rows = Record.objects.filter(source_id=source_id).exclude(state=Record.DELETED)
    return rows.order_by("id").values_list("id", "record_key").iterator(_SLICE)


def restricted_records(ids: Collection[int]) -> set[int]:
    """Which of these records are restricted: stored, not matched, their membership frozen."""
    rows = Record.objects.filter(id__in=ids, state=Record.RESTRICTED)
    return set(rows.values_list("id", flat=True))


def deleted_records(ids: Collection[int]) -> set[int]:
    """Which of these records their source deleted."""
    rows = among("SELECT state, id FROM records WHERE id", ids)
    return {pk for state, pk in rows if state == Record.DELETED}


def quarantined_rows(source_id: int, limit: int = 20) -> list[QuarantinedRow]:
    """Rows of a source that wait in quarantine, newest delivery first."""
    waiting = Quarantined.objects.filter(
        delivery__source_id=source_id, state__in=Quarantined.WAITS
    ).select_related("delivery")
    return [
        QuarantinedRow(
            row.delivery_id,
            row.delivery.file_name,
            row.row,
            row.reason,
            decrypt(
                opened_key(row.delivery.key_id),
                bytes(row.raw),
                quarantine_place(row.delivery_id, row.row),
            ).decode(),
        )
        for row in waiting.order_by("-delivery_id", "row")[:limit]
    ]


def source_counts() -> dict[str, int]:
    """For status: sources, active records, rows waiting in quarantine, deliveries to be placed."""
    return {
        "sources": Source.objects.count(),
        "records": active_record_count(),
        "quarantined": Quarantined.objects.filter(state__in=Quarantined.WAITS).count(),
        "unplaced": len(deliveries_to_place()),
    }
