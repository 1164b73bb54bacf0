"""Corrections, what sources are asked to write back, and everything that happened to each."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from tellonce.hub.corrections.types import OPEN
from tellonce.hub.sources.models import Record


class CorrectionPolicy(models.Model):
    """What is declared about corrections; the newest row is in force, none: the defaults."""

    PERSON_LINKED: ClassVar = ()
    NOT_PERSON_LINKED: ClassVar = ("id", "text", "author", "at")

    text = models.TextField()  # YAML as it was given
    author = models.CharField(max_length=100)
    at = models.DateTimeField()

    class Meta:
        db_table = "correction_policies"


class CorrectionGroup(models.Model):
    """Corrections that are proposed, approved and undone as one."""

    PERSON_LINKED: ClassVar = ("author", "approvals")
    NOT_PERSON_LINKED: ClassVar = ("id", "public_id", "name", "needs", "at")

    public_id = models.CharField(max_length=40, unique=True)  # cog_...
    name = models.CharField(max_length=120)  # of the file or the rule it came from
    author = models.CharField(max_length=100)
    needs = models.SmallIntegerField()  # persons who must approve it
    approvals = models.JSONField(default=list)  # those who did
    at = models.DateTimeField()

    class Meta:
        db_table = "correction_groups"


class Correction(models.Model):
    """That a value of a customer is wrong, what it should be, and how far that has come.

    Anchored to a record: its customer is whoever that record belongs to when it is read. `version`
    grows with every change, so that nobody acts on what he has not seen.
    """

    PERSON_LINKED: ClassVar = ("record", "sealed", "author", "reviewer")
    NOT_PERSON_LINKED: ClassVar = (
        "id",
        "public_id",
        "group",
        "attribute",
        "is_identifier",
        "origin",
        "severity",
        "confidence",
        "rule",
        "finding",
        "state",
        "outcome",
        "owner",
        "escalated",
        "reopened",
        "created_at",
        "since",
        "due_at",
        "reminded_at",
        "overdue_at",
        "applied_at",
        "closed_at",
        "expires_at",
        "version",
    )

    public_id = models.CharField(max_length=40, unique=True)  # cor_...
    group = models.ForeignKey(CorrectionGroup, models.PROTECT, null=True)
    record = models.ForeignKey(Record, models.PROTECT, related_name="+")
    attribute = models.CharField(max_length=120)  # as golden records name it
    is_identifier = models.BooleanField()
    origin = models.CharField(max_length=20)
    severity = models.CharField(max_length=10)
    confidence = models.FloatField(null=True)  # of the new value, as the proposer says
    rule = models.CharField(max_length=120, blank=True)  # that failed, with its version
    finding = models.CharField(max_length=120, blank=True)  # what detected it, found only once
    sealed = models.BinaryField()  # types.Content as JSON, under the record's key
    state = models.CharField(max_length=10)  # types.STATES
    outcome = models.CharField(max_length=20, blank=True)  # once it is closed
    author = models.CharField(max_length=100)
    reviewer = models.CharField(max_length=100, blank=True)
    owner = models.CharField(max_length=60)  # a role, or whoever the rule names
    escalated = models.SmallIntegerField(default=0)  # how often
    reopened = models.SmallIntegerField(default=0)  # how often it came back wrong
    created_at = models.DateTimeField()
    since = models.DateTimeField()  # it is in this state
    due_at = models.DateTimeField(null=True)  # the next step is due
    reminded_at = models.DateTimeField(null=True)
    overdue_at = models.DateTimeField(null=True)
    applied_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)  # of the steward value; null: it does not
    version = models.IntegerField(default=1)

    class Meta:
        db_table = "corrections"
        indexes = (
            models.Index(
                fields=["due_at"], name="correction_due", condition=models.Q(state__in=OPEN)
            ),
            models.Index(fields=["state", "id"], name="correction_state"),
            models.Index(fields=["finding"], name="correction_finding"),
        )


class WriteBack(models.Model):
    """That a source is asked to take over a correction in one of its records, or (`gives_back`) to
    give up what it took over; or only that the record is looked at.

    `seen` is the version of the record that was looked at last; `watched` while a later one is to
    be looked at.
    """

    PERSON_LINKED: ClassVar = ("record", "reason", "answered_by")
    NOT_PERSON_LINKED: ClassVar = (
        "id",
        "public_id",
        "correction",
        "state",
        "gives_back",
        "seen",
        "watched",
        "asked_at",
        "answered_at",
        "verified_at",
        "as_of",
        "due_at",
        "reminded_at",
        "overdue_at",
        "owner",
        "escalated",
    )

    public_id = models.CharField(max_length=40, unique=True)  # tsk_...
    correction = models.ForeignKey(Correction, models.PROTECT, related_name="tasks")
    record = models.ForeignKey(Record, models.PROTECT, related_name="+")
    state = models.CharField(max_length=10)
    gives_back = models.BooleanField(default=False)
    reason = models.TextField(blank=True)  # why it failed or was refused
    seen = models.BigIntegerField()
    watched = models.BooleanField(default=True)
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    answered_by = models.CharField(max_length=100, blank=True)
    verified_at = models.DateTimeField(null=True)
    as_of = models.DateTimeField(null=True)  # what was true before this says nothing against it
    due_at = models.DateTimeField(null=True)  # of giving back; else the correction's counts
    reminded_at = models.DateTimeField(null=True)
    overdue_at = models.DateTimeField(null=True)
    owner = models.CharField(max_length=60, blank=True, default="")  # "": the correction's
    escalated = models.SmallIntegerField(default=0)  # how often

    class Meta:
        db_table = "write_backs"
        indexes = (
            models.Index(
                fields=["record"], name="write_back_watched", condition=models.Q(watched=True)
            ),
            models.Index(
                fields=["id"],
                name="write_back_returning",
                condition=models.Q(gives_back=True, watched=True),
            ),
        )


class CorrectionStep(models.Model):
    """Something that happened to a correction; append-only."""

    PERSON_LINKED: ClassVar = ("actor", "words")
    NOT_PERSON_LINKED: ClassVar = ("id", "correction", "at", "kind")

    correction = models.ForeignKey(Correction, models.PROTECT, related_name="steps")
    at = models.DateTimeField()
    kind = models.CharField(max_length=20)
    actor = models.CharField(max_length=100)
    words = models.TextField(blank=True)

    class Meta:
        db_table = "correction_steps"
