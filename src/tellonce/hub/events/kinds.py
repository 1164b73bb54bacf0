"""The types of event that there are; a test compares them with what is emitted."""

from __future__ import annotations

from difflib import get_close_matches

_OF_SUBJECT = {
    "alert": "opened closed",
    "correction": "proposed approved applied propagated verified closed reopened rejected withdrawn"
    " undone returning returned reminded overdue escalated",
    "customer": "created changed restated merged split restored removed confirmed",
    "nudge": "asked answered",
    "quality.rules": "changed",
    "snapshot": "available",
    "webhook": "disabled",
}
TYPES = tuple(
    f"tellonce.{subject}.{what}.v1"
    for subject, kinds in _OF_SUBJECT.items()
    for what in kinds.split()
)
_PATTERNS = tuple(f"tellonce.{subject}.*" for subject in _OF_SUBJECT)


def is_emitted(asked: str) -> bool:
    """Whether there is an event of this type or, where it ends in `*`, any that begins so."""
    if asked.endswith("*"):
        return any(one.startswith(asked[:-1]) for one in TYPES)
    return asked in TYPES


def nearest_types(asked: str) -> list[str]:
    """The type or pattern that is spelt most like this one; without any, the pattern of each
    subject.
    """
    known = _PATTERNS if asked.endswith("*") else TYPES
    return get_close_matches(asked, known, 1, 0.75) or list(_PATTERNS)
