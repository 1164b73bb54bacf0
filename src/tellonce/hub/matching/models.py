"""What matching knows: models, the key index, edges and decisions."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from tellonce.hub.sources.models import Record


class MatchModel(models.Model):
    """A match model as a JSON document; the newest adopted one is in force."""

    PERSON_LINKED: ClassVar = ()
    NOT_PERSON_LINKED: ClassVar = (
        "id",
        "document",
        "fingerprint",
        "origin",
        "records",
        "created_at",
        "adopted_at",
    )

    SHIPPED, TRAINED, EDITED = "shipped", "trained", "edited"

    document = models.TextField()
    fingerprint = models.CharField(max_length=64, unique=True)
    origin = models.CharField(max_length=10)
    records = models.IntegerField(default=0)  # it was trained on
    created_at = models.DateTimeField()
    adopted_at = models.DateTimeField(null=True)  # null: proposed

    class Meta:
        db_table = "match_models"


class KeyIndex(models.Model):
    """Keyed 64-bit hashes of e-mails, phones and identifiers of the records as they stand."""

    PERSON_LINKED: ClassVar = ("hash", "record")
    NOT_PERSON_LINKED: ClassVar = ()

    pk = models.CompositePrimaryKey("hash", "record_id")
    hash = models.BigIntegerField()
    record = models.ForeignKey(Record, models.CASCADE)

    class Meta:
        db_table = "key_index"


class MatchKey(models.Model):
    """Blocking keys of the records as they were last placed, under the model they were placed by.

    Read by key alone: those of a record are taken out by working them out again.
    """

    PERSON_LINKED: ClassVar = ("hash", "record")
    NOT_PERSON_LINKED: ClassVar = ()

    pk = models.CompositePrimaryKey("hash", "record_id")
    hash = models.BigIntegerField()
    record = models.ForeignKey(
        Record, models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )

    class Meta:
        db_table = "match_keys"


class Edge(models.Model):
    """Two records worth keeping as a pair: at or above the review cut of the adopted model."""

    PERSON_LINKED: ClassVar = ("left", "right", "pattern")
    NOT_PERSON_LINKED: ClassVar = ("kind", "match_weight", "probability", "linked")

    pk = models.CompositePrimaryKey("left_id", "right_id")
    left = models.ForeignKey(Record, models.CASCADE, related_name="+", db_index=False)
    right = models.ForeignKey(Record, models.CASCADE, related_name="+")
    kind = models.SmallIntegerField(default=0)  # the first kind of key that the two share
    pattern = models.BigIntegerField(default=0)  # level of every comparison, packed
    match_weight = models.FloatField()
    probability = models.FloatField()
    linked = models.BooleanField()  # both ended in one customer

    class Meta:
        db_table = "edges"


class Decision(models.Model):
    """What a person said about two records; append-only, the newest row of a pair counts."""

    PERSON_LINKED: ClassVar = ("left", "right", "actor", "reason")
    NOT_PERSON_LINKED: ClassVar = ("id", "verdict", "decided_at")

    SAME, DIFFERENT, UNSURE = "same", "different", "unsure"

    left = models.ForeignKey(Record, models.CASCADE, related_name="+")
    right = models.ForeignKey(Record, models.CASCADE, related_name="+")
    verdict = models.CharField(max_length=10)
    actor = models.CharField(max_length=100)
    reason = models.TextField(blank=True)
    decided_at = models.DateTimeField()

    class Meta:
        db_table = "decisions"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(left__lt=models.F("right")), name="decision_left_before_right"
            )
        ]
