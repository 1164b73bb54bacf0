"""Leases, jobs and the heads of numbered streams."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class Lease(models.Model):
    """The right of one process to do something alone. `token` grows with every holder."""

    PERSON_LINKED: ClassVar = ("holder",)
    NOT_PERSON_LINKED: ClassVar = ("name", "host", "process", "token", "since", "expires_at")

    name = models.CharField(max_length=64, primary_key=True)
    token = models.BigIntegerField(default=0)
    holder = models.CharField(max_length=64, default="")
    host = models.CharField(max_length=255, default="")
    process = models.CharField(max_length=64, default="")
    since = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "leases"


class Job(models.Model):
    """One piece of background work. It moves only by conditional UPDATE."""

    WAITING, RUNNING, DONE, DEAD = "waiting", "running", "done", "dead"
    PERSON_LINKED: ClassVar = ("actor", "payload")
    NOT_PERSON_LINKED: ClassVar = (
        "id",
        "kind",
        "state",
        "attempts",
        "token",
        "run_at",
        "leased_until",
        "created_at",
        "finished_at",
        "trouble",
    )

    kind = models.CharField(max_length=64)
    payload = models.JSONField(default=dict)
    actor = models.CharField(max_length=64)
    state = models.CharField(max_length=8, default=WAITING)
    attempts = models.IntegerField(default=0)
    token = models.BigIntegerField(default=0)
    run_at = models.DateTimeField()
    leased_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    trouble = models.TextField(default="")

    class Meta:
        db_table = "jobs"
        indexes = (models.Index(fields=["state", "run_at"], name="jobs_due"),)


class Sequence(models.Model):
    """The head of a numbered stream: the last number given, and the digest of that row."""

    PERSON_LINKED: ClassVar = ()
    NOT_PERSON_LINKED: ClassVar = ("name", "number", "digest")

    name = models.CharField(max_length=64, primary_key=True)
    number = models.BigIntegerField(default=0)
    digest = models.CharField(max_length=64, default="")

    class Meta:
        db_table = "sequences"
