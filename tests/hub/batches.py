"""What the database holds of customers, and what one batch over the records makes of them.

Run as a program (`python -m tests.hub.batches`, in the environment of a hub) it places what waits,
and prints whether both are equal, with the records and versions that are held, as JSON.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any

import django

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tellonce.hub.settings")
    django.setup()

from tellonce.hub.accounts.selectors import actor
from tellonce.hub.audit.chain import first_break
from tellonce.hub.bridge.resolution import resolve_all
from tellonce.hub.bridge.rows import join_documents
from tellonce.hub.customers.models import GoldenVersion, Membership
from tellonce.hub.customers.planning import _document
from tellonce.hub.intake.golden import resolved_customers
from tellonce.hub.intake.models import Waiting
from tellonce.hub.intake.rules import rules_in_force
from tellonce.hub.intake.services import place_waiting
from tellonce.hub.jobs.sequencer import number_pending
from tellonce.hub.matching.models import Edge, MatchKey
from tellonce.hub.matching.selectors import live_decisions
from tellonce.hub.sources.models import Record, RecordVersion
from tellonce.hub.sources.selectors import active_records


def stored() -> dict[str, Any]:
    """Customers, golden records, edges as the database has them; restricted records left out."""
    active = set(Record.objects.filter(state="active").values_list("id", flat=True))
    members: dict[int, dict[int, float]] = {}
    for customer, record, confidence in Membership.objects.filter(to_at=None).values_list(
        "customer_id", "record_id", "confidence"
    ):
        if record in active:
            members.setdefault(customer, {})[record] = confidence
    golden = {
        version.customer_id: version.content_hash
        for version in GoldenVersion.objects.select_related("customer")
        if version.number == version.customer.version
    }
    return {
        "customers": {min(of): of for of in members.values()},
        "golden": {min(of): bytes(golden[c]) for c, of in members.items()},
        "edges": set(
            Edge.objects.values_list("left_id", "right_id", "pattern", "match_weight", "linked")
        ),
        "keys": set(MatchKey.objects.values_list("hash", "record_id")),
    }


def batch() -> dict[str, Any]:
    """The same of one resolution over the records and decisions that are left."""
    texts = {text.id: text for text in active_records()}
    decisions = [
        (d.left, d.right, d.verdict)
        for d in live_decisions()
        if d.left in texts and d.right in texts
    ]
    documents = [(i, join_documents(t.standardised, t.secret)) for i, t in texts.items()]
    found = resolve_all(documents, rules_in_force().resolution, decisions)
    customers = [one for part in found.customers(3) for one in resolved_customers(part)]
    return {
        "customers": {min(one.members): one.members for one in customers},
        "golden": {min(one.members): _document(one).content_hash for one in customers},
        "edges": {
            (p.left, p.right, p.pattern, p.match_weight, linked)
            for part in found.pairs(3)
            for p, linked in part
        },
        "keys": {pair for part in found.keys(5) for pair in part},
    }


def main() -> None:
    """Place what waits, and say what is held."""
    place_waiting(by=actor())
    number_pending()
    held = RecordVersion.objects.values_list("record__record_key", "source_version")
    sys.stdout.write(
        json.dumps(
            {
                "equal": stored() == batch(),
                "waiting": Waiting.objects.count(),
                "audit": first_break(),
                "versions": sorted(map(list, held)),
                "records": Record.objects.count(),
            },
            default=str,
        )
    )


if __name__ == "__main__":
    sys.exit(main())
