"""How sure a difference between two counts is, so that small files do not cry wolf.

Every test asks for one chance in a thousand of being wrong (`SURE`), and shares must besides differ
by a margin: what is certain and tiny is no news.
"""

from __future__ import annotations

from math import exp, lgamma, log, log1p, sqrt

SURE = 0.001
_Z = 3.2905  # the normal deviate that is exceeded, on either side, once in a thousand
_KS = 1.9495  # sqrt(-ln(SURE / 2) / 2): Kolmogorov-Smirnov at SURE


def moved(before: tuple[int, int], after: tuple[int, int], margin: float) -> bool:
    """Whether a share, given as (rows, of rows), moved by more than `margin` for sure: whether the
    whole interval of the difference lies beyond it.

    The interval is Newcombe's hybrid score interval (1998, "Interval estimation for the difference
    between independent proportions", method 10).
    """
    if not before[1] or not after[1]:
        return False
    old, new = before[0] / before[1], after[0] / after[1]
    if new < old:
        return moved((before[1] - before[0], before[1]), (after[1] - after[0], after[1]), margin)
    _, old_high = wilson(*before)
    new_low, _ = wilson(*after)
    least = new - old - sqrt((new - new_low) ** 2 + (old_high - old) ** 2)
    return least > margin


def wilson(rows: int, of: int) -> tuple[float, float]:
    """The score interval of a share (Wilson 1927) that misses it once in a thousand."""
    share, z = rows / of, _Z * _Z / of
    middle = (share + z / 2) / (1 + z)
    half = _Z / (1 + z) * sqrt(share * (1 - share) / of + z / (4 * of))
    return max(0.0, middle - half), min(1.0, middle + half)


def sprang_up(rows: int, before: int, after: int, already: int = 0) -> bool:
    """Whether `rows` of `after` rows are more than chance, where `before` rows had `already` of the
    kind.

    At an equal rate each of all of them is among the later ones with chance after / (before +
    after): the conditional test of two Poisson rates (Przyborowski and Wilenski 1940).
    """
    if not before or rows < 1:
        return False
    total, share = rows + already, after / (before + after)
    chance = 0.0
    for fewer in range(already + 1):  # of the kind that are among the earlier rows
        ways = lgamma(total + 1) - lgamma(fewer + 1) - lgamma(total - fewer + 1)
        chance += exp(ways + (total - fewer) * log(share) + fewer * log1p(-share))
    return chance < SURE


def apart(gap: float, before: int, after: int) -> bool:
    """Whether two distributions are apart for sure and by a tenth of the rows, where `gap` is the
    largest difference of their shares below any point (Kolmogorov 1933, Smirnov 1948).
    """
    return gap > 0.1 + _KS * sqrt((before + after) / (before * after))
