"""Files of people: all noisy, German with parts of a date, voters, patients."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

import pyarrow as pa

from bench.shapes.drawing import Draw, Row, Towns, sources
from tellonce.engine.synth.contacts import DOMAINS


@dataclass(frozen=True)
class Person:
    """One made-up person, as the truth has it."""

    key: int
    gender: str
    given: str
    middle: str
    family: str
    suffix: str
    born: date
    house: str
    street: str
    city: str
    postal: str
    phone: str
    number: str


def household(draw: Draw, towns: Towns, first: int) -> list[Person]:
    """A home of one to five: perhaps a couple, children, twins, a son called like his father."""
    family, (city, postal) = draw.family(), towns.one()
    house, street, phone = str(draw.whole(1, 180)), draw.street(), draw.digits(10)
    size, found = draw.whole(1, 5), []
    for at in range(size):
        gender = "F" if draw.chance(0.5) else "M"
        born = draw.day(1935, 1985) if at < 2 else draw.day(1988, 2012)
        given, suffix = draw.given(gender), ""
        if at > 2 and draw.chance(0.2):
            born = found[-1].born
        if at >= 2 and gender == "M" and found[0].gender == "M" and draw.chance(0.25):
            given, suffix = found[0].given, "JR"
        found.append(
            Person(
                first + at,
                gender,
                given,
                draw.given(gender),
                family,
                suffix,
                born,
                house,
                street,
                city,
                postal,
                phone if draw.chance(0.5) else draw.digits(10),
                draw.digits(9),
            )
        )
    return found


def population(draw: Draw, count: int, towns: int) -> list[Person]:
    """At least so many people, by household."""
    places, found = Towns(draw, towns), []
    while len(found) < count:
        found.extend(household(draw, places, len(found)))
    return found


def moved(draw: Draw, person: Person, towns: Towns) -> Person:
    """The person at another address."""
    city, postal = towns.one()
    house, street = str(draw.whole(1, 180)), draw.street()
    return replace(person, house=house, street=street, city=city, postal=postal)


def noisy(seed: int) -> pa.Table:
    """Everything is misspelt: half of the true pairs share no field exactly."""
    draw = Draw.of(seed, "en_GB")
    parts: dict[str, list[Row]] = {"shop": [], "club": []}
    for person in population(draw, 1400, 40):
        for part in parts.values():
            if draw.chance(0.75):
                part.append(_noisy_row(draw, person))
    return sources(draw, parts)


def _noisy_row(draw: Draw, person: Person) -> Row:
    born = person.born.isoformat()
    email = f"{person.given}.{person.family}{person.born.year % 100}@{DOMAINS[person.key % 5]}"
    return {
        "first name": draw.slip(draw.nickname(person.given, 0.2), 0.55, 2),
        "surname": draw.slip(person.family, 0.55, 2),
        "date of birth": draw.digit_slip(born, 0.55) if draw.chance(0.85) else None,
        "street": draw.slip(f"{person.house} {person.street}", 0.7, 3),
        "town": draw.slip(person.city, 0.6, 2),
        "postcode": draw.digit_slip(person.postal, 0.6),
        "phone": draw.digit_slip(person.phone, 0.6) if draw.chance(0.6) else None,
        "e-mail": draw.slip(email.lower(), 0.7) if draw.chance(0.5) else None,
        "cluster": str(person.key),
    }


def german(names: tuple[str, ...], *, address: bool) -> Callable[[int], pa.Table]:
    """German names with day, month and year in columns of their own, one file with duplicates."""

    def make(seed: int) -> pa.Table:
        draw = Draw.of(seed, "de_DE")
        rows = []
        for person in population(draw, 1300, 60):
            rows.append(_german_row(draw, person, 0.0, names, address=address))
            for _ in range(draw.whole(1, 2) if draw.chance(0.2) else 0):
                rows.append(_german_row(draw, person, 0.35, names, address=address))
        return sources(draw, {"kunden": rows})

    return make


def _german_row(
    draw: Draw, person: Person, noise: float, names: tuple[str, ...], *, address: bool
) -> Row:
    born = person.born
    double = draw.family() if person.key % 20 == 0 else None
    values = [
        draw.slip(person.given, noise), person.middle if person.key % 8 == 0 else None,
        draw.slip(person.family, noise), double,
        draw.digit_slip(str(born.day), noise / 2), draw.digit_slip(str(born.month), noise / 3),
        draw.digit_slip(str(born.year), noise / 3),
    ]  # fmt: skip
    if address:
        values += [
            draw.digit_slip(person.postal, noise), draw.slip(person.city, noise),
            draw.slip(f"{person.street} {person.house}", noise),
        ]  # fmt: skip
    return {**dict(zip(names, values, strict=False)), "cluster": str(person.key)}


FNAME = ("fname_c1", "fname_c2", "lname_c1", "lname_c2", "bd", "bm", "by")
VORNAME = (
    "vorname", "vorname2", "nachname", "nachname2", "geburtstag", "geburtsmonat", "geburtsjahr",
    "plz", "ort", "strasse",
)  # fmt: skip


def voters(*, year: bool) -> Callable[[int], pa.Table]:
    """Two rolls of voters some years apart: marriages, moves, ages instead of dates, capitals."""

    def make(seed: int) -> pa.Table:
        draw = Draw.of(seed, "en_US")
        towns = Towns(draw, 25)
        parts: dict[str, list[Row]] = {"roll_2014": [], "roll_2022": []}
        for person in population(draw, 2600, 25):
            if person.born.year > 1994:
                continue
            later = moved(draw, person, towns) if draw.chance(0.3) else person
            if person.gender == "F" and draw.chance(0.15):
                later = replace(later, family=draw.family(), middle=_at_wedding(draw, person))
            there = draw.rng.random()
            if there < 0.85:
                parts["roll_2014"].append(_voter_row(draw, person, 2014, year=year))
            if there > 0.15:
                parts["roll_2022"].append(_voter_row(draw, later, 2022, year=year))
        return sources(draw, parts)

    return make


def _at_wedding(draw: Draw, person: Person) -> str:
    return person.family if draw.chance(0.4) else person.middle


def _voter_row(draw: Draw, person: Person, on: int, *, year: bool) -> Row:
    street, _, kind = person.street.rpartition(" ")
    races = ("WHITE", "WHITE", "WHITE", "BLACK or AFRICAN AMERICAN", "OTHER")
    row: Row = {
        "voter_reg_num": draw.digits(12),
        "last_name": draw.slip(person.family, 0.02).upper(),
        "first_name": draw.slip(person.given, 0.02).upper(),
        "midl_name": None if person.key % 9 == 0 else _middle(draw, person),
        "name_sufx": person.suffix or None,
        "house_num": person.house,
        "res_street": street.upper(),
        "street_type_cd": kind[:2].upper(),
        "res_city_desc": person.city.upper(),
        "zip_code": person.postal,
        "sex_code": person.gender if draw.chance(0.97) else "U",
        "race_desc": races[person.key % 5],
        "party_cd": draw.one(("DEM", "REP", "UNA")),
        "precinct_desc": "PCT " + str(int(person.postal) % 60 + len(person.street) % 3),
        "birth_place": ("NC", "NC", "NY", "VA")[person.key % 4] if draw.chance(0.8) else None,
        "cluster": str(person.key),
    }
    born = {"birth_year": str(person.born.year)} if year else {"age": str(on - person.born.year)}
    return {**row, **born}


def _middle(draw: Draw, person: Person) -> str:
    return person.middle.upper() if draw.chance(0.8) else person.middle[:1].upper()


def patients(seed: int) -> pa.Table:
    """Two hospitals: twins, sons called like their fathers, people born on one day, record numbers
    of each hospital, the last four digits of a social security number.
    """
    draw = Draw.of(seed, "en_US")
    towns = Towns(draw, 12)
    parts: dict[str, list[Row]] = {"north": [], "south": []}
    for person in population(draw, 1500, 12):
        for name, part in parts.items():
            for _ in range((1 + draw.chance(0.1)) * draw.chance(0.7)):
                seen = moved(draw, person, towns) if draw.chance(0.12) else person
                part.append(_patient_row(draw, seen, name))
    return sources(draw, parts)


def _patient_row(draw: Draw, person: Person, hospital: str) -> Row:
    born = draw.digit_slip(person.born.strftime("%m/%d/%Y"), 0.03)
    return {
        "mrn": hospital[:1].upper() + draw.digits(7),
        "last": draw.slip(person.family, 0.06).upper(),
        "first": draw.slip(draw.nickname(person.given, 0.1), 0.06).upper(),
        "middle": person.middle[:1].upper() if draw.chance(0.6) else None,
        "suffix": (person.suffix or None) if draw.chance(0.6) else None,
        "dob": born,
        "gender": person.gender,
        "ssn_last4": draw.digit_slip(person.number[-4:], 0.03) if draw.chance(0.6) else None,
        "address1": f"{person.house} {draw.slip(person.street, 0.05)}".upper(),
        "city": person.city.upper(),
        "zip": person.postal,
        "phone": person.phone if draw.chance(0.5) else None,
        "cluster": str(person.key),
    }
