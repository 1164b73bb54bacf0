"""Which version of a record counts. Pure; the rules of delivery, numbered:

1. A versioned row repeats what is held if the same (source version, content) was ever held.
2. A row without a source version repeats what is held only if its content equals the latest.
3. Of versioned rows the highest source version wins, ties by content hash: the order of arrival
   does not matter.
4. Where either row has no source version, the one that arrives later wins; but a version below the
   highest that was ever held never does, whatever came in between.
5. A deletion is a version too. By absence from a full delivery it carries the delivery's as-of and
   the lowest content hash, so it never deletes a version as new as itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

ABSENT = bytes(16)
"""Content hash of a deletion by absence: loses every tie."""

_LARGEST = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Stamp:
    """What decides between two versions: `order` is None where the source gives no version."""

    order: int | None
    content_hash: bytes
    deleted: bool = False


def wins(arriving: Stamp, held: Stamp | None) -> bool:
    """Whether `arriving` becomes the current version (rules 3 and 4)."""
    if held is None or arriving.order is None or held.order is None:
        return True
    return (arriving.order, arriving.content_hash) > (held.order, held.content_hash)


def equals_latest(arriving: Stamp, held: Stamp | None) -> bool:
    """Whether an unversioned `arriving` says nothing new (rule 2)."""
    return (
        held is not None
        and arriving.content_hash == held.content_hash
        and arriving.deleted == held.deleted
    )


def version_order(text: str) -> int:
    """A source version as a comparable number: an integer as it is, a time in microseconds.

    Raises ValueError where it is neither, or does not fit 64 bits.
    """
    text = text.strip()
    try:
        order = int(text)
    except ValueError:
        moment = version_time(text)
        if moment is None:
            raise ValueError("its source version is neither a whole number nor a time") from None
        order = int(moment.timestamp() * 1_000_000)
    if abs(order) > _LARGEST:
        raise ValueError("its source version is too large")
    return order


def version_time(text: str) -> datetime | None:
    """A source version as a time (UTC where it names no zone), or None where it is not one."""
    text = text.strip()
    if text.lstrip("-").isdigit():
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
