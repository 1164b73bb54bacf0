"""Wrapped keys. No key stands here in the clear."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class MasterKey(models.Model):
    """A master key this database has known: its id, and a value only it can open."""

    PERSON_LINKED: ClassVar = ()
    NOT_PERSON_LINKED: ClassVar = ("name", "check_value", "since")

    name = models.CharField(max_length=16, primary_key=True)
    check_value = models.BinaryField()
    since = models.DateTimeField()

    class Meta:
        db_table = "master_keys"


class NamedKey(models.Model):
    """One of the hub's own few keys, such as that of the matching-key hash."""

    PERSON_LINKED: ClassVar = ()
    NOT_PERSON_LINKED: ClassVar = ("name", "master", "wrapped")

    name = models.CharField(max_length=32, primary_key=True)
    master = models.CharField(max_length=16)
    wrapped = models.BinaryField()

    class Meta:
        db_table = "named_keys"


class DataKey(models.Model):
    """The key of one record, one snapshot body or one customer's golden values.

    `key_id` stands inside every value it encrypts. A destroyed key keeps its row without `wrapped`.
    """

    PERSON_LINKED: ClassVar = ("id", "key_id", "wrapped")
    NOT_PERSON_LINKED: ClassVar = ("master", "destroyed_at")

    key_id = models.BinaryField(max_length=16, unique=True)
    master = models.CharField(max_length=16)
    wrapped = models.BinaryField(null=True)
    destroyed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "data_keys"
