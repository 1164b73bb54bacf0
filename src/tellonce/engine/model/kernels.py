"""How kernels are compiled, and compiled SipHash-2-4 (`hashing.siphash` is its readable oracle)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numba
import numpy as np


def compiled(**options: Any) -> Callable[[Callable[..., Any]], Any]:
    """numba.njit that releases the GIL and keeps the compiled code beside the source or in the
    user's cache; where neither can be written the code is compiled anew in each process.
    """

    def compile_when_called(function: Callable[..., Any]) -> Any:
        try:
            return numba.njit(cache=True, nogil=True, **options)(function)
        except RuntimeError:  # no folder that could hold a cache
            return numba.njit(nogil=True, **options)(function)

    return compile_when_called


@compiled(inline="always")
def _rotated(x: Any, bits: Any) -> Any:
    return (x << np.uint64(bits)) | (x >> np.uint64(64 - bits))


@compiled()
def _round(v0: Any, v1: Any, v2: Any, v3: Any) -> Any:
    v0 = v0 + v1
    v1 = _rotated(v1, 13) ^ v0
    v0 = _rotated(v0, 32)
    v2 = v2 + v3
    v3 = _rotated(v3, 16) ^ v2
    v0 = v0 + v3
    v3 = _rotated(v3, 21) ^ v0
    v2 = v2 + v1
    v1 = _rotated(v1, 17) ^ v2
    v2 = _rotated(v2, 32)
    return v0, v1, v2, v3


@compiled()
def siphash_all(off: Any, data: Any, k0: Any, k1: Any, out: Any) -> Any:
    """SipHash-2-4 of each string data[off[i]:off[i+1]] into out (uint64)."""
    for item in range(off.shape[0] - 1):
        start, size = off[item], off[item + 1] - off[item]
        v0 = k0 ^ np.uint64(0x736F6D6570736575)
        v1 = k1 ^ np.uint64(0x646F72616E646F6D)
        v2 = k0 ^ np.uint64(0x6C7967656E657261)
        v3 = k1 ^ np.uint64(0x7465646279746573)
        for at in range(0, size - size % 8, 8):
            word = np.uint64(0)
            for k in range(8):
                word |= np.uint64(data[start + at + k]) << np.uint64(8 * k)
            v3 ^= word
            v0, v1, v2, v3 = _round(v0, v1, v2, v3)
            v0, v1, v2, v3 = _round(v0, v1, v2, v3)
            v0 ^= word
        last = np.uint64(size & 255) << np.uint64(56)
        tail = size - size % 8
        for k in range(size % 8):
            last |= np.uint64(data[start + tail + k]) << np.uint64(8 * k)
        v3 ^= last
        v0, v1, v2, v3 = _round(v0, v1, v2, v3)
        v0, v1, v2, v3 = _round(v0, v1, v2, v3)
        v0 ^= last
        v2 ^= np.uint64(255)
        for _ in range(4):
            v0, v1, v2, v3 = _round(v0, v1, v2, v3)
        out[item] = v0 ^ v1 ^ v2 ^ v3


@compiled()
def siphash_words(words: Any, k0: Any, k1: Any, out: Any) -> Any:
    """SipHash-2-4 of each column of words (uint64, words x items) into out, as of its bytes."""
    count = words.shape[0]
    last = np.uint64(8 * count & 255) << np.uint64(56)
    for item in range(words.shape[1]):
        v0 = k0 ^ np.uint64(0x736F6D6570736575)
        v1 = k1 ^ np.uint64(0x646F72616E646F6D)
        v2 = k0 ^ np.uint64(0x6C7967656E657261)
        v3 = k1 ^ np.uint64(0x7465646279746573)
        for at in range(count + 1):
            word = words[at, item] if at < count else last
            v3 ^= word
            v0, v1, v2, v3 = _round(v0, v1, v2, v3)
            v0, v1, v2, v3 = _round(v0, v1, v2, v3)
            v0 ^= word
        v2 ^= np.uint64(255)
        for _ in range(4):
            v0, v1, v2, v3 = _round(v0, v1, v2, v3)
        out[item] = v0 ^ v1 ^ v2 ^ v3
