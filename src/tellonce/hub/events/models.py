"""The feed of events."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class Event(models.Model):
    """Something that happened. `data` holds ids, names of fields and counts, no personal value."""

    PERSON_LINKED: ClassVar = ("subject", "data")
    NOT_PERSON_LINKED: ClassVar = ("id", "public_id", "number", "type", "at")

    public_id = models.CharField(max_length=36, unique=True)
    number = models.BigIntegerField(null=True, unique=True)
    type = models.CharField(max_length=100)
    subject = models.CharField(max_length=64, default="")
    at = models.DateTimeField()
    data = models.JSONField(default=dict)

    class Meta:
        db_table = "events"
        indexes = (
            models.Index(
                fields=["id"], name="events_unnumbered", condition=models.Q(number__isnull=True)
            ),
        )
