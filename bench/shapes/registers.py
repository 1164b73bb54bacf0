"""Files with little in them: names and a birth date, names and a town, names and an employer."""

from __future__ import annotations

import pyarrow as pa

from bench.shapes.drawing import Draw, Row, Towns, sources
from bench.shapes.people import FNAME, Person, population


def register(seed: int) -> pa.Table:
    """German names and parts of a birth date, nobody related: a tenth is there twice, with a slip
    in one field.
    """
    draw = Draw.of(seed, "de_DE")
    rows: list[Row] = []
    for key in range(900):
        born = draw.day(1930, 2005)
        given, family = draw.given("F" if draw.chance(0.5) else "M"), draw.family()
        values = [
            given.upper(), None if key % 12 else draw.given("F").upper(), family.upper(),
            None if key % 40 else draw.family().upper(), str(born.day), str(born.month),
            str(born.year),
        ]  # fmt: skip
        rows.append({**dict(zip(FNAME, values, strict=True)), "cluster": str(key)})
        if draw.chance(0.1):
            rows.append(_with_a_slip(draw, rows[-1]))
    return sources(draw, {"register": rows})


def _with_a_slip(draw: Draw, row: Row) -> Row:
    name = draw.one(("fname_c1", "lname_c1", "bd", "bm", "by", "lname_c1"))
    value = row[name] or ""
    digits = value.isdigit()
    return {**row, name: draw.digit_slip(value, 1) if digits else draw.slip(value, 1).upper()}


def party_rolls(seed: int) -> pa.Table:
    """Five lists of voters with names, suburb and postcode alone; each holds a fifth of the people
    of the others, a third of them misspelt, some married or moved.
    """
    draw = Draw.of(seed, "en_US")
    towns = Towns(draw, 30)
    parts: dict[str, list[Row]] = {f"party_{letter}": [] for letter in "abcde"}
    shared = population(draw, 160, 30)
    for at, part in enumerate(parts.values()):
        own = [person for person in population(draw, 560, 30) if person.key % 4 == at % 4]
        part.extend(_listed(draw, p, towns, f"{at}-{p.key}") for p in own)
        part.extend(_listed(draw, p, towns, f"all-{p.key}") for p in shared)
    return sources(draw, parts)


def _listed(draw: Draw, person: Person, towns: Towns, key: str) -> Row:
    noise = 0.35 if draw.chance(0.3) else 0.0
    family = draw.family() if draw.chance(0.02) else person.family
    city, postal = towns.one() if draw.chance(0.04) else (person.city, person.postal)
    return {
        "givenname": draw.slip(draw.nickname(person.given.lower(), noise), noise),
        "surname": draw.slip(family.lower(), noise),
        "suburb": draw.slip(city.lower(), noise),
        "postcode": draw.digit_slip(postal, noise / 2),
        "cluster": key,
    }


def mentions(seed: int) -> pa.Table:
    """Inventors as a patent office prints them, each on several patents: names in two columns,
    place, employer and class; they move and change employers, and some are namesakes.
    """
    draw = Draw.of(seed, "en_US")
    towns = Towns(draw, 60)
    rows: list[Row] = []
    for key in range(420):
        given, middle, family = draw.given("M"), draw.given("M")[0], draw.family()
        (city, _), firm, kind = towns.one(), draw.family() + " Corporation", draw.whole(1, 90)
        for _ in range(1 + int(draw.rng.geometric(0.3))):
            if draw.chance(0.12):
                (city, _), firm = towns.one(), draw.family() + " Inc."
            with_middle = draw.one(("", f" {middle}.", f" {middle}."))
            rows.append({
                "patent_id": draw.digits(7), "name_first": draw.slip(given, 0.03) + with_middle,
                "name_last": draw.slip(family, 0.03), "city": draw.slip(city, 0.03),
                "state": "CA" if key % 3 else "NY", "country": "US", "assignee": firm,
                "cpc": f"H{kind if draw.chance(0.8) else draw.whole(1, 90):02}",
                "year": str(draw.whole(1990, 2015)), "cluster": str(key),
            })  # fmt: skip
    return sources(draw, {"mentions": rows})


def clinic(seed: int) -> pa.Table:
    """Patients of one clinic, entered anew at each visit; look-alikes differ in little: twins with
    similar names, people born on one day with one name, children called like a parent.
    """
    draw = Draw.of(seed, "en_US")
    rows: list[Row] = []
    for person in population(draw, 700, 8):
        born = person.born if draw.chance(0.9) else person.born.replace(month=1, day=1)
        for _ in range(draw.whole(1, 3) if draw.chance(0.5) else 1):
            rows.append(_visit(draw, person, f"{born:%Y%m%d}", str(person.key)))
        if draw.chance(0.08):  # born on one day, with one name, elsewhere
            other = population(draw, 1, 8)[0]
            rows.append(_visit(draw, other, f"{born:%Y%m%d}", f"like-{person.key}"))
            rows[-1] |= {"FIRST": person.given.upper(), "LAST": person.family.upper()}
    return sources(draw, {"clinic": rows})


def _visit(draw: Draw, person: Person, born: str, key: str) -> Row:
    number = person.number
    return {
        "EnterpriseID": draw.digits(8),
        "LAST": draw.slip(person.family, 0.05).upper(),
        "FIRST": draw.slip(draw.nickname(person.given, 0.08), 0.05).upper(),
        "MIDDLE": person.middle.upper() if draw.chance(0.4) else person.middle[0],
        "SUFFIX": person.suffix or None,
        "DOB": draw.digit_slip(born, 0.04),
        "GENDER": person.gender if draw.chance(0.98) else None,
        "SSN": draw.digit_slip(f"{number[:3]}-{number[3:5]}-{number[5:]}", 0.04)
        if draw.chance(0.55)
        else None,
        "ADDRESS1": f"{person.house} {draw.slip(person.street, 0.05)}".upper(),
        "ZIP": person.postal,
        "MOTHERS_MAIDEN_NAME": None,
        "CITY": person.city.upper(),
        "STATE": "NC",
        "PHONE": person.phone if draw.chance(0.6) else draw.digits(10),
        "EMAIL": None,
        "cluster": key,
    }
