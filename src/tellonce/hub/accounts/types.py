"""Frozen values that may leave the app."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

ROLES = ("representative", "steward", "engineer", "analyst", "officer", "manager", "admin")
CLIENT = "client"
"""The role every API client has, and no person."""

PURPOSES = ("service", "sales", "marketing", "product", "risk", "compliance")

FEED_SCOPE = "changes:read"
QUALITY_READ, QUALITY_WRITE = "quality:read", "quality:write"

SCOPES = {
    "records:write": "Deliver records.",
    "match:read": "Search before creating: which customers a record may belong to.",
    "customers:read": "Find and read customers and their history.",
    "decisions:write": "Decide on matches, merge, split, undo; read the review queue.",
    FEED_SCOPE: "Follow the feed of changes.",
    "snapshots:write": "Take snapshots and read the ones it took.",
    QUALITY_READ: "Read rules, what they found, the quarantine, measures of quality, and alerts.",
    QUALITY_WRITE: "Set rules and targets, waive, work on the quarantine and on samples.",
    "corrections:read": "List and read corrections, and what sources are asked to write back.",
    "corrections:write": "Propose corrections, and answer what a source is asked.",
    "corrections:review": "Approve, reject and undo corrections that others proposed.",
    "upkeep:write": "Confirm values, ask customers and take their answers; read findings.",
    "webhooks:write": "Manage webhooks and their deliveries; sending takes changes:read too.",
}
"""What an API client may be let do, each in a sentence."""

ROLES_OF_SCOPE = {
    "decisions:write": "steward",
    "records:write": "engineer",
    QUALITY_WRITE: "steward",
    "corrections:review": "steward",
    "upkeep:write": "steward",
}
"""Roles a client acts in, beside its own, because of a scope."""


@dataclass(frozen=True)
class UserView:
    """A user as others may see him; one that is not `active` may do nothing."""

    id: str
    email: str
    name: str
    roles: tuple[str, ...]
    active: bool
    created_at: datetime


@dataclass(frozen=True)
class Actor:
    """Who acts: `id` is the public id (`usr_...`, of an API client `cli_...`) that audit, jobs and
    leases write down; `email` of a client is its name. `purposes` None: all that the roles may act
    for, else only these of them.
    """

    id: str
    email: str
    name: str
    roles: frozenset[str]
    purposes: frozenset[str] | None = None


@dataclass(frozen=True)
class ClientView:
    """An API client. A revoked one is kept for the record, and can do nothing."""

    id: str
    name: str
    scopes: tuple[str, ...]
    purposes: tuple[str, ...]
    created_at: datetime
    last_token_at: datetime | None = None
    revoked_at: datetime | None = None


@dataclass(frozen=True)
class ClientSecret:
    """What a client signs in with. `secret` is stored as a hash only and never shown again."""

    client: ClientView
    secret: str = field(repr=False)


@dataclass(frozen=True)
class Remembered:
    """The answer that a request with the same idempotency key got."""

    status: int
    answer: str


@dataclass(frozen=True)
class Caller:
    """Whose token came with a request, and what that token is good for."""

    actor: Actor
    scopes: frozenset[str]
