"""Made-up people, whose whole story is known: families, twins, namesakes, moves, marriages."""

from __future__ import annotations

import dataclasses
import datetime as dt
import zlib
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tellonce.engine.synth.contacts import emails, firm_names, folded, numbers
from tellonce.engine.synth.places import ADDRESS_PARTS, addresses, digits, joined
from tellonce.engine.synth.pools import COUNTRIES, LANGUAGES, LOCALES, Ints, Pool, locale

Bools = np.ndarray[Any, np.dtype[np.bool_]]

TODAY = dt.date(2025, 12, 31)  # the engine has no clock: every story ends on this day
_NOW = (TODAY - dt.date(1970, 1, 1)).days
_YEAR = 365.25
_STORY = 8  # years within which lives change
INCOME_BANDS = ("A", "B", "C", "D", "E", "F")  # lowest first


@dataclasses.dataclass(frozen=True)
class Society:
    """How the people are: shares from 0 to 1. `locales` are the weights of pools.LOCALES."""

    locales: tuple[float, ...] = (0.45, 0.25, 0.12, 0.18)
    household_sizes: tuple[float, ...] = (0.4, 0.25, 0.15, 0.14, 0.06)
    twins: float = 0.06  # of second children
    namesakes: float = 0.06  # sons called like the father
    own_name: float = 0.12  # spouses who kept their name
    double_name: float = 0.06  # spouses with both
    newly_wed: float = 0.2  # wives who took the name within the story
    moved: float = 0.18  # households
    new_phone: float = 0.12
    new_income: float = 0.15
    working: float = 0.05  # known through their employer


@dataclasses.dataclass(frozen=True)
class _Homes:
    """Who lives with whom: `home` and `place` in it (0 the head) of each person."""

    home: Ints
    place: Ints
    head: Ints  # the person at place 0
    size: Ints  # of the person's home
    locale: Ints

    @property
    def partner(self) -> Ints:
        """The person at place 1, or the head where he lives alone."""
        return self.head + (self.size > 1)


def rng_of(seed: int, step: str) -> np.random.Generator:
    """The generator of one step, so that a change of one step leaves the others' draws alone."""
    return np.random.default_rng([seed, zlib.crc32(step.encode())])


def people(n: int, seed: int, society: Society | None = None) -> pa.Table:
    """`n` people, one row each, the same for the same `n`, `seed` and `society`.

    Columns: person (0..n-1), household, language, country, gender ("female", "male"), given_name,
    middle_name, family_name, name_suffix, former_family_name and name_changed_at (null without a
    marriage in the story), marital_status, birth_date, email, other_email, household_email, mobile,
    former_mobile and mobile_changed_at, landline (of the household), the ADDRESS_PARTS, the same
    with the prefix former_ and moved_at, income_band, former_income_band and income_changed_at,
    organisation, organisation_email, organisation_phone. Dates are date32 up to TODAY.
    Two people at one home may share name and address (father and son) or birth date (twins).
    """
    society = society or Society()
    homes = _homes(rng_of(seed, "homes"), n, society)
    born, twin = _births(rng_of(seed, "births"), homes, society)
    female = _female(rng_of(seed, "gender"), homes)
    names = _names(rng_of(seed, "names"), homes, female, twin, society=society)
    wed = names.pop("wed").to_numpy(zero_copy_only=False)
    story = _story(rng_of(seed, "story"), homes, wed, society)
    adult = pa.array(homes.size > 1) if n else pa.array([], pa.bool_())
    couple = pc.and_(adult, pa.array(homes.place < 2))
    columns = {
        "person": pa.array(np.arange(n), pa.int32()),
        "household": pa.array(homes.home, pa.int32()),
        "language": pa.array(LANGUAGES).take(pa.array(homes.locale)),
        "gender": pc.if_else(pa.array(female), "female", "male"),
        **names,
        "marital_status": pc.if_else(couple, "married", "single"),
        "birth_date": _dates(born),
        **_contacts(seed, homes, names, born, society),
        **story,
    }
    return pa.table(columns)


def _dates(days: Ints, known: Bools | None = None) -> pa.Array:
    mask = None if known is None else ~known
    return pa.array(days.astype(np.int32), pa.int32(), mask=mask).cast(pa.date32())


def _homes(rng: np.random.Generator, n: int, society: Society) -> _Homes:
    sizes = rng.choice(len(society.household_sizes), n, p=society.household_sizes) + 1
    ends = np.cumsum(sizes)
    count = int(np.searchsorted(ends, n)) + 1 if n else 0
    sizes = sizes[:count].astype(np.int64)
    if count:
        sizes[-1] -= ends[count - 1] - n
    home = np.repeat(np.arange(count), sizes)
    head = np.repeat(np.cumsum(sizes) - sizes, sizes)
    shares = np.array(society.locales) / sum(society.locales)
    of_home = rng.choice(len(LOCALES), count, p=shares).astype(np.int64)
    return _Homes(home, np.arange(n) - head, head, np.repeat(sizes, sizes), of_home[home])


def _births(rng: np.random.Generator, homes: _Homes, society: Society) -> tuple[Ints, Bools]:
    """Birthday of each, and who is a twin of the one before. All are of age for the whole story."""
    n = len(homes.home)
    age = np.where(homes.size > 2, rng.uniform(48, 84, n), rng.uniform(26, 88, n))
    partner = age[homes.head] + rng.normal(-1, 4, n)
    child = age[homes.head] - rng.uniform(20, 38, n)
    age = np.where(homes.place == 0, age, np.where(homes.place == 1, partner, child))
    born = (_NOW - np.maximum(age, 26 + rng.random(n)) * _YEAR).astype(np.int64)
    twin = (homes.place == 3) & (rng.random(n) < society.twins)
    born[twin] = born[np.flatnonzero(twin) - 1]
    return born, twin


def _female(rng: np.random.Generator, homes: _Homes) -> Bools:
    female: Bools = rng.random(len(homes.home)) < 0.5
    opposite = (homes.place == 1) & (rng.random(len(female)) < 0.96)
    return np.where(opposite, ~female[homes.head], female)


def feminine(families: pa.Array) -> pa.Array:
    """The feminine form of Polish family names: Kowalski, Kowalska; Nowak stays."""
    return pc.replace_substring_regex(families, r"(s|c|z)ki$", r"\1ka")


def _drawn(rng: np.random.Generator, homes: _Homes, field: str) -> tuple[Ints, list[Pool]]:
    pools: list[Pool] = [getattr(locale(code), field) for code in LOCALES]
    drawn = np.zeros(len(homes.home), dtype=np.int64)
    for number, pool in enumerate(pools):
        here = homes.locale == number
        drawn[here] = pool.draw(rng, int(here.sum()))
    return drawn, pools


def _text(drawn: Ints, pools: list[Pool], codes: Ints) -> pa.Array:
    """The drawn values of each person's own locale."""
    offsets = np.cumsum([0] + [len(pool.values) for pool in pools])[:-1]
    values = pa.concat_arrays([pool.values for pool in pools])
    return values.take(pa.array(drawn + offsets[codes]))


def _given(
    rng: np.random.Generator, homes: _Homes, female: Bools, twin: Bools, share: float
) -> tuple[pa.Array, pa.Array, Bools]:
    """Given and middle names, and who is called like his father."""
    names, middles = [], []
    namesake = (homes.place == 2) & ~female & ~female[homes.head] & ~twin
    namesake &= rng.random(len(female)) < share
    for field in ("female", "male"):
        drawn, pools = _drawn(rng, homes, field)
        sizes = np.array([len(pool.values) for pool in pools])[homes.locale]
        drawn[namesake] = drawn[homes.head[namesake]]
        for back in (1, 2):  # siblings have names of their own
            sibling = np.flatnonzero((homes.place >= 2 + back) & ~namesake)
            sibling = sibling[drawn[sibling] == drawn[sibling - back]]
            drawn[sibling] = (drawn[sibling] + back) % sizes[sibling]
        names.append(_text(drawn, pools, homes.locale))
        middles.append(_text(_drawn(rng, homes, field)[0], pools, homes.locale))
    told = rng.random(len(female)) < np.array([0.3, 0.1, 0.6, 0.4])[homes.locale]
    given, middle = (pc.if_else(pa.array(female), *both) for both in (names, middles))
    return given, pc.if_else(pa.array(told), middle, None), namesake


def _names(
    rng: np.random.Generator, homes: _Homes, female: Bools, twin: Bools, *, society: Society
) -> dict[str, pa.Array]:
    """All name columns, and `wed`: who took the partner's name within the story."""
    n = len(female)
    given, middle, namesake = _given(rng, homes, female, twin, society.namesakes)
    drawn, pools = _drawn(rng, homes, "family")
    own = _text(drawn, pools, homes.locale)
    shared = own.take(pa.array(homes.head))
    polish_woman = pa.array(female & (homes.locale == 0))
    own, shared = (pc.if_else(polish_woman, feminine(name), name) for name in (own, shared))
    lot = rng.random(n)
    spouse = homes.place == 1
    keeps = spouse & (lot < society.own_name)
    doubles = spouse & ~keeps & (lot < society.own_name + society.double_name)
    both = pc.binary_join_element_wise(shared, own, "-")
    family = pc.if_else(pa.array(keeps), own, pc.if_else(pa.array(doubles), both, shared))
    wed = spouse & ~keeps & female & (rng.random(n) < society.newly_wed)
    suffix = pc.if_else(pa.array(namesake & (homes.locale == 2)), "Jr.", None)
    return {
        "given_name": given,
        "middle_name": middle,
        "family_name": family,
        "name_suffix": suffix,
        "former_family_name": pc.if_else(pa.array(wed), own, None),
        "wed": pa.array(wed),
    }


def _day(rng: np.random.Generator, size: int) -> Ints:
    return _NOW - rng.integers(60, int(_STORY * _YEAR), size)


def _story(
    rng: np.random.Generator, homes: _Homes, wed: Bools, society: Society
) -> dict[str, pa.Array]:
    """Where people live and lived, and the days on which their lives changed."""
    n = len(wed)
    here = addresses(rng, homes.locale)  # each head's is the home's
    at_home = {part: values.take(pa.array(homes.head)) for part, values in here.items()}
    there = addresses(rng, homes.locale)
    wedding = _day(rng, n)
    moved = (rng.random(n) < society.moved)[homes.head]
    leaves = wed & (rng.random(n) < 0.7)  # moves in with the partner
    day = np.where(leaves, wedding + rng.integers(-30, 30, n), _day(rng, n)[homes.head])
    origin = pa.array(np.where(leaves, np.arange(n), homes.head))
    any_move = moved | leaves
    band = rng.choice(len(INCOME_BANDS), n, p=(0.12, 0.2, 0.26, 0.22, 0.13, 0.07))
    raised = (rng.random(n) < society.new_income) & (band > 0)
    bands = pa.array(INCOME_BANDS)
    former_band = np.maximum(band - rng.integers(1, 3, n), 0)
    return {
        "name_changed_at": _dates(wedding, wed),
        **at_home,
        **{
            f"former_{part}": pc.if_else(pa.array(any_move), there[part].take(origin), None)
            for part in ADDRESS_PARTS
        },
        "moved_at": _dates(day, any_move),
        "income_band": bands.take(pa.array(band)),
        "former_income_band": pc.if_else(pa.array(raised), bands.take(pa.array(former_band)), None),
        "income_changed_at": _dates(_day(rng, n), raised),
    }


def _contacts(
    seed: int, homes: _Homes, names: dict[str, pa.Array], born: Ints, society: Society
) -> dict[str, pa.Array]:
    """How people are reached, and the company some are known through."""
    rng = rng_of(seed, "contacts")
    n = len(born)
    changed = rng.random(n) < society.new_phone
    firms = rng.integers(0, len(COUNTRIES), max(n // 400, 1))
    told = numbers(rng, homes.locale, homes.home, changed, firms)
    names_of_firms = firm_names(rng, firms)
    works = rng.random(n) < society.working
    firm = pa.array(rng.integers(0, len(firms), n), mask=~works)
    mail = emails(rng, names, born)
    second = pa.array(rng.random(n) < 0.35)
    return {
        "email": mail,
        "other_email": pc.if_else(second, emails(rng, names, born, taken=mail), None),
        "household_email": joined(
            "family.",
            folded(names["family_name"].take(pa.array(homes.head))),
            digits(homes.home),
            "@example.net",
        ),
        "mobile": told["mobile"],
        "former_mobile": told["former_mobile"],
        "mobile_changed_at": _dates(_day(rng, n), changed),
        "landline": told["landline"],
        "organisation": names_of_firms.take(firm),
        "organisation_email": joined("info@", folded(names_of_firms), ".example").take(firm),
        "organisation_phone": told["switchboard"].take(firm),
    }
