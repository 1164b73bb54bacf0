"""How many customers are expected to be there once only."""

from __future__ import annotations

import math

from tellonce.hub.customers.doubles import expected_doubles, likely_doubles
from tellonce.hub.customers.selectors import customer_counts
from tellonce.hub.insight.intervals import Z95
from tellonce.hub.insight.kpis.completeness import row_id
from tellonce.hub.insight.types import Asked, Evidence, Measured, Part, Window


def measure_uniqueness(window: Window) -> Measured:
    """One minus the expected doubles a customer; normal interval of a sum of independent pairs."""
    customers = customer_counts()["customers"]
    if not customers:
        return Measured.nothing("There is no customer yet: load records.")
    found = expected_doubles()
    spread = Z95 * math.sqrt(found.variance)
    share, low, high = (
        _bounded(1 - doubles / customers)
        for doubles in (found.expected, found.expected + spread, found.expected - spread)
    )
    return Measured(Part("", share, customers, low, high))


def doubtful_pairs(window: Window, asked: Asked) -> Evidence:
    """Pairs of customers that may be one, the most probable first; none for who sees nothing of
    identifiers, of which they tell whether they agree.
    """
    if asked.hides("identifier"):
        return Evidence()
    begin = row_id(asked.cursor)
    found = likely_doubles(asked.limit, begin)
    rows = tuple({"customers": [one, two], "probability": round(p, 6)} for one, two, p in found)
    return Evidence(rows, str(begin + len(found)) if len(found) == asked.limit else "")


def _bounded(share: float) -> float:
    return min(1.0, max(0.0, share))
