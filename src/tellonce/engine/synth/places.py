"""Addresses and phone numbers of made-up people."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from faker.providers.address.en_GB import Provider as BritishPlaces

from tellonce.engine.synth.pools import COUNTRIES, LOCALES, Ints, locale

ADDRESS_PARTS = ("street", "number", "unit", "city", "region", "postal_code", "country")

_LETTERS = "ABDEFGHJLNPQRSTUWXYZ"
_UNITS = (0.6, 0.25, 0.3, 0.2)  # share of addresses with a flat, by locale


@dataclasses.dataclass(frozen=True)
class _Numbering:
    """Phone numbers of a country: prefixes kept for fiction and general ones, and what follows."""

    dialling: str
    fiction: tuple[str, ...]
    fiction_tail: int
    general: tuple[str, ...]
    general_tail: int


_AMERICAN_AREAS = tuple(
    str(area) for first in (201, 212, 302, 312) for area in range(first, first + 9)
)
_BRITISH_AREAS = "113496 114496 116496 117496 118496 121496 131496 141496 151496 161496"
_NUMBERING = (
    _Numbering("48", (), 0, ("50", "51", "53", "60", "66", "69", "72", "78", "79", "88"), 7),
    _Numbering(
        "49", ("3023125", "6990009", "4066969", "2214710", "8999998"), 3, ("151", "157", "160"), 8
    ),
    _Numbering(
        "1",
        tuple(f"{area}55501" for area in _AMERICAN_AREAS),
        2,
        tuple(f"{area}{exchange}" for area in _AMERICAN_AREAS for exchange in range(220, 500)),
        4,
    ),
    _Numbering(
        "44",
        tuple(f"{area}0" for area in [*_BRITISH_AREAS.split(), "207946", "191498"]),
        3,
        ("7400", "7500", "7701", "7801", "7901", "7402", "7501", "7702", "7802", "7902"),
        6,
    ),
)


def by_locale(codes: Ints, make: Callable[[int, int], Sequence[pa.Array]]) -> tuple[pa.Array, ...]:
    """`make(locale number, how many)` for each locale in `codes`, put back in the order of it."""
    places, made = [], []
    for number in range(len(LOCALES)):
        here = np.flatnonzero(codes == number)
        places.append(here)
        made.append(make(number, len(here)))
    back = pa.array(np.argsort(np.concatenate(places), kind="stable"))
    return tuple(pa.concat_arrays(column).take(back) for column in zip(*made, strict=True))


def digits(numbers: Ints, width: int = 0) -> pa.Array:
    """Whole numbers as text, padded with zeros to `width`."""
    return pc.utf8_lpad(pc.cast(pa.array(numbers), pa.string()), width, "0")


def joined(*parts: pa.Array | str, separator: str = "") -> pa.Array:
    """Texts of one row put together; null where a part is null."""
    return pc.binary_join_element_wise(*parts, separator)


def addresses(rng: np.random.Generator, codes: Ints) -> dict[str, pa.Array]:
    """An address for each entry of `codes` (index into LOCALES), as its ADDRESS_PARTS.

    A postal code belongs to a city and a street of it; `unit` is null for most houses.
    """

    def make(number: int, size: int) -> list[pa.Array]:
        of = locale(LOCALES[number])
        street, city = of.street.draw(rng, size), of.city.draw(rng, size)
        house = (rng.pareto(1.2, size) * 24).astype(np.int64) % (9000 if number == 2 else 180) + 1
        flat = rng.integers(1, 80, size)
        flats = rng.random(size) < _UNITS[number]
        return [
            of.street.text(street),
            digits(house),
            pc.if_else(pa.array(flats), digits(flat), None),
            of.city.text(city),
            of.region.take(pa.array(city)),
            _POSTAL[number](city, street),
            pa.repeat(pa.scalar(COUNTRIES[number]), size),
        ]

    return dict(zip(ADDRESS_PARTS, by_locale(codes, make), strict=True))


def _polish_code(city: Ints, street: Ints) -> pa.Array:
    return joined(
        digits(city * 37 % 100, 2), digits(street * 13 % 400 + city % 500, 3), separator="-"
    )


def _german_code(city: Ints, street: Ints) -> pa.Array:
    return joined(digits(10 + city * 17 % 899, 3), digits(street * 7 % 40, 2))


def _american_code(city: Ints, street: Ints) -> pa.Array:
    return joined(digits(100 + city * 13 % 850, 3), digits(street * 7 % 30, 2))


def _british_code(city: Ints, street: Ints) -> pa.Array:
    zones = pa.array(list(BritishPlaces.POSTAL_ZONES))
    letters = pa.array(list(_LETTERS))
    inward = [letters.take(pa.array(street // step % len(_LETTERS))) for step in (1, 20)]
    outward = joined(zones.take(pa.array(city % len(zones))), digits(city % 29 + 1))
    return joined(outward, joined(digits(street % 10), *inward), separator=" ")


_POSTAL = (_polish_code, _german_code, _american_code, _british_code)


def phones(rng: np.random.Generator, codes: Ints) -> pa.Array:
    """A phone number in E.164 for each entry of `codes`, all different while there are enough.

    German, American and British ones come from the ranges that regulators keep for fiction (5,000
    German, 12,000 British, 555-01xx of some American areas) while those last; beyond, and for
    Poland, which keeps none, numbers are made up in a general range and may exist.
    """

    def make(number: int, size: int) -> list[pa.Array]:
        known = _NUMBERING[number]
        prefixes, tail = known.fiction, known.fiction_tail
        if size > len(prefixes) * 10**tail:
            prefixes, tail = known.general, known.general_tail
        drawn = _distinct(rng, len(prefixes) * 10**tail, size)
        prefix = pa.array(prefixes, pa.string()).take(pa.array(drawn // 10**tail))
        return [joined(f"+{known.dialling}", prefix, digits(drawn % 10**tail, tail))]

    return by_locale(codes, make)[0]


def _distinct(rng: np.random.Generator, limit: int, size: int) -> Ints:
    """`size` numbers below `limit`, in random order, different if `limit` allows it."""
    if size > limit:
        return rng.integers(0, limit, size)
    drawn = np.unique(rng.integers(0, limit, size))
    while len(drawn) < size:
        drawn = np.unique(np.concatenate([drawn, rng.integers(0, limit, size)]))
    return rng.permutation(drawn)[:size]
