"""What matching knows: models, the key index, edges, what people decided."""

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
        "changes",
    )

    SHIPPED, TRAINED, EDITED = "shipped", "trained", "edited"

    document = models.TextField()
    fingerprint = models.CharField(max_length=64, unique=True)
    origin = models.CharField(max_length=10)
    records = models.IntegerField(default=0)  # it was trained on
    created_at = models.DateTimeField()
    adopted_at = models.DateTimeField(null=True)  # null: proposed
    changes = models.JSONField(default=dict)  # what it would have changed when it was proposed

    class Meta:
        db_table = "match_models"
        # Asked with every record, of rows that begin with megabytes, which SQLite would read.
        indexes = [
            models.Index(fields=["origin"], name="model_origin"),
            models.Index(fields=["adopted_at", "id", "fingerprint"], name="model_adopted"),
        ]


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


class Review(models.Model):
    """A pair that a person should look at: it may be one customer and is not taken for one, or it
    holds a customer together and is weak; nobody has decided on it.
    """

    PERSON_LINKED: ClassVar = ("left", "right")
    NOT_PERSON_LINKED: ClassVar = ("id", "together", "value", "since")

    left = models.ForeignKey(Record, models.CASCADE, related_name="+")
    right = models.ForeignKey(Record, models.CASCADE, related_name="+")
    together = models.BooleanField()  # both are in one customer
    value = models.FloatField()  # how uncertain it is, times the records it would move
    since = models.DateTimeField()

    class Meta:
        db_table = "reviews"
        constraints = (models.UniqueConstraint(fields=["left", "right"], name="review_once"),)
        indexes = (models.Index(fields=["-value", "id"], name="review_by_value"),)


class MatchAct(models.Model):
    """What a person did, or proposed to do, about which records are one customer.

    `groups` are lists of records (row ids): the pairs of a decision, the member lists of a merge or
    a split. An act that is undone counts no more, until that undo is itself undone. Rows are never
    deleted; `state`, `undone_by`, `bound` and who settled it are all that changes.
    """

    PERSON_LINKED: ClassVar = (
        "groups",
        "bound",
        "customers",
        "author",
        "reason",
        "settled_by",
        "settled_reason",
    )
    NOT_PERSON_LINKED: ClassVar = (
        "id",
        "public_id",
        "kind",
        "verdict",
        "state",
        "target",
        "undone_by",
        "moved",
        "at",
        "settled_at",
    )

    DECIDE, MERGE, SPLIT, UNDO = "decide", "merge", "split", "undo"
    PROPOSED, DONE, REJECTED = "proposed", "done", "rejected"

    public_id = models.CharField(max_length=40, unique=True)  # act_...
    kind = models.CharField(max_length=10)
    verdict = models.CharField(max_length=10, blank=True)  # of a decision
    state = models.CharField(max_length=10)
    groups = models.JSONField(default=list)
    bound = models.JSONField(default=list)  # parts of a merge's groups: see `counting`
    customers = models.JSONField(default=list)  # public ids it was asked about
    target = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="undos"
    )  # of an undo
    undone_by = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    moved = models.IntegerField(default=0)  # records that changed their customer, or would
    author = models.CharField(max_length=100)
    reason = models.TextField(blank=True)
    at = models.DateTimeField()  # when it was done; of a proposal, when it was made
    settled_by = models.CharField(max_length=100, blank=True)  # who approved or rejected it
    settled_at = models.DateTimeField(null=True)
    settled_reason = models.TextField(blank=True, default="")  # why it was rejected

    class Meta:
        db_table = "match_acts"
        indexes = (
            models.Index(
                fields=["id"], name="match_act_proposed", condition=models.Q(state="proposed")
            ),
        )


class Decision(models.Model):
    """What a person said about two records; append-only, the newest row of a pair counts.

    `withdrawn`: nobody says anything any more, as where the only decision was undone.
    """

    PERSON_LINKED: ClassVar = ("left", "right", "actor", "reason")
    NOT_PERSON_LINKED: ClassVar = ("id", "verdict", "decided_at", "act")

    SAME, DIFFERENT, UNSURE, WITHDRAWN = "same", "different", "unsure", "withdrawn"

    left = models.ForeignKey(Record, models.CASCADE, related_name="+")
    right = models.ForeignKey(Record, models.CASCADE, related_name="+")
    verdict = models.CharField(max_length=10)
    actor = models.CharField(max_length=100)
    reason = models.TextField(blank=True)
    decided_at = models.DateTimeField()
    act = models.ForeignKey(MatchAct, models.PROTECT, null=True, related_name="decisions")

    class Meta:
        db_table = "decisions"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(left__lt=models.F("right")), name="decision_left_before_right"
            )
        ]
