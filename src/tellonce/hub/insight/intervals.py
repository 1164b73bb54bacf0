"""What can be said of a share, and of a usual value, from a few observations."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

Z95 = 1.959963984540054
"""Two-sided 95 % of a normal distribution."""

_CROWD = 10


def wilson(good: float, of: float, z: float = Z95) -> tuple[float, float]:
    """The interval of a share by Wilson (1927): within 0 and 1, and honest for few observations.

    Formula: (p + z2/2n -+ z sqrt(p(1-p)/n + z2/4n2)) / (1 + z2/n). `of` may be an effective size
    that is no whole number. (0, 1) without observations.
    """
    if of <= 0:
        return 0.0, 1.0
    p = good / of
    middle = p + z * z / (2 * of)
    spread = z * math.sqrt(max(0.0, p * (1 - p) / of + z * z / (4 * of * of)))
    scale = 1 + z * z / of
    return max(0.0, (middle - spread) / scale), min(1.0, (middle + spread) / scale)


@dataclass(frozen=True)
class Share:
    """An estimated share with its interval; `of` observations."""

    value: float
    low: float
    high: float
    of: int


def stratified(strata: Sequence[tuple[int, int, int]]) -> Share | None:
    """A share over all from samples of strata: (right, answered, population) of each.

    Each stratum counts by its population; those without an answer say nothing and are left out.
    The interval is Wilson's at the effective size 1 / sum(w2/n) (Kish 1965), so that a small
    sample of a large stratum is not taken for a large one. None without any answer.
    """
    told = [(right, of, size) for right, of, size in strata if of and size]
    whole = sum(size for _, _, size in told)
    if not whole:
        return None
    value = sum(size / whole * right / of for right, of, size in told)
    effective = 1 / sum((size / whole) ** 2 / of for _, of, size in told)
    low, high = wilson(value * effective, effective)
    return Share(value, low, high, sum(of for _, of, _ in told))


def median(values: Sequence[float]) -> float:
    """The middle value; of an even number the mean of the two middle ones. Needs one."""
    ordered, half = sorted(values), len(values) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2


def quantile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least `share` of them do not exceed (nearest rank). Needs one."""
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]


def deviation(values: Sequence[float]) -> float:
    """The usual distance from the median: 1.4826 times the median absolute deviation, which is the
    standard deviation of a normal distribution (Rousseeuw and Croux 1993); one outlier, or two,
    do not move it. Needs one.
    """
    middle = median(values)
    return 1.4826 * median([abs(value - middle) for value in values])


def unusual_size(sizes: Mapping[int, int], least: int, expected: float = 0.01) -> int | None:
    """From which size on a group is beyond reason among others of its kind.

    `sizes`: size (from 1) -> how many groups have it. Sizes are taken to fall off geometrically,
    as they do where each further member is as likely as the one before; the rate is learnt without
    the largest 0.5 % of groups, so that what is to be found does not teach that it is usual. Beyond
    reason is a size that less than `expected` groups of all are expected to reach, and never one
    below `least`; what more than ten of them reach is a kind of its own, and usual. None where
    there are fewer than 50 groups: too few to know what is usual.
    """
    groups = sum(sizes.values())
    if groups < 50:
        return None
    left, members, kept = groups - max(1, groups // 200), 0, 0
    for size in sorted(sizes):
        taken = min(sizes[size], left - kept)
        members, kept = members + size * taken, kept + taken
    # One group of two is added, so that where all are of one the rate is small and not none.
    more = 1 - (kept + 1) / (members + 2)
    reached = math.log(expected / groups) / math.log(more)
    return _above_crowds(sizes, max(least, 1 + math.ceil(reached)))


def _above_crowds(sizes: Mapping[int, int], limit: int) -> int:
    """The limit, or a higher one where more than ten groups reach it: these are then a kind of
    their own (offices, care homes) and only what is far out among them is unusual, by the outer
    fence of Tukey (1977) on the logarithm: third quartile plus three times the quartiles' distance.
    """
    while sum(count for size, count in sizes.items() if size >= limit) > _CROWD:
        logs = [
            math.log(size) for size, count in sizes.items() if size >= limit for _ in range(count)
        ]
        low, high = quantile(logs, 0.25), quantile(logs, 0.75)
        limit = max(limit + 1, math.ceil(math.exp(high + 3 * (high - low))))
    return limit
