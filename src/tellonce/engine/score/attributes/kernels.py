"""Compiled levels of all attributes but names of two rows; `levels.py` is the oracle."""

from __future__ import annotations

from typing import Any

import numba
import numpy as np

from tellonce.engine.score.arrays import Encoded
from tellonce.engine.score.names.kernels import close
from tellonce.engine.score.text.kernels import jaro_winkler, one_slip, tokens_within


@numba.njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
def _date_slip(y1: int, m1: int, d1: int, y2: int, m2: int, d2: int) -> Any:
    """One digit changed or two neighbouring digits exchanged in YYYYMMDD."""
    a = y1 * 10000 + m1 * 100 + d1
    b = y2 * 10000 + m2 * 100 + d2
    differ = 0
    first = -1
    last = -1
    digits_a = 0
    digits_b = 0
    for position in range(8):
        x, y = a % 10, b % 10
        a //= 10
        b //= 10
        if x != y:
            differ += 1
            if first < 0:
                first = position
                digits_a, digits_b = x, y
            else:
                last = position
                if differ == 2 and (x != digits_b or y != digits_a):
                    return False
    return differ == 1 or (differ == 2 and last == first + 1)


@numba.njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
def birth_date_level(e: Encoded, i: int, j: int) -> Any:
    y1, m1, d1 = np.int64(e.year[i]), np.int64(e.month[i]), np.int64(e.day[i])
    y2, m2, d2 = np.int64(e.year[j]), np.int64(e.month[j]), np.int64(e.day[j])
    if y1 == 0 or y2 == 0:
        return 0
    if m1 and d1 and m2 and d2:
        if y1 == y2:
            if m1 == m2 and d1 == d2:
                return 1
            if m1 == d2 and d1 == m2:
                return 2
        if _date_slip(y1, m1, d1, y2, m2, d2):
            return 2
        if np.int64(y1 == y2) + np.int64(m1 == m2) + np.int64(d1 == d2) == 2:
            return 3
        return 4 if y1 == y2 else 5
    if y1 != y2:
        return 5
    if m1 and m2:
        return 3 if m1 == m2 else 5
    return 4


@numba.njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
def _near(e: Encoded, x: int, y: int) -> Any:
    """Strength of two e-mails that are alike: 4 where only because both are made of the name."""
    a, b = e.email[x], e.email[y]
    slip = one_slip(e.pool, e.pool_off[a], e.pool_off[a + 1], e.pool_off[b], e.pool_off[b + 1])
    return 4 if e.email_named[x] and e.email_named[y] and not slip else 2


@numba.njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
def _email_pair(e: Encoded, x: int, y: int) -> Any:
    a, b = e.email[x], e.email[y]
    if a == b:
        return 3 if e.email_shared[x] else 1
    if e.email_shared[x] or e.email_shared[y]:
        return 5
    a0, a1, b0, b1 = e.pool_off[a], e.pool_off[a + 1], e.pool_off[b], e.pool_off[b + 1]
    n, m = e.email_at[x], e.email_at[y]
    if n == m:
        same = True
        for k in range(n):
            if e.pool[a0 + k] != e.pool[b0 + k]:
                same = False
                break
        if same:
            return _near(e, x, y) if n >= 5 else 5
    if (a1 - a0) - n != (b1 - b0) - m:
        return 5
    for k in range((a1 - a0) - n):
        if e.pool[a0 + n + k] != e.pool[b0 + m + k]:
            return 5
    return _near(e, x, y) if jaro_winkler(e.pool, a0, a1, b0, b1) >= 0.94 else 5


EMAIL_LEVELS = np.array([0, 1, 2, 4, 5, 3], dtype=np.int64)
PHONE_LEVELS = np.array([0, 1, 2, 4, 3], dtype=np.int64)


@numba.njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
def email_level(e: Encoded, i: int, j: int) -> Any:
    best = 9
    for x in range(e.email_off[i], e.email_off[i + 1]):
        for y in range(e.email_off[j], e.email_off[j + 1]):
            best = min(best, _email_pair(e, x, y))
    return EMAIL_LEVELS[best] if best < 9 else 0


@numba.njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
def _phone_pair(e: Encoded, x: int, y: int) -> Any:
    a, b = e.phone[x], e.phone[y]
    if a == b:
        return 3 if e.phone_shared[x] else 1
    a0, a1, b0, b1 = e.pool_off[a], e.pool_off[a + 1], e.pool_off[b], e.pool_off[b + 1]
    if one_slip(e.pool, a0, a1, b0, b1):
        return 2
    short = min(a1 - a0, b1 - b0)
    if short < 7 or a1 - a0 == b1 - b0:
        return 4
    for k in range(1, short + 1):
        if e.pool[a1 - k] != e.pool[b1 - k]:
            return 4
    return 2


@numba.njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
def phone_level(e: Encoded, i: int, j: int) -> Any:
    best = 9
    for x in range(e.phone_off[i], e.phone_off[i + 1]):
        for y in range(e.phone_off[j], e.phone_off[j + 1]):
            best = min(best, _phone_pair(e, x, y))
    return PHONE_LEVELS[best] if best < 9 else 0


@numba.njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
def identifier_level(e: Encoded, i: int, j: int) -> Any:
    best = 9
    for x in range(e.identifier_off[i], e.identifier_off[i + 1]):
        for y in range(e.identifier_off[j], e.identifier_off[j + 1]):
            if e.identifier_kind[x] != e.identifier_kind[y]:
                continue
            a, b = e.identifier[x], e.identifier[y]
            if a == b:
                return 1
            slip = one_slip(
                e.pool, e.pool_off[a], e.pool_off[a + 1], e.pool_off[b], e.pool_off[b + 1]
            )
            best = min(best, 2 if slip else 3)
    return best if best < 9 else 0


@numba.njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
def _less(e: Encoded, p: int, p1: int, q: int, q1: int) -> Any:
    """Whether the words p..p1 come before the words q..q1 in the order of their texts."""
    while p < p1 and q < q1:
        a, b = e.word[p], e.word[q]
        if a != b:
            i, j = e.pool_off[a], e.pool_off[b]
            i1, j1 = e.pool_off[a + 1], e.pool_off[b + 1]
            while i < i1 and j < j1 and e.pool[i] == e.pool[j]:
                i += 1
                j += 1
            return j < j1 and (i == i1 or e.pool[i] < e.pool[j])
        p += 1
        q += 1
    return q < q1


@numba.njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
def _organisation_pair(e: Encoded, x: int, y: int) -> Any:
    if e.organisation[x] == e.organisation[y]:
        return 1
    p, p1, q, q1 = e.word_off[x], e.word_off[x + 1], e.word_off[y], e.word_off[y + 1]
    less, more = 0, 0
    for k in range(p, p1):
        less += e.rarity[k]
    for k in range(q, q1):
        more += e.rarity[k]
    if less > more or (less == more and _less(e, q, q1, p, p1)):
        p, p1, q, q1, less, more = q, q1, p, p1, more, less
    common = 0
    for k in range(p, p1):
        for other in range(q, q1):
            if close(e, e.word[k], e.word[other], 0.9):
                common += e.rarity[k]
                break
    if common >= 0.95 * less and common >= 96:
        return 2
    if common >= 0.7 * more:
        return 3
    return 4 if common >= 0.5 * less else 5


@numba.njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
def organisation_level(e: Encoded, i: int, j: int) -> Any:
    best, tf = 9, 0
    for x in range(e.organisation_off[i], e.organisation_off[i + 1]):
        for y in range(e.organisation_off[j], e.organisation_off[j + 1]):
            level = _organisation_pair(e, x, y)
            extra = e.organisation_tf[x] if level == 1 else 0
            if level < best or (level == best and extra > tf):
                best, tf = level, extra
    return (best, tf) if best < 9 else (0, 0)


@numba.njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
def _agree(e: Encoded, a: int, b: int, cut: float) -> Any:
    if a < 0 or b < 0:
        return 0
    if close(e, a, b, cut):
        return 1
    a0, a1, b0, b1 = e.pool_off[a], e.pool_off[a + 1], e.pool_off[b], e.pool_off[b + 1]
    return 1 if tokens_within(e.pool, a0, a1, b0, b1) else -1


@numba.njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
def _exact(a: int, b: int) -> Any:
    if a < 0 or b < 0:
        return 0
    return 1 if a == b else -1


@numba.njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
def _address_pair(e: Encoded, x: int, y: int) -> Any:
    street = _agree(e, e.street[x], e.street[y], 0.90)
    number = _exact(e.number[x], e.number[y])
    unit = _exact(e.unit[x], e.unit[y])
    postal = _exact(e.postal[x], e.postal[y])
    city = _agree(e, e.city[x], e.city[y], 0.90)
    region = _exact(e.region[x], e.region[y])
    far = postal != 1 and city != 1 and (postal == -1 or city == -1)
    if street == 1 and number == 1:
        return 2 if far or unit == -1 else 1
    if street == 1 and not far:
        return 2 if number == 0 else 3
    if postal == 1:
        return 4
    if city == 1:
        return 5
    if region == 1:
        return 6
    return 7 if street == -1 or postal == -1 or city == -1 or region == -1 else 0


@numba.njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
def address_level(e: Encoded, i: int, j: int) -> Any:
    best, tf = 9, 0
    for x in range(e.address_off[i], e.address_off[i + 1]):
        for y in range(e.address_off[j], e.address_off[j + 1]):
            level = _address_pair(e, x, y)
            if level == 0:
                continue
            extra = 0
            if level == 4:
                extra = e.postal_tf[x]
            elif level == 5 and e.city[x] == e.city[y]:
                extra = e.city_tf[x]
            if level < best or (level == best and extra > tf):
                best, tf = level, extra
    return (best, tf) if best < 9 else (0, 0)


@numba.njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
def other_level(e: Encoded, i: int, j: int, g: int) -> Any:
    a, b = e.other[i, g], e.other[j, g]
    if a < 0 or b < 0:
        return 0, 0
    if a == b:
        return 1, e.other_tf[i, g]
    return (2 if close(e, a, b, 0.90) else 3), 0


@numba.njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
def equal_level(a: int, b: int) -> Any:
    if a == 0 or b == 0:
        return 0
    return 1 if a == b else 2
