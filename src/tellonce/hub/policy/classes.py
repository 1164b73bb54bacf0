"""The class of each attribute and of each field of an activity."""

from __future__ import annotations

import re

from tellonce.hub.policy.types import Classification

_INTERNAL, _PERSONAL = Classification.INTERNAL, Classification.PERSONAL
_SENSITIVE, _SECRET = Classification.SENSITIVE, Classification.SECRET

_INTERNAL_ATTRIBUTES = frozenset({"country", "region", "language", "entity", "source"})
# A word of the name begins with one of these (`income_band`, `health insurance no`).
_SENSITIVE_STEMS = re.compile(
    r"(^|_)(allerg|credit|debt|diagnos|disab|diseas|ethnic|health|illness|income|insur|loan|"
    r"medic|mortgage|pension|politic|race|religi|salar|sexual|solven|wage|wealth)"
)
_SECRET_NAMES = re.compile(
    r"(^|_)(account_number|bank_account|bsn|card_number|cvc|cvv|driving_licen[cs]e|iban|"
    r"identity_card|national_id|nino|nip|passport|password|pesel|pin|regon|social_security|ssn|"
    r"tax_id|token)(_|$)"
)
_FREE_TEXT = re.compile(
    r"(^|_)(text|subject|body|comments?|notes?|message|description|answer|reply)(_|$)"
)
_ABOUT_A_PERSON = re.compile(
    r"(^|_)(name|email|mail|phone|address|street|city|postal|zip|birth|contact|person|handle|ip)"
    r"(_|$)"
)
# Here what it was, when, and how much is internal; elsewhere all is personal.
_SECTIONS_OF_FACTS = frozenset({"transactions", "interactions", "marketing", "feedback", "consent"})


def attribute_class(attribute: str) -> Classification:
    """The class of an attribute of a record or of a golden record.

    `identifier:<kind>` is secret. Of other names the words decide; what no word marks is personal.
    """
    name = attribute.lower().partition("#")[0]
    if name.startswith("identifier"):
        return _SECRET
    if name in _INTERNAL_ATTRIBUTES:
        return _INTERNAL
    return _by_words(_words(name.removeprefix("other:"))) or _PERSONAL


def field_class(section: str, field: str) -> Classification:
    """The class of a field of an activity: what it was and when is internal, free text personal.

    In `account`, `notes` and `social` everything is at least personal.
    """
    if section == "demographics":
        return attribute_class(field)
    name = _words(field)
    if marked := _by_words(name):
        return marked
    if section not in _SECTIONS_OF_FACTS or _FREE_TEXT.search(name) or _ABOUT_A_PERSON.search(name):
        return _PERSONAL
    return _INTERNAL


def is_encrypted(found: Classification) -> bool:
    """Whether the vault encrypts stored values of this class."""
    return found in (_SENSITIVE, _SECRET)


def _words(name: str) -> str:
    """`creditLimit`, `Credit-Limit` and `credit limit` are all `credit_limit`."""
    return re.sub(r"[\W_]+", "_", re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name)).strip("_").lower()


def _by_words(name: str) -> Classification | None:
    if _SECRET_NAMES.search(name):
        return _SECRET
    return _SENSITIVE if _SENSITIVE_STEMS.search(name) else None
