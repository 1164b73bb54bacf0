"""Phone numbers, by the numbering plans of the countries (ITU-T E.164, from `phonenumbers`)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import phonenumbers
import pyarrow as pa
import pyarrow.compute as pc
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata

from tellonce.engine.standardise.places import country_code
from tellonce.rules.types import Cell

_TYPES = (
    "fixed_line mobile toll_free premium_rate shared_cost personal_number voip pager uan voicemail"
)
_SEPARATORS = re.compile(r"[ ()./-]")
_WRITTEN = r"\A\+?[0-9](?:[ ./-]?\(?[0-9]\)?)*\z|\A\([0-9]+\)(?:[ ./-]?[0-9])*\z"
_NOT_DIGIT = re.compile(r"[^0-9]")
_WRITTEN_RE = re.compile(_WRITTEN.replace(r"\z", r"\Z"))
_NOTHING = "is no phone number"


def region_of(beside: tuple[str, ...], cell: Cell, country: str) -> str | None:
    """The country that a number without a country code belongs to."""
    told = country or (country_code(beside[0]) if beside and beside[0] else None)
    return told or cell.facts.country


def phone_fault(value: str, beside: tuple[str, ...], cell: Cell, country: str) -> str | None:
    """What is wrong with a phone number, in words; None where it is one of a country's plan."""
    region = region_of(beside, cell, country)
    if _is_plain(value, region, country):
        return None
    try:
        number = phonenumbers.parse(value, region)
    except phonenumbers.NumberParseException as error:
        if error.error_type == phonenumbers.NumberParseException.INVALID_COUNTRY_CODE:
            alone = region is None and value[:1] != "+"
            return _alone(value) if alone else f"{_NOTHING}: its country code is none"
        return f"{_NOTHING}: {_parse_words(value)}"
    if country:
        if phonenumbers.is_valid_number_for_region(number, country):
            return None
        if phonenumbers.is_valid_number(number):
            return f"is a phone number of another country than {country}"
    elif phonenumbers.is_valid_number(number):
        return None
    return _plan_words(phonenumbers.is_possible_number_with_reason(number))


def _is_plain(value: str, region: str | None, country: str) -> bool:
    """What `surely_phones` says of one number."""
    if not _WRITTEN_RE.fullmatch(value):
        return False
    digits = _SEPARATORS.sub("", value)
    if digits[0] != "+":
        lead = _lead(region) if region else None
        return lead is not None and _is_of_plan(digits, region or "", lead)
    code = _calling_code(digits[1:4])
    region = country or (COUNTRY_CODE_TO_REGION_CODE[code][0] if code else "")
    plan = _plan(region) if code else None
    return (
        plan is not None and plan.country_code == code and _is_of_plan(digits, region, rf"\+{code}")
    )


def _is_of_plan(digits: str, region: str, lead: str) -> bool:
    return all(one.fullmatch(digits) for one in _compiled(region, lead))


@lru_cache(maxsize=256)
def _compiled(region: str, lead: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    general, kinds = _patterns(region)
    return (
        re.compile(rf"{lead}(?:{general})", re.ASCII),
        re.compile(rf"{lead}(?:{kinds})", re.ASCII),
    )


def _alone(value: str) -> str:
    """Of a number without a country, and without one beside it, nothing is said if it may be one
    somewhere (E.164 allows 15 digits; no country has less than 4).
    """
    return "" if 4 <= len(_NOT_DIGIT.sub("", value)) <= 15 else f"{_NOTHING}: {_parse_words(value)}"


def _parse_words(value: str) -> str:
    digits = len(_NOT_DIGIT.sub("", value))
    return "it holds no digits" if not digits else f"it has {digits} digits and cannot be read"


def _plan_words(reason: int) -> str:
    reasons = phonenumbers.ValidationResult
    if reason == reasons.TOO_SHORT:
        return f"{_NOTHING}: it is too short"
    if reason == reasons.TOO_LONG:
        return f"{_NOTHING}: it is too long"
    return f"{_NOTHING}: the country has no such number"


def surely_phones(
    values: pa.Array, beside: Sequence[pa.Array], cell: Cell, country: str
) -> pa.Array:
    """Which of these are plainly numbers of a plan: with a country code, or as dialled inside."""
    written = pc.match_substring_regex(values, _WRITTEN)
    digits = pc.replace_substring_regex(values, r"[^0-9+]", "")
    digits = pc.if_else(written, digits, "")
    sure = _abroad(digits, country)
    countries = beside[0] if beside else pa.nulls(len(values), pa.string())
    for region, mask in _regions(countries, cell, country):
        inside = _inside(digits, region)
        if inside is not None:
            sure = pc.or_(sure, pc.and_(mask, inside))
    return sure


def _abroad(digits: pa.Array, country: str) -> pa.Array:
    """Numbers written with + and a country code."""
    found = pc.starts_with(digits, "+")
    sure = pa.array([False] * len(digits), pa.bool_())
    if not pc.any(found).as_py():
        return sure
    starts = pc.unique(pc.utf8_slice_codeunits(digits.filter(found), 1, 4)).to_pylist()
    for code in sorted({code for start in starts if (code := _calling_code(start))}):
        region = country or COUNTRY_CODE_TO_REGION_CODE[code][0]
        plan = _plan(region)
        if plan is not None and plan.country_code == code:
            sure = pc.or_(sure, _of_plan(digits, region, rf"\+{code}"))
    return sure


def _calling_code(start: str) -> int | None:
    """The calling code that the digits behind a plus begin with."""
    found = (int(start[:length]) for length in (1, 2, 3) if start[:length].isdigit())
    return next((code for code in found if code in COUNTRY_CODE_TO_REGION_CODE), None)


def _regions(countries: pa.Array, cell: Cell, country: str) -> list[tuple[str, pa.Array]]:
    """The countries that plain numbers belong to, each with the mask of its rows."""
    found: dict[str, list[str | None]] = {}
    for text in pc.unique(countries).to_pylist():
        region = region_of((text or "",), cell, country)
        if region:
            found.setdefault(region, []).append(text)
    return [
        (region, pc.is_in(countries, pa.array(texts, pa.string())))
        for region, texts in found.items()
    ]


def _inside(digits: pa.Array, region: str) -> pa.Array | None:
    """Numbers as dialled inside a country, with or without its leading 0; None where the country
    has other ways.
    """
    lead = _lead(region)
    return None if lead is None else _of_plan(digits, region, lead)


@lru_cache(maxsize=256)
def _lead(region: str) -> str | None:
    """What is dialled before a number inside a country, None where that is not simply a 0."""
    plan = _plan(region)
    if plan is None or plan.national_prefix_transform_rule:
        return None
    if plan.national_prefix_for_parsing not in (None, "0"):
        return None
    return "0?" if plan.national_prefix_for_parsing else ""


def _of_plan(digits: pa.Array, region: str, lead: str) -> pa.Array:
    general, kinds = _patterns(region)
    return pc.and_(
        pc.match_substring_regex(digits, rf"\A{lead}(?:{general})\z"),
        pc.match_substring_regex(digits, rf"\A{lead}(?:{kinds})\z"),
    )


@lru_cache(maxsize=64)
def _patterns(region: str) -> tuple[str, str]:
    """The national numbers of a country: all, and those of a known kind."""
    plan: Any = _plan(region)
    described = [getattr(plan, kind) for kind in _TYPES.split()]
    kinds = [one.national_number_pattern for one in described if one is not None]
    general: str = plan.general_desc.national_number_pattern
    return general, "|".join(f"(?:{kind})" for kind in kinds if kind)


def _plan(region: str) -> PhoneMetadata | None:
    return PhoneMetadata.metadata_for_region(region, None)
