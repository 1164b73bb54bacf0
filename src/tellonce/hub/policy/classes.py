"""The class of each attribute and of each field of an activity."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from tellonce.hub.policy.types import Classification

_INTERNAL, _PERSONAL = Classification.INTERNAL, Classification.PERSONAL
_SENSITIVE, _SECRET = Classification.SENSITIVE, Classification.SECRET

_INTERNAL_ATTRIBUTES = frozenset({"country", "region", "language", "entity", "source"})
# A word of the name begins with one of these (`income_band`, `health insurance no`, `Dochód`). In
# English, German and Polish, as far as we recognise headers.
_SENSITIVE_STEMS = re.compile(
    r"(^|_)(allerg|chorob|credit|debt|dochod|einkommen|gehalt|gesundheit|health|illness|insur|"
    r"krankenkass|krankheit|kredyt|loan|medic|medyc|mortgage|niepelnosprawn|pension|pensja|politi|"
    r"polityk|race|rasa|rasse|schulden|schwerbehind|seksual|sexual|solven|ubezpiecz|vermoegen|"
    r"versicherung|wage|wealth|wynagrodzen|wyznani|zadluz|zarobk|zdrow)"
    r"|diagnos|diagnoz|disab|diseas|ethnic|hypothek|income|religi|salar"
)
_SECRET_NAMES = re.compile(
    r"(^|_)(account_number|ausweis|bank_account|bsn|card_number|codice_fiscale|cvc|cvv|de_idnr|"
    r"dni|dowod|driving_licen[cs]e|ein|haslo|iban|identity_card|kartennummer|kontonummer|"
    r"kreditkarte|national_id|nhs|nino|nip|(nr|numer)_(dowodu|karty|konta|rachunku)|passport|"
    r"passwort|password|paszport|pesel|pin|prawo_jazdy|regon|reisepass|siren|siret|"
    r"social_security|sozialversicherungsnummer|ssn|steuer_(id|nr)|steuernummer|tax_id|tfn|token|"
    r"utr|vat_(id|number))(_|$)"
)
_FREE_TEXT = re.compile(
    r"(^|_)(text|subject|body|comments?|notes?|message|description|answer|reply)(_|$)"
)
_ABOUT_A_PERSON = re.compile(
    r"(^|_)(account|address|birth|city|client|contact|cookie|customer|device|email|handle|ip|mail|"
    r"member|name|person|phone|postal|session|street|user|zip)(_|$)"
)
# Here what it was, when, and how much is internal; elsewhere all is personal.
_SECTIONS_OF_FACTS = frozenset({"transactions", "interactions", "marketing", "feedback", "consent"})
_FREE_TITLES = frozenset({"interactions", "feedback"})  # there somebody wrote the title
# A field that ends in one of these tells what it was, when, or how much. What no word marks may be
# anything that somebody typed, and is personal.
_FACT = re.compile(
    r"(^|_)(amount|at|brand|campaign|category|channel|code|colou?r|count|country|currency|date|day|"
    r"discount|duration|fee|freight|genre|hours|id|interest|kind|language|level|medium|method|"
    r"minutes|no|number|on|outcome|payment|percent|points|price|priority|probability|product|"
    r"purpose|qty|quantity|rate|rating|reference|region|result|score|season|size|sku|stage|state|"
    r"status|store|sum|tax|tier|time|title|total|type|units?|value|vat|version|warehouse|weight)$"
)


@lru_cache(maxsize=4096)
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
    """The class of a field of an activity: what it was, when and how much is internal.

    Free text, and what no word tells to be such a fact, is personal; in `account`, `notes` and
    `social` everything is at least personal.
    """
    if section == "demographics":
        return attribute_class(field)
    name = _words(field)
    if marked := _by_words(name):
        return marked
    return _INTERNAL if section in _SECTIONS_OF_FACTS and _is_fact(section, name) else _PERSONAL


def _is_fact(section: str, name: str) -> bool:
    if _FREE_TEXT.search(name) or _ABOUT_A_PERSON.search(name):
        return False
    if name == "title" and section in _FREE_TITLES:
        return False
    return _FACT.search(name) is not None


def is_encrypted(found: Classification) -> bool:
    """Whether the vault encrypts stored values of this class."""
    return found in (_SENSITIVE, _SECRET)


def _words(name: str) -> str:
    """`creditLimit`, `Credit-Limit` and `credit limit` are all `credit_limit`, without accents."""
    plain = unicodedata.normalize("NFKD", name).replace("\u0142", "l").replace("\u0141", "L")
    plain = "".join(sign for sign in plain if not unicodedata.combining(sign))
    return re.sub(r"[\W_]+", "_", re.sub(r"(?<=[a-z])(?=[A-Z])", "_", plain)).strip("_").lower()


def _by_words(name: str) -> Classification | None:
    if _SECRET_NAMES.search(name):
        return _SECRET
    return _SENSITIVE if _SENSITIVE_STEMS.search(name) else None
