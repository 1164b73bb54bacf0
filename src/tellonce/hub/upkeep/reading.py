"""How current the values of one customer are, for whoever shows them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from tellonce.hub.core.bulk import as_moment, fetched
from tellonce.hub.upkeep.ageing import unit_named
from tellonce.hub.upkeep.declared import policy_in_force
from tellonce.hub.upkeep.types import Ageing
from tellonce.rules.decay import DecayRules

_KEPT = (
    "SELECT unit, stated_at, support, confirmed_at FROM freshness "
    "WHERE customer_id = %s AND version = %s"
)


@dataclass(frozen=True)
class Ageings:
    """How the values of a customer age; `kept` by unit, of its golden values of now."""

    decay: DecayRules
    kept: Mapping[str, Ageing]

    def of(self, attribute: str, rank: int, said_at: datetime | None) -> Ageing:
        """How a value ages that was said then; of golden ones all that was said counts."""
        half_life = self.decay.half_life(attribute)
        kept = self.kept.get(unit_named(attribute)) if rank == 0 and half_life else None
        return kept or Ageing(half_life, said_at, stale_from=self.decay.stale_at)


def ageings(customer: int, version: int) -> Ageings:
    """Of a customer (row id) whose golden record has this version now; 0 for one of the past."""
    decay = policy_in_force().decay
    rows = fetched(_KEPT, customer, version) if version else ()
    return Ageings(
        decay,
        {
            unit: Ageing(
                decay.half_life(unit),
                as_moment(stated_at),
                support,
                as_moment(confirmed_at),
                decay.stale_at,
            )
            for unit, stated_at, support, confirmed_at in rows
        },
    )
