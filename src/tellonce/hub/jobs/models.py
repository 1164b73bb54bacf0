"""Leases, jobs and who works on them, schedules, and the heads and cursors of numbered streams."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from tellonce.hub.core import clock


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
    """One piece of background work. It moves only by conditional UPDATE.

    `unique_key` allows one waiting job of its kind and key; people go before `bulk`; `changed_at`
    is the moment of the last change of state: one in the future says that the clock was set back.
    """

    WAITING, RUNNING, DONE, DEAD, CANCELLED = "waiting", "running", "done", "dead", "cancelled"
    STATES = (WAITING, RUNNING, DONE, DEAD, CANCELLED)
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
        "changed_at",
        "trouble",
        "unique_key",
        "bulk",
        "worker",
        "stage",
        "done",
        "total",
    )

    kind = models.CharField(max_length=64)
    payload = models.JSONField(default=dict)
    actor = models.CharField(max_length=64)
    state = models.CharField(max_length=9, default=WAITING)
    attempts = models.IntegerField(default=0)
    token = models.BigIntegerField(default=0)
    run_at = models.DateTimeField()
    leased_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    changed_at = models.DateTimeField(default=clock.now)
    trouble = models.TextField(default="")
    unique_key = models.CharField(max_length=128, default="")
    bulk = models.BooleanField(default=False)
    worker = models.CharField(max_length=36, default="")
    stage = models.CharField(max_length=64, default="")
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(default=0)

    class Meta:
        db_table = "jobs"
        indexes = (models.Index(fields=["state", "bulk", "run_at"], name="jobs_to_claim"),)
        constraints = (
            models.UniqueConstraint(
                fields=["kind", "unique_key"],
                condition=models.Q(state="waiting") & ~models.Q(unique_key=""),
                name="one_waiting_job_of_a_key",
            ),
        )


class Worker(models.Model):
    """A process that works; `beat_at` is when it was last known to live."""

    PERSON_LINKED: ClassVar = ()
    NOT_PERSON_LINKED: ClassVar = ("name", "host", "process", "started_at", "beat_at")

    name = models.CharField(max_length=36, primary_key=True)
    host = models.CharField(max_length=255)
    process = models.CharField(max_length=64)
    started_at = models.DateTimeField()
    beat_at = models.DateTimeField()

    class Meta:
        db_table = "workers"


class Schedule(models.Model):
    """What is enqueued again and again; `next_at` moves by conditional UPDATE, once a run."""

    PERSON_LINKED: ClassVar = ("actor", "payload")
    NOT_PERSON_LINKED: ClassVar = ("name", "rule", "kind", "bulk", "next_at", "last_at")

    name = models.CharField(max_length=100, primary_key=True)
    rule = models.CharField(max_length=100)
    kind = models.CharField(max_length=64)
    payload = models.JSONField(default=dict)
    actor = models.CharField(max_length=64)
    bulk = models.BooleanField(default=True)
    next_at = models.DateTimeField()
    last_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "schedules"


class Cursor(models.Model):
    """How far a consumer has come in the numbered feed, and what holds it up."""

    PERSON_LINKED: ClassVar = ()
    NOT_PERSON_LINKED: ClassVar = ("name", "position", "failures", "retry_at", "trouble")

    name = models.CharField(max_length=64, primary_key=True)
    position = models.BigIntegerField(default=0)
    failures = models.IntegerField(default=0)
    retry_at = models.DateTimeField(null=True)
    trouble = models.TextField(default="")

    class Meta:
        db_table = "cursors"


class Sequence(models.Model):
    """The head of a numbered stream: the last number given, and the digest of that row. Numbers
    above `before` and up to `begins` are given to nothing.
    """

    PERSON_LINKED: ClassVar = ()
    NOT_PERSON_LINKED: ClassVar = ("name", "number", "digest", "before", "begins")

    name = models.CharField(max_length=64, primary_key=True)
    number = models.BigIntegerField(default=0)
    digest = models.CharField(max_length=64, default="")
    before = models.BigIntegerField(default=0)
    begins = models.BigIntegerField(default=0)

    class Meta:
        db_table = "sequences"
