"""What the rows of a delivery can be, and which fields their columns may be declared as."""

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

ACTIVITY_FIELDS = (
    "customer_key",
    "occurred_at",
    "reference",
    "product_key",
    "quantity",
    "unit_price",
    "amount",
    "currency",
    "status",
    "channel",
    "title",
)
CONSENT_FIELDS = ("customer_key", "purpose", "consent", "at", "channel", "notice_version")
PRODUCT_FIELDS = ("product_key", "title", "category", "price", "currency")
"""Fields of a catalogue: a file of products that names no customer."""


def fields_of(content: str) -> tuple[str, ...]:
    """What a column of activity or consents may be declared as; `key` identifies a row."""
    if content == CONSENTS:
        return ("key", *CONSENT_FIELDS)
    more = PRODUCT_FIELDS if content == "products" else ()
    return tuple(dict.fromkeys(["key", *ACTIVITY_FIELDS, *more]))
