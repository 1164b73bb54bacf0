"""Storing rows of activity, each once by its key; runs in the caller's transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tellonce.hub.activity.models import Activity, Holder, Product
from tellonce.hub.activity.types import ArrivedActivity, ArrivedProduct
from tellonce.hub.core.bulk import insert_rows
from tellonce.hub.sources.types import Counts, DeliveryView
from tellonce.hub.vault.services import encrypt, new_keys, opened_keys
from tellonce.hub.vault.types import Key, Place

_FIELDS = (
    "customer_key",
    "content_hash",
    "delivery_id",
    "occurred_at",
    "reference",
    "title",
    "product_key",
    "quantity",
    "amount",
    "currency",
    "status",
    "channel",
    "details",
    "secret",
)


def store_activities(
    delivery: DeliveryView, rows: Sequence[ArrivedActivity], *, kind: str
) -> Counts:
    """Insert what is new, replace what changed under its key, pass over what is held."""
    held = Activity.objects.filter(
        source_id=delivery.source_id, kind=kind, activity_key__in=[r.activity_key for r in rows]
    ).values_list("activity_key", "id", "content_hash")
    known = {key: (pk, bytes(content)) for key, pk, content in held}
    fresh = [row for row in rows if row.activity_key not in known]
    changed = [
        row
        for row in rows
        if row.activity_key in known and known[row.activity_key][1] != row.content_hash
    ]
    keys = _holder_keys(delivery.source_id, [r.customer_key for r in fresh + changed if r.secret])
    insert_rows(
        Activity,
        ("source_id", "kind", "activity_key", *_FIELDS),
        [
            (delivery.source_id, kind, row.activity_key, *_values(delivery, kind, row, keys))
            for row in fresh
        ],
    )
    for row in changed:
        values = zip(_FIELDS, _values(delivery, kind, row, keys), strict=True)
        Activity.objects.filter(pk=known[row.activity_key][0]).update(**dict(values))
    return Counts(
        added=len(fresh), changed=len(changed), repeated=len(rows) - len(fresh) - len(changed)
    )


def store_products(delivery: DeliveryView, rows: Sequence[ArrivedProduct]) -> Counts:
    """Insert or replace the articles of a catalogue; of equal keys the last counts."""
    latest = {row.product_key: row for row in rows}
    held = {
        row.product_key: row
        for row in Product.objects.filter(
            source_id=delivery.source_id, product_key__in=latest.keys()
        )
    }
    fresh, changed = [], []
    for key, row in latest.items():
        said = (row.title, row.category, row.price, row.currency, row.details)
        product = held.get(key)
        if product is None:
            product = Product(source_id=delivery.source_id, product_key=key)
            fresh.append(product)
        elif said != _said(product):
            changed.append(product)
        (
            product.title,
            product.category,
            product.price,
            product.currency,
            product.details,
        ) = said
    Product.objects.bulk_create(fresh)
    Product.objects.bulk_update(
        changed, ["title", "category", "price", "currency", "details"], batch_size=100
    )
    return Counts(
        added=len(fresh), changed=len(changed), repeated=len(rows) - len(fresh) - len(changed)
    )


def _said(product: Product) -> tuple[object, ...]:
    return (product.title, product.category, product.price, product.currency, product.details)


def secret_place(source_id: int, kind: str, activity_key: str) -> Place:
    """Where the sealed columns of a row of activity are kept."""
    return Place("activities", "secret", f"{source_id}:{kind}:{activity_key}")


def _values(
    delivery: DeliveryView, kind: str, row: ArrivedActivity, keys: Mapping[str, Key]
) -> tuple[Any, ...]:
    """The values of `_FIELDS`."""
    place = secret_place(delivery.source_id, kind, row.activity_key)
    return (
        row.customer_key,
        row.content_hash,
        delivery.id,
        row.occurred_at,
        row.reference,
        row.title,
        row.product_key,
        row.quantity,
        row.amount,
        row.currency,
        row.status,
        row.channel,
        row.details,
        encrypt(keys[row.customer_key], row.secret.encode(), place) if row.secret else None,
    )


def _holder_keys(source_id: int, customer_keys: Sequence[str]) -> dict[str, Key]:
    """The opened key of each customer key with something to seal; made where there is none."""
    wanted = sorted(set(customer_keys))
    if not wanted:
        return {}
    held = dict(
        Holder.objects.filter(source_id=source_id, customer_key__in=wanted).values_list(
            "customer_key", "key_id"
        )
    )
    lacking = [name for name in wanted if name not in held]
    made = dict(zip(lacking, new_keys(len(lacking)), strict=True))
    Holder.objects.bulk_create(
        Holder(source_id=source_id, customer_key=name, key_id=key.id) for name, key in made.items()
    )
    opened = opened_keys(held.values())
    return made | {name: opened[key] for name, key in held.items()}
