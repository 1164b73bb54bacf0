"""Profiles of sources over time."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from tellonce.hub.sources.contents import RECORDS
from tellonce.hub.sources.models import Source


class SourceProfile(models.Model):
    """What the records of a source, or its new rows of one kind of activity, looked like at a time,
    and what had changed by then.

    The document holds no value that fewer than `profile_keeping.LEAST` records, or customers,
    share, and none of a sensitive or secret attribute.
    """

    PERSON_LINKED: ClassVar = ()
    NOT_PERSON_LINKED: ClassVar = (
        "id",
        "source",
        "content",
        "at",
        "records",
        "looked_at",
        "delivery",
        "document",
        "compared_with",
        "changes",
    )

    source = models.ForeignKey(Source, models.PROTECT, db_index=False)
    content = models.CharField(max_length=20, default=RECORDS)  # as a delivery names its rows
    at = models.DateTimeField()
    records = models.BigIntegerField()  # active ones, or rows of activity
    looked_at = models.IntegerField()  # of them; fewer where they are many
    delivery = models.BigIntegerField(default=0)  # the newest one that was there
    document = models.JSONField()  # a rules.profile_types.Profile
    compared_with = models.DateTimeField(null=True)  # when the earlier one was made
    changes = models.JSONField(default=list)  # rules.drift.Drift since then

    class Meta:
        db_table = "source_profiles"
        indexes = [
            models.Index(fields=["source", "at"], name="profile_of_source"),
            models.Index(fields=["at"], name="profile_since"),
        ]
