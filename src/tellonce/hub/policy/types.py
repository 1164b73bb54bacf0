"""The vocabulary of policy, and its frozen values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum

from tellonce.hub.accounts.types import PURPOSES as PURPOSES

TRIGGERS = ("profile", "campaign", "proposal", "segmentation", "report", "event")
SECTIONS = (
    "demographics",
    "transactions",
    "interactions",
    "account",
    "marketing",
    "notes",
    "social",
    "feedback",
    "consent",
)


class Classification(StrEnum):
    """How much harm an attribute can do: `sensitive` is health and finance, `secret` identifiers
    and card data. The vault encrypts stored values of these two.
    """

    PUBLIC = "public"
    INTERNAL = "internal"
    PERSONAL = "personal"
    SENSITIVE = "sensitive"
    SECRET = "secret"  # noqa: S105  the word, not one


class Answer(IntEnum):
    """What policy says; the smaller, the stricter."""

    DENY = 0
    MASK = 1
    ALLOW = 2


class Action(StrEnum):
    """What somebody wants to do: ask for a snapshot at all, see a section, see a value."""

    REQUEST = "request"
    SECTION = "section"
    VALUE = "value"


@dataclass(frozen=True)
class Facts:
    """What the caller has looked up about this customer. None is "not known", and denies.

    `restricted`: processing is restricted (GDPR 18). `consents`: by purpose, whether consent is
    given now; a purpose that is missing is not known.
    """

    restricted: bool | None = None
    consents: Mapping[str, bool] = field(default_factory=dict)


@dataclass(frozen=True)
class Decision:
    """The answer and, in words, why."""

    answer: Answer
    reason: str

    @property
    def denied(self) -> bool:
        """Whether nothing may be seen."""
        return self.answer is Answer.DENY
