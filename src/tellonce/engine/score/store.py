"""Encoded records that are added to one batch at a time, so that a record is encoded once."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from tellonce.engine.model.document import ScoreModel
from tellonce.engine.model.spelling import Spelling
from tellonce.engine.score.arrays import Encoded, Ints, Longs, Weights
from tellonce.engine.score.kernels import END, LINE, SOUND, TEXT, letters_of
from tellonce.engine.score.levels import sound
from tellonce.engine.score.lines import KINDS, code_places, texts_of
from tellonce.engine.score.weights import rarest, weights_within

_NAMES = ("name",)
_OTHERS = tuple(kind for kind in KINDS if kind not in _NAMES)
Mark = tuple[int, int]


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
        self.texts, self.count = Growing(np.int64), 0
        self.signs, self.variants = Growing(np.uint8), Growing(np.int32)

    def interned(self, strings: list[str], *, names: bool) -> Ints:
        """Codes of distinct strings; those not seen before are added."""
        known = self.codes[names]
        count = self.count
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
        signs = np.frombuffer(b"".join(raw), np.uint8).copy()
        off = np.cumsum([0, *(len(text) for text in raw)], dtype=np.int64)
        sounds: list[int] = []
        counts: list[int] = [0]
        variants: list[int] = []
        for text in new if names else ():
            heard = sound(text, self.spelling)
            sounds.append(self.sounds.setdefault(heard, len(self.sounds)) if heard else -1)
            variants.extend(self.spelling.variants(text))
            counts.append(len(variants))
        texts = texts_of(
            off, letters_of(off, signs), np.array(sounds, np.int32), np.array(counts, np.int32)
        )
        texts[0::TEXT] += self.signs.size
        texts[SOUND::TEXT] += self.variants.size << 32
        self.texts.extend(texts)
        self.signs.extend(signs)
        self.variants.extend(np.array(variants, np.int32))
        self.count += len(new)


class Store:
    """Rows of `Encoded`, under one model and spelling, whose codes stand for one pool of strings.

    Whether two codes are equal, and every figure, is as if all rows had been encoded at once.
    """

    def __init__(self, model: ScoreModel, spelling: Spelling) -> None:
        self.model = model
        self._pool = _Pool(spelling)
        self._lines, self._said = Growing(np.int32), Growing(np.int32)
        self._rarest = np.zeros(0, np.int64)
        self._weights: dict[float | None, Weights] = {}
        self._view: Encoded | None = None
        self._last: tuple[Encoded, Ints] | None = None

    def add(self, encoded: Encoded, values: pa.Array) -> int:
        """Add the rows of what `encode` gave under the same model; returns the first one's row."""
        first = self._lines.size // LINE
        lines = encoded.lines.reshape(-1, LINE).copy()
        lines[:, : END + 1] += self._said.size
        self._said.extend(self._coded(encoded, values))
        self._lines.extend(lines.ravel())
        self._view = None
        return first

    def _coded(self, encoded: Encoded, values: pa.Array) -> Ints:
        """What the rows say in codes of this pool. Those last added are known: what arrives is
        added to be scored, taken off, and added again.
        """
        if self._last is not None and self._last[0] is encoded:
            return self._last[1]
        said = encoded.said.copy()
        for kinds in (_NAMES, _OTHERS):
            places = [code_places(encoded, kind) for kind in kinds]
            place = np.concatenate(places)
            local, back = np.unique(encoded.said[place], return_inverse=True)
            known = local >= 0
            codes = np.full(len(local), -1, np.int32)
            codes[known] = self._pool.interned(
                values.take(pa.array(local[known])).to_pylist(), names=kinds is _NAMES
            )
            said[place] = codes[back]
        self._bound(rarest(encoded))
        self._last = encoded, said
        return said

    def _bound(self, seen: Longs) -> None:
        most = np.maximum(self._rarest, seen) if len(self._rarest) else seen
        if not np.array_equal(most, self._rarest):
            self._rarest = most
            self._weights = {}

    def mark(self) -> Mark:
        """Where the rows end now, for `cut_back`."""
        return self._lines.size, self._said.size

    def cut_back(self, mark: Mark) -> None:
        """Take off the rows that were added since `mark`."""
        self._lines.size, self._said.size = mark
        self._view = None

    @property
    def encoded(self) -> Encoded:
        """All rows, as the kernels read them; good until the next `add` or `cut_back`."""
        if self._view is None:
            pool = self._pool
            growing = (self._lines, self._said, pool.texts, pool.signs, pool.variants)
            self._view = Encoded(*(one.filled for one in growing))
        return self._view

    def weights(self, review: float | None) -> Weights:
        """As `weights.weights`: of the model, pairs below probability `review` abandoned."""
        if review not in self._weights:
            self._weights[review] = weights_within(self.model, self._rarest, review)
        return self._weights[review]
