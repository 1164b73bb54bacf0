"""The feed of events, and where they are sent."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class Event(models.Model):
    """Something that happened. `data` holds ids, names of fields and counts, no personal value."""

    PERSON_LINKED: ClassVar = ("subject", "data")
    NOT_PERSON_LINKED: ClassVar = ("id", "public_id", "number", "type", "at")

    public_id = models.CharField(max_length=36, unique=True)
    number = models.BigIntegerField(null=True, unique=True)
    type = models.CharField(max_length=100)
    subject = models.CharField(max_length=64, default="")
    at = models.DateTimeField()
    data = models.JSONField(default=dict)

    class Meta:
        db_table = "events"
        indexes = (
            models.Index(
                fields=["id"], name="events_unnumbered", condition=models.Q(number__isnull=True)
            ),
        )


class Feed(models.Model):
    """Which feed the numbers of a stream belong to; a restore makes it another one."""

    PERSON_LINKED: ClassVar = ()
    NOT_PERSON_LINKED: ClassVar = ("name", "public_id")

    name = models.CharField(max_length=64, primary_key=True)
    public_id = models.CharField(max_length=36)

    class Meta:
        db_table = "feeds"


class Endpoint(models.Model):
    """Where events are sent. `after` is the number it begins behind; `types` empty means all.

    `failures` counts failed attempts since the last good one, at `failing_since` the first of them.
    """

    PERSON_LINKED: ClassVar = ("created_by",)
    NOT_PERSON_LINKED: ClassVar = (
        "id",
        "public_id",
        "url",
        "types",
        "after",
        "created_at",
        "disabled_at",
        "reason",
        "failures",
        "failing_since",
        "paused_until",
    )

    public_id = models.CharField(max_length=36, unique=True)
    url = models.CharField(max_length=2000)
    types = models.JSONField(default=list)
    after = models.BigIntegerField(default=0)
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=64)
    disabled_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=255, default="")
    failures = models.IntegerField(default=0)
    failing_since = models.DateTimeField(null=True)
    paused_until = models.DateTimeField(null=True)

    class Meta:
        db_table = "webhook_endpoints"


class EndpointSecret(models.Model):
    """What an endpoint's messages are signed with, sealed; during a rotation there are several."""

    PERSON_LINKED: ClassVar = ()
    NOT_PERSON_LINKED: ClassVar = ("id", "public_id", "endpoint", "key", "sealed", "until")

    public_id = models.CharField(max_length=36, unique=True)
    endpoint = models.ForeignKey(Endpoint, models.CASCADE, related_name="secrets")
    key = models.BigIntegerField()
    sealed = models.BinaryField()
    until = models.DateTimeField(null=True)

    class Meta:
        db_table = "webhook_secrets"


class Delivery(models.Model):
    """One event on its way to one endpoint; `number` is the event's."""

    WAITING, DELIVERED, DEAD = "waiting", "delivered", "dead"
    STATES = (WAITING, DELIVERED, DEAD)
    PERSON_LINKED: ClassVar = ()
    NOT_PERSON_LINKED: ClassVar = (
        "id",
        "endpoint",
        "number",
        "state",
        "attempts",
        "next_at",
        "status",
        "trouble",
        "created_at",
        "finished_at",
    )

    endpoint = models.ForeignKey(Endpoint, models.CASCADE, related_name="deliveries")
    number = models.BigIntegerField()
    state = models.CharField(max_length=9, default=WAITING)
    attempts = models.IntegerField(default=0)
    next_at = models.DateTimeField()
    status = models.IntegerField(null=True)
    trouble = models.CharField(max_length=255, default="")
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "webhook_deliveries"
        indexes = (models.Index(fields=["state", "next_at"], name="webhooks_due"),)
        constraints = (
            models.UniqueConstraint(fields=["endpoint", "number"], name="one_delivery_of_an_event"),
        )
