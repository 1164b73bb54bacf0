"""Consent that is missing for a purpose in use: who was addressed without having consented."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from tellonce.hub.activity.touches import latest_touches
from tellonce.hub.consents.coverage import COVERED, UNKNOWN, WITHDRAWN, coverage
from tellonce.hub.core import clock
from tellonce.hub.insight.types import Trouble
from tellonce.hub.policy.rules import NEEDS_CONSENT

PURPOSE = "marketing"
"""The purpose that campaign touches are made for."""

SEEN = timedelta(days=30)
LEAST, LEAST_SHARE = 5, 0.01
_LOOKED_AT = 3_000


def missing_consents() -> list[Trouble]:
    """One trouble where customers were addressed in the last 30 days without consent."""
    if PURPOSE not in NEEDS_CONSENT:
        return []
    now = clock.now()
    touches = latest_touches(now - SEEN, now, _LOOKED_AT)
    found = Counter(coverage(PURPOSE, touches).values())
    missing = len(touches) - found[COVERED]
    if missing < LEAST or missing < LEAST_SHARE * len(touches):
        return []
    return [
        Trouble(
            PURPOSE,
            "critical" if found[WITHDRAWN] >= LEAST else "high",
            f"Of {len(touches):,} customers addressed for {PURPOSE} in the last 30 days, "
            f"{missing:,} had not consented at that moment: of {found[UNKNOWN]:,} no consent is "
            f"known, {found[WITHDRAWN]:,} had withdrawn it.",
            "Load the consents that are missing, or have the campaign tool take out who did not "
            "consent; who may be addressed says a snapshot for that purpose.",
            {
                "purpose": PURPOSE,
                "looked_at": len(touches),
                "not_known": found[UNKNOWN],
                "withdrawn": found[WITHDRAWN],
            },
        )
    ]
