"""What goes wrong between a person and a record: slips, short forms, blanks and stopgaps."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

Bools = np.ndarray[Any, np.dtype[np.bool_]]

_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_NEIGHBOURS = {
    key: beside for row in _ROWS for key, beside in zip(row, row[1:] + row[-2], strict=True)
}
_HEARD = (
    ("rz", "ż"),
    ("ó", "u"),
    ("ch", "h"),
    ("ck", "k"),
    ("ph", "f"),
    ("ei", "ai"),
    ("ie", "i"),
    ("ey", "y"),
    ("w", "v"),
    ("z", "s"),
    ("tt", "t"),
    ("ss", "ß"),
    ("c", "k"),
)
_SEEN = (("m", "rn"), ("l", "1"), ("O", "0"), ("o", "0"), ("S", "5"), ("B", "8"), ("i", "l"))

NICKNAMES = {
    "Katarzyna": "Kasia",
    "Małgorzata": "Gosia",
    "Agnieszka": "Aga",
    "Aleksandra": "Ola",
    "Anna": "Ania",
    "Barbara": "Basia",
    "Joanna": "Asia",
    "Magdalena": "Magda",
    "Zofia": "Zosia",
    "Tomasz": "Tomek",
    "Krzysztof": "Krzysiek",
    "Jakub": "Kuba",
    "Jan": "Janek",
    "Stanisław": "Staszek",
    "Wojciech": "Wojtek",
    "Piotr": "Piotrek",
    "Andrzej": "Andrzejek",
    "Aleksander": "Olek",
    "Johannes": "Hannes",
    "Katharina": "Kathi",
    "Elisabeth": "Lisa",
    "Friedrich": "Fritz",
    "Joachim": "Jochen",
    "Johann": "Hans",
    "Margarete": "Grete",
    "Susanne": "Susi",
    "Wolfgang": "Wolf",
    "Robert": "Bob",
    "William": "Bill",
    "Richard": "Dick",
    "James": "Jim",
    "Michael": "Mike",
    "Thomas": "Tom",
    "Christopher": "Chris",
    "Matthew": "Matt",
    "Anthony": "Tony",
    "Joseph": "Joe",
    "Elizabeth": "Liz",
    "Jennifer": "Jen",
    "Katherine": "Kate",
    "Margaret": "Peggy",
    "Rebecca": "Becky",
    "Samantha": "Sam",
    "Susan": "Sue",
    "Victoria": "Vicky",
    "Deborah": "Debbie",
    "Patricia": "Pat",
    "Daniel": "Dan",
    "Edward": "Ted",
}

STOPGAPS = {
    "given_name": ("Test", "N/A", "unknown", "-"),
    "family_name": ("Test", "N/A", "brak", "XXX"),
    "email": ("none@none.com", "test@test.com", "brak@brak.pl", "noemail@example.com"),
    "phone": ("000000000", "123456789", "999999999", "-"),
    "birth_date": ("01.01.1900", "1900-01-01", "00.00.0000"),
    "city": ("N/A", "?", "unknown"),
}
"""What people type where a field must not stay empty."""


def chance(rng: np.random.Generator, size: int, share: float) -> Bools:
    """True for about `share` of `size` rows."""
    hit: Bools = rng.random(size) < share
    return hit


def replaced(values: pa.Array, where: Bools, change: Callable[[list[str]], list[str]]) -> pa.Array:
    """`values` with those `where` (and not null) passed through `change`."""
    mask = where & values.is_valid().to_numpy(zero_copy_only=False)
    if not mask.any():
        return values
    old = values.filter(pa.array(mask)).to_pylist()
    return pc.replace_with_mask(values, pa.array(mask), pa.array(change(old), pa.string()))


def mistyped(rng: np.random.Generator, values: pa.Array, share: float) -> pa.Array:
    """`values` with one slip in about `share` of them: typed, heard or scanned wrongly."""

    def slips(old: list[str]) -> list[str]:
        draws = rng.random((len(old), 3))
        return [slip(text, *draw) for text, draw in zip(old, draws.tolist(), strict=True)]

    return replaced(values, chance(rng, len(values), share), slips)


def slip(text: str, kind: float, where: float, what: float) -> str:
    """`text` with one slip; the three numbers from 0 to 1 choose it. Short texts stay."""
    if len(text) < 3:
        return text
    place = 1 + int(where * (len(text) - 1))
    before, after = text[:place], text[place:]
    if kind < 0.15:
        return before + chr(97 + int(what * 26)) + after
    if kind < 0.35:
        return before + after[1:]
    if kind < 0.55:
        return before + after[1:2] + after[:1] + after[2:]
    if kind < 0.75:
        return before + _NEIGHBOURS.get(after[0], "e") + after[1:]
    return _confused(text, _HEARD if kind < 0.9 else _SEEN, what)


def _confused(text: str, pairs: Sequence[tuple[str, str]], what: float) -> str:
    fitting = [pair for pair in pairs if pair[0] in text[1:]]
    if not fitting:
        return text[:-1]
    told, taken = fitting[int(what * len(fitting))]
    return text[0] + text[1:].replace(told, taken, 1)


def nicknamed(rng: np.random.Generator, values: pa.Array, share: float) -> pa.Array:
    """Given names with about `share` of those that have one in their short form."""
    where = chance(rng, len(values), share)
    return replaced(values, where, lambda old: [NICKNAMES.get(name, name) for name in old])


def blanked(rng: np.random.Generator, values: pa.Array, share: float) -> pa.Array:
    """`values` with about `share` of them null."""
    return pc.if_else(pa.array(chance(rng, len(values), share)), None, values)


def stopgapped(
    rng: np.random.Generator, values: pa.Array, stopgaps: Sequence[str], share: float
) -> pa.Array:
    """`values` with about `share` of them a stopgap."""
    drawn = pa.array(stopgaps).take(pa.array(rng.integers(0, len(stopgaps), len(values))))
    return pc.if_else(pa.array(chance(rng, len(values), share)), drawn, values)
