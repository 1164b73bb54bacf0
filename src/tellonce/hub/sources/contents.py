"""What the rows of a delivery can be."""

from __future__ import annotations

RECORDS = "records"
CONSENTS = "consents"
ACTIVITY_KINDS = (
    "accounts",
    "transactions",
    "products",
    "opportunities",
    "interactions",
    "tickets",
    "marketing",
    "notes",
    "social",
    "surveys",
)
CONTENTS = (RECORDS, *ACTIVITY_KINDS, CONSENTS)
