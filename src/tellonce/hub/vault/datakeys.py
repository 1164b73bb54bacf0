"""Data keys: one per record, per snapshot body, per customer's golden values."""

from __future__ import annotations

import os
from collections.abc import Collection

from tellonce.hub.core import clock
from tellonce.hub.core.bulk import among, insert_numbered
from tellonce.hub.core.errors import KeyTrouble
from tellonce.hub.core.ids import new_uuid
from tellonce.hub.vault.masterkeys import master_keys
from tellonce.hub.vault.models import DataKey
from tellonce.hub.vault.types import Key

_ROWS = "SELECT id, key_id, master, wrapped FROM data_keys WHERE id"
_AT_ONCE = 500  # stays under SQLite's limit of parameters


def new_keys(count: int) -> list[Key]:
    """`count` new keys, stored wrapped, in the transaction at hand."""
    masters = master_keys()
    made = [(new_uuid(), os.urandom(32)) for _ in range(count)]
    ids = insert_numbered(
        DataKey,
        ("key_id", "master", "wrapped"),
        [(key_id, masters.current, masters.wrap(secret, key_id)) for key_id, secret in made],
    )
    return [Key(pk, key_id, secret) for pk, (key_id, secret) in zip(ids, made, strict=True)]


def new_key() -> Key:
    """One new key."""
    return new_keys(1)[0]


def opened_keys(ids: Collection[int]) -> dict[int, Key]:
    """The keys of these rows, by row id; a destroyed key is left out.

    Raises `KeyTrouble` when a row is not there at all or does not open.
    """
    masters = master_keys()
    wanted = sorted(set(ids))
    found: dict[int, Key] = {}
    seen = 0
    for start in range(0, len(wanted), _AT_ONCE):
        for pk, key_id, master, wrapped in among(_ROWS, wanted[start : start + _AT_ONCE]):
            seen += 1
            if wrapped is not None:
                secret = masters.unwrap(bytes(wrapped), master, bytes(key_id))
                found[pk] = Key(pk, bytes(key_id), secret)
    if seen != len(wanted):
        raise KeyTrouble(
            "A row names a key that the vault does not have.",
            hint="Run `tellonce doctor`, and restore the database from a backup.",
        )
    return found


def opened_key(row_id: int) -> Key:
    """One key; raises `KeyTrouble` when it was destroyed."""
    found = opened_keys([row_id])
    if row_id not in found:
        raise KeyTrouble("The key of this value was destroyed.", hint="What it held is erased.")
    return found[row_id]


def destroy_keys(ids: Collection[int]) -> int:
    """Destroy keys for ever, and with them all they encrypt; returns how many there were."""
    wanted = sorted(set(ids))
    destroyed = 0
    for start in range(0, len(wanted), _AT_ONCE):
        alive = DataKey.objects.filter(
            pk__in=wanted[start : start + _AT_ONCE], wrapped__isnull=False
        )
        destroyed += alive.update(wrapped=None, destroyed_at=clock.now())
    return destroyed
