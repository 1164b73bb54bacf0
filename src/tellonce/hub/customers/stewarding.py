"""What stewards say of customers: kept beside the records, over which it stands in golden records.

A steward value is anchored to a record, so that merges and splits move it with that record. It
counts until it is ended: by its expiry, by an undo, or by a later one about the same value.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from tellonce.hub.core.bulk import among, fetched
from tellonce.hub.core.ids import new_id
from tellonce.hub.customers.models import StewardValue
from tellonce.hub.customers.types import NewStewardValue, StewardValueView
from tellonce.hub.sources.models import Record
from tellonce.hub.vault.services import decrypt, encrypt, opened_keys
from tellonce.hub.vault.types import Place

_LIVE = "SELECT id FROM steward_values WHERE ended_at IS NULL AND record_id"


def store_steward_values(values: Sequence[NewStewardValue], at: datetime) -> list[str]:
    """In the transaction at hand: these count from now on; returns their public ids."""
    key_of = dict(
        Record.objects.filter(id__in={one.record for one in values}).values_list("id", "key_id")
    )
    keys = opened_keys(set(key_of.values()))
    rows = []
    for one in values:
        public_id = new_id("stv")
        said = {"value": one.value, "instead_of": one.instead_of, "reason": one.reason}
        sealed = encrypt(keys[key_of[one.record]], json.dumps(said).encode(), _place(public_id))
        rows.append(
            StewardValue(
                public_id=public_id,
                record_id=one.record,
                attribute=one.attribute,
                is_identifier=one.is_identifier,
                sealed=sealed,
                actor=one.actor,
                correction=one.correction,
                from_at=at,
                expires_at=one.expires_at,
            )
        )
    StewardValue.objects.bulk_create(rows)
    return [row.public_id for row in rows]


def end_steward_values(ids: Collection[str], at: datetime, because: str) -> list[int]:
    """In the transaction at hand: those of these (public ids) that count do so no more; returns
    the records they are anchored to.
    """
    live = StewardValue.objects.filter(public_id__in=ids, ended_at=None)
    records = sorted(set(live.values_list("record_id", flat=True)))
    live.update(ended_at=at, ended_because=because)
    return records


def steward_values_on(records: Collection[int]) -> dict[int, list[StewardValueView]]:
    """Record (row id) -> the steward values anchored to it that count, oldest first."""
    if not fetched("SELECT 1 FROM steward_values WHERE ended_at IS NULL LIMIT 1"):
        return {}
    found: dict[int, list[StewardValueView]] = {}
    for view in _views([pk for (pk,) in among(_LIVE, records)]):
        found.setdefault(view.record, []).append(view)
    return found


def expired_steward_values(now: datetime, limit: int = 1_000) -> dict[str, str]:
    """Steward values (public id -> their correction) that count although their time is over."""
    rows = StewardValue.objects.filter(ended_at=None, expires_at__lte=now).order_by("expires_at")
    return dict(rows.values_list("public_id", "correction")[:limit])


def steward_values_of(corrections: Collection[str]) -> list[StewardValueView]:
    """Those that count of these corrections (public ids)."""
    rows = StewardValue.objects.filter(correction__in=corrections, ended_at=None)
    return _views(rows.values_list("id", flat=True))


def _views(ids: Iterable[int]) -> list[StewardValueView]:
    rows = list(StewardValue.objects.filter(id__in=list(ids)).select_related("record"))
    rows.sort(key=lambda row: row.pk)
    keys = opened_keys({row.record.key_id for row in rows})
    views = []
    for row in rows:
        key = keys.get(row.record.key_id)
        if key is None:  # erased with its record
            continue
        said = json.loads(decrypt(key, bytes(row.sealed), _place(row.public_id)))
        views.append(
            StewardValueView(
                row.public_id,
                row.record_id,
                row.attribute,
                said["value"],
                said["instead_of"],
                row.is_identifier,
                row.correction,
                row.from_at,
                row.expires_at,
            )
        )
    return views


def _place(public_id: str) -> Place:
    return Place("steward_values", "sealed", public_id)
