"""Compiled comparison and scoring; `levels.py` and `similarity.py` are the readable oracle.

Weights are integers in 1/1024 bit, so that sums do not depend on their order. Every kernel releases
the GIL and allocates nothing per pair. `_nrt=False`: counting references to the arrays at every
call would cost six times the work itself. All kernels of scoring stand in this one file, because
the cache of compiled code watches only the file of the function that is called: a change elsewhere
would go unnoticed.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tellonce.engine.model.kernels import compiled
from tellonce.engine.score.arrays import Blocks, Bytes, Encoded, Weights

UNIT = 1024.0  # weights per bit
OTHERS_AT = 12  # index of the first generic comparison
COMPARED = 20  # number of comparisons


@compiled(error_model="numpy", _nrt=False)
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


@compiled(error_model="numpy", _nrt=False)
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


@compiled(error_model="numpy", _nrt=False)
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


@compiled(error_model="numpy", _nrt=False)
def _tokens(pool: Bytes, a0: int, a1: int) -> Any:
    count = 1
    for i in range(a0, a1):
        if pool[i] == 32:
            count += 1
    return count


@compiled(error_model="numpy", _nrt=False)
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


@compiled(error_model="numpy", _nrt=False)
def share_token(pool: Bytes, a0: int, a1: int, b0: int, b1: int, shortest: int) -> Any:
    """As `similarity.share_token`."""
    start = a0
    for i in range(a0, a1 + 1):
        if i == a1 or pool[i] == 32:
            if i - start >= shortest and _token_in(pool, start, i, b0, b1):
                return True
            start = i + 1
    return False


SPACE = np.uint64(1 << 26)
DIGITS = 27  # the place of digits and all other signs, five of them


@compiled()
def letters_of(off: Any, pool: Bytes) -> Any:
    """Per string of a pool: a bit for each sign it has, and 32 places above one for each it has
    twice: a to z, the space, and all others in five classes.
    """
    found = np.zeros(off.shape[0] - 1, np.uint64)
    for item in range(found.shape[0]):
        once, twice = np.uint64(0), np.uint64(0)
        for at in range(off[item], off[item + 1]):
            sign = pool[at]
            if 97 <= sign <= 122:
                bit = np.uint64(1) << np.uint64(sign - 97)
            elif sign == 32:
                bit = SPACE
            else:
                bit = np.uint64(1) << np.uint64(DIGITS + sign % 5)
            twice |= once & bit
            once |= bit
        found[item] = once | twice << np.uint64(32)
    return found


@compiled(error_model="numpy", _nrt=False)
def _bits(x: Any) -> Any:
    """How many bits of a 64-bit number are set."""
    x = x - ((x >> np.uint64(1)) & np.uint64(0x5555555555555555))
    x = (x & np.uint64(0x3333333333333333)) + ((x >> np.uint64(2)) & np.uint64(0x3333333333333333))
    x = (x + (x >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return np.int64((x * np.uint64(0x0101010101010101)) >> np.uint64(56))


@compiled(error_model="numpy", _nrt=False)
def alike(e: Encoded, a: int, b: int, cut: float) -> Any:
    """Jaro-Winkler of two codes, or 0 where it cannot reach `cut`.

    Signs in common are at most those that both have once and twice, and what goes beyond twice in
    either; without transpositions that bounds the figure from above.
    """
    a0, a1, b0, b1 = e.pool_off[a], e.pool_off[a + 1], e.pool_off[b], e.pool_off[b + 1]
    n, m = a1 - a0, b1 - b0
    x, y = e.letters[a], e.letters[b]
    common = min(min(n, m), _bits(x & y) + min(n - _bits(x), m - _bits(y)))
    most = (common / min(n, 64) + common / min(m, 64) + 1.0) / 3.0
    prefix = 0
    for i in range(min(4, n, m)):
        if e.pool[a0 + i] != e.pool[b0 + i]:
            break
        prefix += 1
    if most + prefix * 0.1 * (1.0 - most) < cut - 1e-9:
        return 0.0
    return jaro_winkler(e.pool, a0, a1, b0, b1)


@compiled(error_model="numpy", _nrt=False)
def _single(e: Encoded, a: int, b: int) -> Any:
    """Whether both strings are one word each."""
    return (e.letters[a] | e.letters[b]) & SPACE == 0


@compiled(error_model="numpy", _nrt=False)
def close(e: Encoded, a: int, b: int, cut: float) -> Any:
    return a == b or alike(e, a, b, cut) >= cut


@compiled(error_model="numpy", _nrt=False)
def length(e: Encoded, a: int) -> Any:
    return e.pool_off[a + 1] - e.pool_off[a] if a >= 0 else 0


@compiled(error_model="numpy", _nrt=False)
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
    if not _single(e, a, b) and tokens_within(e.pool, a0, a1, b0, b1):
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
    score = alike(e, a, b, 0.82)
    if score >= 0.92 or (min(n, m) >= 4 and one_slip(e.pool, a0, a1, b0, b1)):
        return 3
    if e.pool[a0] == e.pool[b0] and (e.pool[a0 + 1] == 32 or e.pool[b0 + 1] == 32):
        return 4
    return 5 if score >= 0.82 else 6


@compiled(error_model="numpy", _nrt=False)
def _family_level(e: Encoded, a: int, b: int) -> Any:
    if a == b:
        return 1
    a0, a1, b0, b1 = e.pool_off[a], e.pool_off[a + 1], e.pool_off[b], e.pool_off[b + 1]
    if not _single(e, a, b) and share_token(e.pool, a0, a1, b0, b1, 3):
        return 2
    if e.sounds[a] >= 0 and e.sounds[a] == e.sounds[b]:
        return 3
    score = alike(e, a, b, 0.82)
    if score >= 0.92 or (min(a1 - a0, b1 - b0) >= 4 and one_slip(e.pool, a0, a1, b0, b1)):
        return 3
    if score >= 0.82:
        return 4
    return 4 if min(a1 - a0, b1 - b0) == 1 and e.pool[a0] == e.pool[b0] else 5


@compiled(error_model="numpy", _nrt=False)
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


@compiled(error_model="numpy", _nrt=False)
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


@compiled(error_model="numpy", _nrt=False)
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


@compiled(error_model="numpy", _nrt=False)
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


@compiled()
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


@compiled(error_model="numpy", _nrt=False)
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


@compiled(error_model="numpy", _nrt=False)
def _digits_differing(a: int, b: int) -> Any:
    """Decimal places, of eight, in which two numbers differ."""
    differ = 0
    for _position in range(8):
        if a % 10 != b % 10:
            differ += 1
        a //= 10
        b //= 10
    return differ


@compiled(error_model="numpy", _nrt=False)
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
        digits = _digits_differing(y1 * 10000 + m1 * 100 + d1, y2 * 10000 + m2 * 100 + d2)
        if digits <= 2:
            return 4
        return 5 if y1 == y2 or digits <= 3 or abs(12 * (y1 - y2) + m1 - m2) <= 12 else 6
    if y1 != y2:
        return 6
    if m1 and m2:
        return 3 if m1 == m2 else 6
    return 5


@compiled(error_model="numpy", _nrt=False)
def _same_digits(pool: Bytes, a0: int, a1: int, b0: int, b1: int) -> Any:
    """Whether both strings have the same digits in the same order."""
    j = b0
    for i in range(a0, a1):
        if 48 <= pool[i] <= 57:
            while j < b1 and not 48 <= pool[j] <= 57:
                j += 1
            if j == b1 or pool[j] != pool[i]:
                return False
            j += 1
    for k in range(j, b1):
        if 48 <= pool[k] <= 57:
            return False
    return True


@compiled(error_model="numpy", _nrt=False)
def _near(e: Encoded, x: int, y: int) -> Any:
    """Strength of two e-mails that are alike: 4 where only because both are made of the name."""
    a, b = e.email[x], e.email[y]
    a0, a1, b0, b1 = e.pool_off[a], e.pool_off[a + 1], e.pool_off[b], e.pool_off[b + 1]
    slip = one_slip(e.pool, a0, a1, b0, b1) and _same_digits(e.pool, a0, a1, b0, b1)
    return 4 if e.email_named[x] and e.email_named[y] and not slip else 2


@compiled(error_model="numpy", _nrt=False)
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
    return _near(e, x, y) if close(e, a, b, 0.94) else 5


EMAIL_LEVELS = np.array([0, 1, 2, 4, 5, 3], dtype=np.int64)
PHONE_LEVELS = np.array([0, 1, 2, 4, 3], dtype=np.int64)


@compiled(error_model="numpy", _nrt=False)
def email_level(e: Encoded, i: int, j: int) -> Any:
    best = 9
    for x in range(e.email_off[i], e.email_off[i + 1]):
        for y in range(e.email_off[j], e.email_off[j + 1]):
            best = min(best, _email_pair(e, x, y))
    return EMAIL_LEVELS[best] if best < 9 else 0


@compiled(error_model="numpy", _nrt=False)
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


@compiled(error_model="numpy", _nrt=False)
def phone_level(e: Encoded, i: int, j: int) -> Any:
    best = 9
    for x in range(e.phone_off[i], e.phone_off[i + 1]):
        for y in range(e.phone_off[j], e.phone_off[j + 1]):
            best = min(best, _phone_pair(e, x, y))
    return PHONE_LEVELS[best] if best < 9 else 0


@compiled(error_model="numpy", _nrt=False)
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


@compiled(error_model="numpy", _nrt=False)
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


@compiled(error_model="numpy", _nrt=False)
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


@compiled(error_model="numpy", _nrt=False)
def organisation_level(e: Encoded, i: int, j: int) -> Any:
    best, tf = 9, 0
    for x in range(e.organisation_off[i], e.organisation_off[i + 1]):
        for y in range(e.organisation_off[j], e.organisation_off[j + 1]):
            level = _organisation_pair(e, x, y)
            extra = e.organisation_tf[x] if level == 1 else 0
            if level < best or (level == best and extra > tf):
                best, tf = level, extra
    return (best, tf) if best < 9 else (0, 0)


@compiled(error_model="numpy", _nrt=False)
def _agree(e: Encoded, a: int, b: int, cut: float) -> Any:
    if a < 0 or b < 0:
        return 0
    if close(e, a, b, cut):
        return 1
    if _single(e, a, b):
        return -1
    a0, a1, b0, b1 = e.pool_off[a], e.pool_off[a + 1], e.pool_off[b], e.pool_off[b + 1]
    return 1 if tokens_within(e.pool, a0, a1, b0, b1) else -1


@compiled(error_model="numpy", _nrt=False)
def _exact(a: int, b: int) -> Any:
    if a < 0 or b < 0:
        return 0
    return 1 if a == b else -1


@compiled(error_model="numpy", _nrt=False)
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


@compiled(error_model="numpy", _nrt=False)
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


@compiled(error_model="numpy", _nrt=False)
def other_level(e: Encoded, i: int, j: int, g: int) -> Any:
    a, b = e.other[i, g], e.other[j, g]
    if a < 0 or b < 0:
        return 0, 0
    if a == b:
        return 1, e.other_tf[i, g]
    return (2 if close(e, a, b, 0.90) else 3), 0


@compiled(error_model="numpy", _nrt=False)
def equal_level(a: int, b: int) -> Any:
    if a == 0 or b == 0:
        return 0
    return 1 if a == b else 2


@compiled(error_model="numpy", _nrt=False)
def match_weight(w: Weights, stranger: float, relative: float, branch: float) -> Any:
    """log2 of m over the mixture of strangers, relatives and branches, from sums in 1/1024 bit.

    m / ((1 - r - b) u + r v + b w) with u the level probabilities of strangers, v of relatives, w
    of branches, and r and b their shares among pairs that do not match.
    """
    strange = (1.0 - w.relatives - w.branches) * 2.0 ** (-stranger / UNIT)
    related = w.relatives * 2.0 ** (-relative / UNIT)
    return -np.log2(strange + related + w.branches * 2.0 ** (-branch / UNIT))


@compiled(error_model="numpy", _nrt=False)
def compare(e: Encoded, w: Weights, i: int, j: int, levels: Any, extra: Any) -> Any:
    """Fill `levels` and `extra` of a pair and return its match weight in bits.

    Returns -inf as soon as the pair cannot reach `w.kept_above`: what is still to come is at most
    `w.rest`, and relatives and branches can add no more than -log2(1 - their share), which they
    take from the strangers (see `match_weight`). Cheap comparisons come first.
    """
    cut = (w.kept_above + np.log2(1.0 - w.relatives - w.branches)) * UNIT - 1.0
    both = e.present[i] & e.present[j]
    s = 0
    r = 0
    b = 0
    for k in range(7):
        if k == 0:
            level = identifier_level(e, i, j)
        elif k == 1:
            level = birth_date_level(e, i, j)
        elif k == 2:
            level = email_level(e, i, j)
        elif k == 3:
            level = phone_level(e, i, j)
        elif k == 4:
            level = equal_level(e.gender[i], e.gender[j])
        elif k == 5:
            level = equal_level(e.suffix[i], e.suffix[j])
        else:
            level = equal_level(e.entity[i], e.entity[j])
        levels[k] = level
        s += w.stranger[k, level]
        r += w.relative[k, level]
        b += w.branch[k, level]
        if s + w.rest[both, k + 1] < cut:
            return -np.inf
    given, family, given_tf, family_tf = names_levels(e, i, j)
    levels[7], levels[8], levels[9] = given, family, middle_level(e, i, j)
    extra[7], extra[8] = given_tf, family_tf
    s += w.stranger[7, given] + given_tf + w.stranger[8, family] + family_tf
    r += w.relative[7, given] + given_tf + w.relative[8, family]
    b += w.branch[7, given] + given_tf + w.branch[8, family] + family_tf
    s += w.stranger[9, levels[9]]
    r += w.relative[9, levels[9]]
    b += w.branch[9, levels[9]]
    if s + w.rest[both, 10] < cut:
        return -np.inf
    levels[10], extra[10] = organisation_level(e, i, j)
    s += w.stranger[10, levels[10]] + extra[10]
    r += w.relative[10, levels[10]] + extra[10]
    b += w.branch[10, levels[10]]
    if s + w.rest[both, 11] < cut:
        return -np.inf
    levels[11], extra[11] = address_level(e, i, j)
    s += w.stranger[11, levels[11]] + extra[11]
    r += w.relative[11, levels[11]]
    b += w.branch[11, levels[11]] + extra[11]
    for g in range(e.other.shape[1]):
        k = OTHERS_AT + g
        levels[k], extra[k] = other_level(e, i, j, g)
        s += w.stranger[k, levels[k]] + extra[k]
        r += w.relative[k, levels[k]] + extra[k]
        b += w.branch[k, levels[k]] + extra[k]
    weight = match_weight(w, s, r, b)
    return weight if weight >= w.kept_above else -np.inf


@compiled(error_model="numpy", _nrt=False)
def _pack(levels: Any) -> Any:
    pattern = np.int64(0)
    for k in range(COMPARED):
        pattern |= np.int64(levels[k]) << np.int64(3 * k)
    return pattern


@compiled(error_model="numpy", _nrt=False)
def _excluded(e: Encoded, i: int, j: int) -> Any:
    """Whether both rows are of one source that has no duplicates of its own."""
    return e.unique[i] >= 0 and e.unique[i] == e.unique[j]


@compiled(error_model="numpy", _nrt=False)
def first_shared(b: Blocks, i: int, j: int) -> Any:
    """The first block both rows are in; -1 if none."""
    p, q = b.row_off[i], b.row_off[j]
    p1, q1 = b.row_off[i + 1], b.row_off[j + 1]
    while p < p1 and q < q1:
        x, y = b.row_blocks[p], b.row_blocks[q]
        if x == y:
            return x
        if x < y:
            p += 1
        else:
            q += 1
    return -1


@compiled(error_model="numpy", _nrt=False)
def _shared_kinds(b: Blocks, i: int, j: int) -> Any:
    """Bit mask of the key kinds under which both rows share a block."""
    mask = np.int64(0)
    p, q = b.row_off[i], b.row_off[j]
    p1, q1 = b.row_off[i + 1], b.row_off[j + 1]
    while p < p1 and q < q1:
        x, y = b.row_blocks[p], b.row_blocks[q]
        if x == y:
            mask |= np.int64(1) << np.int64(b.kind[x])
            p += 1
            q += 1
        elif x < y:
            p += 1
        else:
            q += 1
    return mask


@compiled(error_model="numpy")
def _grown(a: Any) -> Any:
    bigger = np.empty(2 * a.shape[0], a.dtype)
    bigger[: a.shape[0]] = a
    return bigger


@compiled(error_model="numpy")
def score_blocks(e: Encoded, w: Weights, b: Blocks, first: int, last: int) -> Any:
    """Score each pair of blocks first..last-1 once, under the first block it shares.

    Returns left, right, kind, pattern and weight of the pairs kept, and the number of pairs scored.
    """
    room = 1024
    left, right = np.empty(room, np.int32), np.empty(room, np.int32)
    kind, pattern = np.empty(room, np.int16), np.empty(room, np.int64)
    weight = np.empty(room, np.float64)
    levels, extra = np.zeros(COMPARED, np.int64), np.zeros(COMPARED, np.int64)
    kept, scored = 0, 0
    for block in range(first, last):
        for p in range(b.off[block], b.off[block + 1]):
            i = b.members[p]
            for q in range(p + 1, b.off[block + 1]):
                j = b.members[q]
                if first_shared(b, i, j) != block or _excluded(e, i, j):
                    continue
                scored += 1
                found = compare(e, w, i, j, levels, extra)
                if found == -np.inf:
                    continue
                if kept == room:
                    room *= 2
                    left, right, kind = _grown(left), _grown(right), _grown(kind)
                    pattern, weight = _grown(pattern), _grown(weight)
                left[kept], right[kept], kind[kept] = i, j, b.kind[block]
                pattern[kept], weight[kept] = _pack(levels), found
                kept += 1
    return left[:kept], right[:kept], kind[:kept], pattern[:kept], weight[:kept], scored


@compiled(error_model="numpy")
def score_pairs(e: Encoded, w: Weights, left: Any, right: Any) -> Any:
    """Weight, pattern and extra weights of given pairs (with `w.kept_above` at -inf: of all)."""
    n = left.shape[0]
    weight, pattern = np.empty(n, np.float64), np.empty(n, np.int64)
    extras = np.zeros((n, COMPARED), np.int64)
    levels = np.zeros(COMPARED, np.int64)
    for p in range(n):
        weight[p] = compare(e, w, left[p], right[p], levels, extras[p])
        pattern[p] = _pack(levels)
    return weight, pattern, extras


@compiled(error_model="numpy", _nrt=False)
def _sampled(i: int, j: int, every: int) -> Any:
    """One pair in `every`, by a mix of both rows (constants of SplitMix64)."""
    z = (np.uint64(i) << np.uint64(32)) ^ np.uint64(j)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return (z ^ (z >> np.uint64(31))) % np.uint64(every) == 0


@compiled(error_model="numpy")
def sampled_pairs(unique: Any, b: Blocks, first: int, last: int, every: int) -> Any:
    """One in `every` candidate pair of blocks first..last-1, each under the first block it shares.

    Returns left, right and the bit mask of the key kinds they share. Pairs within a source of
    `unique` (see `Encoded.unique`) are left out.
    """
    room = 4096
    left, right = np.empty(room, np.int32), np.empty(room, np.int32)
    kinds = np.empty(room, np.int64)
    kept = 0
    for block in range(first, last):
        for p in range(b.off[block], b.off[block + 1]):
            i = b.members[p]
            for q in range(p + 1, b.off[block + 1]):
                j = b.members[q]
                if not _sampled(i, j, every) or first_shared(b, i, j) != block:
                    continue
                if unique[i] >= 0 and unique[i] == unique[j]:
                    continue
                if kept == room:
                    room *= 2
                    left, right, kinds = _grown(left), _grown(right), _grown(kinds)
                left[kept], right[kept], kinds[kept] = i, j, _shared_kinds(b, i, j)
                kept += 1
    return left[:kept], right[:kept], kinds[:kept]


@compiled()
def fill_row_blocks(b: Blocks, free: Any) -> Any:
    """Fill `b.row_blocks` with the blocks of each row, ascending; `free` holds `b.row_off`."""
    for block in range(b.off.shape[0] - 1):
        for p in range(b.off[block], b.off[block + 1]):
            row = b.members[p]
            b.row_blocks[free[row]] = block
            free[row] += 1
