"""Writing the audit."""

from __future__ import annotations

import json

from tellonce.hub.audit.chain import STREAM
from tellonce.hub.audit.models import AuditEntry
from tellonce.hub.audit.types import Act
from tellonce.hub.core import clock
from tellonce.hub.core.bulk import insert_rows
from tellonce.hub.core.canonical import canonical_json
from tellonce.hub.jobs.sequencer import number_soon
from tellonce.hub.vault.services import subject_hash


def record_act(act: Act) -> None:
    """Insert the entry in the transaction at hand; it is numbered and chained within a second."""
    entry = {
        "previous": "",
        "digest": "",
        "at": clock.now(),
        "actor": act.actor,
        "action": act.action,
        "outcome": act.outcome,
        "purpose": act.purpose,
        "reason": act.reason[:255],
        "target": act.target,
        "subjects": json.dumps([subject_hash(subject) for subject in act.subjects]),
        "fields": json.dumps(list(act.fields)),
        "details": canonical_json(dict(act.details)).decode(),
    }
    insert_rows(AuditEntry, list(entry), [tuple(entry.values())])
    number_soon(STREAM)
