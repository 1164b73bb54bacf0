"""Compiled levels of the names of two rows; `levels.py` is the oracle."""

from __future__ import annotations

from typing import Any

import numba
import numpy as np

from tellonce.engine.score.arrays import Bytes, Encoded
from tellonce.engine.score.text.kernels import jaro_winkler, share_token, tokens_within


@numba.njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
def close(e: Encoded, a: int, b: int, cut: float) -> Any:
    if a == b:
        return True
    return (
        jaro_winkler(e.pool, e.pool_off[a], e.pool_off[a + 1], e.pool_off[b], e.pool_off[b + 1])
        >= cut
    )


@numba.njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
def length(e: Encoded, a: int) -> Any:
    return e.pool_off[a + 1] - e.pool_off[a] if a >= 0 else 0


@numba.njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
def _given_level(e: Encoded, a: int, b: int) -> Any:
    a0, a1, b0, b1 = e.pool_off[a], e.pool_off[a + 1], e.pool_off[b], e.pool_off[b + 1]
    n, m = a1 - a0, b1 - b0
    if n == 1 or m == 1:
        return 4 if e.pool[a0] == e.pool[b0] else 6
    if a == b:
        return 1
    for i in range(e.variant_off[a], e.variant_off[a + 1]):
        for j in range(e.variant_off[b], e.variant_off[b + 1]):
            if e.variants[i] == e.variants[j]:
                return 2
    if tokens_within(e.pool, a0, a1, b0, b1):
        return 2
    if e.sounds[a] >= 0 and e.sounds[a] == e.sounds[b]:
        return 3
    if min(n, m) >= 3:
        prefix = True
        for i in range(min(n, m)):
            if e.pool[a0 + i] != e.pool[b0 + i]:
                prefix = False
                break
        if prefix:
            return 3
    score = jaro_winkler(e.pool, a0, a1, b0, b1)
    if score >= 0.92:
        return 3
    if e.pool[a0] == e.pool[b0] and (e.pool[a0 + 1] == 32 or e.pool[b0 + 1] == 32):
        return 4
    return 5 if score >= 0.82 else 6


@numba.njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
def _family_level(e: Encoded, a: int, b: int) -> Any:
    if a == b:
        return 1
    a0, a1, b0, b1 = e.pool_off[a], e.pool_off[a + 1], e.pool_off[b], e.pool_off[b + 1]
    if share_token(e.pool, a0, a1, b0, b1, 3):
        return 2
    if e.sounds[a] >= 0 and e.sounds[a] == e.sounds[b]:
        return 3
    score = jaro_winkler(e.pool, a0, a1, b0, b1)
    if score >= 0.92:
        return 3
    if score >= 0.82:
        return 4
    return 4 if min(a1 - a0, b1 - b0) == 1 and e.pool[a0] == e.pool[b0] else 5


@numba.njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
def _crossed(e: Encoded, x: int, y: int) -> Any:
    """Whether given and family name of entries x and y are exchanged."""
    if (
        length(e, e.given[x]) < 2
        or length(e, e.family[x]) < 2
        or length(e, e.given[y]) < 2
        or length(e, e.family[y]) < 2
    ):
        return False
    same = e.given[x] == e.family[y] or e.family[x] == e.given[y]
    cut = 0.82 if same else 0.92
    return close(e, e.given[x], e.family[y], cut) and close(e, e.family[x], e.given[y], cut)


GIVEN_POINTS = np.array([0, 7, 6, 5, 4, 1, -4], dtype=np.int64)
FAMILY_POINTS = np.array([0, 8, 5, 6, 1, -3, 9], dtype=np.int64)


@numba.njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
def _name_pair(e: Encoded, x: int, y: int) -> Any:
    given = 0
    family = 0
    if e.given[x] >= 0 and e.given[y] >= 0:
        given = _given_level(e, e.given[x], e.given[y])
        if given >= 5 and (
            (length(e, e.given[x]) > 1 and e.given[x] == e.middle[y])
            or (length(e, e.given[y]) > 1 and e.given[y] == e.middle[x])
        ):
            given = 2
    if e.family[x] >= 0 and e.family[y] >= 0:
        family = _family_level(e, e.family[x], e.family[y])
        if family >= 4 and (
            (length(e, e.family[x]) > 1 and e.family[x] == e.middle[y])
            or (length(e, e.family[y]) > 1 and e.family[y] == e.middle[x])
        ):
            family = 2
    if GIVEN_POINTS[given] + FAMILY_POINTS[family] < FAMILY_POINTS[6] and _crossed(e, x, y):
        return 0, 6
    return given, family


@numba.njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
def names_levels(e: Encoded, i: int, j: int) -> Any:
    """Levels of given and family name of the best pair, and the extra weights of rare values."""
    best = -1000
    given, family, given_tf, family_tf = 0, 0, 0, 0
    for x in range(e.name_off[i], e.name_off[i + 1]):
        for y in range(e.name_off[j], e.name_off[j + 1]):
            g, f = _name_pair(e, x, y)
            points = GIVEN_POINTS[g] + FAMILY_POINTS[f]
            gtf = e.given_tf[x] if g == 1 else 0
            ftf = e.family_tf[x] if f == 1 else 0
            if points > best or (
                points == best
                and (
                    g < given
                    or (
                        g == given
                        and (f < family or (f == family and gtf + ftf > given_tf + family_tf))
                    )
                )
            ):
                best, given, family, given_tf, family_tf = points, g, f, gtf, ftf
    return given, family, given_tf, family_tf


@numba.njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
def middle_level(e: Encoded, i: int, j: int) -> Any:
    best = 9
    for x in range(e.name_off[i], e.name_off[i + 1]):
        a = e.middle[x]
        if a < 0:
            continue
        for y in range(e.name_off[j], e.name_off[j + 1]):
            b = e.middle[y]
            if b < 0:
                continue
            if length(e, a) == 1 or length(e, b) == 1:
                same = e.pool[e.pool_off[a]] == e.pool[e.pool_off[b]]
                best = min(best, 2 if same else 3)
            else:
                best = min(best, 1 if a == b else 3)
    return best if best < 9 else 0


@numba.njit(cache=True, nogil=True)
def mailboxes_of_names(
    off: Any,
    pool: Bytes,
    email_off: Any,
    email: Any,
    email_at: Any,
    name_off: Any,
    given: Any,
    family: Any,
) -> Any:
    """Per e-mail: whether a given or family name of its row, of three letters or more, is in it."""
    named = np.zeros(email.shape[0], np.bool_)
    for row in range(email_off.shape[0] - 1):
        for x in range(email_off[row], email_off[row + 1]):
            start = off[email[x]]
            for y in range(name_off[row], name_off[row + 1]):
                for code in (given[y], family[y]):
                    if code < 0 or off[code + 1] - off[code] < 3:
                        continue
                    size = off[code + 1] - off[code]
                    for at in range(email_at[x] - size + 1):
                        same = True
                        for k in range(size):
                            if pool[start + at + k] != pool[off[code] + k]:
                                same = False
                                break
                        if same:
                            named[x] = True
    return named
