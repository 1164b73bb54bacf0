"""What a source is, what it delivered, and every version of every record, append-only."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from tellonce.hub.vault.models import DataKey


class Source(models.Model):
    """A system records come from."""

    PERSON_LINKED: ClassVar = ()
    NOT_PERSON_LINKED: ClassVar = ("id", "name", "kind", "config", "learned", "created_at")

    name = models.CharField(max_length=100, unique=True)
    kind = models.CharField(max_length=40)
    config = models.JSONField(default=dict)  # as declared; read it through config.source_config
    learned = models.JSONField(default=dict)  # per content: what the first delivery settled
    created_at = models.DateTimeField()

    class Meta:
        db_table = "sources"


class SourceRun(models.Model):
    """One time that something was fetched, loaded or pushed, however it ended."""

    PERSON_LINKED: ClassVar = ("actor",)
    NOT_PERSON_LINKED: ClassVar = (
        "id",
        "source",
        "content",
        "connector",
        "trigger",
        "state",
        "counts",
        "held",
        "cursor_before",
        "cursor_after",
        "trouble",
        "started_at",
        "ended_at",
    )

    RUNNING, DONE, HELD, FAILED = "running", "done", "held", "failed"

    source = models.ForeignKey(Source, models.PROTECT)
    content = models.CharField(max_length=20)
    connector = models.CharField(max_length=10, blank=True)  # its kind; "" for a file or a push
    trigger = models.CharField(max_length=10)  # command, schedule or push
    actor = models.CharField(max_length=64)
    state = models.CharField(max_length=8, default=RUNNING)
    counts = models.JSONField(default=dict)  # types.Counts, of all its deliveries, once it ended
    held = models.IntegerField(default=0)  # deletions that were held back
    cursor_before = models.JSONField(default=dict)
    cursor_after = models.JSONField(default=dict)  # moves with each page that is kept
    trouble = models.TextField(default="")  # one sentence, without values
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "source_runs"


class Delivery(models.Model):
    """One file (or batch) that a source handed over; resumable at `position` until it is stored."""

    PERSON_LINKED: ClassVar = ()
    NOT_PERSON_LINKED: ClassVar = (
        "id",
        "source",
        "content",
        "file_name",
        "digest",
        "full",
        "as_of",
        "state",
        "position",
        "counts",
        "held",
        "run",
        "key",
        "started_at",
        "ended_at",
    )

    RECEIVING, STORED, PLACED = "receiving", "stored", "placed"

    source = models.ForeignKey(Source, models.PROTECT)
    content = models.CharField(max_length=20)  # "records", "consents" or a kind of activity
    file_name = models.CharField(max_length=255)
    digest = models.CharField(max_length=64)  # SHA-256 of the file, in hex
    full = models.BooleanField(default=False)  # what is missing from it is deleted
    as_of = models.BigIntegerField(null=True)  # version order of the deletions of a full delivery
    state = models.CharField(max_length=10, default=RECEIVING)
    position = models.IntegerField(default=0)  # accepted rows that are committed
    counts = models.JSONField(default=dict)  # types.Counts
    held = models.IntegerField(default=0)  # deletions held back, until approved or superseded
    run = models.ForeignKey(SourceRun, models.PROTECT, null=True)
    key = models.ForeignKey(
        DataKey, models.PROTECT, related_name="+", db_index=False
    )  # seals the raw text of its quarantined rows
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "deliveries"
        indexes = [
            models.Index(fields=["source", "content", "digest"], name="delivery_same_file"),
            models.Index(
                fields=["id"], name="delivery_to_place", condition=models.Q(state="stored")
            ),
        ]


class Record(models.Model):
    """One source's view of one customer: the line its versions hang on."""

    PERSON_LINKED: ClassVar = ("id", "record_key", "customer_key", "current", "key")
    NOT_PERSON_LINKED: ClassVar = ("source", "state")

    ACTIVE, RESTRICTED, DELETED = "active", "restricted", "deleted"

    source = models.ForeignKey(Source, models.PROTECT, db_index=False)
    record_key = models.CharField(max_length=255)  # the source's own record id
    customer_key = models.CharField(max_length=255)  # what the source's activity refers to
    state = models.CharField(max_length=10, default=ACTIVE)
    # The winning version; null only between the two statements of the insert.
    current = models.ForeignKey("RecordVersion", models.PROTECT, null=True, related_name="+")
    key = models.ForeignKey(
        DataKey, models.PROTECT, related_name="+", db_index=False
    )  # destroying it erases every sealed value of the record

    class Meta:
        db_table = "records"
        constraints = [
            models.UniqueConstraint(fields=["source", "record_key"], name="record_of_source")
        ]
        indexes = [models.Index(fields=["source", "customer_key"], name="record_customer_key")]


class RecordVersion(models.Model):
    """What a record said at one time. Never edited; erasure leaves it without values."""

    PERSON_LINKED: ClassVar = (
        "id",
        "record",
        "observed_at",
        "content_hash",
        "standardised",
        "raw",
        "secret",
    )
    NOT_PERSON_LINKED: ClassVar = (
        "delivery",
        "row",
        "source_version",
        "version_order",
        "deleted",
        "standardiser",
    )

    record = models.ForeignKey(Record, models.PROTECT)
    delivery = models.ForeignKey(Delivery, models.PROTECT, db_index=False)
    row = models.IntegerField(null=True)  # of the file, from 0; null: a deletion by absence
    source_version = models.CharField(max_length=64, blank=True)  # as delivered; "" without one
    version_order = models.BigIntegerField(null=True)  # the same, comparable (versions.py)
    observed_at = models.DateTimeField(null=True)
    content_hash = models.BinaryField()  # 16 bytes over the raw row
    deleted = models.BooleanField(default=False)
    standardiser = models.CharField(max_length=40, blank=True)
    standardised = models.TextField(blank=True)  # a RECORDS row as JSON, sealed attributes left out
    raw = models.BinaryField(null=True)  # the row as delivered, sealed under the record's key
    secret = models.BinaryField(null=True)  # sensitive and secret attributes of `standardised`

    class Meta:
        db_table = "record_versions"


class HeldDeletion(models.Model):
    """A record that a full delivery did not hold, kept until a person approves its deletion."""

    PERSON_LINKED: ClassVar = ("record",)
    NOT_PERSON_LINKED: ClassVar = ("id", "delivery")

    delivery = models.ForeignKey(Delivery, models.PROTECT)
    record = models.ForeignKey(Record, models.PROTECT)

    class Meta:
        db_table = "held_deletions"


class Quarantined(models.Model):
    """A row that could not be used, kept until it is replayed or discarded."""

    PERSON_LINKED: ClassVar = ("raw", "digest", "record_key", "settled_by")
    NOT_PERSON_LINKED: ClassVar = (
        "id",
        "delivery",
        "row",
        "reason",
        "rule",
        "state",
        "because",
        "settled_at",
    )

    WAITING, REPLAYED, DISCARDED = "waiting", "replayed", "discarded"
    REPLAYING = "replaying"  # waits too, should the replay not come to its end
    WAITS = (WAITING, REPLAYING)

    delivery = models.ForeignKey(Delivery, models.PROTECT)
    row = models.IntegerField()  # of the file, from 0, unusable ones included
    reason = models.CharField(max_length=255)
    rule = models.CharField(max_length=100, default="")  # the validation rule that sent it here
    record_key = models.CharField(max_length=255, default="")  # "" where that is not known
    raw = models.BinaryField()  # sealed under the delivery's key
    digest = models.BinaryField(null=True)  # 16 bytes over the text, keyed: the same row again
    state = models.CharField(max_length=10, default=WAITING)
    because = models.CharField(max_length=200, default="")  # why it was discarded
    settled_by = models.CharField(max_length=64, default="")
    settled_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "quarantined"
        constraints = [models.UniqueConstraint(fields=["delivery", "row"], name="quarantined_once")]
        indexes = [models.Index(fields=["digest"], name="quarantined_same")]


class QuarantineCorrection(models.Model):
    """What a person wrote into a field of a row that waits; the row itself stays as it came."""

    PERSON_LINKED: ClassVar = ("value", "actor")
    NOT_PERSON_LINKED: ClassVar = ("id", "quarantined", "header", "reason", "at")

    quarantined = models.ForeignKey(Quarantined, models.CASCADE)
    header = models.CharField(max_length=255)
    value = models.BinaryField(null=True)  # sealed under the delivery's key; null: emptied
    reason = models.CharField(max_length=200)
    actor = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        db_table = "quarantine_corrections"
