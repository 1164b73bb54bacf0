"""What is left of a value when it is masked."""

from __future__ import annotations

import re

HIDDEN = "***"
_DATE = re.compile(r"\d{4}(?=-\d{2})|\d{4}$")
_INITIALS = frozenset(
    ["given_name", "middle_name", "family_name", "full_name", "organisation", "city"]
)


def masked(attribute: str, value: str) -> str:
    """The masked form of a value; what no rule covers is hidden whole.

    E-mail: first letters of both halves. Phone: last 2 digits, 3 of longer ones. Identifier: last
    2 of at least 6. Birth date: the year. Names and city: initials. Postal code: first 2.
    """
    name = attribute.rpartition(".")[2].lower()
    if not value:
        return value
    if name == "email":
        return _email(value)
    if name == "phone":
        return _tail(re.sub(r"\D", "", value), 3 if len(value) > 9 else 2)
    if name.startswith("identifier"):
        return _tail(value, 2)
    if name == "birth_date":
        year = _DATE.match(value)
        return year.group() if year else HIDDEN
    if name in _INITIALS:
        return " ".join(word[0] + HIDDEN for word in value.split())
    return value[:2] + HIDDEN if name == "postal_code" and len(value) > 3 else HIDDEN


def _email(value: str) -> str:
    local, at, domain = value.partition("@")
    return f"{local[:1]}{HIDDEN}@{domain[:1]}{HIDDEN}" if at else HIDDEN


def _tail(value: str, shown: int) -> str:
    return HIDDEN + value[-shown:] if len(value) >= 6 else HIDDEN
