"""Consents as the sources hold them; append-only."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from tellonce.hub.sources.models import Delivery, Source


class Consent(models.Model):
    """That a customer gave or withdrew a permission for one purpose."""

    PERSON_LINKED: ClassVar = ("customer_key", "state", "at", "channel", "notice_version")
    NOT_PERSON_LINKED: ClassVar = ("id", "source", "purpose", "delivery")

    GIVEN, WITHDRAWN = "given", "withdrawn"

    source = models.ForeignKey(Source, models.PROTECT, db_index=False)
    customer_key = models.CharField(max_length=255)
    purpose = models.CharField(max_length=60)
    state = models.CharField(max_length=10)
    at = models.DateTimeField()
    channel = models.CharField(max_length=60, blank=True)
    notice_version = models.CharField(max_length=60, blank=True)
    delivery = models.ForeignKey(Delivery, models.PROTECT, db_index=False)

    class Meta:
        db_table = "consents"
        constraints = [
            models.UniqueConstraint(
                fields=["source", "customer_key", "purpose", "at", "state"], name="consent_once"
            )
        ]
