"""Twenty kinds of faults, and one that no value betrays, put into rows with the truth kept."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

EACH, MOST_ROUNDS = 200, 20
ANOTHERS = "another row's value"
Columns = dict[str, list[str]]
Cell = tuple[int, str]


@dataclass(frozen=True)
class Place:
    """Where a fault goes: the value, its row, and the roles and date formats of the set.

    roles    role -> header; see `seeded_sets.py`
    formats  header of a date -> its format as of `strftime`
    """

    field: str
    value: str
    row: Mapping[str, str]
    roles: Mapping[str, str]
    formats: Mapping[str, str]

    def beside(self, role: str) -> str:
        """The value that the row has in that role."""
        return self.row[self.roles[role]]


Fault = Callable[[Place, random.Random], str]


def _other_case(place: Place, rng: random.Random) -> str:
    return place.value.title() if place.value.isupper() else place.value.upper()


def _day(place: Place, year: int, month: str, day: str) -> str:
    made = place.formats[place.field].replace("%Y", str(year))
    made = made.replace("%m", month).replace("%d", day)
    return datetime(2020, 5, 17, 11, 30).strftime(made)


def _impossible(place: Place, rng: random.Random) -> str:
    return _day(place, rng.randrange(1950, 2020), *rng.choice((("02", "30"), ("13", "01"))))


def _to_come(place: Place, rng: random.Random) -> str:
    return _day(place, rng.randrange(2028, 2099), f"{rng.randrange(1, 13):02d}", "05")


def _before(place: Place, rng: random.Random) -> str:
    try:
        earlier = datetime.strptime(place.beside("earlier"), place.formats[place.roles["earlier"]])
    except ValueError:  # no such day: nothing to be before
        return place.value
    day = earlier - timedelta(days=rng.randrange(1, 1500))
    return day.strftime(place.formats[place.field])


def _no_value_of_the_set(place: Place, rng: random.Random) -> str:
    value = place.value
    return rng.choice((value.swapcase(), value[:-1], value + "s", "X", "1"))


def _turned(place: Place, rng: random.Random) -> str:
    iban = place.value
    at = rng.randrange(4, len(iban))
    return f"{iban[:at]}{(int(iban[at]) + rng.randrange(1, 10)) % 10}{iban[at + 1 :]}"


def _above(place: Place, rng: random.Random) -> str:
    return f"{float(place.beside('total')) + rng.randrange(1, 99):g}"


def _elsewhere(place: Place, rng: random.Random) -> str:
    return ""  # filled from another row


# kind -> role of the field it goes into, and the value made
FAULTS: dict[str, tuple[str, Fault]] = {
    "missing": ("required", lambda at, rng: rng.choice(("", " "))),
    "placeholder": ("given", lambda at, rng: rng.choice(("n/a", "unknown", "test", "-"))),
    "e-mail without @": ("email", lambda at, rng: at.value.replace("@", "")),
    "e-mail with a blank": ("email", lambda at, rng: at.value.replace("@", " @")),
    "duplicate": ("unique", _elsewhere),
    "capitals": ("given", _other_case),
    "garbled letters": ("given", lambda at, rng: at.value + "Ã¼"),
    "HTML": ("given", lambda at, rng: f"<b>{at.value}</b>"),
    "digit in a name": ("family", lambda at, rng: at.value[:-1] + rng.choice("0134")),
    "name cut off": ("family", lambda at, rng: at.value[:1]),
    "impossible date": ("past", _impossible),
    "date in the future": ("past", _to_come),
    "outside of the set": ("set", _no_value_of_the_set),
    "outside of the range": ("number", lambda at, rng: rng.choice(("-1", "90000000"))),
    "phone too short": ("phone", lambda at, rng: at.value[: rng.randrange(5, 8)]),
    "postal code a sign short": ("postal_code", lambda at, rng: at.value[:-1]),
    "city of another code": ("city", _elsewhere),
    "IBAN with a wrong digit": ("iban", _turned),
    "later date before the earlier": ("later", _before),
    "part above the total": ("part", _above),
    ANOTHERS: ("any", _elsewhere),
}
_ANY = ("given", "family", "past", "set", "number", "phone", "city")


def kinds_of(roles: Mapping[str, str]) -> list[str]:
    """The kinds of faults that rows with these roles can have."""
    return [kind for kind, (role, _) in FAULTS.items() if role == "any" or role in roles]


@dataclass(frozen=True)
class Seeded:
    """Rows with faults: the columns, and (row, header) -> kind; a duplicate is two cells."""

    columns: Columns
    truth: dict[Cell, str]


@dataclass(frozen=True)
class Ground:
    """What faults go into: clean columns, roles, formats, the values of the closed set, and cells
    that are left alone because a rule names them already.
    """

    columns: Columns
    roles: Mapping[str, str]
    formats: Mapping[str, str]
    closed: Sequence[str]
    before: frozenset[Cell]

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return len(next(iter(self.columns.values())))


def rounds_of(ground: Ground) -> tuple[int, int]:
    """Faults of a kind in one round, and rounds: at most half of the rows have a fault at once."""
    each = max(1, min(EACH, ground.rows // (2 * (len(kinds_of(ground.roles)) + 1))))
    return each, min(MOST_ROUNDS, -(-EACH // each))


def seeded(ground: Ground, rng: random.Random) -> Seeded:
    """One round: faults of every kind, one a row at most."""
    each, _ = rounds_of(ground)
    columns = {name: list(values) for name, values in ground.columns.items()}
    order = rng.sample(range(ground.rows), ground.rows)
    truth: dict[Cell, str] = {}
    taken: set[int] = set()
    for kind in kinds_of(ground.roles):
        done = 0
        for row in order:
            if done == each:
                break
            other = rng.randrange(ground.rows)
            if row in taken or other in taken or row == other:
                continue
            made = _made(kind, row, other, ground, rng)
            if made is not None:
                field, value = made
                columns[field][row] = value
                cells = {(row, field)}
                if kind == "duplicate" and (other, field) not in ground.before:
                    cells.add((other, field))
                taken |= {row, other} if kind == "duplicate" else {row}
                truth.update(dict.fromkeys(cells, kind))
                done += 1
    return Seeded(columns, truth)


def _made(
    kind: str, row: int, other: int, ground: Ground, rng: random.Random
) -> tuple[str, str] | None:
    """The field and the wrong value a row gets; None where the fault does not fit there."""
    role, fault = FAULTS[kind]
    if role == "any":
        role = rng.choice([one for one in _ANY if one in ground.roles])
    field = ground.roles[role]
    values = {name: column[row] for name, column in ground.columns.items()}
    value = values[field]
    if not value.strip() or (row, field) in ground.before or _lacks(kind, values, ground):
        return None
    made = fault(Place(field, value, values, ground.roles, ground.formats), rng)
    if fault is _elsewhere:
        made = ground.columns[field][other]
    known = ground.closed if role == "set" and kind != ANOTHERS else ()
    empty = not made.strip() and kind != "missing"
    return None if empty or made == value or made in known else (field, made)


def _lacks(kind: str, values: Mapping[str, str], ground: Ground) -> bool:
    """Whether the row lacks what a fault measures itself by."""
    beside = {"later date before the earlier": "earlier", "part above the total": "total"}
    return kind in beside and not values[ground.roles[beside[kind]]].strip()
