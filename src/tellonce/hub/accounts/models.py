"""People who log in, by e-mail address, and systems that use the API."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from tellonce.hub.core import clock
from tellonce.hub.core.ids import new_id


def new_user_id() -> str:
    """The default of `User.public_id`."""
    return new_id("usr")


class UserManager(BaseUserManager["User"]):
    """Makes users without a usable password: people sign in by code or passkey."""

    def create_user(self, email: str, name: str = "", **more: Any) -> User:
        """A new user, stored."""
        user = self.model(email=_address(email), name=name, **more)
        user.set_unusable_password()
        user.save(using=self._db)
        return user

    def called(self, email: str) -> User | None:
        """The user of this e-mail, however it is written; None where there is none."""
        return self.filter(email=_address(email)).first()


def _address(email: str) -> str:
    return email.strip().lower()


class User(AbstractBaseUser):
    """A member of the staff, not a customer. `made_by_init` marks the one `init` made."""

    PERSON_LINKED: ClassVar = ("id", "public_id", "email", "name", "password", "last_login")
    NOT_PERSON_LINKED: ClassVar = ("is_active", "made_by_init", "created_at")

    public_id = models.CharField(max_length=36, unique=True, default=new_user_id, editable=False)
    email = models.EmailField(max_length=254, unique=True)
    name = models.CharField(max_length=150, blank=True, default="")
    is_active = models.BooleanField(default=True)
    made_by_init = models.BooleanField(default=False, editable=False)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    objects: ClassVar[UserManager] = UserManager()
    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        db_table = "users"


class UserRole(models.Model):
    """One role of one user."""

    PERSON_LINKED: ClassVar = ("user",)
    NOT_PERSON_LINKED: ClassVar = ("id", "role", "since")

    user = models.ForeignKey(User, models.CASCADE, related_name="roles")
    role = models.CharField(max_length=16)
    since = models.DateTimeField(default=clock.now)

    class Meta:
        db_table = "user_roles"
        constraints = (models.UniqueConstraint(fields=["user", "role"], name="one_role_once"),)


class ApiClient(models.Model):
    """A system that uses the API. Revoking it deletes its application, and so every token."""

    PERSON_LINKED: ClassVar = ()
    NOT_PERSON_LINKED: ClassVar = (
        "id",
        "public_id",
        "name",
        "scopes",
        "purposes",
        "application",
        "created_at",
        "last_token_at",
        "revoked_at",
    )

    public_id = models.CharField(max_length=36, unique=True)  # also the OAuth client id
    name = models.CharField(max_length=60)
    scopes = models.JSONField(default=list)
    purposes = models.JSONField(default=list)
    application = models.OneToOneField(
        settings.OAUTH2_PROVIDER_APPLICATION_MODEL,
        models.SET_NULL,
        null=True,
        related_name="api_client",
    )
    created_at = models.DateTimeField(default=clock.now)
    last_token_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "api_clients"
        constraints = (
            models.UniqueConstraint(
                fields=["name"],
                condition=models.Q(revoked_at__isnull=True),
                name="one_living_client_of_a_name",
            ),
        )


class RememberedAnswer(models.Model):
    """What a client got for a request with an idempotency key; `status` null: not answered yet."""

    PERSON_LINKED: ClassVar = ("answer",)
    NOT_PERSON_LINKED: ClassVar = ("id", "client", "key", "asked", "status", "since")

    client = models.ForeignKey(ApiClient, models.CASCADE, related_name="+", db_index=False)
    key = models.CharField(max_length=255)
    asked = models.CharField(max_length=64)  # SHA-256 over what was asked, in hex
    status = models.SmallIntegerField(null=True)
    answer = models.TextField(default="")  # ids and counts
    since = models.DateTimeField(default=clock.now)

    class Meta:
        db_table = "remembered_answers"
        constraints = (
            models.UniqueConstraint(fields=["client", "key"], name="one_answer_of_a_key"),
        )
        indexes = (models.Index(fields=["since"], name="remembered_since"),)
