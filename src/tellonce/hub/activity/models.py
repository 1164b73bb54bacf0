"""What happened around a customer, under the source's own customer key."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from tellonce.hub.sources.models import Delivery, Source
from tellonce.hub.vault.models import DataKey


class Activity(models.Model):
    """One line of the timeline: an order line, a ticket, a campaign touch, a note, ..."""

    PERSON_LINKED: ClassVar = (
        "customer_key",
        "activity_key",
        "content_hash",
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
    NOT_PERSON_LINKED: ClassVar = ("id", "source", "kind", "delivery")

    source = models.ForeignKey(Source, models.PROTECT, db_index=False)
    kind = models.CharField(max_length=20)
    customer_key = models.CharField(max_length=255, blank=True)  # "" when the row names nobody
    activity_key = models.CharField(max_length=255)  # the source's own, else from the content
    content_hash = models.BinaryField()
    delivery = models.ForeignKey(Delivery, models.PROTECT, db_index=False)
    occurred_at = models.DateTimeField(null=True)
    reference = models.CharField(max_length=100, blank=True)  # order, invoice or case number
    title = models.CharField(max_length=255, blank=True)
    product_key = models.CharField(max_length=100, blank=True)
    quantity = models.DecimalField(max_digits=18, decimal_places=4, null=True)
    amount = models.DecimalField(max_digits=18, decimal_places=4, null=True)
    currency = models.CharField(max_length=10, blank=True)
    status = models.CharField(max_length=60, blank=True)
    channel = models.CharField(max_length=60, blank=True)
    details = models.TextField(blank=True)  # the other columns, a JSON object
    secret = models.BinaryField(null=True)  # sensitive columns, sealed under the holder's key

    class Meta:
        db_table = "activities"
        constraints = [
            models.UniqueConstraint(fields=["source", "kind", "activity_key"], name="activity_once")
        ]
        indexes = [
            models.Index(
                fields=["source", "customer_key", "kind", "occurred_at"], name="activity_timeline"
            ),
            models.Index(
                fields=["occurred_at"],
                name="activity_rated",
                condition=models.Q(kind__in=("surveys", "tickets")),
            ),
        ]


class Holder(models.Model):
    """The key that seals the sensitive activity of one (source, customer key)."""

    PERSON_LINKED: ClassVar = ("customer_key", "key")
    NOT_PERSON_LINKED: ClassVar = ("id", "source")

    source = models.ForeignKey(Source, models.PROTECT, db_index=False)
    customer_key = models.CharField(max_length=255)
    key = models.ForeignKey(DataKey, models.PROTECT, related_name="+", db_index=False)  #  # wrapped

    class Meta:
        db_table = "activity_holders"
        constraints = [
            models.UniqueConstraint(fields=["source", "customer_key"], name="activity_holder")
        ]


class Product(models.Model):
    """One article of a source's catalogue; gives order lines their title and price."""

    PERSON_LINKED: ClassVar = ()
    NOT_PERSON_LINKED: ClassVar = (
        "id",
        "source",
        "product_key",
        "title",
        "category",
        "price",
        "currency",
        "details",
    )

    source = models.ForeignKey(Source, models.PROTECT, db_index=False)
    product_key = models.CharField(max_length=100)
    title = models.CharField(max_length=255, blank=True)
    category = models.CharField(max_length=255, blank=True)
    price = models.DecimalField(max_digits=18, decimal_places=4, null=True)
    currency = models.CharField(max_length=10, blank=True)
    details = models.TextField(blank=True)

    class Meta:
        db_table = "products"
        constraints = [
            models.UniqueConstraint(fields=["source", "product_key"], name="product_once")
        ]
