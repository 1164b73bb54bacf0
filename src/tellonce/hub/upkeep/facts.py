"""What policy must know of customers before anything about them is shown or asked."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from tellonce.hub.consents.selectors import consent_states
from tellonce.hub.customers.selectors import records_of_customers
from tellonce.hub.policy.types import Facts
from tellonce.hub.sources.selectors import restricted_records


def facts_of(customers: Collection[int], *, with_consents: bool) -> dict[int, Facts]:
    """Customer (row id) -> facts of now; consents only where they are asked for."""
    members = records_of_customers(customers)
    restricted = restricted_records({one for records in members.values() for one in records})
    return {
        customer: Facts(
            restricted=not restricted.isdisjoint(records),
            consents=_consents(records) if with_consents else {},
        )
        for customer, records in members.items()
    }


def _consents(records: Collection[int]) -> Mapping[str, bool]:
    return consent_states(records)
