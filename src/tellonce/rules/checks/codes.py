"""Codes and names that are known by a list: countries, currencies, languages, postal codes.

Sources: ISO 3166-1 as the tz database carries it (package tzdata), and the names of the engine;
ISO 4217 (`data/currencies.txt`); ISO 639-1 (`data/languages.txt`); the national postal services'
own descriptions, as the Universal Postal Union collects them (`data/postal_codes.txt`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import get_close_matches
from functools import lru_cache
from importlib.resources import files

import pyarrow as pa
import pyarrow.compute as pc

from tellonce.engine.standardise.places import country_code
from tellonce.engine.standardise.text import fold
from tellonce.rules.checks.phones import region_of
from tellonce.rules.types import Cell

_ANY_POSTAL = re.compile(r"(?=.*\d)[A-Z0-9](?:[A-Z0-9 -]{1,8}[A-Z0-9])?", re.IGNORECASE | re.ASCII)


def country_of(text: str) -> str | None:
    """The ISO alpha-2 code of a country's code or name; None where it is none."""
    return country_code(text) or _countries().get(fold(text))


def country_codes() -> tuple[str, ...]:
    """The two letters of every country, sorted."""
    return tuple(sorted(set(_countries().values())))


def country_meant(text: str) -> str | None:
    """The two letters that a country's name, or a code written otherwise, stands for, small slips
    allowed; None where nothing is near.
    """
    near = get_close_matches(fold(text), _countries(), n=1, cutoff=0.8) if len(text) > 3 else []
    return country_of(text) or (_countries()[near[0]] if near else None)


@lru_cache(maxsize=1)
def _countries() -> dict[str, str]:
    """Folded codes and English names of all countries -> alpha-2 code."""
    table = files("tzdata.zoneinfo").joinpath("iso3166.tab").read_text(encoding="utf-8")
    pairs = [line.split("\t") for line in table.splitlines() if line and line[0] != "#"]
    return {fold(word): code for code, name in pairs for word in (code, name)}


@lru_cache(maxsize=4)
def _listed(name: str) -> frozenset[str]:
    text = files("tellonce.rules").joinpath("data", f"{name}.txt").read_text(encoding="utf-8")
    return frozenset(text.split())


def country_fault(text: str) -> str | None:
    """What is wrong with a country's code or name, None where nothing is."""
    return None if country_of(text) else "is no country's code or name"


def currency_fault(text: str) -> str | None:
    """What is wrong with a currency's code, None where nothing is."""
    if text in _listed("currencies"):
        return None
    if text.upper() in _listed("currencies"):
        return "is a currency's code, but not in capitals"
    return "is no code of a currency that is in use"


def language_fault(text: str) -> str | None:
    """What is wrong with a language's code (`de`, `de-AT`), None where nothing is."""
    language, _, rest = text.replace("_", "-").partition("-")
    known = language.lower() in _listed("languages") and all(
        part.isalnum() for part in rest.split("-") if rest
    )
    return None if known else "is no code of a language"


@lru_cache(maxsize=1)
def postal_patterns() -> dict[str, str]:
    """How postal codes are written: alpha-2 country -> regular expression."""
    text = files("tellonce.rules").joinpath("data", "postal_codes.txt").read_text(encoding="utf-8")
    lines = (line.split(" ", 1) for line in text.splitlines() if line)
    return {country: pattern for country, pattern in lines}  # noqa: C416  dict() loses the types


def postal_fault(value: str, beside: tuple[str, ...], cell: Cell, country: str) -> str | None:
    """What is wrong with a postal code of its country, None where nothing is; where the country is
    not known, or its codes are not, only what no country allows.
    """
    told = beside[0] if beside else ""
    region = country or (country_of(told) if told else None) or region_of((), cell, "")
    pattern = postal_patterns().get(region or "")
    if pattern is None:
        return None if _ANY_POSTAL.fullmatch(value) else "is no postal code of any country"
    if re.fullmatch(pattern, value.upper(), re.ASCII):
        return None
    if value.isdigit() and re.fullmatch(pattern, "0" + value, re.ASCII):
        return f"is no postal code of {region}: a leading zero seems to be lost"
    return f"is no postal code of {region}"


def surely_postal(
    values: pa.Array, beside: Sequence[pa.Array], cell: Cell, country: str
) -> pa.Array:
    """Which of these are plainly postal codes of their country."""
    sure = pa.array([False] * len(values), pa.bool_())
    countries = beside[0] if beside else pa.array([""] * len(values), pa.string())
    for text in pc.unique(countries).to_pylist():
        region = country or (country_of(text) if text else None) or region_of((), cell, "")
        pattern = postal_patterns().get(region or "")
        if pattern:
            mask = pc.and_(
                pc.equal(countries, text), pc.match_substring_regex(values, rf"\A(?:{pattern})\z")
            )
            sure = pc.or_(sure, mask)
    return sure
