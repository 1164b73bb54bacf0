"""What the database holds of customers, and what one batch over the records makes of them."""

from __future__ import annotations

from typing import Any

from tellonce.hub.bridge.resolution import resolve_all
from tellonce.hub.customers.models import GoldenVersion, Membership
from tellonce.hub.customers.periods import other_names
from tellonce.hub.customers.planning import _document, _other_names
from tellonce.hub.intake.golden import resolved_customers
from tellonce.hub.intake.rules import rules_in_force
from tellonce.hub.matching.models import Edge, MatchKey
from tellonce.hub.matching.selectors import live_decisions
from tellonce.hub.sources.models import Record
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
    names = other_names(members)
    return {
        "customers": {min(of): of for of in members.values()},
        "golden": {min(of): bytes(golden[c]) for c, of in members.items()},
        "names": {min(of): names.get(c, frozenset()) for c, of in members.items()},
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
    documents = [(i, t.document) for i, t in texts.items()]
    found = resolve_all(documents, rules_in_force().resolution, decisions)
    customers = [one for part in found.customers(3) for one in resolved_customers(part)]
    return {
        "customers": {min(one.members): one.members for one in customers},
        "golden": {min(one.members): _document(one).content_hash for one in customers},
        "names": {min(one.members): _other_names(one, _document(one)) for one in customers},
        "edges": {
            (p.left, p.right, p.pattern, p.match_weight, linked)
            for part in found.pairs(3)
            for p, linked in part
        },
        "keys": {pair for part in found.keys(5) for pair in part},
    }
