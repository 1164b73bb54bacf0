"""The hub's own few keys, made once by `install`; a new master key does not change them."""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Iterable
from functools import lru_cache

from tellonce.hub.core.errors import KeyTrouble
from tellonce.hub.vault.masterkeys import MasterKeys, master_keys
from tellonce.hub.vault.models import NamedKey

MATCHING, BLIND, SUBJECT, CONTENT = "matching-hash", "blind-index", "audit-subject", "content"
NAMES = (MATCHING, BLIND, SUBJECT, CONTENT)


def hash_key() -> bytes:
    """16 bytes: the secret of the 64-bit matching-key hash."""
    return _secret(MATCHING)[:16]


def blind_index(value: str, kind: str) -> bytes:
    """16 bytes by which equal values of one kind are found without being readable."""
    return blind_indexes([value], kind)[0]


def blind_indexes(values: Iterable[str], kind: str) -> list[bytes]:
    """`blind_index` of many values."""
    key = _secret(BLIND)
    prefix = kind.encode() + b"\0"
    return [hmac.digest(key, prefix + value.encode(), "sha256")[:16] for value in values]


def subject_hash(public_id: str) -> str:
    """32 hex digits that stand for a customer in the audit."""
    return hmac.digest(_secret(SUBJECT), public_id.encode(), "sha256")[:16].hex()


def content_hash(content: bytes) -> bytes:
    """32 bytes, keyed, so that nobody can guess a small content from its hash."""
    return content_hashes([content])[0]


def content_hashes(contents: Iterable[bytes]) -> list[bytes]:
    """`content_hash` of many contents."""
    key = _secret(CONTENT)
    return [hmac.digest(key, content, "sha256") for content in contents]


def _secret(name: str) -> bytes:
    return _opened(master_keys())[name]


@lru_cache(maxsize=1)
def _opened(masters: MasterKeys) -> dict[str, bytes]:
    """One read for all of them, for as long as the master keys stay opened."""
    opened = {
        row.name: masters.unwrap(bytes(row.wrapped), row.master, _bound(row.name))
        for row in NamedKey.objects.all()
    }
    if missing := set(NAMES) - set(opened):
        raise KeyTrouble(
            f"The database lacks the key '{min(missing)}'.", hint="Run `tellonce init`."
        )
    return opened


def make_missing(masters: MasterKeys) -> None:
    """Make the keys that are not there yet."""
    there = set(NamedKey.objects.values_list("name", flat=True))
    NamedKey.objects.bulk_create(
        NamedKey(
            name=name, master=masters.current, wrapped=masters.wrap(os.urandom(32), _bound(name))
        )
        for name in NAMES
        if name not in there
    )


def rewrap(masters: MasterKeys) -> int:
    """Wrap by the master key in use whatever another one wraps; returns how many."""
    others = list(NamedKey.objects.exclude(master=masters.current))
    for row in others:
        secret = masters.unwrap(bytes(row.wrapped), row.master, _bound(row.name))
        row.master, row.wrapped = masters.current, masters.wrap(secret, _bound(row.name))
        row.save(update_fields=["master", "wrapped"])
    return len(others)


def _bound(name: str) -> bytes:
    return b"named_keys:" + hashlib.sha256(name.encode()).digest()


def forget() -> None:
    """Read the named keys again at the next use."""
    _opened.cache_clear()
