"""Versions of the rules, what they found in records, and how often they were met."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from tellonce.hub.quality.profile_models import SourceProfile as SourceProfile
from tellonce.hub.sources.models import Record, Source

OPEN, CORRECTED, WAIVED, FIXED, GONE = "open", "corrected", "waived", "fixed", "gone"
STANDING = (OPEN, CORRECTED, WAIVED)
"""States of what is so now: one row at most of each record, rule and field."""


class RulesVersion(models.Model):
    """The rules of one source, or of all (`source` null), from a moment on; append-only.

    The newest version of a source is in force; one without rules takes them out of force.
    """

    PERSON_LINKED: ClassVar = ("actor",)
    NOT_PERSON_LINKED: ClassVar = (
        "id",
        "source",
        "number",
        "name",
        "text",
        "references",
        "fingerprint",
        "rules",
        "reason",
        "at",
    )

    source = models.ForeignKey(Source, models.PROTECT, null=True)
    number = models.IntegerField()  # from 1, of this source
    name = models.CharField(max_length=255)  # of the file
    text = models.TextField()  # as it was set
    references = models.JSONField(default=dict)  # lists of values that it brings along
    fingerprint = models.CharField(max_length=16)
    rules = models.IntegerField()  # how many
    actor = models.CharField(max_length=64)
    reason = models.CharField(max_length=200, default="")
    at = models.DateTimeField()

    class Meta:
        db_table = "rules_versions"
        constraints = [
            models.UniqueConstraint(fields=["source", "number"], name="rules_version_of_source"),
            models.UniqueConstraint(
                fields=["number"],
                name="rules_version_of_all",
                condition=models.Q(source__isnull=True),
            ),
        ]


class RuleFailure(models.Model):
    """That a rule was not met by a record, from when until when."""

    PERSON_LINKED: ClassVar = ("id", "record", "version", "value", "digest", "settled_by")
    NOT_PERSON_LINKED: ClassVar = (
        "source",
        "rules",
        "rule",
        "field",
        "attribute",
        "dimension",
        "severity",
        "owner",
        "on_fail",
        "scope",
        "reason",
        "state",
        "because",
        "found_at",
        "settled_at",
    )

    source = models.ForeignKey(Source, models.PROTECT, db_index=False)
    record = models.ForeignKey(Record, models.CASCADE, db_index=False)
    version = models.BigIntegerField()  # the record's version it was found in
    rules = models.ForeignKey(RulesVersion, models.PROTECT, db_index=False)
    rule = models.CharField(max_length=100)
    field = models.CharField(max_length=255)  # the header the value stands under
    attribute = models.CharField(max_length=100, default="")  # "" where none was recognised
    dimension = models.CharField(max_length=12)
    severity = models.CharField(max_length=8)
    owner = models.CharField(max_length=100, default="")
    on_fail = models.CharField(max_length=10)
    scope = models.CharField(max_length=3, default="row")  # row, or set: found with all rows
    reason = models.CharField(max_length=500)  # in words, without the value
    value = models.BinaryField(null=True)  # as delivered, sealed under the record's key
    digest = models.BinaryField(null=True)  # 16 bytes over the value, keyed: the same again
    state = models.CharField(max_length=10)
    because = models.CharField(max_length=200, default="")  # why it was waived
    settled_by = models.CharField(max_length=64, default="")  # who waived it
    found_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "rule_failures"
        constraints = [
            models.UniqueConstraint(
                fields=["record", "rule", "field"],
                name="failure_stands_once",
                condition=models.Q(state__in=STANDING),
            )
        ]
        indexes = [
            models.Index(fields=["record"], name="failure_record"),
            models.Index(
                fields=["source", "rule"],
                name="failure_open",
                condition=models.Q(state=OPEN),
            ),
        ]


class JudgedRecord(models.Model):
    """Which version of a record was judged last, under which rules."""

    PERSON_LINKED: ClassVar = ("record", "version")
    NOT_PERSON_LINKED: ClassVar = ("stamp", "at")

    record = models.OneToOneField(Record, models.CASCADE, primary_key=True)
    version = models.BigIntegerField()
    stamp = models.CharField(max_length=16)  # InForce.stamp
    at = models.DateTimeField()

    class Meta:
        db_table = "judged_records"


class JudgedSource(models.Model):
    """When all records of a source were last judged together, up to which version."""

    PERSON_LINKED: ClassVar = ()
    NOT_PERSON_LINKED: ClassVar = ("source", "version", "stamp", "at")

    source = models.OneToOneField(Source, models.CASCADE, primary_key=True)
    version = models.BigIntegerField()  # the newest that was current then
    stamp = models.CharField(max_length=16)
    at = models.DateTimeField()

    class Meta:
        db_table = "judged_sources"


class RuleCount(models.Model):
    """How often a rule was met on a day, by rows that arrived or in a run over what is held."""

    PERSON_LINKED: ClassVar = ()
    NOT_PERSON_LINKED: ClassVar = (
        "id",
        "day",
        "source",
        "rules",
        "rule",
        "dimension",
        "occasion",
        "passed",
        "failed",
        "empty",
        "not_evaluated",
    )

    ARRIVAL, RUN = "arrival", "run"

    day = models.DateField()
    source = models.ForeignKey(Source, models.PROTECT, db_index=False)
    rules = models.ForeignKey(RulesVersion, models.PROTECT, db_index=False)
    rule = models.CharField(max_length=100)
    dimension = models.CharField(max_length=12)
    occasion = models.CharField(max_length=7)
    passed = models.BigIntegerField(default=0)
    failed = models.BigIntegerField(default=0)
    empty = models.BigIntegerField(default=0)
    not_evaluated = models.BigIntegerField(default=0)

    class Meta:
        db_table = "rule_counts"
        constraints = [
            models.UniqueConstraint(
                fields=["day", "source", "rules", "rule", "occasion"], name="rule_count_of_day"
            )
        ]
