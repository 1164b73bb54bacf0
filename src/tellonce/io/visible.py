"""Text from outside, made harmless for whoever reads it."""

from __future__ import annotations

import unicodedata

_STEERING = frozenset({"Cc", "Cf", "Cs"})


def visible(text: str) -> str:
    """One line of text that cannot steer a terminal or turn the direction of writing."""
    return "".join(" " if sign in "\t\n\r" else "\ufffd" if steers(sign) else sign for sign in text)


def steers(sign: str) -> bool:
    """Whether a sign is a command to a terminal or a text layout, or half of one."""
    return unicodedata.category(sign) in _STEERING
