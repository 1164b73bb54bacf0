"""Addresses: one-line ones taken apart, and every part in normal form."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache

from tellonce.engine.standardise.places import country_code, is_region
from tellonce.engine.standardise.street_words import (
    DESIGNATORS,
    DIRECTIONS,
    DROPPED_STREET_WORDS,
    ORDINALS,
    STREET_WORDS,
)
from tellonce.engine.standardise.text import REMEMBERED, fold, to_ascii

_PO_BOX = re.compile(
    r"\b(?:p\.?\s*o\.?\s*box|post\s*office\s*box|postfach|skr(?:ytka|\.)?\s*poczt\w*\.?)\s*#?\s*(\w+)",
    re.I,
)
_UNIT_WORD = (
    r"(?:apartment|appartment|aptmnt|apt|unit|suite|ste|flat|room|rm|lot|trlr|trailer|mieszkanie|mieszk|"
    r"lokal|lok|wohnung|whg|appt|floor|fl|level|lvl|villa|shop|m)"
)
_UNIT_END = re.compile(
    rf"[\s,]+(?:{_UNIT_WORD}\b\.?\s*(?:no\.?|number|nr\.?)?\s*#?|#)\s*([0-9a-z][\w-]*)\s*$", re.I
)
_UNIT_START = re.compile(
    rf"^(?:{_UNIT_WORD}\b\.?\s*(?:no\.?|number|nr\.?)?\s*#?|#)\s*(\d[\w-]*)[\s,]+(?=\S)", re.I
)
_ONE_NUMBER = r"\d+(?:[a-z]|\s[a-dfgj-mp-rt-vx-z])?"  # 12 N is a street that begins with North
_NUMBER = rf"{_ONE_NUMBER}(?:\s?[-–/]\s?{_ONE_NUMBER})?"
_NUMBER_FIRST = re.compile(rf"^(?:no\.?\s+|nr\.?\s+)?({_NUMBER})(?![\w]),?\s+(\S.*)$", re.I)
_NUMBER_LAST = re.compile(rf"^(\D.*?\S),?\s+(?:nr\.?\s*|bld\.?\s*|no\.?\s*)?({_NUMBER})$", re.I)
_HAS_DIGIT = re.compile(r"\d")
_NUMBER_THEN_WORD = re.compile(r"^\d+\w?[\s,]+(?:\w{1,2}\.?\s+)?[^\W\d]{3}")
_ROAD_NUMBER = re.compile(
    r"\b(?:rte|route|rt|hwy|highway|us|sr|cr|fm|road|rd|box|interstate|street|county|state)$", re.I
)
_SLAVIC = re.compile(r"^(?:ul|al|pl|os|ulica|aleja|plac|osiedle)\b\.?", re.I)
_POSTAL = (
    re.compile(r"\b\d{2}-\d{3}\b"),
    re.compile(r"\b[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}\b", re.I),
    re.compile(r"\b[A-Z]\d[A-Z] ?\d[A-Z]\d\b", re.I),
    re.compile(r"\b\d{5}(?:-\d{4})?\b|\b\d{6}\b"),
    re.compile(r"\b\d{4}\b(?!.*\d)"),
)


@dataclass(frozen=True)
class AddressParts:
    """The parts of one written address, as written; "" where there is none."""

    street: str = ""
    number: str = ""
    unit: str = ""
    city: str = ""
    region: str = ""
    postal_code: str = ""
    country: str = ""


def split_street_line(text: str) -> AddressParts:
    """Return street, house number and unit of one line (12 Main St Apt 4, ul. Długa 5/7, 3/24 Bay
    Rd).
    """
    line = " ".join(text.replace("\n", ", ").split()).strip(" ,")
    box = _PO_BOX.search(line)
    if box:
        return AddressParts(street=f"PO Box {box[1]}")
    unit, line = _take_unit(_without_house_name(line))
    street, number = _take_number(line)
    number = "".join(number.split()).replace("–", "-")
    if "/" in number and not unit:
        first, _, second = number.partition("/")
        unit, number = (first, second) if _number_leads(line) else (second, first)
    return AddressParts(street=street.strip(" ,"), number=number, unit=unit)


def _without_house_name(line: str) -> str:
    """Return a line without what stands before its number (Fable Group, 12 Elm St)."""
    before, comma, rest = line.partition(",")
    rest = rest.strip()
    named = comma and not _HAS_DIGIT.search(before) and _NUMBER_THEN_WORD.match(rest)
    if named and not any(word in STREET_WORDS for word in fold(before).split()):
        return rest
    return line


def _take_unit(line: str) -> tuple[str, str]:
    if found := _UNIT_END.search(line):
        return found[1], line[: found.start()]
    if found := _UNIT_START.match(line):
        return found[1], line[found.end() :]
    return "", line


def _take_number(line: str) -> tuple[str, str]:
    last = _NUMBER_LAST.match(line)
    if last and _SLAVIC.match(line):
        return last[1], last[2]
    if first := _NUMBER_FIRST.match(line):
        return first[2], first[1]
    if last and not _ROAD_NUMBER.search(last[1]):
        return last[1], last[2]
    return line, ""


def _number_leads(line: str) -> bool:
    return _NUMBER_FIRST.match(line) is not None and not _SLAVIC.match(line)


def split_full_address(text: str) -> AddressParts:
    """Return all parts of a one-line or several-line address.

    Country and region are sought at the end, the postal code from the end; the city is what stands
    beside the postal code or in the last segment without it.
    """
    segments = [part.strip() for part in re.split(r"[,;\n]+", text) if part.strip()]
    country = _take_country(segments)
    postal, place = _take_postal(segments)
    if not segments:
        return AddressParts(postal_code=postal, country=country)
    region = _take_region(segments, place)
    city = _take_city(segments, place if 0 <= place < len(segments) else -1)
    line = split_street_line(", ".join(segments)) if segments else AddressParts()
    return replace(line, city=city, region=region, postal_code=postal, country=country)


def _take_country(segments: list[str]) -> str:
    last = segments[-1] if segments else ""
    if len(segments) > 1 and len(last) > 2 and country_code(last):
        segments.pop()
        return last
    head, _, tail = last.rpartition(" ")
    if head and len(tail) > 2 and tail[0].isupper() and country_code(tail):
        segments[-1] = head.strip()
        return tail
    return ""


def _take_postal(segments: list[str]) -> tuple[str, int]:
    """Return the postal code and the index of its segment, which loses it; ("", -1) if none."""
    for pattern in _POSTAL:
        for index in range(len(segments) - 1, -1, -1):
            found = list(pattern.finditer(segments[index]))
            if not found or (
                index == 0
                and found[-1].start() == 0
                and len(segments) > 1
                and len(found[-1][0]) < 5
            ):
                continue
            match = found[-1]
            if len(segments) == 1 and match.start() == 0:
                continue
            rest = f"{segments[index][: match.start()]} {segments[index][match.end() :]}".strip(
                " -,"
            )
            if rest:
                segments[index] = " ".join(rest.split())
                return match[0], index
            segments.pop(index)
            return match[0], min(index, len(segments)) - 1
    return "", -1


def _take_region(segments: list[str], place: int) -> str:
    index = place if 0 <= place < len(segments) else len(segments) - 1
    text = segments[index]
    if len(segments) > 1 and is_region(text):
        segments.pop(index)
        return text
    words = text.split()
    for width in (1, 2, 3):
        tail = " ".join(words[-width:])
        upper_code = len(tail) > 3 or tail.isupper() or tail.islower()
        if len(words) > width and is_region(tail) and upper_code:
            segments[index] = " ".join(words[:-width])
            return tail
    return ""


def _take_city(segments: list[str], place: int) -> str:
    if len(segments) > 1:
        index = place if place >= 0 else len(segments) - 1
        if not re.search(r"\d", segments[index]) or index == 0:
            return segments.pop(index)
        return segments.pop() if not re.search(r"\d", segments[-1]) else ""
    words = segments[0].split()
    folded = [fold(word) for word in words]
    for index in range(len(words) - 2, 0, -1):
        if folded[index + 1] in STREET_WORDS:
            break
        if folded[index] in STREET_WORDS and folded[index + 1] not in DIRECTIONS:
            segments[0] = " ".join(words[: index + 1])
            return " ".join(words[index + 1 :])
    found = re.match(rf"^(\D+\s{_NUMBER})\s+(\D+)$", segments[0])
    if found:
        segments[0] = found[1]
        return found[2]
    return ""


def second_line(text: str) -> tuple[str, str]:
    """Return (unit, street) of a second address line: a PO box is a street, all else tells the
    unit.
    """
    if _PO_BOX.search(text):
        return "", split_street_line(text).street
    return text, ""


@lru_cache(maxsize=REMEMBERED)
def comparable_street(text: str) -> str | None:
    """Return a street in normal form: types and directions abbreviated, `ul.` dropped, None if
    empty.
    """
    words = []
    for word in fold(_split_german(to_ascii(text))).split():
        if word in DROPPED_STREET_WORDS:
            continue
        words.append(STREET_WORDS.get(word) or DIRECTIONS.get(word) or ORDINALS.get(word) or word)
    if not words:
        words = fold(text).split()
    return " ".join(word.lstrip("0") or "0" if word.isdigit() else word for word in words) or None


def _split_german(text: str) -> str:
    """Hauptstrasse and Hauptstr. become `haupt str`, so that the type can be abbreviated alike."""
    return re.sub(r"(?<=[a-z]{2})(strasse|str)\b\.?", " str", text)


def comparable_number(text: str) -> str | None:
    """Return a house number in normal form (012 A -> 12a), None if empty."""
    joined = re.sub(r"\s*([-/])\s*", r"\1", to_ascii(text))
    kept = re.sub(r"[^0-9a-z/-]", "", joined).strip("-/").lstrip("0")
    return kept or None


def comparable_unit(text: str) -> str | None:
    """Return a unit without its designator (Apt. # 04 -> 4), None if nothing is left."""
    words = [word for word in fold(text).split() if word not in DESIGNATORS]
    kept = [word.lstrip("0") or "0" if word.isdigit() else word for word in words]
    return " ".join(kept) or fold(text) or None


@lru_cache(maxsize=REMEMBERED)
def comparable_city(text: str) -> str | None:
    """Return a place's folded name with saint, fort and mount abbreviated, None if empty."""
    short = {"saint": "st", "sankt": "st", "fort": "ft", "mount": "mt"}
    return " ".join(short.get(word, word) for word in fold(text).split()) or None


def comparable_postal_code(text: str) -> str | None:
    """Return a postal code as lower-case letters and digits, a US ZIP+4 as its five digits."""
    kept = re.sub(r"[^0-9a-z]", "", to_ascii(text))
    if re.fullmatch(r"\s*\d{5}-?\d{4}\s*", text):
        kept = kept[:5]
    return kept or None
