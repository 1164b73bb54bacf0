"""Who may set rules, run them, look at what they found, and waive it."""

from __future__ import annotations

from tellonce.hub.accounts.refusing import refuse_unless
from tellonce.hub.accounts.types import CLIENT, Actor

MAY_SET = ("engineer", "admin")
MAY_WRITE = ("engineer", "steward", "admin")
MAY_READ = ("engineer", "steward", "analyst", "officer", "manager", "admin")


def check_may_set(by: Actor, action: str) -> None:
    """Refuse who may not change rules; of an API client the door has looked at the scopes."""
    _check(by, MAY_SET, action, "change the rules of quality", "Ask an engineer.")


def check_may_write(by: Actor, action: str) -> None:
    """Refuse who may not work on what rules found."""
    what = "work on what the rules of quality found"
    _check(by, MAY_WRITE, action, what, "Ask an engineer or a steward.")


def check_may_read(by: Actor, action: str) -> None:
    """Refuse who may not see what rules found."""
    what = "see what the rules of quality found"
    _check(by, MAY_READ, action, what, "Ask an engineer or a steward.")


def _check(by: Actor, roles: tuple[str, ...], action: str, may_not: str, hint: str) -> None:
    if CLIENT not in by.roles:
        refuse_unless(by, roles, action, may_not=may_not, hint=hint)
