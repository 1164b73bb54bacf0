"""Draws of names, places and slips that the shapes are made of, from the tables of the engine."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np
import pyarrow as pa

from tellonce.engine.synth.noise import NICKNAMES, slip
from tellonce.engine.synth.pools import Locale, Pool, locale

Row = dict[str, str | None]


@dataclass
class Draw:
    """Draws of one locale from one generator; every method draws anew."""

    rng: np.random.Generator
    place: Locale

    @classmethod
    def of(cls, seed: int, code: str) -> Draw:
        """The draws of a seed in one of `pools.LOCALES`."""
        return cls(np.random.default_rng(seed), locale(code))

    def chance(self, share: float) -> bool:
        """True with this probability."""
        return bool(self.rng.random() < share)

    def one(self, values: Sequence[str]) -> str:
        """One of the values, all as likely."""
        return values[int(self.rng.integers(len(values)))]

    def whole(self, low: int, high: int) -> int:
        """A whole number from `low` up to `high`, both included."""
        return int(self.rng.integers(low, high + 1))

    def digits(self, count: int) -> str:
        """So many digits, the first not 0."""
        return "".join([str(self.whole(1, 9)), *(str(self.whole(0, 9)) for _ in range(count - 1))])

    def given(self, gender: str) -> str:
        """A given name, the common ones more often."""
        return self.text(self.place.female if gender == "F" else self.place.male)

    def family(self) -> str:
        """A family name, the common ones more often."""
        return self.text(self.place.family)

    def street(self) -> str:
        """A street without a number."""
        return self.text(self.place.street)

    def city(self) -> str:
        """A city, the common ones more often."""
        return self.text(self.place.city)

    def text(self, pool: Pool) -> str:
        """A value of a pool."""
        return str(pool.values[int(pool.draw(self.rng, 1)[0])].as_py())

    def day(self, oldest: int, youngest: int) -> date:
        """A day of one of these years."""
        return date(self.whole(oldest, youngest), 1, 1) + timedelta(days=self.whole(0, 364))

    def slip(self, text: str, share: float, most: int = 1) -> str:
        """The text, with this probability with a slip, and then perhaps another."""
        for _ in range(most):
            if not self.chance(share):
                break
            text = slip(text, *map(float, self.rng.random(3)))
        return text

    def digit_slip(self, text: str, share: float) -> str:
        """The text, with this probability with another digit somewhere."""
        places = [at for at, char in enumerate(text) if char.isdigit()]
        if not places or not self.chance(share):
            return text
        at = places[self.whole(0, len(places) - 1)]
        return text[:at] + str((int(text[at]) + self.whole(1, 9)) % 10) + text[at + 1 :]

    def nickname(self, name: str, share: float) -> str:
        """The name, with this probability in its short form."""
        return NICKNAMES.get(name, name) if self.chance(share) else name

    def shuffled(self, rows: Sequence[Row]) -> list[Row]:
        """The rows in another order."""
        return [rows[at] for at in self.rng.permutation(len(rows))]


@dataclass
class Towns:
    """Towns with a postal code each and the same streets for everybody who lives there."""

    draw: Draw
    count: int
    found: list[tuple[str, str]] = field(default_factory=list)

    def one(self) -> tuple[str, str]:
        """City and postal code."""
        while len(self.found) < self.count:
            self.found.append((self.draw.city(), self.draw.digits(5)))
        return self.found[self.draw.whole(0, self.count - 1)]


def table(rows: Sequence[Mapping[str, str | None]]) -> pa.Table:
    """Rows of texts, which all have the same columns, as a table."""
    return pa.table({name: pa.array([row[name] for row in rows], pa.string()) for name in rows[0]})


def sources(draw: Draw, parts: Mapping[str, Sequence[Row]]) -> pa.Table:
    """The rows of several sources as one labelled table: `source`, `unique_id` and their columns.

    A column that a source does not have is empty there.
    """
    names = list(dict.fromkeys(name for rows in parts.values() for row in rows for name in row))
    every = [
        {"source": source, **{name: row.get(name) for name in names}}
        for source, rows in parts.items()
        for row in draw.shuffled(rows)
    ]
    return table([{"unique_id": str(at), **row} for at, row in enumerate(every)])


@dataclass(frozen=True)
class Shape:
    """A kind of file: its name and how it is made from a seed, as a labelled table."""

    name: str
    make: Callable[[int], pa.Table]
