"""Deletions that wait for a person: so much was missing from a full file that it may be wrong."""

from __future__ import annotations

from tellonce.hub.insight.types import Trouble
from tellonce.hub.sources.held_counts import held_by_source


def held_deletions() -> list[Trouble]:
    """Deliveries whose deletions are held, the oldest first."""
    return [_trouble(*held) for held in held_by_source()]


def _trouble(source: str, delivery: int, count: int) -> Trouble:
    records = "record" if count == 1 else "records"
    return Trouble(
        f"{source}:{delivery}",
        "medium",
        f"{count:,} {records} of {source} {'is' if count == 1 else 'are'} held back from deletion, "
        f"since so much was missing from the full file of delivery {delivery}.",
        f"If they are gone: tellonce source approve {delivery}; else load the whole file.",
        {"source": source, "delivery": delivery, "records": count},
    )
