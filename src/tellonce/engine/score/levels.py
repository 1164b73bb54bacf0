"""The levels of two records in plain Python: what each comparison means, written to be read.

`kernels.py` computes the same in bulk and is checked against this module. Records are rows of
COMPARABLE as dictionaries (`Table.to_pylist`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from tellonce.engine.model.spelling import Spelling
from tellonce.engine.score import comparisons as c
from tellonce.engine.score.similarity import (
    designated_apart,
    digits,
    jaro_winkler,
    numbered_apart,
    one_slip,
    share_token,
    tokens_within,
)

CLOSE, ALIKE = 0.92, 0.82  # Jaro-Winkler bands of names
EMAIL_CLOSE, STREET_CLOSE, CITY_CLOSE, OTHER_CLOSE = 0.94, 0.90, 0.90, 0.90
OTHER_GENERATION = 2  # level of two suffixes, Jr and Sr, under which nobody has one given name
LIST = "|"  # begins a list in normal form
SHORTEST_MAILBOX, SHORTEST_PHONE, SHORTEST_TOKEN, SHORTEST_SLIPPED = 5, 7, 3, 4
NEAR_DIGITS, NEAR_MONTHS = 3, 12  # of two birth dates that are a little alike
IDF_STEPS = 16  # rarity of a word is counted in sixteenths of a bit, so that sums are exact
# Shares of the rarity of all words of a name: of the name with less, with more, with less of it.
CONTAINED, ORGANISATION_CLOSE, ORGANISATION_PARTIAL, WORD_CLOSE = 0.95, 0.7, 0.5, 0.9
SHORTEST_MISSPELT = 5  # letters of a word of an organisation that may have a slip
LEAST_CONTAINED = 6 * IDF_STEPS

# Points, in about bits, that choose the best of several names of a record. They are part of the
# meaning of "best name", not of the model, so that a pattern never depends on weights.
GIVEN_POINTS = (0, 7, 6, 5, 4, 1, -4)
FAMILY_POINTS = (0, 8, 5, 6, 1, -3, 9)

Row = Mapping[str, Any]


def _frequent(_word: str) -> int:
    return 8 * IDF_STEPS


@dataclass(frozen=True)
class Context:
    """What levels need beside the two records; all of it fixed by the model.

    `shared` holds e-mails and phones many customers share; `weak_days` the (month, day) that stand
    for "unknown"; `rarity` gives the rarity of a word of an organisation's name in 1/16 bit;
    `others` the names of the attributes compared generically, in order.
    """

    spelling: Spelling = field(default_factory=Spelling)
    shared: frozenset[str] = frozenset()
    weak_days: frozenset[tuple[int, int]] = frozenset()
    rarity: Callable[[str], int] = _frequent
    others: tuple[str, ...] = ()


@lru_cache(maxsize=1 << 16)
def sound(text: str, spelling: Spelling) -> str:
    """The phonetic codes of all tokens, joined."""
    return "".join(spelling.phonetic(token) for token in text.split(" "))


def given_level(a: str, b: str, spelling: Spelling) -> int:
    """Level of two given names, neither empty."""
    if len(a) == 1 or len(b) == 1:
        return 4 if a[0] == b[0] else 6
    if a == b:
        return 1
    if numbered_apart(a, b):
        return 6
    if set(spelling.variants(a)) & set(spelling.variants(b)) or tokens_within(a, b):
        return 2
    score = jaro_winkler(a, b)
    code = sound(a, spelling)
    if _close_names(a, b, score) or (code and code == sound(b, spelling)) or _is_prefix(a, b):
        return 3
    if a[0] == b[0] and (a[1] == " " or b[1] == " "):
        return 4
    return 5 if score >= ALIKE else 6


def _close_names(a: str, b: str, score: float) -> bool:
    return score >= CLOSE or (min(len(a), len(b)) >= SHORTEST_SLIPPED and one_slip(a, b))


def _is_prefix(a: str, b: str) -> bool:
    short, long = (a, b) if len(a) < len(b) else (b, a)
    return len(short) >= SHORTEST_TOKEN and long.startswith(short)


def family_level(a: str, b: str, spelling: Spelling) -> int:
    """Level of two family names, neither empty."""
    if a == b:
        return 1
    if numbered_apart(a, b):
        return 5
    if share_token(a, b, SHORTEST_TOKEN):
        return 2
    score = jaro_winkler(a, b)
    code = sound(a, spelling)
    if _close_names(a, b, score) or (code and code == sound(b, spelling)):
        return 3
    initial = min(len(a), len(b)) == 1 and a[0] == b[0]
    return 4 if score >= ALIKE or initial else 5


def _swapped(a: Row, b: Row, spelling: Spelling) -> bool:
    parts = (a["given"], a["family"], b["given"], b["family"])
    if any(part is None or len(part) < 2 for part in parts):
        return False
    one, other = (parts[0], parts[3]), (parts[1], parts[2])
    if one[0] == one[1] or other[0] == other[1]:
        return all(x == y or jaro_winkler(x, y) >= ALIKE for x, y in (one, other))
    return all(jaro_winkler(x, y) >= CLOSE for x, y in (one, other))


def _pair_of_names(a: Row, b: Row, spelling: Spelling) -> tuple[int, int]:
    given = family = 0
    if a["given"] and b["given"]:
        given = given_level(a["given"], b["given"], spelling)
        if given >= 5 and _is_middle(a, b, "given"):
            given = 2
    if a["family"] and b["family"]:
        family = family_level(a["family"], b["family"], spelling)
        if family >= 4 and _is_middle(a, b, "family"):
            family = 2
    if GIVEN_POINTS[given] + FAMILY_POINTS[family] < FAMILY_POINTS[6] and _swapped(a, b, spelling):
        return 0, 6
    return given, family


def _is_middle(a: Row, b: Row, part: str) -> bool:
    """Whether a name part of one is the middle name of the other."""
    return (len(a[part]) > 1 and a[part] == b["middle"]) or (
        len(b[part]) > 1 and b[part] == a["middle"]
    )


def name_levels(a: Sequence[Row], b: Sequence[Row], spelling: Spelling) -> tuple[int, int]:
    """Levels of given and family name of the pair of names with the most points."""
    pairs = [_pair_of_names(x, y, spelling) for x in a for y in b]
    if not pairs:
        return 0, 0
    return min(pairs, key=lambda p: (-GIVEN_POINTS[p[0]] - FAMILY_POINTS[p[1]], p))


def middle_level(a: Sequence[Row], b: Sequence[Row]) -> int:
    """Best level over all pairs of middle names."""
    levels = []
    for x in a:
        for y in b:
            left, right = x["middle"], y["middle"]
            if not left or not right:
                continue
            if len(left) == 1 or len(right) == 1:
                levels.append(2 if left[0] == right[0] else 3)
            else:
                levels.append(1 if left == right else 3)
    return min(levels, default=0)


def birth_date_level(a: Row, b: Row, weak_days: frozenset[tuple[int, int]]) -> int:
    """Level of two birth dates; a partial date compares what it has."""
    (y1, m1, d1), (y2, m2, d2) = _date(a, weak_days), _date(b, weak_days)
    if not y1 or not y2:
        return 0
    if m1 and d1 and m2 and d2:
        if (y1, m1, d1) == (y2, m2, d2):
            return 1
        if y1 == y2 and m1 == d2 and d1 == m2:
            return 2
        one, other = f"{y1:04}{m1:02}{d1:02}", f"{y2:04}{m2:02}{d2:02}"
        if one_slip(one, other):
            return 2
        if (y1 == y2) + (m1 == m2) + (d1 == d2) == 2:
            return 3
        digits = sum(x != y for x, y in zip(one, other, strict=True))
        apart = abs(12 * (y1 - y2) + m1 - m2)
        if digits <= 2:
            return 4
        return 5 if y1 == y2 or digits <= NEAR_DIGITS or apart <= NEAR_MONTHS else 6
    if y1 != y2:
        return 6
    if m1 and m2:
        return 3 if m1 == m2 else 6
    return 5


def _date(row: Row, weak_days: frozenset[tuple[int, int]]) -> tuple[int, int, int]:
    year, month, day = (row[f"birth_{part}"] or 0 for part in ("year", "month", "day"))
    return (year, 0, 0) if (month, day) in weak_days else (year, month, day)


def email_level(a: Row, b: Row, shared: frozenset[str]) -> int:
    """Best level over all pairs of e-mails; a shared one only where nothing better agrees.

    Two e-mails that are alike because both are made of the name say little beyond the name, unless
    one is the other with a slip in its letters: other digits are what tells namesakes apart.
    """
    best = 9
    for x in a["emails"] or ():
        for y in b["emails"] or ():
            strength = _email_pair(x, y, shared)
            named = made_of_name(x, a["names"] or ()) and made_of_name(y, b["names"] or ())
            slip = one_slip(x, y) and digits(x) == digits(y)
            best = min(best, 4 if strength == 2 and named and not slip else strength)
    return (0, 1, 2, 4, 5, 3)[best] if best < 9 else 0


def made_of_name(email: str, names: Sequence[Row]) -> bool:
    """Whether a given or family name of three letters or more stands in the mailbox."""
    mailbox = email.partition("@")[0]
    parts = [name[part] for name in names for part in ("given", "family")]
    return any(part and len(part) >= SHORTEST_TOKEN and part in mailbox for part in parts)


def _email_pair(x: str, y: str, shared: frozenset[str]) -> int:
    """1 same, 2 near, 3 same but shared, 4 near but of another number, 5 different: in the order of
    strength.
    """
    if x == y:
        return 3 if x in shared else 1
    left, _, left_domain = x.partition("@")
    right, _, right_domain = y.partition("@")
    if x in shared or y in shared:
        return 5
    if left == right:
        return 2 if len(left) >= SHORTEST_MAILBOX else 5
    if jaro_winkler(x, y) < EMAIL_CLOSE or left_domain != right_domain:
        return 5
    return 2 if digits(x) == digits(y) else 4


def phone_level(a: Sequence[str], b: Sequence[str], shared: frozenset[str]) -> int:
    """Best level over all pairs of phones; a shared one only where nothing better agrees."""
    best = 9
    for x in a:
        for y in b:
            if x == y:
                best = min(best, 3 if x in shared else 1)
            elif one_slip(x, y) or _same_ending(x, y):
                best = min(best, 2)
            else:
                best = min(best, 4)
    return (0, 1, 2, 4, 3)[best] if best < 9 else 0


def _same_ending(x: str, y: str) -> bool:
    """Whether the shorter number, without zeros for "this country", ends the longer one."""
    short, long = (x, y) if len(x) < len(y) else (y, x)
    national = short.lstrip("0")
    return len(x) != len(y) and len(national) >= SHORTEST_PHONE and long.endswith(national)


def identifier_level(a: Sequence[Row], b: Sequence[Row]) -> int:
    """Best level over all pairs of identifiers of the same kind."""
    levels = [
        1 if x["value"] == y["value"] else 2 if one_slip(x["value"], y["value"]) else 3
        for x in a
        for y in b
        if x["kind"] == y["kind"]
    ]
    return min(levels, default=0)


def organisation_level(a: Sequence[str], b: Sequence[str], rarity: Callable[[str], int]) -> int:
    """Best level over all pairs of organisation names."""
    return min((_organisation_pair(x, y, rarity) for x in a for y in b), default=0)


def _organisation_pair(x: str, y: str, rarity: Callable[[str], int]) -> int:
    """By the rarity of the words both names have, a misspelt word included; numbers are meant."""
    if x == y:
        return 1
    left, right = sorted(set(x.split(" "))), sorted(set(y.split(" ")))
    every = [sum(rarity(word) for word in side) for side in (left, right)]
    if (every[0], left) > (every[1], right):
        left, right, every = right, left, every[::-1]
    common = 0
    for word in left:
        common += rarity(word) if any(_words_alike(word, other) for other in right) else 0
    if common < ORGANISATION_PARTIAL * every[0]:
        return 5
    if designated_apart(x, y):
        return 6
    if common >= CONTAINED * every[0] and common >= LEAST_CONTAINED:
        return 2
    return 3 if common >= ORGANISATION_CLOSE * every[1] else 4


def _words_alike(x: str, y: str) -> bool:
    """Whether two words of organisations are one, perhaps misspelt."""
    if numbered_apart(x, y):
        return False
    if x == y or jaro_winkler(x, y) >= WORD_CLOSE:
        return True
    return min(len(x), len(y)) >= SHORTEST_MISSPELT and one_slip(x, y)


def address_level(a: Sequence[Row], b: Sequence[Row]) -> int:
    """Best level over all pairs of addresses."""
    levels = [level for x in a for y in b if (level := _address_pair(x, y))]
    return min(levels, default=0)


def _agree(x: str | None, y: str | None, close: float) -> int:
    """1 the same or close, -1 different, 0 unknown."""
    if not x or not y:
        return 0
    return 1 if x == y or jaro_winkler(x, y) >= close or tokens_within(x, y) else -1


def _exact(x: str | None, y: str | None) -> int:
    return 0 if not x or not y else 1 if x == y else -1


def _address_pair(x: Row, y: Row) -> int:
    street = _agree(x["street"], y["street"], STREET_CLOSE)
    number, unit = _exact(x["number"], y["number"]), _exact(x["unit"], y["unit"])
    postal = _exact(x["postal_code"], y["postal_code"])
    city = _agree(x["city"], y["city"], CITY_CLOSE)
    region = _exact(x["region"], y["region"])
    far = postal != 1 and city != 1 and (postal == -1 or city == -1)
    if street == 1 and number == 1:
        return 2 if far or unit == -1 else 1
    if street == 1 and not far:
        return 2 if number == 0 else 3
    if postal == 1:
        return 4
    if city == 1:
        return 5
    if region == 1:
        return 6
    return 7 if -1 in (street, postal, city, region) else 0


def other_level(a: str | None, b: str | None) -> int:
    """Level of two values of an attribute whose meaning is not known; lists are alike where they
    have an element in common.
    """
    if not a or not b:
        return 0
    if a == b:
        return 1
    if a[0] == b[0] == LIST:
        return 2 if share_token(a, b, SHORTEST_TOKEN) else 3
    return 2 if jaro_winkler(a, b) >= OTHER_CLOSE else 3


def _others(row: Row) -> dict[str, str]:
    """First value of each further attribute."""
    values: dict[str, str] = {}
    for other in row["others"] or ():
        values.setdefault(other["name"], other["value"])
    return values


def _equal(a: str | None, b: str | None) -> int:
    return 0 if not a or not b else 1 if a == b else 2


def levels(a: Row, b: Row, context: Context) -> tuple[int, ...]:
    """The level of every comparison of two rows of COMPARABLE, in the order of COMPARISONS."""
    names_a, names_b = a["names"] or (), b["names"] or ()
    given, family = name_levels(names_a, names_b, context.spelling)
    suffix = _equal(a["suffix"], b["suffix"])
    if suffix == OTHER_GENERATION and given:
        given = 6
    others_a, others_b = _others(a), _others(b)
    fixed = (
        identifier_level(a["identifiers"] or (), b["identifiers"] or ()),
        birth_date_level(a, b, context.weak_days),
        email_level(a, b, context.shared),
        phone_level(a["phones"] or (), b["phones"] or (), context.shared),
        _equal(a["gender"], b["gender"]),
        suffix,
        _equal(a["entity"], b["entity"]),
        given,
        family,
        middle_level(names_a, names_b),
        organisation_level(a["organisations"] or (), b["organisations"] or (), context.rarity),
        address_level(a["addresses"] or (), b["addresses"] or ()),
    )
    generic = [other_level(others_a.get(n), others_b.get(n)) for n in context.others]
    return fixed + tuple(generic) + (0,) * (c.MAX_OTHERS - len(generic))
