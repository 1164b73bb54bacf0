"""SipHash-2-4 (Aumasson and Bernstein 2012) of strings under a 128-bit key, as signed int64."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from tellonce.engine.model.kernels import siphash_all, siphash_words

Longs = npt.NDArray[np.int64]
FILE_HASH_KEY = b"tellonce files 1"  # for files, where keys are no secret
_MASK = (1 << 64) - 1


def siphash(data: bytes, hash_key: bytes) -> int:
    """SipHash-2-4 of `data` in plain Python, unsigned: the oracle of the compiled one."""

    def rotated(x: int, bits: int) -> int:
        return ((x << bits) | (x >> (64 - bits))) & _MASK

    def rounds(v: list[int], times: int) -> None:
        for _ in range(times):
            v[0] = (v[0] + v[1]) & _MASK
            v[1] = rotated(v[1], 13) ^ v[0]
            v[0] = rotated(v[0], 32)
            v[2] = (v[2] + v[3]) & _MASK
            v[3] = rotated(v[3], 16) ^ v[2]
            v[0] = (v[0] + v[3]) & _MASK
            v[3] = rotated(v[3], 21) ^ v[0]
            v[2] = (v[2] + v[1]) & _MASK
            v[1] = rotated(v[1], 17) ^ v[2]
            v[2] = rotated(v[2], 32)

    k0, k1 = (int.from_bytes(hash_key[i : i + 8], "little") for i in (0, 8))
    v = [
        k0 ^ 0x736F6D6570736575,
        k1 ^ 0x646F72616E646F6D,
        k0 ^ 0x6C7967656E657261,
        k1 ^ 0x7465646279746573,
    ]
    whole = len(data) - len(data) % 8
    words = [int.from_bytes(data[i : i + 8], "little") for i in range(0, whole, 8)]
    words.append(int.from_bytes(data[whole:], "little") | (len(data) & 255) << 56)
    for word in words:
        v[3] ^= word
        rounds(v, 2)
        v[0] ^= word
    v[2] ^= 255
    rounds(v, 4)
    return v[0] ^ v[1] ^ v[2] ^ v[3]


def hash64(strings: pa.Array, hash_key: bytes) -> Longs:
    """SipHash-2-4 of each string in UTF-8, as signed 64-bit integers; null hashes as empty."""
    array = strings.cast(pa.large_string())
    _validity, offsets, data = array.buffers()
    off = np.frombuffer(offsets, np.int64)[array.offset : array.offset + len(array) + 1]
    raw = np.frombuffer(data or b"\0", np.uint8)
    off.flags.writeable = raw.flags.writeable = False  # else compiled once more where they may be
    out = np.empty(len(array), np.uint64)
    siphash_all(off, raw, *_halves(hash_key), out)
    return out.view(np.int64)


def hash_of_words(words: Sequence[Longs], hash_key: bytes) -> Longs:
    """SipHash-2-4 of the 64-bit words at each place of `words`, taken as little-endian bytes."""
    stacked = np.stack([np.asarray(word, np.int64) for word in words]).view(np.uint64)
    out = np.empty(stacked.shape[1], np.uint64)
    siphash_words(stacked, *_halves(hash_key), out)
    return out.view(np.int64)


def _halves(hash_key: bytes) -> tuple[np.uint64, np.uint64]:
    low, high = (np.uint64(int.from_bytes(hash_key[i : i + 8], "little")) for i in (0, 8))
    return low, high


@lru_cache(maxsize=8)
def key_fingerprint(hash_key: bytes) -> str:
    """A name for the key that does not reveal it: the hash of a fixed text under it.

    The text changes with the way keys are hashed, so that values hashed the old way are dropped.
    """
    return f"{siphash(b'tellonce key fingerprint 2', hash_key):016x}"
