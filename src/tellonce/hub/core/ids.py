"""Public ids: a prefix that says what it is, and a UUIDv7 in hex, such as `cus_0196...`."""

from __future__ import annotations

import re
from hashlib import blake2b

import uuid_utils

LENGTH = 36  # three letters, an underscore, 32 hex digits
_SHAPE = re.compile(r"[a-z]{3}_[0-9a-f]{32}")


def new_id(prefix: str) -> str:
    """A new public id, such as `new_id("cus")`; later ones sort after earlier ones."""
    return f"{prefix}_{uuid_utils.uuid7().hex}"


def following_id(prefix: str, id: str) -> str:
    """The public id of what there is once for another one: always the same, of the same moment, and
    not to be turned back into the other.
    """
    told = blake2b(f"{prefix} {id}".encode(), digest_size=9).hexdigest()
    return f"{prefix}_{id[4:17]}{told[:3]}8{told[3:]}"


def new_uuid() -> bytes:
    """16 bytes that nothing else is called by. Later ones sort after earlier ones, so that an index
    of them grows at its end: of random ones each touches a page of its own.
    """
    return uuid_utils.uuid7().bytes


def is_id(text: str, prefix: str) -> bool:
    """Whether `text` has the shape of a public id with this prefix."""
    return text.startswith(f"{prefix}_") and _SHAPE.fullmatch(text) is not None
