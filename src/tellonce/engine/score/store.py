"""Encoded records that are added to one batch at a time, so that a record is encoded once."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from tellonce.engine.model.document import ScoreModel
from tellonce.engine.model.spelling import Spelling
from tellonce.engine.score.arrays import Encoded, Ints, Longs, Weights
from tellonce.engine.score.kernels import letters_of
from tellonce.engine.score.levels import sound
from tellonce.engine.score.weights import rarest, weights_within

_POOL = {
    "pool_off": np.int64,
    "pool": np.uint8,
    "letters": np.uint64,
    "sounds": np.int32,
    "variant_off": np.int32,
    "variants": np.int32,
}
_OFFSETS = (
    *("name_off", "email_off", "phone_off", "identifier_off"),
    *("organisation_off", "word_off", "address_off"),
)
_NAMES = ("given", "middle", "family")
_CODES = (
    *("organisation", "word", "email", "phone", "identifier_kind", "identifier"),
    *("street", "number", "unit", "city", "region", "postal", "other"),
)
Mark = dict[str, int]


class Growing:
    """An array with room at its end."""

    def __init__(self, kind: npt.DTypeLike, width: tuple[int, ...] = (), size: int = 0) -> None:
        self.data = np.zeros((16, *width), kind)
        self.size = size

    def extend(self, part: npt.NDArray[Any]) -> None:
        """Add `part` at the end."""
        end = self.size + len(part)
        if end > len(self.data):
            grown = np.empty((max(end, 2 * self.size), *self.data.shape[1:]), self.data.dtype)
            grown[: self.size] = self.data[: self.size]
            self.data = grown
        self.data[self.size : end] = part
        self.size = end

    @property
    def filled(self) -> npt.NDArray[Any]:
        """What was added so far, as a view."""
        return self.data[: self.size]


class _Pool:
    """The strings that codes stand for. Name parts have codes of their own, since only they have a
    sound and variants.
    """

    def __init__(self, spelling: Spelling) -> None:
        self.spelling = spelling
        self.codes: tuple[dict[str, int], dict[str, int]] = ({}, {})
        self.sounds: dict[str, int] = {}
        self.arrays = {name: Growing(kind) for name, kind in _POOL.items()}
        for name in ("pool_off", "variant_off"):
            self.arrays[name].extend(np.zeros(1, np.int64))

    def interned(self, strings: list[str], *, names: bool) -> Ints:
        """Codes of distinct strings; those not seen before are added."""
        known = self.codes[names]
        count = self.arrays["pool_off"].size - 1
        found = np.empty(len(strings), np.int32)
        new = []
        for place, text in enumerate(strings):
            code = known.setdefault(text, count)
            if code == count:
                new.append(text)
                count += 1
            found[place] = code
        self._add(new, names=names)
        return found

    def _add(self, new: list[str], *, names: bool) -> None:
        raw = [text.encode() for text in new]
        self._extend_offsets("pool_off", [len(text) for text in raw])
        signs = np.frombuffer(b"".join(raw), np.uint8)
        self.arrays["pool"].extend(signs)
        off = np.cumsum([0, *(len(text) for text in raw)], dtype=np.int64)
        self.arrays["letters"].extend(letters_of(off, signs))
        sounds: list[int] = []
        counts: list[int] = []
        variants: list[int] = []
        for text in new:
            heard = sound(text, self.spelling) if names else None
            sounds.append(self.sounds.setdefault(heard, len(self.sounds)) if heard else -1)
            groups = self.spelling.variants(text) if names else ()
            counts.append(len(groups))
            variants.extend(groups)
        self.arrays["sounds"].extend(np.array(sounds, np.int32))
        self.arrays["variants"].extend(np.array(variants, np.int32))
        self._extend_offsets("variant_off", counts)

    def _extend_offsets(self, name: str, lengths: list[int]) -> None:
        last = int(self.arrays[name].filled[-1])
        self.arrays[name].extend(last + np.cumsum(np.array(lengths, np.int64)))


class Store:
    """Rows of `Encoded`, under one model and spelling, whose codes stand for one pool of strings.

    Whether two codes are equal, and every figure, is as if all rows had been encoded at once.
    """

    def __init__(self, model: ScoreModel, spelling: Spelling) -> None:
        self.model = model
        self._pool = _Pool(spelling)
        self._arrays: dict[str, Growing] = {}
        self._rarest = np.zeros(0, np.int64)
        self._weights: dict[float | None, Weights] = {}
        self._view: Encoded | None = None

    def add(self, encoded: Encoded, values: pa.Array) -> int:
        """Add the rows of what `encode` gave under the same model; returns the first one's row."""
        arrays = encoded._asdict()
        if not self._arrays:
            self._arrays = {
                name: Growing(array.dtype, array.shape[1:], size=int(name in _OFFSETS))
                for name, array in arrays.items()
                if name not in _POOL
            }
        first = self._arrays["year"].size
        coded = self._coded(arrays, values)
        for name, growing in self._arrays.items():
            if name in _OFFSETS:
                growing.extend(arrays[name][1:] + growing.filled[-1])
            else:
                growing.extend(coded[name] if name in coded else arrays[name])
        self._bound(rarest(encoded))
        self._view = None
        return first

    def _coded(self, arrays: dict[str, Any], values: pa.Array) -> dict[str, Ints]:
        """The arrays of codes in codes of this pool."""
        found: dict[str, Ints] = {}
        for part in (_NAMES, _CODES):
            used = np.zeros(len(values) + 1, np.bool_)
            for name in part:
                used[arrays[name]] = True
            used[-1] = False  # -1, a missing value, has its place at the end
            local = np.flatnonzero(used)
            codes = np.full(len(values) + 1, -1, np.int32)
            codes[local] = self._pool.interned(
                values.take(pa.array(local)).to_pylist(), names=part is _NAMES
            )
            found.update({name: codes[arrays[name]] for name in part})
        return found

    def _bound(self, seen: Longs) -> None:
        most = np.maximum(self._rarest, seen) if len(self._rarest) else seen
        if not np.array_equal(most, self._rarest):
            self._rarest = most
            self._weights = {}

    def mark(self) -> Mark:
        """Where the rows end now, for `cut_back`."""
        return {name: growing.size for name, growing in self._arrays.items()}

    def cut_back(self, mark: Mark) -> None:
        """Take off the rows that were added since `mark`."""
        for name, growing in self._arrays.items():
            growing.size = mark.get(name, int(name in _OFFSETS))
        self._view = None

    @property
    def encoded(self) -> Encoded:
        """All rows, as the kernels read them; good until the next `add` or `cut_back`."""
        if self._view is None:
            arrays = {**self._pool.arrays, **self._arrays}
            self._view = Encoded(**{name: growing.filled for name, growing in arrays.items()})
        return self._view

    def weights(self, review: float | None) -> Weights:
        """As `weights.weights`: of the model, pairs below probability `review` abandoned."""
        if review not in self._weights:
            self._weights[review] = weights_within(self.model, self._rarest, review)
        return self._weights[review]
