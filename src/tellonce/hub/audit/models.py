"""The audit."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class AuditEntry(models.Model):
    """One act or one refusal. `subjects` are keyed hashes; `fields` are names, never values."""

    PERSON_LINKED: ClassVar = ("actor", "target", "subjects")
    NOT_PERSON_LINKED: ClassVar = (
        "id",
        "number",
        "previous",
        "digest",
        "at",
        "action",
        "outcome",
        "purpose",
        "reason",
        "fields",
        "details",
    )

    number = models.BigIntegerField(null=True, unique=True)
    previous = models.CharField(max_length=64, default="")
    digest = models.CharField(max_length=64, default="")
    at = models.DateTimeField()
    actor = models.CharField(max_length=64)
    action = models.CharField(max_length=64)
    outcome = models.CharField(max_length=8)
    purpose = models.CharField(max_length=16, default="")
    reason = models.CharField(max_length=255, default="")
    target = models.CharField(max_length=64, default="")
    subjects = models.JSONField(default=list)
    fields = models.JSONField(default=list)
    details = models.JSONField(default=dict)

    class Meta:
        db_table = "audit_entries"
        indexes = (
            models.Index(
                fields=["id"], name="audit_unnumbered", condition=models.Q(number__isnull=True)
            ),
            models.Index(
                fields=["at"],
                name="audit_denied",
                condition=models.Q(outcome__in=("refused", "failed")),
            ),
        )
