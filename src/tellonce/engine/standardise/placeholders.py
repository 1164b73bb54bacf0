"""Values that stand for "nothing known"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

import pyarrow as pa
import pyarrow.compute as pc

from tellonce.engine.standardise.text import FEW

_ANYWHERE = """n/a|na|n.a.|n.a|#n/a|#na|none|null|nil|nan|unknown|unk|unkn|unknwn|not available|
not provided|
not known|not applicable|not given|not stated|not specified|unspecified|no data|nodata|no value|
tbd|tba|tbc|
missing|undefined|(blank)|blank|empty|withheld|redacted|anonymous|deceased|test|dummy|xxx|xx|
x x x|asdf|qwerty|
brak|brak danych|nie podano|nie dotyczy|nieznany|nieznana|nieznane|b/d|bd|
keine|keiner|kein|keine angabe|keine angaben|unbekannt|nicht bekannt|k.a.|k. a.|k.a|n.n.|ohne|
leer|fehlt|
inconnu|inconnue|neant|aucun|aucune|desconocido|desconocida|sin datos|ninguno|ninguna|sconosciuto|
onbekend|geen"""
_NAMES = """no name|noname|nn|lnu|fnu|nmn|nmi|
first name|last name|firstname|lastname|vorname|nachname|
imie|nazwisko|
name|test test|test user|testuser|baby|babyboy|babygirl|baby boy|baby girl|infant|unknown unknown|
john doe|jane doe|max mustermann|erika mustermann|joe bloggs|doe john|doe jane|mustermann max|
doe, john|doe, jane|mustermann, max|customer|guest|admin|administrator|user|anonym|anonim|gast|
kunde|klient"""
_EMAIL_LOCALS = """none|no|na|n/a|noemail|no-email|no.email|nomail|test|unknown|null|xxx|xx|x|a|
asdf|noone|nobody|
donotreply|noreply|no-reply|brak|keine|nicht|invalid|fake"""
_EMAIL_DOMAINS = """none.com|test.com|noemail.com|nomail.com|no.com|email.com|example.com|na.com|
unknown.com|
none.none|test.test|xxx.com|domain.com|a.com|x.com|fake.com|brak.pl|test.pl|test.de|invalid.com|
mail.com"""

_DATES = """0000-00-00|00/00/0000|00.00.0000|00000000|1900-01-01|01/01/1900|01.01.1900|1/1/1900|
19000101|01011900|
9999-12-31|31/12/9999|12/31/9999|31.12.9999|99991231|9999-99-99|99/99/9999|1899-12-30|1899-12-31|
1800-01-01|
01/01/1800|1753-01-01|01/01/1753|1/1/1753|0001-01-01|01/01/0001|1/1/0001|2099-12-31|12/31/2099|
31/12/2099|
2999-12-31|1111-11-11|11/11/1111|99999999|01-01-1900|1-1-1900|18000101|17530101|00010101"""

_NO_ADDRESS = """general delivery|gen delivery|poste restante|postlagernd|no fixed address|
no fixed abode|nfa|homeless|ohne festen wohnsitz|wohnungslos|bez stalego miejsca zamieszkania|
bezdomny|same as above|same|no address|returned mail|moved|address unknown|unknown address"""

_ADDRESS_LINES = {"address_line", "full_address", "street"}
_DIGITS_ONLY = {"phone", "fax", "identifier", "postal_code"}


@dataclass(frozen=True)
class Placeholder:
    """A value that was not taken at its word: how often, and why."""

    attribute: str
    value: str
    count: int
    why: str


_NAME_FAMILIES = {"given_name", "middle_name", "family_name", "former_name", "full_name"}
_NO_NAME = r"(?:x{2,}|z{3,}|[0-9]+)(?: x{2,})?"
_LOCALS = {"email", "mail", "user", "name"}
_NO_LOCAL = {"noemail", "no-email", "no.email", "nomail"}
_NO_DOMAIN = {"none.com", "noemail.com", "nomail.com"}
_COUNTED = {"1234567890", "0123456789", "123456789", "12345678", "9876543210"}
_NO_DATE_PART = {"0", "00", "0000", "99", "9999", "1900", "1800"}


@lru_cache
def _entries(text: str) -> frozenset[str]:
    return frozenset(split_list(text))


def split_list(text: str) -> list[str]:
    """Return the entries of a table written as one text with bars."""
    return [entry.strip() for entry in text.replace("\n", "").split("|")]


def placeholder_mask(values: pa.Array, attribute: str) -> pa.Array:
    """Return which values of a trimmed string column stand for nothing (null counts as not)."""
    family = attribute.partition(":")[0]
    if len(values) <= FEW:
        return pa.array(_mask_of_few(values, family), pa.bool_())
    lower = pc.utf8_lower(values)
    mask = pc.or_(
        pc.is_in(lower, pa.array(split_list(_ANYWHERE))),
        pc.match_substring_regex(lower, r"^[^\p{L}\p{N}]+$"),
    )
    extra = _extra(lower, family)
    if extra is not None:
        mask = pc.or_(mask, extra)
    return pc.fill_null(mask, False)


def _mask_of_few(values: pa.Array, family: str) -> list[bool]:
    return [value is not None and stands_for_nothing(value, family) for value in values.to_pylist()]


def stands_for_nothing(value: str, family: str) -> bool:
    """The same of one value, without the fixed cost of columns."""
    lower = value.lower()
    if lower in _entries(_ANYWHERE) or (lower and not any(sign.isalnum() for sign in lower)):
        return True
    if family in _NAME_FAMILIES:
        return lower in _entries(_NAMES) or re.fullmatch(_NO_NAME, lower, re.ASCII) is not None
    if family in _ADDRESS_LINES:
        return lower in _entries(_NO_ADDRESS)
    if family == "email":
        local, _, domain = lower.partition("@")
        both = local in _entries(_EMAIL_LOCALS) | _LOCALS and domain in _entries(_EMAIL_DOMAINS)
        return both or local in _NO_LOCAL or domain in _NO_DOMAIN
    if family in _DIGITS_ONLY:
        digits = re.sub(r"[^0-9a-z]", "", lower)
        repeated = _repeated(short=family == "postal_code")
        return digits in _COUNTED or re.fullmatch(repeated, digits) is not None
    if family in {"birth_date", "observed_at"}:
        return lower[:10] in _entries(_DATES)
    return family in {"birth_year", "birth_month", "birth_day"} and lower in _NO_DATE_PART


def _extra(lower: pa.Array, family: str) -> pa.Array | None:
    if family in _NAME_FAMILIES:
        return pc.or_(
            pc.is_in(lower, pa.array(split_list(_NAMES))),
            pc.match_substring_regex(lower, f"^{_NO_NAME}$"),
        )
    if family in _ADDRESS_LINES:
        return pc.is_in(lower, pa.array(split_list(_NO_ADDRESS)))
    if family == "email":
        return _email_mask(lower)
    if family in _DIGITS_ONLY:
        return _number_mask(lower, short=family == "postal_code")
    if family in {"birth_date", "observed_at"}:
        return pc.is_in(pc.utf8_slice_codeunits(lower, 0, 10), pa.array(split_list(_DATES)))
    if family in {"birth_year", "birth_month", "birth_day"}:
        return pc.is_in(lower, pa.array(sorted(_NO_DATE_PART)))
    return None


def _email_mask(lower: pa.Array) -> pa.Array:
    local = pc.replace_substring_regex(lower, r"@.*$", "")
    domain = pc.replace_substring_regex(lower, r"^[^@]*@?", "")
    both = pc.and_(
        pc.is_in(local, pa.array(sorted({*split_list(_EMAIL_LOCALS), *_LOCALS}))),
        pc.is_in(domain, pa.array(split_list(_EMAIL_DOMAINS))),
    )
    return pc.or_(
        pc.or_(both, pc.is_in(local, pa.array(sorted(_NO_LOCAL)))),
        pc.is_in(domain, pa.array(sorted(_NO_DOMAIN))),
    )


def _number_mask(lower: pa.Array, *, short: bool) -> pa.Array:
    digits = pc.replace_substring_regex(lower, r"[^0-9a-z]", "")
    counted = pc.is_in(digits, pa.array(sorted(_COUNTED)))
    return pc.or_(pc.match_substring_regex(digits, f"^{_repeated(short=short)}$"), counted)


def _repeated(*, short: bool) -> str:
    """One digit over and over; of postal codes only 0 and 9, since 1111 may be one."""
    least, digits = (4, "09") if short else (6, "0123456789")
    return "(?:" + "|".join(f"{digit}{{{least},}}" for digit in digits) + ")"


def without_placeholders(values: pa.Array, attribute: str) -> tuple[pa.Array, list[Placeholder]]:
    """Return the column with placeholders made null, and what was found, sorted by value."""
    if len(values) <= FEW and not any(_mask_of_few(values, attribute.partition(":")[0])):
        return values, []
    coded = values.dictionary_encode()
    nothing = placeholder_mask(coded.dictionary, attribute)
    if not pc.any(nothing).as_py():
        return values, []
    mask = pc.fill_null(nothing.take(coded.indices), False)
    found = values.filter(mask)
    counts = [
        Placeholder(attribute, entry["values"], entry["counts"], "stands for nothing known")
        for entry in pc.value_counts(found).to_pylist()
    ]
    return pc.if_else(mask, None, values), sorted(counts, key=lambda one: one.value)
