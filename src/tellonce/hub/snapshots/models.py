"""Sealed snapshots: a header that stays, and a body under a key of its own."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from tellonce.hub.customers.models import Customer
from tellonce.hub.vault.models import DataKey


class Snapshot(models.Model):
    """What was handed out about a customer, to whom, for what. Never edited."""

    PERSON_LINKED: ClassVar = (
        "id",
        "public_id",
        "customer",
        "requested_by",
        "sections",
        "sha256",
        "key",
        "body",
    )
    NOT_PERSON_LINKED: ClassVar = (
        "purpose",
        "trigger",
        "as_of",
        "customer_version",
        "policy_version",
        "erased_at",
    )

    public_id = models.CharField(max_length=36, unique=True)
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+")
    requested_by = models.CharField(max_length=64)
    purpose = models.CharField(max_length=16)
    trigger = models.CharField(max_length=16)
    as_of = models.DateTimeField()
    customer_version = models.IntegerField()
    policy_version = models.IntegerField()
    sections = models.JSONField()
    sha256 = models.CharField(max_length=64)
    key = models.ForeignKey(DataKey, models.PROTECT, related_name="+", db_index=False)
    body = models.BinaryField(null=True)
    erased_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "snapshots"


class SnapshotTime(models.Model):
    """How long somebody waited for a snapshot; nothing about whom it was of."""

    PERSON_LINKED: ClassVar = ()
    NOT_PERSON_LINKED: ClassVar = ("id", "at", "milliseconds", "kind")

    TAKEN, SERVED = "taken", "served"

    at = models.DateTimeField(db_index=True)
    milliseconds = models.FloatField()
    kind = models.CharField(max_length=6)  # taken anew, or served again

    class Meta:
        db_table = "snapshot_times"
