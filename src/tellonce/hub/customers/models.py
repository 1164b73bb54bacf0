"""Customers and everything that changes about them, by period; rows are ended, never edited."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from tellonce.hub.sources.models import Record
from tellonce.hub.vault.models import DataKey


class Customer(models.Model):
    """A set of records resolved to one person or organisation."""

    PERSON_LINKED: ClassVar = (
        "id",
        "public_id",
        "merged_into",
        "key",
        "family_name",
        "given_name",
        "birth_date",
        "city",
        "postal_code",
    )
    NOT_PERSON_LINKED: ClassVar = ("created_at", "retired_at", "version")

    public_id = models.CharField(max_length=40, unique=True)  # cus_...
    created_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True)  # merged into another, or out of records
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="merged"
    )  # where a retired id leads now
    version = models.IntegerField(default=0)  # number of the newest golden version
    key = models.ForeignKey(
        DataKey, models.PROTECT, null=True, related_name="+", db_index=False
    )  # made with the first value that must be sealed
    # Narrow search columns: golden values in comparable form, "" where there is none.
    family_name = models.CharField(max_length=100, blank=True)
    given_name = models.CharField(max_length=100, blank=True)
    birth_date = models.CharField(max_length=10, blank=True)
    city = models.CharField(max_length=100, blank=True)
    postal_code = models.CharField(max_length=20, blank=True)

    class Meta:
        db_table = "customers"
        indexes = [
            models.Index(fields=["family_name", "given_name"], name="customer_name"),
            models.Index(fields=["given_name", "family_name"], name="customer_given_name"),
        ]


class OtherName(models.Model):
    """A name that a record of a customer states and that is not its golden one, in the form of the
    search columns: people are asked for by the name they had when somebody met them.
    """

    PERSON_LINKED: ClassVar = ("customer", "family_name", "given_name")
    NOT_PERSON_LINKED: ClassVar = ("id",)

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="+")
    family_name = models.CharField(max_length=100, blank=True)
    given_name = models.CharField(max_length=100, blank=True)

    class Meta:
        db_table = "other_names"
        indexes = (
            models.Index(fields=["family_name", "given_name"], name="other_name"),
            models.Index(fields=["given_name", "family_name"], name="other_given_name"),
        )


class Membership(models.Model):
    """That a record belongs to a customer, from one moment to another."""

    PERSON_LINKED: ClassVar = ("record", "customer")
    NOT_PERSON_LINKED: ClassVar = ("id", "confidence", "from_at", "to_at")

    record = models.ForeignKey(Record, models.PROTECT)
    customer = models.ForeignKey(Customer, models.PROTECT)
    confidence = models.FloatField()
    from_at = models.DateTimeField()
    to_at = models.DateTimeField(null=True)  # null: it still does

    class Meta:
        db_table = "memberships"
        constraints = [
            models.UniqueConstraint(
                fields=["record"], condition=models.Q(to_at=None), name="one_customer_at_a_time"
            )
        ]


class GoldenVersion(models.Model):
    """The golden record as it stood from one moment on; appended only when it changed."""

    PERSON_LINKED: ClassVar = ("customer", "document", "secret", "content_hash")
    NOT_PERSON_LINKED: ClassVar = ("id", "number", "from_at")

    customer = models.ForeignKey(Customer, models.CASCADE, db_index=False)
    number = models.IntegerField()  # from 1
    from_at = models.DateTimeField()
    document = models.TextField()  # types.GOLDEN_FIELDS, as a JSON list of lists
    secret = models.BinaryField(null=True)  # the same of sensitive and secret attributes, sealed
    content_hash = models.BinaryField()  # 16 bytes over both, in the clear

    class Meta:
        db_table = "golden_versions"
        constraints = [
            models.UniqueConstraint(fields=["customer", "number"], name="golden_version_number")
        ]


class Redirect(models.Model):
    """That a customer's id led to another's, from one moment to another."""

    PERSON_LINKED: ClassVar = ("customer", "into")
    NOT_PERSON_LINKED: ClassVar = ("id", "from_at", "to_at")

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="redirects")
    into = models.ForeignKey(Customer, models.CASCADE, related_name="+")
    from_at = models.DateTimeField()
    to_at = models.DateTimeField(null=True)  # ended when the merge was undone

    class Meta:
        db_table = "redirects"


class StewardValue(models.Model):
    """What a steward says of the customer that a record belongs to; it stands over the records in
    the golden record until it is ended. Only its end is ever written later.
    """

    PERSON_LINKED: ClassVar = ("record", "sealed", "actor")
    NOT_PERSON_LINKED: ClassVar = (
        "id",
        "public_id",
        "attribute",
        "is_identifier",
        "correction",
        "from_at",
        "expires_at",
        "ended_at",
        "ended_because",
    )

    EXPIRED, UNDONE = "expired", "undone"

    public_id = models.CharField(max_length=40, unique=True)  # stv_...
    record = models.ForeignKey(Record, models.PROTECT, related_name="+")
    attribute = models.CharField(max_length=120)  # as golden records name it
    is_identifier = models.BooleanField(default=False)
    sealed = models.BinaryField()  # value, the one it replaces, reason: under the record's key
    actor = models.CharField(max_length=100)
    correction = models.CharField(max_length=40, db_index=True)  # cor_...
    from_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)  # null: it does not
    ended_at = models.DateTimeField(null=True)  # null: it counts
    ended_because = models.CharField(max_length=20, blank=True)

    class Meta:
        db_table = "steward_values"
        indexes = (
            models.Index(
                fields=["expires_at"],
                name="steward_value_expiry",
                condition=models.Q(ended_at=None),
            ),
        )


class Household(models.Model):
    """Customers who live together, as far as they say; it never makes one person of them."""

    PERSON_LINKED: ClassVar = ("public_id", "oldest")
    NOT_PERSON_LINKED: ClassVar = ("id", "created_at", "retired_at")

    public_id = models.CharField(max_length=40, unique=True)  # hou_..., follows from the oldest's
    oldest = models.OneToOneField(
        Customer, models.SET_NULL, null=True, related_name="+"
    )  # null: of an earlier version of Tellonce, and never to live again
    created_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True)  # nobody shares anything any more

    class Meta:
        db_table = "households"


class HouseholdMember(models.Model):
    """That a customer belongs to a household, from one moment to another."""

    PERSON_LINKED: ClassVar = ("household", "customer")
    NOT_PERSON_LINKED: ClassVar = ("id", "from_at", "to_at")

    household = models.ForeignKey(Household, models.CASCADE, related_name="members")
    customer = models.ForeignKey(Customer, models.CASCADE, related_name="+")
    from_at = models.DateTimeField()
    to_at = models.DateTimeField(null=True)  # null: it still does

    class Meta:
        db_table = "household_members"
        constraints = (
            models.UniqueConstraint(
                fields=["customer"], condition=models.Q(to_at=None), name="one_household_at_a_time"
            ),
        )


class HouseholdKey(models.Model):
    """Keyed hashes of what customers of one household have in common."""

    PERSON_LINKED: ClassVar = ("hash", "customer")
    NOT_PERSON_LINKED: ClassVar = ()

    pk = models.CompositePrimaryKey("hash", "customer_id")
    hash = models.BigIntegerField()
    customer = models.ForeignKey(Customer, models.CASCADE, related_name="+")

    class Meta:
        db_table = "household_keys"
