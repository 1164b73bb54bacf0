"""Reads. Activity is found through (source, customer key) of a customer's records."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from decimal import Decimal
from functools import reduce
from operator import or_
from typing import Any

from django.db import connection
from django.db.models import Count, F, Max, Min, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from tellonce.hub.activity.models import Activity, Holder, Product
from tellonce.hub.activity.storing import secret_place
from tellonce.hub.activity.types import ActivityTotals, ActivityView
from tellonce.hub.sources.selectors import customer_keys
from tellonce.hub.vault.services import decrypt, opened_keys

Holders = Sequence[tuple[int, str, str]]
"""(source row id, source name, customer key), as `sources.selectors.customer_keys` gives them."""

_ORPHANS = """
    SELECT COALESCE(SUM(held.n), 0) FROM (
        SELECT source_id, customer_key, COUNT(*) AS n FROM activities
        WHERE customer_key <> '' GROUP BY source_id, customer_key
    ) held
    WHERE NOT EXISTS (
        SELECT 1 FROM records WHERE records.source_id = held.source_id
        AND records.customer_key = held.customer_key AND records.state <> 'deleted'
    )
"""


def activity_of(
    records: Collection[int], kinds: Iterable[str], limit: int = 100
) -> list[ActivityView]:
    """The newest activity of these kinds around some records (row ids); undated rows come last."""
    holders = customer_keys(records)
    rows = list(
        _around(holders)
        .filter(kind__in=list(kinds))
        .select_related("delivery")
        .order_by(_newest_first(), "-id")[:limit]
    )
    names = {source: name for source, name, _ in holders}
    catalogue = _articles(rows)
    opened = _opened(rows)
    return [_view(row, names, catalogue, opened) for row in rows]


def activity_totals(records: Collection[int], kinds: Iterable[str]) -> list[ActivityTotals]:
    """Counts, sums and first and last time of each kind that is there."""
    rows = _around(customer_keys(records)).filter(kind__in=list(kinds))
    counted = rows.values("kind").annotate(
        Count("id"),
        Min("occurred_at"),
        Max("occurred_at"),
        reference__count=Count("reference", distinct=True, filter=~Q(reference="")),
    )
    sums: dict[str, dict[str, Decimal]] = defaultdict(dict)
    for kind, currency, total in _sums(rows):
        sums[kind][currency] = total
    return [
        ActivityTotals(
            kind=row["kind"],
            count=row["id__count"],
            references=row["reference__count"],
            amounts=sums[row["kind"]],
            first_at=row["occurred_at__min"],
            last_at=row["occurred_at__max"],
        )
        for row in counted.order_by("kind")
    ]


def activity_counts() -> dict[str, int]:
    """For status: all activity, and orphans (rows whose customer key has no record yet)."""
    with connection.cursor() as cursor:
        cursor.execute(_ORPHANS)
        orphans = int(cursor.fetchone()[0])
    return {"activities": Activity.objects.count(), "orphans": orphans}


def _around(holders: Holders) -> QuerySet[Activity]:
    by_source: dict[int, list[str]] = defaultdict(list)
    for source, _, key in holders:
        if key:
            by_source[source].append(key)
    if not by_source:
        return Activity.objects.none()
    return Activity.objects.filter(
        reduce(or_, (Q(source_id=s, customer_key__in=keys) for s, keys in by_source.items()))
    )


def _newest_first() -> Any:
    return F("occurred_at").desc(nulls_last=True)


def _sums(rows: QuerySet[Activity]) -> list[tuple[str, str, Decimal]]:
    price = Product.objects.filter(
        source_id=OuterRef("source_id"), product_key=OuterRef("product_key")
    ).values("price")[:1]
    worth = Coalesce("amount", Coalesce("quantity", Decimal(1)) * Subquery(price))
    return [
        (kind, currency, total.quantize(_CENT))
        for kind, currency, total in rows.annotate(worth=worth)
        .filter(worth__isnull=False)
        .values_list("kind", "currency")
        .annotate(Sum("worth"))
        .order_by("kind", "currency")
    ]


_CENT = Decimal("0.01")


def _articles(rows: Sequence[Activity]) -> dict[tuple[int, str], Product]:
    keys = {row.product_key for row in rows if row.product_key}
    if not keys:
        return {}
    found = Product.objects.filter(source_id__in={r.source_id for r in rows}, product_key__in=keys)
    return {(product.source_id, product.product_key): product for product in found}


def _opened(rows: Sequence[Activity]) -> dict[int, dict[str, str]]:
    """Row id -> its sealed columns."""
    sealed = [row for row in rows if row.secret is not None]
    if not sealed:
        return {}
    holders = Holder.objects.filter(
        source_id__in={row.source_id for row in sealed},
        customer_key__in={row.customer_key for row in sealed},
    )
    key_of = {(h.source_id, h.customer_key): h.key_id for h in holders}
    keys = opened_keys(key_of.values())
    return {
        row.pk: json.loads(
            decrypt(
                keys[key],
                bytes(row.secret or b""),
                secret_place(row.source_id, row.kind, row.activity_key),
            )
        )
        for row in sealed
        if (key := key_of.get((row.source_id, row.customer_key))) in keys
    }


def _view(
    row: Activity,
    names: Mapping[int, str],
    catalogue: Mapping[tuple[int, str], Product],
    opened: Mapping[int, Mapping[str, str]],
) -> ActivityView:
    article = catalogue.get((row.source_id, row.product_key))
    amount = row.amount
    if amount is None and article is not None and article.price is not None:
        amount = article.price * (1 if row.quantity is None else row.quantity)
    return ActivityView(
        id=row.pk,
        kind=row.kind,
        source=names[row.source_id],
        customer_key=row.customer_key,
        activity_key=row.activity_key,
        occurred_at=row.occurred_at,
        reference=row.reference,
        title=row.title or (article.title if article else ""),
        product_key=row.product_key,
        quantity=row.quantity,
        amount=amount,
        currency=row.currency or (article.currency if article and row.amount is None else ""),
        status=row.status,
        channel=row.channel,
        details=json.loads(row.details or "{}") | dict(opened.get(row.pk, {})),
        delivered_at=row.delivery.started_at,
    )
