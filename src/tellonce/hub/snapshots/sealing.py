"""Sealing: a random salt in the document, SHA-256 over its canonical JSON, its own key."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from typing import Any

from tellonce.hub.core.canonical import digest, plain
from tellonce.hub.vault.services import decrypt, encrypt
from tellonce.hub.vault.types import Key, Place


def salted(document: Mapping[str, Any]) -> dict[str, Any]:
    """The document as JSON gives it back, with 128 random bits.

    The salt keeps the hash from saying anything about the person once the body is erased.
    """
    sealed: dict[str, Any] = plain({**document, "salt": secrets.token_hex(16)})
    return sealed


def seal(document: Mapping[str, Any]) -> str:
    """SHA-256 of the document, in hex."""
    return digest(document)


def closed(document: Mapping[str, Any], key: Key, public_id: str) -> bytes:
    """The document encrypted under `key`, good for this snapshot only."""
    return encrypt(key, json.dumps(document, ensure_ascii=False).encode(), _place(public_id))


def opened(body: bytes, key: Key, public_id: str) -> dict[str, Any]:
    """What `closed` took; raises `KeyTrouble` when anything was changed."""
    document: dict[str, Any] = json.loads(decrypt(key, body, _place(public_id)))
    return document


def _place(public_id: str) -> Place:
    return Place("snapshots", "body", public_id)
