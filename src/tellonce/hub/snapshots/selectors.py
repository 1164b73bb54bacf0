"""Reads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tellonce.hub.core.clock import iso
from tellonce.hub.core.errors import KeyTrouble, Unknown
from tellonce.hub.snapshots.models import Snapshot
from tellonce.hub.snapshots.sealing import opened, seal
from tellonce.hub.snapshots.types import SealedSnapshot, Verification
from tellonce.hub.vault.services import opened_keys


def snapshot(public_id: str) -> SealedSnapshot:
    """A sealed snapshot, for those who verify or compare; raises `Unknown`.

    Handing it to a person again is another act: that asks policy first, and is audited.
    """
    row = Snapshot.objects.select_related("customer").filter(public_id=public_id).first()
    if row is None:
        raise Unknown(
            f"There is no snapshot '{public_id}'.", hint="An id looks like snp_ and 32 hex digits."
        )
    return _sealed(row, _document(row))


def verify(public_id: str) -> Verification:
    """Whether a stored snapshot is still what was sealed; raises `Unknown`."""
    try:
        found = snapshot(public_id)
    except KeyTrouble as trouble:
        return Verification(False, str(trouble))
    if found.document is None:
        return _without_body(found)
    if differing := _differing_headers(found, found.document):
        return Verification(
            False,
            f"The snapshot's row says another {' and '.join(differing)} than what was sealed.",
        )
    return _compared(found.document, found.sha256)


def verify_document(exported: Mapping[str, Any]) -> Verification:
    """Whether a snapshot that left the hub as JSON is what was sealed here; raises `Unknown`."""
    found = snapshot(str(exported.get("snapshot", "")))
    document = {name: value for name, value in exported.items() if name != "sha256"}
    return _compared(document, found.sha256)


def snapshot_count() -> int:
    """How many snapshots were taken."""
    return Snapshot.objects.count()


def _without_body(found: SealedSnapshot) -> Verification:
    """Erasure destroys the key; a body that is gone while its key lives was taken out by hand."""
    row = Snapshot.objects.get(public_id=found.id)
    if row.key_id in opened_keys([row.key_id]):
        return Verification(False, "The body is missing, though it was never erased.")
    when = f" on {found.erased_at:%Y-%m-%d}" if found.erased_at else ""
    return Verification(None, f"The body was erased{when}; header and hash remain.")


def _differing_headers(found: SealedSnapshot, document: Mapping[str, Any]) -> list[str]:
    """What the row says outside the sealed body, where the body says something else."""
    said = {
        "customer": (found.customer, document["customer"]),
        "purpose": (found.purpose, document["purpose"]),
        "trigger": (found.trigger, document["trigger"]),
        "requester": (found.requested_by, document["requested_by"]["id"]),
        "time": (iso(found.as_of), document["as_of"]),
    }
    return [name for name, (row, sealed) in said.items() if row != sealed]


def _compared(document: Mapping[str, Any], sha256: str) -> Verification:
    if seal(document) == sha256:
        return Verification(True, "The snapshot is exactly what was sealed.")
    return Verification(False, "The snapshot is not what was sealed: its hash differs.")


def _document(row: Snapshot) -> dict[str, Any] | None:
    key = opened_keys([row.key_id]).get(row.key_id)
    if row.body is None or key is None:
        return None
    return opened(bytes(row.body), key, row.public_id)


def _sealed(row: Snapshot, document: Mapping[str, Any] | None) -> SealedSnapshot:
    return SealedSnapshot(
        id=row.public_id,
        customer=row.customer.public_id,
        purpose=row.purpose,
        trigger=row.trigger,
        requested_by=row.requested_by,
        as_of=row.as_of,
        sha256=row.sha256,
        document=document,
        erased_at=row.erased_at,
    )
