"""What made-up people are drawn from: names and places per locale, out of the tables of Faker.

The tables are read, Faker itself is never asked: a draw is one vectorised look-up, and the same
for a seed whatever else has been drawn. Tables with frequencies keep them; the others get a
Zipf-like fall in an order that is fixed here, so that some names are common and most are rare.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from faker.providers.address.de_DE import Provider as GermanPlaces
from faker.providers.address.en_GB import Provider as BritishPlaces
from faker.providers.address.en_US import Provider as AmericanPlaces
from faker.providers.address.pl_PL import Provider as PolishPlaces
from faker.providers.person.de_DE import Provider as GermanNames
from faker.providers.person.en_GB import Provider as BritishNames
from faker.providers.person.en_US import Provider as AmericanNames
from faker.providers.person.pl_PL import Provider as PolishNames

Ints = np.ndarray[Any, np.dtype[np.int64]]

LOCALES = ("pl_PL", "de_DE", "en_US", "en_GB")
COUNTRIES = ("PL", "DE", "US", "GB")
LANGUAGES = ("pl", "de", "en", "en")


@dataclasses.dataclass(frozen=True)
class Pool:
    """Values to draw from; `cumulative` are their shares, summed up, the last is 1."""

    values: pa.Array
    cumulative: np.ndarray[Any, np.dtype[np.float64]]

    def draw(self, rng: np.random.Generator, size: int) -> Ints:
        """`size` indices into `values`."""
        drawn = np.searchsorted(self.cumulative, rng.random(size), side="right")
        return np.minimum(drawn, len(self.values) - 1).astype(np.int64)

    def text(self, drawn: Ints) -> pa.Array:
        """The values at the indices `drawn`."""
        return self.values.take(pa.array(drawn))


@dataclasses.dataclass(frozen=True)
class Locale:
    """Names and places of one country; `family` holds masculine forms."""

    female: Pool
    male: Pool
    family: Pool
    street: Pool
    city: Pool
    region: pa.Array  # by city


def pool(values: Sequence[str] | Mapping[str, float], fall: float = 0.7) -> Pool:
    """A Pool of distinct `values`: with their own weights, else falling as 1 / (rank + 3)^fall."""
    if isinstance(values, Mapping):
        distinct, weights = list(values), np.array(list(values.values()), dtype=np.float64)
    else:
        distinct = list(dict.fromkeys(values))
        weights = ((np.arange(len(distinct)) + 3.0) ** -fall).astype(np.float64)
    total = np.cumsum(weights)
    return Pool(pa.array(distinct, pa.string()), total / float(total[-1]))


@functools.cache
def locale(code: str) -> Locale:
    """The Locale of one of LOCALES."""
    made = {"pl_PL": _polish, "de_DE": _german, "en_US": _american, "en_GB": _british}
    return made[code]()


def _mixed(values: Sequence[str]) -> list[str]:
    """`values`, which stand in alphabetical order, in a fixed order without meaning."""
    distinct = list(dict.fromkeys(values))
    return [distinct[i] for i in np.random.default_rng(7).permutation(len(distinct))]


def _regions(cities: Pool, regions: Sequence[str]) -> pa.Array:
    of_city = np.random.default_rng(11).integers(0, len(regions), len(cities.values))
    return pa.array(list(regions), pa.string()).take(pa.array(of_city))


def _polish() -> Locale:
    cities = pool(PolishPlaces.cities, 0.9)
    return Locale(
        pool(_mixed(PolishNames.first_names_female)),
        pool(_mixed(PolishNames.first_names_male)),
        pool([*PolishNames.male_last_names, *_mixed(PolishNames.unisex_last_names)], 0.8),
        pool(PolishPlaces.streets, 0.5),
        cities,
        _regions(cities, [region.replace(" ", "") for region in PolishPlaces.regions]),
    )


def _german() -> Locale:
    cities = pool(_mixed(GermanPlaces.cities), 0.8)
    stems = _mixed([*GermanNames.last_names, *GermanNames.first_names_male])
    suffixes = ("straße", "weg", "gasse", "platz", "allee", "ring")
    streets = [stem + suffixes[i % 6] for i, stem in enumerate(stems) if " " not in stem]
    return Locale(
        pool(_mixed(GermanNames.first_names_female)),
        pool(_mixed(GermanNames.first_names_male)),
        pool([*_mixed(GermanNames.last_names)], 0.6),
        pool(streets, 0.4),
        cities,
        _regions(cities, GermanPlaces.states),
    )


def _compound(stems: Sequence[str], suffixes: Sequence[str], size: int) -> list[str]:
    """Place names out of name stems and suffixes, such as Smithbury."""
    return [stem + suffixes[(7 * i) % len(suffixes)] for i, stem in enumerate(stems[:size])]


def _american() -> Locale:
    families = list(AmericanNames.last_names)
    cities = pool(_compound(_mixed(families), AmericanPlaces.city_suffixes, 600), 0.8)
    kinds = ("Street", "Avenue", "Road", "Lane", "Drive", "Court", "Boulevard")
    streets = [f"{stem} {kinds[i % 7]}" for i, stem in enumerate(_mixed(families))]
    return Locale(
        pool(AmericanNames.first_names_female),
        pool(AmericanNames.first_names_male),
        pool(AmericanNames.last_names),
        pool(streets, 0.4),
        cities,
        _regions(cities, AmericanPlaces.states_abbr),
    )


def _british() -> Locale:
    families = list(BritishNames.last_names)
    suffixes = ("ton", "ham", "bury", "mouth", "ford", "wick", "by")
    cities = pool(_compound(_mixed(families), suffixes, 300), 0.8)
    kinds = ("Road", "Close", "Lane", "Gardens", "Street", "Way")
    streets = [f"{stem} {kinds[i % 6]}" for i, stem in enumerate(_mixed(families))]
    return Locale(
        pool(_mixed(BritishNames.first_names_female)),
        pool(_mixed(BritishNames.first_names_male)),
        pool(BritishNames.last_names),
        pool(streets, 0.4),
        cities,
        _regions(cities, BritishPlaces.counties),
    )
