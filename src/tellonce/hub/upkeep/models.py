"""How current each value is, what was confirmed, what was found, who was asked; no value in it."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from tellonce.hub.customers.models import Customer
from tellonce.hub.sources.models import Record
from tellonce.hub.vault.models import DataKey


class UpkeepPolicy(models.Model):
    """What is declared about upkeep; the newest row counts, none is ever edited."""

    PERSON_LINKED: ClassVar = ("author",)
    NOT_PERSON_LINKED: ClassVar = ("id", "document", "at")

    document = models.JSONField(default=dict)  # as declared; read it through declared.policy_of
    author = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        db_table = "upkeep_policies"


class Freshness(models.Model):
    """How current the golden value of one unit of a customer is; kept by the feed, and anew by the
    sweep. Age and score are worked out when they are read.

    `version` is the golden version it was worked out for. `due_at` orders customers: the moment
    from which somebody should be asked; `leads` marks each customer's earliest.
    """

    PERSON_LINKED: ClassVar = ("customer", "stated_at", "confirmed_at", "stale_at", "due_at")
    NOT_PERSON_LINKED: ClassVar = ("unit", "version", "support", "leads")

    pk = models.CompositePrimaryKey("customer_id", "unit")
    customer = models.ForeignKey(Customer, models.CASCADE, db_index=False, related_name="+")
    unit = models.CharField(max_length=60)
    version = models.IntegerField()
    stated_at = models.DateTimeField()  # by the newest source or person that says it
    confirmed_at = models.DateTimeField(null=True)  # by a person, the newest time
    support = models.FloatField()  # rules.decay.support_of, at that moment
    stale_at = models.DateTimeField(null=True)  # null: in no time that matters
    due_at = models.DateTimeField(null=True)
    leads = models.BooleanField(default=False)

    class Meta:
        db_table = "freshness"
        indexes = [
            models.Index(fields=["unit", "stale_at"], name="freshness_of_unit"),
            models.Index(fields=["unit", "due_at", "customer"], name="freshness_due_by_unit"),
            models.Index(
                fields=["due_at", "customer"],
                name="freshness_due",
                condition=models.Q(leads=True),
            ),
        ]


class Confirmation(models.Model):
    """That a person said a value is right, kept on the record that states it; append-only.

    `undoes` names the confirmation that this row withdraws; then nothing else of it counts.
    """

    PERSON_LINKED: ClassVar = ("public_id", "record", "value", "author", "said_at")
    NOT_PERSON_LINKED: ClassVar = ("id", "unit", "said_by", "channel", "at", "undoes")

    public_id = models.CharField(max_length=40, unique=True)  # cnf_...
    record = models.ForeignKey(Record, models.PROTECT, related_name="+")
    unit = models.CharField(max_length=60)
    value = models.BinaryField()  # keyed hash of what was confirmed
    said_by = models.CharField(max_length=20)
    channel = models.CharField(max_length=40, blank=True)
    author = models.CharField(max_length=64)  # who wrote it down
    said_at = models.DateTimeField()
    at = models.DateTimeField()
    undoes = models.OneToOneField("self", models.PROTECT, null=True, related_name="undone_by")

    class Meta:
        db_table = "confirmations"


class ClaimedKey(models.Model):
    """Keyed hash of a value that no two customers should share."""

    PERSON_LINKED: ClassVar = ("hash", "customer")
    NOT_PERSON_LINKED: ClassVar = ("unit",)

    pk = models.CompositePrimaryKey("hash", "customer_id")
    hash = models.BigIntegerField()
    customer = models.ForeignKey(Customer, models.CASCADE, related_name="+")
    unit = models.CharField(max_length=60)

    class Meta:
        db_table = "claimed_keys"


class Finding(models.Model):
    """Something wrong with a customer as a whole. It is open until it is found no more.

    `key` tells findings of one rule and unit apart. `detail` holds record row ids, ids of customers
    and times, never a value.
    """

    PERSON_LINKED: ClassVar = ("public_id", "customer", "key", "detail", "since")
    NOT_PERSON_LINKED: ClassVar = (
        "id",
        "kind",
        "unit",
        "rule",
        "rule_version",
        "severity",
        "dimension",
        "owner",
        "state",
        "opened_at",
        "gone_at",
    )

    DISAGREEMENT, SHARED, STALE = "disagreement", "shared", "stale"
    OPEN, GONE = "open", "gone"

    public_id = models.CharField(max_length=40, unique=True)  # fnd_...
    customer = models.ForeignKey(Customer, models.CASCADE, related_name="+")
    kind = models.CharField(max_length=20)
    unit = models.CharField(max_length=60)
    key = models.CharField(max_length=32, blank=True)
    rule = models.CharField(max_length=100)
    rule_version = models.CharField(max_length=16)
    severity = models.CharField(max_length=10)
    dimension = models.CharField(max_length=20)
    owner = models.CharField(max_length=100, blank=True)
    detail = models.JSONField(default=dict)
    since = models.DateTimeField(null=True)  # when it began, as far as the sources say
    state = models.CharField(max_length=4, default=OPEN)
    opened_at = models.DateTimeField()
    gone_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "upkeep_findings"
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "rule", "unit", "key"],
                condition=models.Q(state="open"),
                name="finding_open_once",
            )
        ]
        indexes = [
            models.Index(fields=["state", "kind", "id"], name="finding_listed"),
            models.Index(fields=["state", "id"], name="finding_newest"),
        ]


class Nudge(models.Model):
    """That a person was asked one question. `value` is the keyed hash of what he was asked to
    confirm; `answer` what he said instead, sealed.
    """

    PERSON_LINKED: ClassVar = (
        "public_id",
        "customer",
        "value",
        "answer",
        "key",
        "asked_at",
        "score",
    )
    NOT_PERSON_LINKED: ClassVar = (
        "id",
        "unit",
        "worth",
        "channel",
        "purpose",
        "state",
        "author",
        "answered_at",
    )

    ASKED, CONFIRMED, CHANGED, DECLINED = "asked", "confirmed", "changed", "declined"
    LAPSED = "lapsed"  # what was asked about is another value now

    public_id = models.CharField(max_length=40, unique=True)  # nud_...
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+")
    unit = models.CharField(max_length=60)
    score = models.FloatField()
    worth = models.FloatField()
    channel = models.CharField(max_length=10)
    purpose = models.CharField(max_length=20)
    author = models.CharField(max_length=64)
    value = models.BinaryField()
    state = models.CharField(max_length=10, default=ASKED)
    asked_at = models.DateTimeField(db_index=True)
    answered_at = models.DateTimeField(null=True)
    answer = models.BinaryField(null=True)
    key = models.ForeignKey(DataKey, models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta:
        db_table = "nudges"
