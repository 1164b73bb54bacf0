"""Encrypting values under data keys: AES-256-GCM, bound to table, column and row.

A value is: one byte format, 16 bytes key id, 12 bytes nonce, the ciphertext with its tag.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tellonce.hub.core.errors import KeyTrouble
from tellonce.hub.vault.types import Key, Place

_FORMAT = b"\x01"
_HEAD = 1 + 16
_NONCE = 12


def encrypt(key: Key, value: bytes, place: Place) -> bytes:
    """`value` under `key`, good for `place` only."""
    nonce = os.urandom(_NONCE)
    sealed = _cipher(key.secret).encrypt(nonce, value, _FORMAT + key.key_id + place.bound)
    return _FORMAT + key.key_id + nonce + sealed


def decrypt(key: Key, stored: bytes, place: Place) -> bytes:
    """What `encrypt` took; raises `KeyTrouble` for another key, place, format or content."""
    if stored[:1] != _FORMAT or stored[1:_HEAD] != key.key_id:
        raise KeyTrouble(
            "A stored value is not encrypted by the key its row names.",
            hint="Run `tellonce doctor`, and restore the row from a backup.",
        )
    nonce, sealed = stored[_HEAD : _HEAD + _NONCE], stored[_HEAD + _NONCE :]
    try:
        return _cipher(key.secret).decrypt(nonce, sealed, _FORMAT + key.key_id + place.bound)
    except InvalidTag:
        raise KeyTrouble(
            f"A value in {place.table}.{place.column} was changed or moved in the database.",
            hint="Run `tellonce doctor`, and restore the row from a backup.",
        ) from None


def encrypt_many(items: Iterable[tuple[Key, bytes, Place]]) -> list[bytes]:
    """`encrypt` of each item, in order."""
    return [encrypt(key, value, place) for key, value, place in items]


def decrypt_many(keys: Mapping[int, Key], items: Iterable[tuple[int, bytes, Place]]) -> list[bytes]:
    """`decrypt` of each (key's row id, stored value, place), in order."""
    return [decrypt(keys[key], stored, place) for key, stored, place in items]


@lru_cache(maxsize=1024)
def _cipher(secret: bytes) -> AESGCM:
    return AESGCM(secret)
