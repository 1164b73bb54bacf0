"""What a column is, told by its values alone: for files whose headers say nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping

from tellonce.engine.standardise.content import (
    Content,
    birth_dates,
    looks_like_email,
    looks_like_given_name,
    looks_like_person,
    looks_like_written_phone,
    years_of_people,
)

_STREET = re.compile(r"^\d+\w?,? +\D{3}|^[^\d@]{4,}\d+ ?[a-z]?(?:/\d+)?$", re.I)
_LETTERS = re.compile(r"^[^\W\d_](?:[^\W\d_]|[ .'’-])*$")
_NAMES = {"given_name", "full_name", "family_name", "organisation"}
_PERSONS = _NAMES - {"organisation"}
_PLACES = {"street", "address_line", "full_address"}
_BORN = {"birth_date", "birth_year"}
LEAST_DATES = 0.5  # of the values: misspelt ones are no dates
LEAST_NAMED = 0.7  # of the different values
LEAST_NAMED_ROWS = 0.3  # of the rows, where half of the names are misspelt and many not known
LEAST_CONTACTS = 0.3  # different names a row
LEAST_STREETS = 0.8
LEAST_FAMILIES, LEAST_FILLED = 0.03, 0.5  # different values a row, and rows filled, of family names


def told_by_values(unknown: Mapping[int, Content], taken: set[str | None]) -> dict[int, str]:
    """The attributes of columns that plainly are one, by place. `unknown`: the columns that nothing
    else tells, by place; `taken`: the attributes of all other columns.
    """
    told: dict[int, str] = {}
    known = set(taken)
    for place, content in unknown.items():
        attribute = _plain(content, known)
        if attribute:
            told[place] = attribute
            known.add(attribute)
    left = {place: content for place, content in unknown.items() if place not in told}
    names = _names(left) if not known & _NAMES else {}
    if not known & _PERSONS:  # who is called in the name of an organisation
        names = names or _contacts(left)
    known.update(names.values())
    told |= names
    if known & _NAMES and not known & _PLACES:  # a home alone says who is a household
        line = "address_line" if known & {"city", "postal_code"} else "full_address"
        homes = [at for at, content in left.items() if at not in told and _streets(content)]
        told |= dict.fromkeys(homes[:1], line)
    return told


def _plain(content: Content, known: set[str | None]) -> str | None:
    if content.filled < 2:
        return None
    if content.share(looks_like_email) >= 0.8:
        return "email"
    if content.share(looks_like_written_phone) >= 0.8:
        return "phone"
    if not known & _BORN and birth_dates(content) >= LEAST_DATES:
        return "birth_date"
    if not known & {*_BORN, "age"} and years_of_people(content):
        return "birth_year"
    return None


def _names(unknown: Mapping[int, Content]) -> dict[int, str]:
    """A column of whole names; else the one with most given names, and beside it family names."""
    people = {place: content.share(looks_like_person) for place, content in unknown.items()}
    able = [place for place, content in unknown.items() if content.distinct >= 5]
    whole = next((place for place in able if people[place] >= LEAST_NAMED), None)
    if whole is not None:
        return {whole: "full_name"}
    named = {
        place: unknown[place].share_of_rows(_one_given_name)
        for place in able
        if people[place] < 0.3
        and (
            unknown[place].share(looks_like_given_name) >= LEAST_NAMED
            or unknown[place].share_of_rows(_one_given_name) >= LEAST_NAMED_ROWS
        )
    }
    if not named:
        return {}
    given = max(named, key=lambda place: (named[place] * unknown[place].fill, -place))
    beside = (place for place in (given + 1, given + 2, given - 1) if place in unknown)
    family = next((place for place in beside if _may_be_families(unknown[place])), None)
    return {given: "given_name"} | ({} if family is None else {family: "family_name"})


def _contacts(unknown: Mapping[int, Content]) -> dict[int, str]:
    """The first column of whole names that hardly repeat: a seller's or an owner's do."""
    able = (
        place
        for place, content in unknown.items()
        if content.distinct >= max(5, LEAST_CONTACTS * content.filled)
        and content.share(looks_like_person) >= LEAST_NAMED
    )
    first = next(able, None)
    return {} if first is None else {first: "full_name"}


def _one_given_name(value: str) -> bool:
    return " " not in value and looks_like_given_name(value)


def _may_be_families(content: Content) -> bool:
    """Whether a column holds words of letters, more different ones than a category has."""
    if content.fill < LEAST_FILLED or content.distinct < max(5, LEAST_FAMILIES * content.filled):
        return False
    return content.share_of_rows(lambda value: _LETTERS.match(value) is not None) >= 0.8


def _streets(content: Content) -> bool:
    numbered = content.share(lambda value: _STREET.match(value) is not None)
    return content.distinct >= 5 and numbered >= LEAST_STREETS
