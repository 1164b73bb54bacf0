"""The chain: each entry's digest is SHA-256 over the previous digest and its canonical JSON."""

from __future__ import annotations

import hashlib

from tellonce.hub.audit.models import AuditEntry
from tellonce.hub.audit.types import Break
from tellonce.hub.core.bulk import change_each
from tellonce.hub.core.canonical import canonical_json
from tellonce.hub.jobs.sequencer import Head, head

STREAM = "audit"
_AT_ONCE = 200
_CHAIN = "UPDATE audit_entries SET number = %s, previous = %s, digest = %s WHERE id = %s"
_CONTENT = [
    "at",
    "actor",
    "action",
    "outcome",
    "purpose",
    "reason",
    "target",
    "subjects",
    "fields",
    "details",
]


def number_entries(last: Head) -> Head:
    """Number and chain the next entries; see `jobs.sequencer.register_stream`."""
    entries = list(AuditEntry.objects.filter(number__isnull=True).order_by("id")[:_AT_ONCE])
    for entry in entries:
        entry.number, entry.previous = last.number + 1, last.digest
        entry.digest = _digest(entry)
        last = Head(entry.number, entry.digest)
    change_each(_CHAIN, [(one.number, one.previous, one.digest, one.pk) for one in entries])
    return last


def first_break() -> Break | None:
    """The first place where the chain does not hold; None when all of it does."""
    last = Head(0, "")
    entries = AuditEntry.objects.filter(number__isnull=False).order_by("number")
    for entry in entries.iterator(chunk_size=1000):
        if problem := _problem(entry, last):
            return Break(last.number + 1, problem)
        last = Head(entry.number or 0, entry.digest)
    if last != head(STREAM):
        return Break(last.number + 1, "entries at the end are missing")
    return None


def _problem(entry: AuditEntry, last: Head) -> str:
    if entry.number != last.number + 1:
        return "an entry is missing"
    if entry.previous != last.digest:
        return "the entry does not follow from the one before it"
    try:
        holds = entry.digest == _digest(entry)
    except (TypeError, ValueError):  # not even of the kind that the column holds
        holds = False
    return "" if holds else "the entry was changed after it was written"


def _digest(entry: AuditEntry) -> str:
    content = {name: getattr(entry, name) for name in _CONTENT} | {"number": entry.number}
    return hashlib.sha256(entry.previous.encode() + canonical_json(content)).hexdigest()
