"""Frozen values that may leave the app."""

from __future__ import annotations

from dataclasses import dataclass

ROLES = ("representative", "steward", "engineer", "analyst", "officer", "manager", "admin")


@dataclass(frozen=True)
class Actor:
    """Who acts: `id` is the public id (`usr_...`) that audit, jobs and leases write down."""

    id: str
    email: str
    name: str
    roles: frozenset[str]
