"""Keys in order: which rows share each, how many, and those that are too common refined."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from tellonce.engine.lists import steps
from tellonce.engine.model.hashing import hash_of_words

Longs = npt.NDArray[np.int64]
Ints = npt.NDArray[np.int32]
Bools = npt.NDArray[np.bool_]
_ROW = (1 << 32) - 1


class Grouped(NamedTuple):
    """Distinct keys, ascending, how many rows have each, and these rows, ascending, key by key."""

    keys: Longs
    sizes: Longs
    rows: Ints

    def of(self, chosen: Bools) -> Grouped:
        """Only the chosen keys."""
        if chosen.all():
            return self
        return Grouped(
            self.keys[chosen], self.sizes[chosen], self.rows[np.repeat(chosen, self.sizes)]
        )


def grouped(rows: Ints, keys: Longs, *, alone: bool) -> Grouped:
    """Rows grouped by their keys, each row once a key; `alone` keeps keys that one row has."""
    order = np.argsort(keys)
    keys, rows = keys[order], rows[order]
    new = np.ones(len(keys) + 1, np.bool_)
    np.not_equal(keys[1:], keys[:-1], out=new[1:-1])
    if not alone:
        shared = ~(new[:-1] & new[1:])
        keys, rows, new = keys[shared], rows[shared], new[:-1][shared]
    else:
        new = new[:-1]
    packed = (np.cumsum(new) - 1) << 32 | rows
    packed.sort()
    again = packed[1:] == packed[:-1]
    if again.any():
        packed = packed[np.append(True, ~again)]
    distinct = keys[new]
    sizes = np.bincount(packed >> 32, minlength=len(distinct))
    found = Grouped(distinct, sizes, (packed & _ROW).astype(np.int32))
    return found if alone else found.of(found.sizes > 1)


def refined(
    plain: Grouped, common: Bools, second: Longs, hash_key: bytes, *, alone: bool
) -> Grouped:
    """The keys, the common ones joined with the word that `second` has for each row."""
    part = plain.of(common)
    words = [np.repeat(part.keys, part.sizes), second[part.rows]]
    return _merged(
        plain.of(~common), grouped(part.rows, hash_of_words(words, hash_key), alone=alone)
    )


def _merged(one: Grouped, other: Grouped) -> Grouped:
    """Both in one order; they have no key in common."""
    keys = np.concatenate([one.keys, other.keys])
    sizes = np.concatenate([one.sizes, other.sizes])
    rows = np.concatenate([one.rows, other.rows])
    order = np.argsort(keys)
    starts = np.cumsum(sizes) - sizes
    at, step = steps(sizes[order])
    return Grouped(keys[order], sizes[order], rows[starts[order][at] + step])


def within(keys: Longs, ascending: Longs) -> Bools:
    """Which of the keys are among `ascending`."""
    if not len(ascending):
        return np.zeros(len(keys), np.bool_)
    at = np.minimum(np.searchsorted(ascending, keys), len(ascending) - 1)
    found: Bools = ascending[at] == keys
    return found
