"""Frozen values that may leave the app."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class ArrivedActivity:
    """One usable row of a delivery of activity, ready to be stored.

    `customer_key` is "" where the row names nobody; `details` the columns that have no field of
    their own (JSON), `secret` those of them that must be sealed, or None.
    """

    customer_key: str
    activity_key: str
    content_hash: bytes
    occurred_at: datetime | None
    reference: str
    title: str
    product_key: str
    quantity: Decimal | None
    amount: Decimal | None
    currency: str
    status: str
    channel: str
    details: str
    secret: str | None


@dataclass(frozen=True, slots=True)
class ArrivedProduct:
    """One article of a catalogue."""

    product_key: str
    title: str
    category: str
    price: Decimal | None
    currency: str
    details: str


@dataclass(frozen=True)
class ActivityView:
    """One line of a customer's timeline.

    `title` and `amount` are the row's own, else those of its product where that is in the
    catalogue (the amount then is price times quantity). `details` holds the other columns, opened.
    """

    id: int
    kind: str
    source: str
    customer_key: str
    activity_key: str
    occurred_at: datetime | None
    reference: str
    title: str
    product_key: str
    quantity: Decimal | None
    amount: Decimal | None
    currency: str
    status: str
    channel: str
    details: Mapping[str, str]
    delivered_at: datetime


@dataclass(frozen=True)
class ActivityTotals:
    """All activity of one kind. `amounts`: currency ("" not told) -> sum; `references`: how many
    different orders, invoices or cases.
    """

    kind: str
    count: int
    references: int
    amounts: Mapping[str, Decimal]
    first_at: datetime | None
    last_at: datetime | None
