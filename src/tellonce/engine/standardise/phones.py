"""Phone numbers: columnar for what is plain, `phonenumbers` for the rest."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

import phonenumbers
import pyarrow as pa
import pyarrow.compute as pc

from tellonce.engine.standardise.text import are_few_and_plain, map_distinct, matching

_EXTENSION = r"(?i)\s*(?:ext\.?|extension|x|wew\.?|durchwahl|dw\.?|#)\s*\d{1,6}\s*$"
_SEVERAL = re.compile(r"[;,|\n]|\s/\s|\b(?:or|and|und|oder|lub|i)\b")
_NOT_DIGIT = r"[^0-9+]"
_NOT_FIGURE = re.compile("[^0-9]")
SHORTEST = 6  # digits of a comparable number


@dataclass(frozen=True)
class _Plan:
    """How national numbers of a country look, as far as the fast path needs to know."""

    code: str
    national: str  # regular expression of the digits as dialled inside the country
    trunk: str = ""  # what is dialled before the national number and dropped abroad


_PLANS = {
    "US": _Plan("1", r"^1?[2-9]\d{2}[2-9]\d{6}$", "1"),
    "CA": _Plan("1", r"^1?[2-9]\d{2}[2-9]\d{6}$", "1"),
    "PL": _Plan("48", r"^[1-9]\d{8}$"),
    "DE": _Plan("49", r"^0[1-9]\d{6,11}$", "0"),
    "GB": _Plan("44", r"^0[127]\d{8,9}$", "0"),
    "AU": _Plan("61", r"^0[23478]\d{8}$", "0"),
    "FR": _Plan("33", r"^0[1-9]\d{8}$", "0"),
    "ES": _Plan("34", r"^[6789]\d{8}$"),
    "NL": _Plan("31", r"^0[1-9]\d{8}$", "0"),
    "AT": _Plan("43", r"^0[1-9]\d{6,11}$", "0"),
    "CH": _Plan("41", r"^0[1-9]\d{8}$", "0"),
}


_ELEVEN = "43|49"  # calling codes whose national numbers may have eleven digits


def display_phones(column: pa.Array, region: str | None) -> pa.Array:
    """Return a string column of phone numbers in E.164 where possible, else as given.

    `region` is the ISO alpha-2 country numbers without an international prefix belong to, None if
    not known. Fewer than five digits are no number: null.
    """
    if are_few_and_plain(column):
        return map_distinct(column, lambda text: _fast_one(text, region) or _slow(text, region))
    bare = pc.replace_substring_regex(column, _EXTENSION, "")
    digits = pc.replace_substring_regex(bare, r"\(0\)", "")
    digits = pc.replace_substring_regex(digits, _NOT_DIGIT, "")
    digits = pc.replace_substring_regex(digits, r"^00", "+")
    fast = _fast(digits, region)
    slow = map_distinct(pc.if_else(fast.is_valid(), None, column), lambda text: _slow(text, region))
    return pc.coalesce(fast, slow)


def further_phones(column: pa.Array) -> pa.Array:
    """Return the second of two numbers written in one field, null where there is only one."""
    two = matching(column, r"(?:\d\D*){14,}")
    return map_distinct(pc.if_else(two, column, None), lambda text: _numbers(text)[1])


def _numbers(text: str) -> tuple[str, str | None]:
    """Return the first and second number of a field that holds several."""
    parts = [part for part in _SEVERAL.split(text) if sum(map(str.isdigit, part)) >= 6]
    return (parts[0], parts[1]) if len(parts) > 1 else (text, None)


def _fast_one(text: str, region: str | None) -> str | None:
    """What `_fast` makes of a number in ASCII, without the fixed cost of columns."""
    bare = re.sub(_EXTENSION, "", text, flags=re.ASCII).replace("(0)", "")
    digits = re.sub("^00", "+", re.sub(_NOT_DIGIT, "", bare))
    plan = _PLANS.get(region or "")
    if plan is not None and re.fullmatch(plan.national, digits, re.ASCII):
        return f"+{plan.code}{re.sub(f'^{plan.trunk}', '', digits)}"
    return digits if re.fullmatch(_abroad(), digits, re.ASCII) else None


@lru_cache(maxsize=1)
def _abroad() -> str:
    known = "|".join(sorted({plan.code for plan in _PLANS.values()}))
    return rf"^\+(?:(?:{known})[1-9]\d{{8,9}}|(?:{_ELEVEN})[1-9]\d{{10}})$"


def _fast(digits: pa.Array, region: str | None) -> pa.Array:
    nothing = pa.nulls(len(digits), pa.string())
    abroad = pc.fill_null(pc.match_substring_regex(digits, _abroad()), False)
    result = pc.if_else(abroad, digits, nothing)
    plan = _PLANS.get(region or "")
    if plan is None:
        return result
    plain = pc.fill_null(pc.match_substring_regex(digits, plan.national), False)
    national = pc.replace_substring_regex(digits, f"^{plan.trunk}", "") if plan.trunk else digits
    made = pc.binary_join_element_wise(f"+{plan.code}", national, "")
    return pc.if_else(plain, made, result)


def _slow(text: str, region: str | None) -> str | None:
    if sum(map(str.isdigit, text)) < 5:
        return None
    first = _numbers(text)[0]
    try:
        number = phonenumbers.parse(first, region)
    except phonenumbers.NumberParseException:
        return " ".join(first.split())
    if phonenumbers.is_possible_number(number):
        return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
    return " ".join(first.split())


def comparable_phones(column: pa.Array) -> pa.Array:
    """Return displayed phone numbers as digits with country code, null under six digits."""
    if are_few_and_plain(column):
        return map_distinct(column, comparable_phone)
    digits = pc.replace_substring_regex(column, r"[^0-9]", "")
    return pc.if_else(pc.greater_equal(pc.utf8_length(digits), SHORTEST), digits, None)


def comparable_phone(text: str) -> str | None:
    """The same of a single number."""
    digits = _NOT_FIGURE.sub("", text)
    return digits if len(digits) >= SHORTEST else None


@lru_cache(maxsize=1)
def calling_codes() -> dict[str, str]:
    """Return calling code -> the main country of it."""
    return {
        str(code): regions[0]
        for code, regions in phonenumbers.COUNTRY_CODE_TO_REGION_CODE.items()
        if regions[0] != "001"
    }
