"""How fast what we know of a customer goes out of date: a score from 0 to 100 for each value.

The score is the chance, in percent, that the value has changed since somebody last said it:

    score = 100 * (1 - 2 ** (-age / (half_life * (1 + support))))

`age` is that of the newest statement, by whichever source or person, so any statement or
confirmation brings it back to 0. `support` is what further statements of the same value are worth,
each its quality times its own freshness (`2 ** (-age / half_life)`), at most `MOST_SUPPORT`
together: what several sources go on saying ages more slowly, up to three times. A further statement
and more quality never raise the score; age never lowers it. That a value was wrong from the start
is not decay: its `confidence` says so.

The half-lives come from yearly rates of change r as `ln 2 / -ln(1 - r)` years. Where no published
rate was found, `source` says "our estimate". All of them can be declared otherwise.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from tellonce.engine.units import UNITS

YEAR = 365.25
"""Days."""
MOST_SUPPORT = 2.0
"""What further statements can be worth at most: three half-lives for one. Our estimate."""
STALE_AT = 20.0
"""From this score on a value is stale: one in five of its kind has changed. Our estimate."""
OUR_ESTIMATE = "our estimate"


@dataclass(frozen=True)
class Volatility:
    """How fast an attribute changes. `half_life`: days until half of all values have changed, None
    where it never does; `source` says where the figure is from.
    """

    half_life: float | None
    source: str


def half_life_of(yearly_rate: float) -> float:
    """Days until half of all values have changed, where this share of them changes in a year."""
    return YEAR * math.log(2) / -math.log1p(-yearly_rate)


_NEVER = Volatility(None, "never changes; a difference is a correction")
_ESTIMATED = Volatility(5 * YEAR, f"{OUR_ESTIMATE}: five years")

VOLATILITIES: Mapping[str, Volatility] = {
    "birth_date": _NEVER,
    "birth_place": _NEVER,
    "gender": Volatility(None, f"{OUR_ESTIMATE}: so rarely that nobody is asked for it"),
    "given_name": Volatility(None, f"{OUR_ESTIMATE}: so rarely that nobody is asked for it"),
    "identifier": _NEVER,
    "name": Volatility(
        half_life_of(0.0056),
        "6.2 marriages per 1,000 inhabitants in 2022 (CDC, NCHS), at which 84 % of women and 6 % "
        "of men change or extend their family name (Pew Research Center, 2023): 0.56 % a year",
    ),
    "address": Volatility(
        half_life_of(0.117),
        "11.7 % of all Americans moved between 2012 and 2013 (US Census Bureau, CPS, 2013)",
    ),
    "email": Volatility(
        half_life_of(0.225),
        "22.5 % of the addresses of a list in a year, as the e-mail trade has it after "
        "MarketingSherpa; the study itself is not public",
    ),
    "phone": Volatility(
        half_life_of(35 / 451),
        "over 35 million numbers disconnected a year (FCC, Reassigned Numbers order, 2018) of 451 "
        "million voice connections (FCC, Voice Telephone Services, June 2015): 7.8 % a year",
    ),
    "occupation": Volatility(
        3.9 * YEAR,
        "median tenure with the current employer 3.9 years (US Bureau of Labor Statistics, 2024)",
    ),
    "employer": Volatility(
        3.9 * YEAR,
        "median tenure with the current employer 3.9 years (US Bureau of Labor Statistics, 2024)",
    ),
    "marital_status": Volatility(
        half_life_of(0.0172),
        "6.2 marriages and 2.4 divorces per 1,000 inhabitants in 2022 (CDC, NCHS), of two persons "
        "each: 1.7 % a year; widowhood comes on top",
    ),
    "organisation": Volatility(10 * YEAR, f"{OUR_ESTIMATE}: ten years"),
    "income_band": Volatility(3 * YEAR, f"{OUR_ESTIMATE}: three years"),
    "language": Volatility(20 * YEAR, f"{OUR_ESTIMATE}: twenty years"),
}
"""By unit or attribute; every other attribute is `OTHERS`."""

OTHERS = _ESTIMATED

IMPORTANCE: Mapping[str, float] = {
    "email": 1.0,
    "phone": 1.0,
    "address": 0.9,
    "name": 0.8,
    "marital_status": 0.3,
    "occupation": 0.3,
    "organisation": 0.3,
    "income_band": 0.2,
    "language": 0.3,
}
"""How much it matters that a value is current, from 0 to 1: whether the customer can be reached
comes first. Our estimate; every other attribute is `LITTLE`.
"""

LITTLE = 0.1

_UNIT_OF = {part: unit for unit, parts in UNITS.items() for part in parts}
_APART = frozenset({"given_name"})  # survives with the name, and does not change with it


@dataclass(frozen=True)
class Statement:
    """That a source or a person said a value: `age` days ago, with a quality from 0 to 1 (the trust
    in the source, or in the person for what he says of this customer).
    """

    age: float
    quality: float


@dataclass(frozen=True)
class DecayRules:
    """Half-lives in days (None: never) and importance, by unit or attribute, where they are to be
    others than the defaults; `stale_at` is the score from which a value is stale.
    """

    half_lives: Mapping[str, float | None] = field(default_factory=dict)
    importances: Mapping[str, float] = field(default_factory=dict)
    stale_at: float = STALE_AT

    def half_life(self, attribute: str) -> float | None:
        """Days until half of all values of this attribute have changed; None: it never does."""
        names = _names(attribute)
        for name in names:
            if name in self.half_lives:
                return self.half_lives[name]
        found = (VOLATILITIES[name] for name in names if name in VOLATILITIES)
        return next(found, OTHERS).half_life

    def importance(self, attribute: str) -> float:
        """How much it matters that a value of this attribute is current, from 0 to 1."""
        for known in (self.importances, IMPORTANCE):
            for name in _names(attribute):
                if name in known:
                    return known[name]
        return LITTLE


def unit_of(attribute: str) -> str:
    """What the attribute survives, ages and is confirmed together with: `address` for a street,
    `name` for a family name, else the attribute itself.
    """
    return _UNIT_OF.get(attribute, attribute)


def support_of(half_life: float, statements: Sequence[Statement]) -> tuple[float, float]:
    """Age of the newest statement in days, and what the others were worth when it was made.

    Each of the others counts by its quality and by how fresh it was then. Raises ValueError where
    there is no statement.
    """
    if not statements:
        raise ValueError("a value that nobody stated has no age")
    newest, *others = sorted(statements, key=lambda one: (one.age, -one.quality))
    worth = (one.quality * 2 ** ((newest.age - one.age) / half_life) for one in others)
    return max(0.0, newest.age), math.fsum(worth)


def score_at(half_life: float | None, age: float, support: float = 0.0) -> float:
    """The decay score of a value whose newest statement is `age` days old and had this support when
    it was made; 0 where the attribute never changes.
    """
    if half_life is None or age <= 0:
        return 0.0
    left = min(MOST_SUPPORT, support * 2 ** (-age / half_life))
    return 100.0 * -math.expm1(-math.log(2) * age / (half_life * (1 + left)))


def decay_score(
    attribute: str, statements: Sequence[Statement], rules: DecayRules | None = None
) -> float:
    """The decay score of a value, from 0 (just said) to 100, given all that say it."""
    half_life = (rules or DecayRules()).half_life(attribute)
    if half_life is None:
        return 0.0
    return score_at(half_life, *support_of(half_life, statements))


def days_until(score: float, half_life: float | None, support: float = 0.0) -> float | None:
    """Days after the newest statement at which the decay reaches `score`; None: never."""
    if half_life is None or score >= 100:
        return None
    alone = half_life * math.log2(100 / (100 - score))
    low, high = alone, alone * (1 + MOST_SUPPORT)
    if not support:
        return alone
    while high - low > 1e-6 * high:
        middle = (low + high) / 2
        left = support * 2 ** (-middle / half_life)  # as in `score_at`, solved for the age
        if middle < alone * (1 + (left if left < MOST_SUPPORT else MOST_SUPPORT)):
            low = middle
        else:
            high = middle
    return high


@lru_cache(maxsize=1024)
def _names(attribute: str) -> tuple[str, ...]:
    """What a figure of this attribute may stand under, the most special first."""
    name = attribute.removeprefix("other:")
    if name.startswith("identifier"):
        return (name, "identifier")
    return (name,) if name in _APART else (name, unit_of(name))
