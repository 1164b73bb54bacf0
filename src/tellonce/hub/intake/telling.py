"""Events: what changed about customers, without any personal value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tellonce.hub.customers.types import Applied
from tellonce.hub.events.types import Happened

CREATED = "tellonce.customer.created.v1"
CHANGED = "tellonce.customer.changed.v1"
MERGED = "tellonce.customer.merged.v1"
RESTATED = "tellonce.customer.restated.v1"
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
        else:  # the same was said again, by another record or at a later time
            yield Happened(RESTATED, customer)
    for customer, into in applied.merged.items():
        yield Happened(MERGED, customer, {"into": into})
    for customer, others in applied.split.items():
        yield Happened(SPLIT, customer, {"into": list(others)})
    for customer in applied.restored:
        yield Happened(RESTORED, customer)
    for customer in applied.removed:
        yield Happened(REMOVED, customer)


@dataclass
class Tally:
    """What acts changed, added up; `report` is what a resolution of all said of itself."""

    created: int = 0
    changed: int = 0
    merged: int = 0
    split: int = 0
    removed: int = 0
    report: Mapping[str, Any] = field(default_factory=dict)

    def include(self, other: Tally) -> None:
        """Count what another tally counted."""
        self.created += other.created
        self.changed += other.changed
        self.merged += other.merged
        self.split += other.split
        self.removed += other.removed

    def add(self, applied: Applied) -> None:
        """Count one act."""
        self.created += len(applied.created)
        self.changed += len(applied.changed)
        self.merged += len(applied.merged)
        self.split += len(applied.split)
        self.removed += len(applied.removed)
