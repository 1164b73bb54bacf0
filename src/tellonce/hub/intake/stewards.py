"""Who may act on who is one customer."""

from __future__ import annotations

from tellonce.hub.accounts.refusing import refuse, refuse_unless
from tellonce.hub.accounts.types import Actor

DECIDES = ("steward", "admin")
"""Roles that may act on who is one customer."""
PROPOSED_IT = "the person who proposed it cannot also approve it"
_DECIDE = "decide which records are one customer"


def check_steward(by: Actor, kind: str) -> None:
    """Raises `Refused`, audited, for who is neither steward nor administrator."""
    hint = "Ask a steward, or act as one."
    refuse_unless(by, DECIDES, kind, may_not=_DECIDE, hint=hint)


def refuse_approval(by: Actor, kind: str) -> None:
    """Raises `Refused`, audited, for who would approve what he proposed."""
    hint = "Another steward approves it."
    may_not = f"approve this {kind}"
    refuse(by, PROPOSED_IT, f"{kind}.approve", may_not=may_not, hint=hint)
