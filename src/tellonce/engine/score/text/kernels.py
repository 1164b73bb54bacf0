"""Compiled likeness of strings that lie in one pool of bytes; `similarity.py` is the oracle.

`_nrt=False` here and in the other kernels: nothing is allocated, and counting references to the
arrays at every call costs six times the work itself (measured; see the plans).
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np

from tellonce.engine.score.arrays import Bytes


@numba.njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
def jaro_winkler(pool: Bytes, a0: int, a1: int, b0: int, b1: int) -> Any:
    """Jaro-Winkler of pool[a0:a1] and pool[b0:b1]; as `similarity.jaro_winkler`."""
    n, m = a1 - a0, b1 - b0
    if n == 0 or m == 0:
        return 0.0
    if n > 64 or m > 64:
        n, m = min(n, 64), min(m, 64)
    window = max(max(n, m) // 2 - 1, 0)
    used = np.uint64(0)
    hit = np.uint64(0)
    one = np.uint64(1)
    common = 0
    for i in range(n):
        char = pool[a0 + i]
        for j in range(max(0, i - window), min(m, i + window + 1)):
            if pool[b0 + j] == char and not (used >> np.uint64(j)) & one:
                used |= one << np.uint64(j)
                hit |= one << np.uint64(i)
                common += 1
                break
    if common == 0:
        return 0.0
    moved = 0
    j = 0
    for i in range(n):
        if (hit >> np.uint64(i)) & one:
            while not (used >> np.uint64(j)) & one:
                j += 1
            if pool[a0 + i] != pool[b0 + j]:
                moved += 1
            j += 1
    jaro = (common / n + common / m + (common - moved // 2) / common) / 3.0
    prefix = 0
    for i in range(min(4, n, m)):
        if pool[a0 + i] != pool[b0 + i]:
            break
        prefix += 1
    return jaro + prefix * 0.1 * (1.0 - jaro)


@numba.njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
def one_slip(pool: Bytes, a0: int, a1: int, b0: int, b1: int) -> Any:
    """As `similarity.one_slip`, for strings that are not equal."""
    n, m = a1 - a0, b1 - b0
    if abs(n - m) > 1:
        return False
    start = 0
    while start < min(n, m) and pool[a0 + start] == pool[b0 + start]:
        start += 1
    if n != m:
        if n > m:
            a0, b0, n, m = b0, a0, m, n
        for i in range(start, n):
            if pool[a0 + i] != pool[b0 + i + 1]:
                return False
        return True
    if start == n:
        return False
    same = True
    for i in range(start + 1, n):
        if pool[a0 + i] != pool[b0 + i]:
            same = False
            break
    if same:
        return True
    if start + 1 >= n:
        return False
    if pool[a0 + start] != pool[b0 + start + 1] or pool[a0 + start + 1] != pool[b0 + start]:
        return False
    for i in range(start + 2, n):
        if pool[a0 + i] != pool[b0 + i]:
            return False
    return True


@numba.njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
def _token_in(pool: Bytes, t0: int, t1: int, b0: int, b1: int) -> Any:
    start = b0
    for i in range(b0, b1 + 1):
        if i == b1 or pool[i] == 32:
            if i - start == t1 - t0:
                same = True
                for k in range(t1 - t0):
                    if pool[t0 + k] != pool[start + k]:
                        same = False
                        break
                if same:
                    return True
            start = i + 1
    return False


@numba.njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
def _tokens(pool: Bytes, a0: int, a1: int) -> Any:
    count = 1
    for i in range(a0, a1):
        if pool[i] == 32:
            count += 1
    return count


@numba.njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
def tokens_within(pool: Bytes, a0: int, a1: int, b0: int, b1: int) -> Any:
    """As `similarity.tokens_within`."""
    if _tokens(pool, a0, a1) > _tokens(pool, b0, b1):
        a0, a1, b0, b1 = b0, b1, a0, a1
    start = a0
    for i in range(a0, a1 + 1):
        if i == a1 or pool[i] == 32:
            if not _token_in(pool, start, i, b0, b1):
                return False
            start = i + 1
    return True


@numba.njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
def share_token(pool: Bytes, a0: int, a1: int, b0: int, b1: int, shortest: int) -> Any:
    """As `similarity.share_token`."""
    start = a0
    for i in range(a0, a1 + 1):
        if i == a1 or pool[i] == 32:
            if i - start >= shortest and _token_in(pool, start, i, b0, b1):
                return True
            start = i + 1
    return False
