"""Points of the KPIs, what they are counted from, the samples that people confirm, and alerts."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from tellonce.hub.customers.models import Customer


class KpiPoint(models.Model):
    """What a KPI, or a part of it, was on a day; measured anew, today's point is written over."""

    PERSON_LINKED: ClassVar = ()
    NOT_PERSON_LINKED: ClassVar = (
        "id",
        "kpi",
        "part",
        "day",
        "value",
        "evidence",
        "low",
        "high",
        "why",
        "measured_at",
    )

    kpi = models.CharField(max_length=40)
    part = models.CharField(max_length=120, default="")  # "" for the KPI itself
    day = models.DateField()
    value = models.FloatField(null=True)  # null: not measured, for the reason in `why`
    evidence = models.BigIntegerField(default=0)  # how many things it is counted from
    low = models.FloatField(null=True)  # of its interval, where it is an estimate
    high = models.FloatField(null=True)
    why = models.CharField(max_length=255, default="")
    measured_at = models.DateTimeField()

    class Meta:
        db_table = "kpi_points"
        constraints = (
            models.UniqueConstraint(fields=["kpi", "part", "day"], name="one_point_a_day"),
        )


class HealthHour(models.Model):
    """The minutes of an hour in which the hub was seen ready, and those in which it was not.

    Bit k of `up` and `down` is minute k. A minute in neither was not seen by anybody.
    """

    PERSON_LINKED: ClassVar = ()
    NOT_PERSON_LINKED: ClassVar = ("hour", "up", "down", "reasons")

    hour = models.DateTimeField(primary_key=True)
    up = models.BigIntegerField(default=0)
    down = models.BigIntegerField(default=0)
    reasons = models.JSONField(default=list)  # names of the checks that failed

    class Meta:
        db_table = "health_hours"


class CustomerFigure(models.Model):
    """What is filled of a customer's golden record, kept so that counting does not open it.

    Bit k of `filled` is `declared.NAMES[k]`. `address` is a keyed hash, null without an address.
    """

    PERSON_LINKED: ClassVar = ("customer", "filled", "address")
    NOT_PERSON_LINKED: ClassVar = ()

    customer = models.OneToOneField(Customer, models.CASCADE, primary_key=True, related_name="+")
    filled = models.BigIntegerField(default=0)
    address = models.BigIntegerField(null=True)

    class Meta:
        db_table = "customer_figures"


class Mark(models.Model):
    """How far something has been read that is read on from where it was left."""

    PERSON_LINKED: ClassVar = ()
    NOT_PERSON_LINKED: ClassVar = ("name", "position")

    name = models.CharField(max_length=40, primary_key=True)
    position = models.BigIntegerField(default=0)

    class Meta:
        db_table = "insight_marks"


class Declaration(models.Model):
    """A version of what was declared: attributes that matter, targets, sample, thresholds."""

    PERSON_LINKED: ClassVar = ("author",)
    NOT_PERSON_LINKED: ClassVar = ("id", "document", "at")

    document = models.JSONField()
    author = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        db_table = "insight_declarations"


class Sample(models.Model):
    """Values drawn at random on a day, for people to confirm."""

    PERSON_LINKED: ClassVar = ("author",)
    NOT_PERSON_LINKED: ClassVar = ("id", "public_id", "seed", "population", "drawn_at")

    public_id = models.CharField(max_length=36, unique=True)  # sam_...
    seed = models.CharField(max_length=64)
    population = models.JSONField(default=dict)  # attribute -> customers who had it then
    author = models.CharField(max_length=64)
    drawn_at = models.DateTimeField()

    class Meta:
        db_table = "samples"


class SampledValue(models.Model):
    """A golden value of a sample, and what somebody who knows said of it.

    The value itself is not kept: `digest` is keyed, and tells whether it is still the one drawn.
    """

    PERSON_LINKED: ClassVar = ("public_id", "customer", "digest", "answered_by", "note")
    NOT_PERSON_LINKED: ClassVar = ("id", "sample", "attribute", "state", "said_by", "answered_at")

    OPEN, RIGHT, WRONG, UNKNOWN, WITHDRAWN = "open", "right", "wrong", "unknown", "withdrawn"

    public_id = models.CharField(max_length=36, unique=True)  # val_...
    sample = models.ForeignKey(Sample, models.CASCADE, related_name="values_drawn")
    customer = models.ForeignKey(Customer, models.CASCADE, related_name="+")
    attribute = models.CharField(max_length=40)  # as declared, such as email
    digest = models.BinaryField()
    state = models.CharField(max_length=10, default=OPEN)
    said_by = models.CharField(max_length=10, default="")  # steward or customer
    answered_by = models.CharField(max_length=64, default="")
    answered_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=255, default="")

    class Meta:
        db_table = "sampled_values"
        indexes = (
            models.Index(fields=["id"], name="sampled_open", condition=models.Q(state="open")),
            models.Index(fields=["answered_at"], name="sampled_answered"),
        )


class Alert(models.Model):
    """A known trouble: opened once, brought up to date, closed when it is over.

    `key` says which one of its kind: a source, a field, a keyed hash, an actor or a customer.
    """

    PERSON_LINKED: ClassVar = ("key", "sentence", "details", "settled_by", "reason")
    NOT_PERSON_LINKED: ClassVar = (
        "id",
        "public_id",
        "kind",
        "severity",
        "advice",
        "state",
        "opened_at",
        "seen_at",
        "closed_at",
        "settled_at",
        "until",
    )

    OPEN, ACKNOWLEDGED, SNOOZED, CLOSED = "open", "acknowledged", "snoozed", "closed"

    public_id = models.CharField(max_length=36, unique=True)  # alr_...
    kind = models.CharField(max_length=40)
    key = models.CharField(max_length=200)
    severity = models.CharField(max_length=8)
    sentence = models.TextField()
    advice = models.TextField()
    details = models.JSONField(default=dict)
    state = models.CharField(max_length=12, default=OPEN)
    opened_at = models.DateTimeField()
    seen_at = models.DateTimeField()  # the last time it was still there
    closed_at = models.DateTimeField(null=True)
    settled_by = models.CharField(max_length=64, default="")  # who acknowledged or snoozed it
    settled_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=255, default="")
    until = models.DateTimeField(null=True)  # snoozed until then

    class Meta:
        db_table = "alerts"
        constraints = (
            models.UniqueConstraint(
                fields=["kind", "key"], condition=models.Q(closed_at=None), name="alert_once"
            ),
        )
        indexes = (models.Index(fields=["-opened_at"], name="alert_by_time"),)


class DetectorRun(models.Model):
    """When a detector looked last and for how long, how much it found, why it could not look
    ("": it did).
    """

    PERSON_LINKED: ClassVar = ()
    NOT_PERSON_LINKED: ClassVar = ("name", "ran_at", "found", "trouble", "seconds")

    name = models.CharField(max_length=40, primary_key=True)
    ran_at = models.DateTimeField()
    found = models.IntegerField()
    trouble = models.CharField(max_length=255, default="")
    seconds = models.FloatField(default=0)

    class Meta:
        db_table = "detector_runs"
