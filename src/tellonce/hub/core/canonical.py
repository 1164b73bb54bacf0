"""Canonical JSON, and digests over it: equal values have equal bytes."""

from __future__ import annotations

import hashlib
import json
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from tellonce.hub.core.clock import iso


def canonical_json(value: Any) -> bytes:
    """UTF-8 JSON with sorted keys and no spaces.

    Times become ISO 8601 in UTC, dates ISO 8601, decimals their text. NaN and infinity raise
    ValueError, other unknown types TypeError.
    """
    return _canonical(value).encode()


def plain(value: Any) -> Any:
    """`value` as `json.loads` would give it back, in its own order: what is stored and what is
    hashed are one.
    """
    return json.loads(json.dumps(value, allow_nan=False, default=_plain)) if value else value


def digest(value: Any) -> str:
    """SHA-256 over the canonical JSON of `value`, in hex."""
    return hashlib.sha256(canonical_json(value)).hexdigest()


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return iso(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no canonical JSON")


_canonical = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False, default=_plain
).encode
