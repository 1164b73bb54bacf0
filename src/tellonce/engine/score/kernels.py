"""Compiled comparison and scoring; `levels.py` and `similarity.py` are the readable oracle.

Weights are integers in 1/1024 bit, so that sums do not depend on their order. Every kernel releases
the GIL and allocates nothing per pair. `_nrt=False`: counting references to the arrays at every
call would cost six times the work itself. Records come in five arrays, not in one for each thing
they may say: all of them pass through every call, where each costs time, and compiling each call
costs time by their number too. All kernels of scoring stand in this one file, and so do the places
within the arrays, because the cache of compiled code watches only the file of the function that is
called: a change elsewhere would go unnoticed.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tellonce.engine.model.kernels import compiled
from tellonce.engine.score.arrays import Blocks, Bytes, Encoded, Weights

UNIT = 1024.0  # weights per bit
# Relatives hardly ever have one given name, but a son may be called like his father: of relatives
# so many years apart eight times as many have it (3 bits), one in thirty.
NAMESAKES, NEAREST_SON, FARTHEST_SON = 3072, 15, 45
OTHERS_AT = 12  # index of the first generic comparison
COMPARED = 20  # number of comparisons

# A line of `Encoded.lines`: where the row's entries of each kind start in `Encoded.said`; the ends
# of one are the starts of the next. Then what a row has once.
LINE = 16
IDENTIFIERS, EMAILS, PHONES, NAMES, ORGANISATIONS, WORDS, ADDRESSES, OTHERS, END = range(9)
BORN = 9  # year, month, day: 16, 8 and 8 bits
TRAITS = 10  # gender, suffix, entity: 4 bits each
UNIQUE = 11  # code of its source where that has no duplicates of its own, else -1
PRESENT = 12  # bits of what it has: 1 a name, 2 an organisation, 4 an address, 8 others
BORN_DIGITS = 13  # the eight digits of YYYYMMDD, 4 bits each

# An entry of each kind. Codes are of texts, -1 is missing; `*_TF` are the extra weights of agreeing
# on exactly this value, 1/1024 bit.
IDENTIFIER_KIND, IDENTIFIER, AN_IDENTIFIER = range(3)
EMAIL, EMAIL_AT, EMAIL_IS, EMAIL_BOX, EMAIL_DOMAIN, AN_EMAIL = range(6)
PHONE, PHONE_SHARED, PHONE_SIZE, PHONE_FRONT, PHONE_BACK, A_PHONE = range(6)
GIVEN, MIDDLE, FAMILY, GIVEN_TF, FAMILY_TF, A_NAME = range(6)
ORGANISATION, ORGANISATION_TF, WORDS_FROM, WORDS_TO, AN_ORGANISATION = range(5)
WORD, RARITY, A_WORD = range(3)
STREET, NUMBER, UNIT_OF, CITY, REGION, POSTAL, CITY_TF, POSTAL_TF, AN_ADDRESS = range(9)
OTHER, OTHER_TF, AN_OTHER = range(3)
IS_SHARED, IS_NAMED = 1, 2  # bits of EMAIL_IS; named: the mailbox is made of the row's name

# A text: its start in the pool, its size and how many variant groups it is in (from bit 32), the
# signs it has (`letters_of`), the id of its sound (-1: none) and where its groups start (from 32).
TEXT = 4
SIZE, SIGNS, SOUND = 1, 2, 3
LOW = 0xFFFFFFFF


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
def _same_bytes(pool: Bytes, a0: int, b0: int, size: int) -> Any:
    for k in range(size):
        if pool[a0 + k] != pool[b0 + k]:
            return False
    return True


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
        return _same_bytes(pool, a0 + start, b0 + start + 1, n - start)
    if start == n:
        return False
    a, b, left = a0 + start + 1, b0 + start + 1, n - start - 1
    if _same_bytes(pool, a, b, left):
        return True
    if pool[a - 1] != pool[b] or pool[a] != pool[b - 1]:
        return False
    return _same_bytes(pool, a + 1, b + 1, left - 1)


@compiled(error_model="numpy", _nrt=False)
def _token_in(pool: Bytes, t0: int, t1: int, b0: int, b1: int) -> Any:
    start = b0
    for i in range(b0, b1 + 1):
        if i == b1 or pool[i] == 32:
            if i - start == t1 - t0 and _same_bytes(pool, t0, start, t1 - t0):
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
LIST = 124  # |, which begins a list in normal form
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
    a0, b0 = e.texts[TEXT * a], e.texts[TEXT * b]
    n, m = length(e, a), length(e, b)
    x, y = np.uint64(e.texts[TEXT * a + SIGNS]), np.uint64(e.texts[TEXT * b + SIGNS])
    common = min(min(n, m), _bits(x & y) + min(n - _bits(x), m - _bits(y)))
    most = (common / min(n, 64) + common / min(m, 64) + 1.0) / 3.0
    prefix = 0
    for i in range(min(4, n, m)):
        if e.pool[a0 + i] != e.pool[b0 + i]:
            break
        prefix += 1
    if most + prefix * 0.1 * (1.0 - most) < cut - 1e-9:
        return 0.0
    return jaro_winkler(e.pool, a0, a0 + n, b0, b0 + m)


@compiled(error_model="numpy", _nrt=False)
def _single(e: Encoded, a: int, b: int) -> Any:
    """Whether both strings are one word each."""
    return np.uint64(e.texts[TEXT * a + SIGNS] | e.texts[TEXT * b + SIGNS]) & SPACE == 0


@compiled(error_model="numpy", _nrt=False, forceinline=True)
def length(e: Encoded, a: int) -> Any:
    """Bytes of a code's text; 0 for none."""
    return e.texts[TEXT * a + SIZE] & LOW if a >= 0 else 0


@compiled(error_model="numpy", _nrt=False, forceinline=True)
def _sound_alike(e: Encoded, a: int, b: int) -> Any:
    sound = np.int32(e.texts[TEXT * a + SOUND])
    return sound >= 0 and sound == np.int32(e.texts[TEXT * b + SOUND])


@compiled(error_model="numpy", _nrt=False, forceinline=True)
def _are_variants(e: Encoded, a: int, b: int) -> Any:
    """Whether both names are of one group of variants."""
    start, other = e.texts[TEXT * a + SOUND] >> 32, e.texts[TEXT * b + SOUND] >> 32
    for i in range(start, start + (e.texts[TEXT * a + SIZE] >> 32)):
        for j in range(other, other + (e.texts[TEXT * b + SIZE] >> 32)):
            if e.variants[i] == e.variants[j]:
                return True
    return False


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
def _numbered_apart(e: Encoded, a: int, b: int) -> Any:
    """As `similarity.numbered_apart`."""
    a0, b0 = e.texts[TEXT * a], e.texts[TEXT * b]
    a1, b1 = a0 + length(e, a), b0 + length(e, b)
    if 48 <= e.pool[a1 - 1] <= 57 and 48 <= e.pool[b1 - 1] <= 57:
        return not _same_digits(e.pool, a0, a1, b0, b1)
    return False


@compiled(error_model="numpy", _nrt=False)
def _given_level(e: Encoded, a: int, b: int) -> Any:
    a0, b0 = e.texts[TEXT * a], e.texts[TEXT * b]
    n, m = length(e, a), length(e, b)
    if n == 1 or m == 1:
        return 4 if e.pool[a0] == e.pool[b0] else 6
    if a == b:
        return 1
    if _numbered_apart(e, a, b):
        return 6
    if _are_variants(e, a, b):
        return 2
    if not _single(e, a, b) and tokens_within(e.pool, a0, a0 + n, b0, b0 + m):
        return 2
    if _sound_alike(e, a, b):
        return 3
    if min(n, m) >= 3 and _same_bytes(e.pool, a0, b0, min(n, m)):
        return 3
    score = alike(e, a, b, 0.82)
    if score >= 0.92 or (min(n, m) >= 4 and one_slip(e.pool, a0, a0 + n, b0, b0 + m)):
        return 3
    if e.pool[a0] == e.pool[b0] and (e.pool[a0 + 1] == 32 or e.pool[b0 + 1] == 32):
        return 4
    return 5 if score >= 0.82 else 6


@compiled(error_model="numpy", _nrt=False)
def _family_level(e: Encoded, a: int, b: int) -> Any:
    if a == b:
        return 1
    if _numbered_apart(e, a, b):
        return 5
    a0, b0 = e.texts[TEXT * a], e.texts[TEXT * b]
    n, m = length(e, a), length(e, b)
    if not _single(e, a, b) and share_token(e.pool, a0, a0 + n, b0, b0 + m, 3):
        return 2
    if _sound_alike(e, a, b):
        return 3
    score = alike(e, a, b, 0.82)
    if score >= 0.92 or (min(n, m) >= 4 and one_slip(e.pool, a0, a0 + n, b0, b0 + m)):
        return 3
    if score >= 0.82:
        return 4
    return 4 if min(n, m) == 1 and e.pool[a0] == e.pool[b0] else 5


@compiled(error_model="numpy", _nrt=False)
def _crossed(e: Encoded, given: int, family: int, other_given: int, other_family: int) -> Any:
    """Whether given and family name of two entries are exchanged."""
    if (
        length(e, given) < 2
        or length(e, family) < 2
        or length(e, other_given) < 2
        or length(e, other_family) < 2
    ):
        return False
    cut = 0.82 if given == other_family or family == other_given else 0.92
    for a, b in ((given, other_family), (family, other_given)):
        if a != b and alike(e, a, b, cut) < cut:
            return False
    return True


GIVEN_POINTS = np.array([0, 7, 6, 5, 4, 1, -4], dtype=np.int64)
FAMILY_POINTS = np.array([0, 8, 5, 6, 1, -3, 9], dtype=np.int64)


@compiled(error_model="numpy", _nrt=False)
def _name_pair(e: Encoded, x: int, y: int) -> Any:
    """Levels of given and family name of the entries at x and y."""
    a, b = e.said[x + GIVEN], e.said[y + GIVEN]
    c, d = e.said[x + FAMILY], e.said[y + FAMILY]
    p, q = e.said[x + MIDDLE], e.said[y + MIDDLE]
    given = 0
    family = 0
    if a >= 0 and b >= 0:
        given = _given_level(e, a, b)
        if given >= 5 and ((a == q and length(e, a) > 1) or (b == p and length(e, b) > 1)):
            given = 2
    if c >= 0 and d >= 0:
        family = _family_level(e, c, d)
        if family >= 4 and ((c == q and length(e, c) > 1) or (d == p and length(e, d) > 1)):
            family = 2
    if GIVEN_POINTS[given] + FAMILY_POINTS[family] < FAMILY_POINTS[6] and _crossed(e, a, c, b, d):
        return 0, 6
    return given, family


@compiled(error_model="numpy", _nrt=False)
def names_levels(e: Encoded, i: int, j: int) -> Any:
    """Levels of given and family name of the best pair, and the extra weights of rare values."""
    best = -1000
    given, family, given_tf, family_tf = 0, 0, 0, 0
    for x in range(e.lines[i + NAMES], e.lines[i + NAMES + 1], A_NAME):
        for y in range(e.lines[j + NAMES], e.lines[j + NAMES + 1], A_NAME):
            g, f = _name_pair(e, x, y)
            points = GIVEN_POINTS[g] + FAMILY_POINTS[f]
            gtf = e.said[x + GIVEN_TF] if g == 1 else 0
            ftf = e.said[x + FAMILY_TF] if f == 1 else 0
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
    for x in range(e.lines[i + NAMES], e.lines[i + NAMES + 1], A_NAME):
        a = e.said[x + MIDDLE]
        if a < 0:
            continue
        for y in range(e.lines[j + NAMES], e.lines[j + NAMES + 1], A_NAME):
            b = e.said[y + MIDDLE]
            if b < 0:
                continue
            if length(e, a) == 1 or length(e, b) == 1:
                same = e.pool[e.texts[TEXT * a]] == e.pool[e.texts[TEXT * b]]
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
                        if _same_bytes(pool, start + at, off[code], size):
                            named[x] = True
    return named


@compiled()
def halves_of_emails(off: Any, pool: Bytes, email: Any, email_at: Any) -> Any:
    """Two columns: a number for each mailbox and for each domain. Equal texts have equal numbers;
    few different ones do (FNV-1a; Fowler, Noll and Vo 1991).
    """
    found = np.empty((2, email.shape[0]), np.int32)
    for x in range(email.shape[0]):
        start, end = off[email[x]], off[email[x] + 1]
        hashed = np.uint32(2166136261)
        for at in range(start, end):
            if at == start + email_at[x]:
                found[0, x] = np.int32(hashed)
                hashed = np.uint32(2166136261)
            hashed = np.uint32((hashed ^ np.uint32(pool[at])) * np.uint32(16777619))
        if email_at[x] >= end - start:
            found[0, x] = np.int32(hashed)
            hashed = np.uint32(2166136261)
        found[1, x] = np.int32(hashed)
    return found


@compiled()
def ends_of_phones(off: Any, pool: Bytes, phone: Any) -> Any:
    """Three columns: the size of each number, and the low four bits of its last sixteen signs, in
    two halves: numbers of one size that differ there in three places are more than a slip apart.
    """
    found = np.empty((3, phone.shape[0]), np.int32)
    for x in range(phone.shape[0]):
        start, end = off[phone[x]], off[phone[x] + 1]
        bits = np.uint64(0)
        for at in range(max(start, end - 16), end):
            bits = bits << np.uint64(4) | np.uint64(pool[at] & 15)
        found[0, x] = end - start
        found[1, x] = np.int32(bits >> np.uint64(32))
        found[2, x] = np.int32(bits & np.uint64(LOW))
    return found


@compiled(error_model="numpy", _nrt=False)
def _places_differing(x: Any) -> Any:
    """A bit for each group of four that is not all zero."""
    x |= x >> np.uint64(2)
    x |= x >> np.uint64(1)
    return x & np.uint64(0x1111111111111111)


@compiled(error_model="numpy", _nrt=False)
def _date_slip(a: Any, b: Any, differing: Any) -> Any:
    """One digit changed or two neighbouring digits exchanged, of two dates as BORN_DIGITS."""
    count = _bits(differing)
    if count != 2:
        return count == 1
    low = np.uint64(15) * (differing & (~differing + np.uint64(1)))
    if differing >> np.uint64(4) & differing == 0:
        return False
    return (a & low) << np.uint64(4) == b & (low << np.uint64(4)) and (
        (b & low) << np.uint64(4) == a & (low << np.uint64(4))
    )


@compiled(error_model="numpy", _nrt=False, forceinline=True)
def birth_date_level(e: Encoded, i: int, j: int) -> Any:
    a, b = np.int64(e.lines[i + BORN]), np.int64(e.lines[j + BORN])
    y1, m1, d1 = a >> 16, (a >> 8) & 255, a & 255
    y2, m2, d2 = b >> 16, (b >> 8) & 255, b & 255
    if y1 == 0 or y2 == 0:
        return 0
    if m1 and d1 and m2 and d2:
        if y1 == y2:
            if m1 == m2 and d1 == d2:
                return 1
            if m1 == d2 and d1 == m2:
                return 2
        p, q = np.uint64(e.lines[i + BORN_DIGITS]), np.uint64(e.lines[j + BORN_DIGITS])
        differing = _places_differing((p ^ q) & np.uint64(LOW))
        if _date_slip(p & np.uint64(LOW), q & np.uint64(LOW), differing):
            return 2
        if np.int64(y1 == y2) + np.int64(m1 == m2) + np.int64(d1 == d2) == 2:
            return 3
        digits = _bits(differing)
        if digits <= 2:
            return 4
        return 5 if y1 == y2 or digits <= 3 or abs(12 * (y1 - y2) + m1 - m2) <= 12 else 6
    if y1 != y2:
        return 6
    if m1 and m2:
        return 3 if m1 == m2 else 6
    return 5


@compiled(error_model="numpy", _nrt=False, forceinline=True)
def _email_pair(e: Encoded, x: int, y: int) -> Any:
    """Strength of two e-mails: 1 equal, 2 alike, 3 equal but shared by many, 4 alike only because
    both are made of the name or of one stem with another number, 5 different.
    """
    a, b = e.said[x + EMAIL], e.said[y + EMAIL]
    if a == b:
        return 3 if e.said[x + EMAIL_IS] & IS_SHARED else 1
    if (e.said[x + EMAIL_IS] | e.said[y + EMAIL_IS]) & IS_SHARED:
        return 5
    box = e.said[x + EMAIL_BOX] == e.said[y + EMAIL_BOX]
    if not box and e.said[x + EMAIL_DOMAIN] != e.said[y + EMAIL_DOMAIN]:
        return 5
    a0, b0 = e.texts[TEXT * a], e.texts[TEXT * b]
    a1, b1 = a0 + length(e, a), b0 + length(e, b)
    n, m = np.int64(e.said[x + EMAIL_AT]), np.int64(e.said[y + EMAIL_AT])
    if box and n == m and _same_bytes(e.pool, a0, b0, n):
        if n < 5:
            return 5
    else:
        if (a1 - a0) - n != (b1 - b0) - m or not _same_bytes(e.pool, a0 + n, b0 + m, (a1 - a0) - n):
            return 5
        if alike(e, a, b, 0.94) < 0.94:
            return 5
    numbers = _same_digits(e.pool, a0, a1, b0, b1)
    if not numbers and not box:
        return 4
    slip = numbers and one_slip(e.pool, a0, a1, b0, b1)
    return 4 if e.said[x + EMAIL_IS] & e.said[y + EMAIL_IS] & IS_NAMED and not slip else 2


EMAIL_LEVELS = np.array([0, 1, 2, 4, 5, 3], dtype=np.int64)
PHONE_LEVELS = np.array([0, 1, 2, 4, 3], dtype=np.int64)


@compiled(error_model="numpy", _nrt=False, forceinline=True)
def email_level(e: Encoded, i: int, j: int) -> Any:
    best = 9
    for x in range(e.lines[i + EMAILS], e.lines[i + EMAILS + 1], AN_EMAIL):
        for y in range(e.lines[j + EMAILS], e.lines[j + EMAILS + 1], AN_EMAIL):
            best = min(best, _email_pair(e, x, y))
    return EMAIL_LEVELS[best] if best < 9 else 0


@compiled(error_model="numpy", _nrt=False, forceinline=True)
def _phone_pair(e: Encoded, x: int, y: int) -> Any:
    a, b = e.said[x + PHONE], e.said[y + PHONE]
    if a == b:
        return 3 if e.said[x + PHONE_SHARED] else 1
    n, m = np.int64(e.said[x + PHONE_SIZE]), np.int64(e.said[y + PHONE_SIZE])
    if n == m:
        front = _places_differing(np.uint64(e.said[x + PHONE_FRONT] ^ e.said[y + PHONE_FRONT]))
        back = _places_differing(np.uint64(e.said[x + PHONE_BACK] ^ e.said[y + PHONE_BACK]))
        if _bits(front & np.uint64(LOW)) + _bits(back & np.uint64(LOW)) > 2:
            return 4
    a0, b0 = e.texts[TEXT * a], e.texts[TEXT * b]
    if one_slip(e.pool, a0, a0 + n, b0, b0 + m):
        return 2
    short = min(n, m)
    if short < 7 or n == m:
        return 4
    return 2 if _same_bytes(e.pool, a0 + n - short, b0 + m - short, short) else 4


@compiled(error_model="numpy", _nrt=False, forceinline=True)
def phone_level(e: Encoded, i: int, j: int) -> Any:
    best = 9
    for x in range(e.lines[i + PHONES], e.lines[i + PHONES + 1], A_PHONE):
        for y in range(e.lines[j + PHONES], e.lines[j + PHONES + 1], A_PHONE):
            best = min(best, _phone_pair(e, x, y))
    return PHONE_LEVELS[best] if best < 9 else 0


@compiled(error_model="numpy", _nrt=False, forceinline=True)
def identifier_level(e: Encoded, i: int, j: int) -> Any:
    best = 9
    for x in range(e.lines[i + IDENTIFIERS], e.lines[i + IDENTIFIERS + 1], AN_IDENTIFIER):
        for y in range(e.lines[j + IDENTIFIERS], e.lines[j + IDENTIFIERS + 1], AN_IDENTIFIER):
            if e.said[x + IDENTIFIER_KIND] != e.said[y + IDENTIFIER_KIND]:
                continue
            a, b = e.said[x + IDENTIFIER], e.said[y + IDENTIFIER]
            if a == b:
                return 1
            a0, b0 = e.texts[TEXT * a], e.texts[TEXT * b]
            slip = one_slip(e.pool, a0, a0 + length(e, a), b0, b0 + length(e, b))
            best = min(best, 2 if slip else 3)
    return best if best < 9 else 0


@compiled(error_model="numpy", _nrt=False)
def _less(e: Encoded, p: int, p1: int, q: int, q1: int) -> Any:
    """Whether the words p..p1 come before the words q..q1 in the order of their texts."""
    while p < p1 and q < q1:
        a, b = e.said[p + WORD], e.said[q + WORD]
        if a != b:
            i, j = e.texts[TEXT * a], e.texts[TEXT * b]
            i1, j1 = i + length(e, a), j + length(e, b)
            while i < i1 and j < j1 and e.pool[i] == e.pool[j]:
                i += 1
                j += 1
            return j < j1 and (i == i1 or e.pool[i] < e.pool[j])
        p += A_WORD
        q += A_WORD
    return q < q1


@compiled(error_model="numpy", _nrt=False)
def _words_alike(e: Encoded, a: int, b: int) -> Any:
    """Whether two different words of organisations are one, misspelt."""
    if _numbered_apart(e, a, b):
        return False
    if alike(e, a, b, 0.9) >= 0.9:
        return True
    n, m = length(e, a), length(e, b)
    a0, b0 = e.texts[TEXT * a], e.texts[TEXT * b]
    return min(n, m) >= 5 and one_slip(e.pool, a0, a0 + n, b0, b0 + m)


@compiled(error_model="numpy", _nrt=False)
def _designates(e: Encoded, a: int, name: int) -> Any:
    """Whether a word is a number, perhaps with a letter, or one letter at the end of a name."""
    at, end = e.texts[TEXT * a], e.texts[TEXT * a] + length(e, a)
    if 97 <= e.pool[at] <= 122:
        at += 1
        if at == end:
            last = e.texts[TEXT * name] + length(e, name) - 1
            return length(e, name) > 1 and e.pool[last - 1] == 32 and e.pool[last] == e.pool[at - 1]
    start = at
    while at < end and 48 <= e.pool[at] <= 57:
        at += 1
    return at > start and (at == end or (at == end - 1 and 97 <= e.pool[at] <= 122))


@compiled(error_model="numpy", _nrt=False)
def _has_own_designator(e: Encoded, i: int, x: int, j: int, y: int) -> Any:
    """Whether an organisation's name has a designator that is no word of the other one."""
    words, others = e.lines[i + WORDS], e.lines[j + WORDS]
    for p in range(words + e.said[x + WORDS_FROM], words + e.said[x + WORDS_TO], A_WORD):
        a = e.said[p + WORD]
        if not _designates(e, a, e.said[x + ORGANISATION]):
            continue
        own = True
        for q in range(others + e.said[y + WORDS_FROM], others + e.said[y + WORDS_TO], A_WORD):
            own &= e.said[q + WORD] != a
        if own:
            return True
    return False


@compiled(error_model="numpy", _nrt=False, forceinline=True)
def _may_designate(e: Encoded, name: int) -> Any:
    """Whether a name has a digit, or one letter at its end: most have neither."""
    if np.uint64(e.texts[TEXT * name + SIGNS]) >> np.uint64(DIGITS) & np.uint64(31):
        return True
    return length(e, name) > 1 and e.pool[e.texts[TEXT * name] + length(e, name) - 2] == 32


@compiled(error_model="numpy", _nrt=False, forceinline=True)
def _designated_apart(e: Encoded, i: int, x: int, j: int, y: int) -> Any:
    """As `similarity.designated_apart`."""
    if not (
        _may_designate(e, e.said[x + ORGANISATION]) and _may_designate(e, e.said[y + ORGANISATION])
    ):
        return False
    return _has_own_designator(e, i, x, j, y) and _has_own_designator(e, j, y, i, x)


@compiled(error_model="numpy", _nrt=False)
def _organisation_pair(e: Encoded, i: int, x: int, j: int, y: int) -> Any:
    if e.said[x + ORGANISATION] == e.said[y + ORGANISATION]:
        return 1
    words, others = e.lines[i + WORDS], e.lines[j + WORDS]
    p, p1 = words + e.said[x + WORDS_FROM], words + e.said[x + WORDS_TO]
    q, q1 = others + e.said[y + WORDS_FROM], others + e.said[y + WORDS_TO]
    less, more = 0, 0
    for k in range(p, p1, A_WORD):
        less += e.said[k + RARITY]
    for k in range(q, q1, A_WORD):
        more += e.said[k + RARITY]
    if less > more or (less == more and _less(e, q, q1, p, p1)):
        p, p1, q, q1, less, more = q, q1, p, p1, more, less
    common = 0
    for k in range(p, p1, A_WORD):
        a = e.said[k + WORD]
        for other in range(q, q1, A_WORD):
            b = e.said[other + WORD]
            if a == b or _words_alike(e, a, b):
                common += e.said[k + RARITY]
                break
    if common < 0.5 * less:
        return 5
    if _designated_apart(e, i, x, j, y):
        return 6
    if common >= 0.95 * less and common >= 96:
        return 2
    return 3 if common >= 0.7 * more else 4


@compiled(error_model="numpy", _nrt=False)
def organisation_level(e: Encoded, i: int, j: int) -> Any:
    best, tf = 9, 0
    for x in range(e.lines[i + ORGANISATIONS], e.lines[i + ORGANISATIONS + 1], AN_ORGANISATION):
        for y in range(e.lines[j + ORGANISATIONS], e.lines[j + ORGANISATIONS + 1], AN_ORGANISATION):
            level = _organisation_pair(e, i, x, j, y)
            extra = e.said[x + ORGANISATION_TF] if level == 1 else 0
            if level < best or (level == best and extra > tf):
                best, tf = level, extra
    return (best, tf) if best < 9 else (0, 0)


@compiled(error_model="numpy", _nrt=False)
def _agree(e: Encoded, a: int, b: int, cut: float) -> Any:
    if a < 0 or b < 0:
        return 0
    if a == b or alike(e, a, b, cut) >= cut:
        return 1
    if _single(e, a, b):
        return -1
    a0, b0 = e.texts[TEXT * a], e.texts[TEXT * b]
    return 1 if tokens_within(e.pool, a0, a0 + length(e, a), b0, b0 + length(e, b)) else -1


@compiled(error_model="numpy", _nrt=False)
def _exact(a: int, b: int) -> Any:
    if a < 0 or b < 0:
        return 0
    return 1 if a == b else -1


@compiled(error_model="numpy", _nrt=False)
def _address_pair(e: Encoded, x: int, y: int) -> Any:
    street = _agree(e, e.said[x + STREET], e.said[y + STREET], 0.90)
    number = _exact(e.said[x + NUMBER], e.said[y + NUMBER])
    unit = _exact(e.said[x + UNIT_OF], e.said[y + UNIT_OF])
    postal = _exact(e.said[x + POSTAL], e.said[y + POSTAL])
    city = _agree(e, e.said[x + CITY], e.said[y + CITY], 0.90)
    region = _exact(e.said[x + REGION], e.said[y + REGION])
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
    for x in range(e.lines[i + ADDRESSES], e.lines[i + ADDRESSES + 1], AN_ADDRESS):
        for y in range(e.lines[j + ADDRESSES], e.lines[j + ADDRESSES + 1], AN_ADDRESS):
            level = _address_pair(e, x, y)
            if level == 0:
                continue
            extra = 0
            if level == 4:
                extra = e.said[x + POSTAL_TF]
            elif level == 5 and e.said[x + CITY] == e.said[y + CITY]:
                extra = e.said[x + CITY_TF]
            if level < best or (level == best and extra > tf):
                best, tf = level, extra
    return (best, tf) if best < 9 else (0, 0)


@compiled(error_model="numpy", _nrt=False)
def other_level(e: Encoded, x: int, y: int) -> Any:
    a, b = e.said[x + OTHER], e.said[y + OTHER]
    if a < 0 or b < 0:
        return 0
    if a == b:
        return 1
    a0, b0 = e.texts[TEXT * a], e.texts[TEXT * b]
    if e.pool[a0] == LIST and e.pool[b0] == LIST:
        shared = share_token(e.pool, a0, a0 + length(e, a), b0, b0 + length(e, b), 3)
        return 2 if shared else 3
    return 2 if alike(e, a, b, 0.90) >= 0.90 else 3


@compiled(error_model="numpy", _nrt=False)
def match_weight(w: Weights, stranger: float, relative: float, branch: float) -> Any:
    """log2 of m over the mixture of strangers, relatives and branches, from sums in 1/1024 bit.

    m / ((1 - r - b) u + r v + b w) with u the level probabilities of strangers, v of relatives, w
    of branches, and r and b their shares among pairs that do not match.
    """
    strange = (1.0 - w.relatives - w.branches) * 2.0 ** (-stranger / UNIT)
    related = w.relatives * 2.0 ** (-relative / UNIT)
    return -np.log2(strange + related + w.branches * 2.0 ** (-branch / UNIT))


@compiled(error_model="numpy", _nrt=False, forceinline=True)
def _cheap_levels(e: Encoded, i: int, j: int) -> Any:
    """Levels of the first seven comparisons, as in a pattern."""
    levels = np.int64(identifier_level(e, i, j)) | np.int64(birth_date_level(e, i, j)) << 3
    levels |= np.int64(email_level(e, i, j)) << 6 | np.int64(phone_level(e, i, j)) << 9
    x, y = np.int64(e.lines[i + TRAITS]), np.int64(e.lines[j + TRAITS])
    for k in range(3):  # gender, suffix, entity
        a, b = x >> 4 * k & 15, y >> 4 * k & 15
        if a and b:
            levels |= np.int64(1 if a == b else 2) << (3 * k + 12)
    return levels


@compiled(error_model="numpy", _nrt=False, forceinline=True)
def far_apart(e: Encoded, a: int, b: int) -> Any:
    """Whether two names are surely of the last level, as most are, told by what `texts` says: of
    one word each, more than a slip apart, below .82 by the bound of `alike` (and where they begin
    alike below what one that begins with the other has), without sound or variants in common.
    """
    x, y = np.uint64(e.texts[TEXT * a + SIGNS]), np.uint64(e.texts[TEXT * b + SIGNS])
    n, m = length(e, a), length(e, b)
    if (x | y) & SPACE or _bits(x ^ y) <= 2 or min(n, m) < 2 or max(n, m) > 64:
        return False
    common = min(min(n, m), _bits(x & y) + min(n - _bits(x), m - _bits(y)))
    most = 100 if e.pool[e.texts[TEXT * a]] == e.pool[e.texts[TEXT * b]] else 146
    if 100 * common * (n + m) >= most * n * m:
        return False
    return not _sound_alike(e, a, b) and not _are_variants(e, a, b)


@compiled(error_model="numpy", _nrt=False, forceinline=True)
def _names_fall_short(e: Encoded, w: Weights, i: int, j: int, needed: float) -> Any:
    """Whether given and family name of rows with one name each surely add less than `needed`: the
    family names are far apart, they are not exchanged, and the given names are not equal.
    """
    x, y = e.lines[i + NAMES], e.lines[j + NAMES]
    if e.lines[i + NAMES + 1] - x != A_NAME or e.lines[j + NAMES + 1] - y != A_NAME:
        return False
    a, b = e.said[x + GIVEN], e.said[y + GIVEN]
    c, d = e.said[x + FAMILY], e.said[y + FAMILY]
    p, q = e.said[x + MIDDLE], e.said[y + MIDDLE]
    if a < 0 or b < 0 or c < 0 or d < 0 or a == b or c == q or d == p:
        return False
    if not (far_apart(e, c, d) and far_apart(e, a, d)):
        return False
    most = w.stranger[7, 6]
    if a == q or b == p or not far_apart(e, a, b):
        for level in range(2, 6):
            most = max(most, w.stranger[7, level])
    return most + w.stranger[8, 5] < needed


@compiled(error_model="numpy", _nrt=False, forceinline=True)
def _a_generation_apart(e: Encoded, i: int, j: int, said: int) -> Any:
    """Whether two birth dates that differ in all lie as far apart as those of father and son."""
    years = abs((e.lines[i + BORN] >> 16) - (e.lines[j + BORN] >> 16))
    return said >> 3 & 7 == 6 and NEAREST_SON <= years <= FARTHEST_SON


@compiled(error_model="numpy", _nrt=False)
def score_pairs(
    e: Encoded, w: Weights, left: Any, right: Any, weight: Any, pattern: Any, extras: Any
) -> None:
    """Fill in match weight (bits) and pattern of given pairs of rows; where `extras` has rows
    (pairs x comparisons), the extra weights of rare values too.

    The weight is -inf, and the rest says nothing, as soon as a pair cannot reach `w.kept_above`:
    what is still to come is at most `w.rest`, and relatives and branches can add no more than
    -log2(1 - their share), which they take from the strangers (see `match_weight`). Cheap
    comparisons come first.
    """
    cut = (w.kept_above + np.log2(1.0 - w.relatives - w.branches)) * UNIT - 1.0
    for p in range(left.shape[0]):
        weight[p] = -np.inf
        i, j = LINE * np.int64(left[p]), LINE * np.int64(right[p])
        both = e.lines[i + PRESENT] & e.lines[j + PRESENT]
        said, s = _cheap_levels(e, i, j), 0
        for k in range(7):
            s += w.stranger[k, said >> 3 * k & 7]
        if s + w.rest[both, 7] < cut:
            continue
        if _names_fall_short(e, w, i, j, cut - s - w.rest[both, 9]):
            continue
        given, family, given_tf, family_tf = names_levels(e, i, j)
        if given and said >> 15 & 7 == 2:  # of two generations: nobody has one given name in both
            given, given_tf = 6, 0
        middle = middle_level(e, i, j)
        said |= np.int64(given) << 21 | np.int64(family) << 24 | np.int64(middle) << 27
        s += w.stranger[7, given] + given_tf + w.stranger[8, family] + family_tf
        s += w.stranger[9, middle]
        if s + w.rest[both, 10] < cut:
            continue
        level, organisation_tf = organisation_level(e, i, j)
        said |= np.int64(level) << 30
        s += w.stranger[10, level] + organisation_tf
        if s + w.rest[both, 11] < cut:
            continue
        level, address_tf = address_level(e, i, j)
        said |= np.int64(level) << 33
        s += w.stranger[11, level] + address_tf
        others_tf = 0
        for g in range((e.lines[i + END] - e.lines[i + OTHERS]) // AN_OTHER):
            x, y = e.lines[i + OTHERS] + AN_OTHER * g, e.lines[j + OTHERS] + AN_OTHER * g
            level = other_level(e, x, y)
            said |= np.int64(level) << (3 * (OTHERS_AT + g))
            s += w.stranger[OTHERS_AT + g, level]
            if level == 1:
                others_tf += e.said[x + OTHER_TF]
                if extras.shape[0]:
                    extras[p, OTHERS_AT + g] = e.said[x + OTHER_TF]
        s += others_tf
        r = given_tf + organisation_tf + others_tf
        b = given_tf + family_tf + address_tf + others_tf
        for k in range(COMPARED):
            level = (said >> (3 * k)) & 7
            r += w.relative[k, level]
            b += w.branch[k, level]
        if given == 1 and _a_generation_apart(e, i, j, said):
            r -= NAMESAKES
        found = match_weight(w, s, r, b)
        pattern[p] = said
        if found >= w.kept_above:
            weight[p] = found
        if extras.shape[0]:
            extras[p, 7], extras[p, 8] = given_tf, family_tf
            extras[p, 10], extras[p, 11] = organisation_tf, address_tf


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
def shared_kinds(b: Blocks, left: Any, right: Any, found: Any) -> None:
    """Fill in, per pair of rows, a bit mask of the key kinds under which both share a block."""
    for pair in range(left.shape[0]):
        mask = np.int64(0)
        p, q = b.row_off[left[pair]], b.row_off[right[pair]]
        p1, q1 = b.row_off[left[pair] + 1], b.row_off[right[pair] + 1]
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
        found[pair] = mask


@compiled(error_model="numpy", _nrt=False)
def _sampled(i: int, j: int, every: int) -> Any:
    """One pair in `every`, by a mix of both rows (constants of SplitMix64)."""
    z = (np.uint64(i) << np.uint64(32)) ^ np.uint64(j)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return (z ^ (z >> np.uint64(31))) % np.uint64(every) == 0


@compiled(error_model="numpy", _nrt=False)
def candidates(
    b: Blocks, lines: Any, at: Any, last: int, every: int, left: Any, right: Any, kind: Any
) -> Any:
    """Fill in one in `every` pair of the blocks before `last`, each under the first it shares, and
    the kind of that; returns how many, and that is none once there are no more.

    `at` says where to begin, and is moved on: the block, and places of two of its members. Pairs
    within a source without duplicates are left out.
    """
    found, room = 0, left.shape[0]
    block, p, q = at[0], at[1], at[2]
    while block < last and found < room:
        end = b.off[block + 1]
        if q >= end:
            p, q = p + 1, p + 2
            if q >= end:
                block, p, q = block + 1, end, end + 1
            continue
        i = b.members[p]
        source = lines[LINE * np.int64(i) + UNIQUE]
        while q < end and found < room:
            j = b.members[q]
            q += 1
            if every > 1 and not _sampled(i, j, every):
                continue
            if source >= 0 and source == lines[LINE * np.int64(j) + UNIQUE]:
                continue
            if first_shared(b, i, j) != block:
                continue
            left[found], right[found], kind[found] = i, j, b.kind[block]
            found += 1
    at[0], at[1], at[2] = block, p, q
    return found


@compiled()
def fill_row_blocks(b: Blocks, free: Any) -> Any:
    """Fill `b.row_blocks` with the blocks of each row, ascending; `free` holds `b.row_off`."""
    for block in range(b.off.shape[0] - 1):
        for p in range(b.off[block], b.off[block + 1]):
            row = b.members[p]
            b.row_blocks[free[row]] = block
            free[row] += 1
