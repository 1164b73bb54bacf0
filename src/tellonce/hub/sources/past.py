"""Records as they were held at a moment."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from tellonce.hub.core.bulk import among, as_stored
from tellonce.hub.sources.selectors import views_of
from tellonce.hub.sources.types import RecordView
from tellonce.hub.sources.versions import Stamp, wins

_VERSIONS = (
    "SELECT r.id, s.name, r.record_key, r.key_id, v.content_hash, v.standardised, v.secret, "
    "v.id, r.customer_key, r.state, v.observed_at, d.started_at, v.version_order, v.deleted "
    "FROM record_versions v JOIN records r ON r.id = v.record_id "
    "JOIN sources s ON s.id = r.source_id JOIN deliveries d ON d.id = v.delivery_id "
    "WHERE d.started_at <= %s AND v.record_id"
)
_VERSION, _HASH, _ORDER, _DELETED = 7, 4, 12, 13


def record_views_at(ids: Collection[int], moment: datetime) -> list[RecordView]:
    """These records with the values they had at `moment`, by source and record id; those that were
    deleted then, or not there, are left out. What has been deleted since is there; `state` is that
    of now.
    """
    rows = among(_VERSIONS, ids, as_stored(moment), then="ORDER BY v.id")
    won: dict[int, tuple[Any, ...]] = {}
    highest: dict[int, tuple[int, bytes]] = {}
    for row in rows:
        stamp, held = _stamp(row), won.get(row[0])
        if stamp.order is not None:
            own = (stamp.order, stamp.content_hash)
            highest[row[0]] = max(highest.get(row[0], own), own)
            if own < highest[row[0]]:
                continue
        if held is None or wins(stamp, _stamp(held)):
            won[row[0]] = row
    return views_of([row[:_ORDER] for row in won.values() if not row[_DELETED]])


def _stamp(row: tuple[Any, ...]) -> Stamp:
    return Stamp(row[_ORDER], bytes(row[_HASH]), bool(row[_DELETED]))
