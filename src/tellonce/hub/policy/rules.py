"""The tables that `decide` reads. `VERSION` grows whenever a line of them changes."""

from __future__ import annotations

from tellonce.hub.accounts.types import CLIENT, PURPOSES
from tellonce.hub.policy.types import SECTIONS, Answer, Classification

VERSION = 3

_DENY, _MASK, _ALLOW = Answer.DENY, Answer.MASK, Answer.ALLOW
_CLASSES = tuple(Classification)

PURPOSES_OF_ROLE = {
    "representative": frozenset({"service", "sales"}),
    "steward": frozenset({"service", "compliance"}),
    "engineer": frozenset({"product"}),
    "analyst": frozenset({"marketing", "product"}),
    "officer": frozenset({"compliance", "risk"}),
    "manager": frozenset({"service", "sales", "marketing", "product", "risk"}),
    "admin": frozenset({"service", "sales", "marketing", "product", "risk", "compliance"}),
    CLIENT: frozenset(PURPOSES),  # of these only the purposes that were granted to it
}


def _row(*answers: Answer) -> dict[Classification, Answer]:
    """Answers for public, internal, personal, sensitive, secret."""
    return dict(zip(_CLASSES, answers, strict=True))


# What a role may see at most, whatever the purpose.
CEILING_OF_ROLE = {
    "representative": _row(_ALLOW, _ALLOW, _ALLOW, _MASK, _MASK),
    "steward": _row(_ALLOW, _ALLOW, _ALLOW, _MASK, _MASK),
    "engineer": _row(_ALLOW, _ALLOW, _MASK, _DENY, _DENY),
    "analyst": _row(_ALLOW, _ALLOW, _MASK, _MASK, _DENY),
    "officer": _row(_ALLOW, _ALLOW, _ALLOW, _ALLOW, _ALLOW),
    "manager": _row(_ALLOW, _ALLOW, _ALLOW, _MASK, _DENY),
    "admin": _row(_ALLOW, _ALLOW, _ALLOW, _ALLOW, _MASK),
    CLIENT: _row(_ALLOW, _ALLOW, _ALLOW, _MASK, _MASK),
}

# What a purpose needs at most, whoever asks.
CEILING_OF_PURPOSE = {
    "service": _row(_ALLOW, _ALLOW, _ALLOW, _MASK, _MASK),
    "sales": _row(_ALLOW, _ALLOW, _ALLOW, _MASK, _DENY),
    "marketing": _row(_ALLOW, _ALLOW, _ALLOW, _DENY, _DENY),
    "product": _row(_ALLOW, _ALLOW, _MASK, _DENY, _DENY),
    "risk": _row(_ALLOW, _ALLOW, _ALLOW, _ALLOW, _MASK),
    "compliance": _row(_ALLOW, _ALLOW, _ALLOW, _ALLOW, _ALLOW),
}

# Sections a purpose has no need of.
_NOT_NEEDED = {
    "service": frozenset[str](),
    "sales": frozenset[str](),
    "marketing": frozenset({"account", "notes"}),
    "product": frozenset({"account", "notes", "social"}),
    "risk": frozenset({"marketing", "social", "feedback"}),
    "compliance": frozenset[str](),
}
SECTIONS_OF_PURPOSE = {
    purpose: frozenset(SECTIONS) - left_out for purpose, left_out in _NOT_NEEDED.items()
}

# Purposes that need the customer's consent to that purpose.
NEEDS_CONSENT = frozenset({"marketing"})
# Purposes for which restricted data may still be seen (GDPR 18(2)).
DESPITE_RESTRICTION = frozenset({"compliance"})
