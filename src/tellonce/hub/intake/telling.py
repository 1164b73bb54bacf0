"""Events: what changed about customers, without any personal value."""

from __future__ import annotations

from collections.abc import Iterator

from tellonce.hub.customers.types import Applied
from tellonce.hub.events.types import Happened

CREATED = "tellonce.customer.created.v1"
CHANGED = "tellonce.customer.changed.v1"
MERGED = "tellonce.customer.merged.v1"
SPLIT = "tellonce.customer.split.v1"
RESTORED = "tellonce.customer.restored.v1"
REMOVED = "tellonce.customer.removed.v1"


def happenings(applied: Applied) -> Iterator[Happened]:
    """One event a change; the subject is the customer's public id."""
    for customer in applied.created:
        yield Happened(CREATED, customer)
    for customer, attributes in applied.changed.items():
        if attributes:
            yield Happened(CHANGED, customer, {"attributes": list(attributes)})
    for customer, into in applied.merged.items():
        yield Happened(MERGED, customer, {"into": into})
    for customer, others in applied.split.items():
        yield Happened(SPLIT, customer, {"into": list(others)})
    for customer in applied.restored:
        yield Happened(RESTORED, customer)
    for customer in applied.removed:
        yield Happened(REMOVED, customer)
