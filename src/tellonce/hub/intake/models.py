"""What waits to be placed, and what all that is held was placed under."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from tellonce.hub.sources.models import Record, RecordVersion


class Waiting(models.Model):
    """A record whose newest version is not placed yet.

    `held` is the version that its edges, keys and customer rest on, null where it is not held.
    """

    PERSON_LINKED: ClassVar = ("record", "version", "held")
    NOT_PERSON_LINKED: ClassVar = ("id", "urgent", "since")

    record = models.OneToOneField(Record, models.CASCADE, related_name="+")
    # Without constraint: SQLite would look through this whole table at every version inserted.
    version = models.ForeignKey(
        RecordVersion, models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    held = models.ForeignKey(
        RecordVersion,
        models.CASCADE,
        null=True,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    urgent = models.BooleanField(default=False)  # a person waits for it: before bulk
    since = models.DateTimeField()

    class Meta:
        db_table = "waiting"
        indexes = (
            models.Index(fields=["id"], name="waiting_urgent", condition=models.Q(urgent=True)),
        )


class Partition(models.Model):
    """The one row that says how the records are partitioned into customers by now.

    `rules` is the fingerprint of the model and rules that everything held was placed under, ""
    while that is being changed. `last_act` is when the partition last changed: the next act is
    later, whatever the clock says.
    """

    PERSON_LINKED: ClassVar = ()
    NOT_PERSON_LINKED: ClassVar = ("id", "rules", "last_act")

    rules = models.CharField(max_length=64, default="")
    last_act = models.DateTimeField(null=True)

    class Meta:
        db_table = "partition"
