"""From what is held to a sealed, stored and announced snapshot."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from tellonce.hub.accounts.types import Actor
from tellonce.hub.audit.services import record_act
from tellonce.hub.audit.types import Act
from tellonce.hub.core.clock import iso
from tellonce.hub.core.ids import new_id
from tellonce.hub.events.services import emit
from tellonce.hub.events.types import Happened
from tellonce.hub.policy import rules
from tellonce.hub.policy.decide import decide
from tellonce.hub.policy.types import SECTIONS, Action, Answer, Facts
from tellonce.hub.snapshots.document import Tally, refused_section, section_document
from tellonce.hub.snapshots.gathering import Around, held_section
from tellonce.hub.snapshots.models import Snapshot
from tellonce.hub.snapshots.refusing import ACTION
from tellonce.hub.snapshots.sealing import closed, salted, seal
from tellonce.hub.snapshots.types import SealedSnapshot, SnapshotRequest
from tellonce.hub.vault.services import new_key

EVENT_TYPE = "tellonce.snapshot.available.v1"
CODE, MESSAGE = "P1624", "Customer Snapshot Requested - Data Available"


def documented(
    request: SnapshotRequest, who: Actor, around: Around
) -> tuple[dict[str, Any], Tally]:
    """The document, salted, and the names of what it shows, masks and withholds."""
    tally = Tally()
    judge = partial(judged, who, request.purpose, around.facts)
    sections: dict[str, Any] = {}
    for name in request.sections or SECTIONS:
        decision = decide(who, Action.SECTION, name, request.purpose, around.facts)
        sections[name] = (
            refused_section(decision.reason)
            if decision.denied
            else section_document(held_section(name, around), judge, tally, around.as_of)
        )
    document = {
        "snapshot": new_id("snp"),
        "customer": around.customer.public_id,
        "purpose": request.purpose,
        "trigger": request.trigger,
        "requested_by": {"id": who.id, "email": who.email, "roles": sorted(who.roles)},
        "as_of": around.as_of,
        "customer_version": around.version,
        "policy_version": rules.VERSION,
        "records": around.records_by_source,
        "sections": sections,
        "masking": tally.as_json(),
    }
    return salted(document), tally


def kept(document: Mapping[str, Any], around: Around, who: Actor) -> SealedSnapshot:
    """Seal and store the document under a key of its own."""
    key = new_key()
    snapshot = SealedSnapshot(
        id=document["snapshot"],
        customer=document["customer"],
        purpose=document["purpose"],
        trigger=document["trigger"],
        requested_by=who.id,
        as_of=around.as_of,
        sha256=seal(document),
        document=document,
    )
    Snapshot(
        public_id=snapshot.id,
        customer_id=around.customer.id,
        requested_by=who.id,
        purpose=snapshot.purpose,
        trigger=snapshot.trigger,
        as_of=snapshot.as_of,
        customer_version=around.version,
        policy_version=rules.VERSION,
        sections=list(document["sections"]),
        sha256=snapshot.sha256,
        key_id=key.id,
        body=closed(document, key, snapshot.id),
    ).save(force_insert=True)
    return snapshot


def announced(snapshot: SealedSnapshot, tally: Tally, who: Actor) -> dict[str, Any]:
    """Write the audit entry and emit P1624; the event as a CloudEvent."""
    document = snapshot.document or {}
    record_act(
        Act(
            ACTION,
            who.id,
            purpose=snapshot.purpose,
            target=snapshot.id,
            subjects=(snapshot.customer,),
            fields=tuple(sorted(tally.shown | tally.masked)),
            details={"trigger": snapshot.trigger, "masked": len(tally.masked)},
        )
    )
    data = {
        "code": CODE,
        "message": MESSAGE,
        "snapshot": snapshot.id,
        "purpose": snapshot.purpose,
        "trigger": snapshot.trigger,
        "requested_by": who.id,
        "as_of": iso(snapshot.as_of),
        "sections": {
            name: {"completeness": section["completeness"], "freshness": section["freshness"]}
            for name, section in document["sections"].items()
        },
        "sha256": snapshot.sha256,
    }
    return emit(Happened(EVENT_TYPE, snapshot.customer, data)).envelope()


def judged(who: Actor, purpose: str, facts: Facts, attribute: str) -> Answer:
    """What policy says of one attribute, or of `section.field`."""
    return decide(who, Action.VALUE, attribute, purpose, facts).answer
