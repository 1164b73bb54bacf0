"""Which pairs to ask a person about: those whose answers tell most about all other pairs.

Greedy variance reduction (Cohn, Ghahramani and Jordan 1996; for logistic regression Schein and
Ungar 2007) for the coefficients of `calibrate`: a pair counts by how much its answer narrows the
odds of every open pair, each weighted by its uncertainty and by the records it would move. What is
like a chosen pair is worth less from then on, which makes the choice diverse over patterns.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tellonce.engine.score.calibrate import LN2, features, prior_precision

Floats = npt.NDArray[np.float64]
Longs = npt.NDArray[np.int64]
GROUPS = 2000  # of pairs alike: those that weigh most are looked at


@dataclass(frozen=True)
class OpenPairs:
    """Pairs that may be asked about, in canonical order.

    `left` and `right` are rows, `levels` pairs x comparisons, `odds` their log2 odds under the
    model, `records` how many records would change their customer with the answer. The first
    `answered` pairs have their label already: they taught, and are not asked about again.
    """

    left: Longs
    right: Longs
    levels: Longs
    odds: Floats
    records: Floats
    answered: int


@dataclass(frozen=True)
class _Groups:
    """Open pairs of one pattern and about the same odds: a row of features each, its information,
    the weight of its pairs, and the pairs (positions), best first.
    """

    x: Floats
    information: Floats
    weight: Floats
    pairs: list[Longs]


def chosen(pairs: OpenPairs, count: int) -> Longs:
    """Positions of up to `count` pairs to ask about, the most useful first. Deterministic."""
    groups, spread = _grouped(pairs)
    matter = (groups.x * groups.weight[:, None]).T @ groups.x
    waiting = [list(members[::-1]) for members in groups.pairs]
    asked: set[int] = set()
    found: list[int] = []
    while len(found) < count and any(waiting):
        reach = groups.x @ spread
        narrowed = groups.information * np.einsum("ij,jk,ik->i", reach, matter, reach)
        narrowed /= 1.0 + groups.information * np.einsum("ij,ij->i", reach, groups.x)
        narrowed[[not members for members in waiting]] = -1.0
        best = int(np.argmax(narrowed))
        pair = _next(waiting[best], pairs, asked)
        found.append(pair)
        asked |= {int(pairs.left[pair]), int(pairs.right[pair])}
        spread = _after(spread, groups.x[best], groups.information[best])
    return np.array(found, np.int64)


def _next(waiting: list[int], pairs: OpenPairs, asked: set[int]) -> int:
    """Take the best pair that is about records not asked about yet, else the best one."""
    for at in range(len(waiting) - 1, -1, -1):
        if not asked & {int(pairs.left[waiting[at]]), int(pairs.right[waiting[at]])}:
            return int(waiting.pop(at))
    return int(waiting.pop())


def _grouped(pairs: OpenPairs) -> tuple[_Groups, Floats]:
    """The groups that weigh most, and the covariance of the coefficients after all labels."""
    x = features(pairs.levels, pairs.odds)
    used = x.any(axis=0)
    spread = np.diag(1.0 / prior_precision()[used])
    known = _probability(pairs.odds[: pairs.answered])
    for row, information in zip(x[: pairs.answered, used], _information(known), strict=True):
        spread = _after(spread, row, information)
    open_pairs = np.arange(pairs.answered, len(x))
    alike = np.column_stack([pairs.levels, np.rint(pairs.odds).astype(np.int64)])[open_pairs]
    _values, first, group = np.unique(alike, axis=0, return_index=True, return_inverse=True)
    rows = x[open_pairs[first]][:, used]
    p = _moderated(pairs.odds[open_pairs[first]], rows, spread)
    records = np.bincount(group, weights=pairs.records[open_pairs], minlength=len(first))
    weight = (p * (1 - p)) ** 2 * records
    heaviest = np.sort(np.lexsort((first, -weight))[:GROUPS])
    best_first = np.lexsort((open_pairs, -pairs.records[open_pairs], group))
    ends = np.cumsum(np.bincount(group, minlength=len(first)))
    members = np.split(open_pairs[best_first], ends[:-1])
    groups = _Groups(
        rows[heaviest],
        _information(p[heaviest]),
        weight[heaviest],
        [members[g] for g in heaviest],
    )
    return groups, spread


def _after(spread: Floats, x: Floats, information: float) -> Floats:
    """The covariance after one more label of a pair with features x."""
    reach = spread @ x
    return np.asarray(spread - np.outer(reach, reach) / (1.0 / information + x @ reach))


def _information(p: Floats) -> Floats:
    """What a label of a pair of probability p tells of its log2 odds (Fisher information)."""
    return np.asarray(LN2**2 * np.maximum(p * (1 - p), 1e-12))


def _probability(log2_odds: Floats) -> Floats:
    return np.asarray(1.0 / (1.0 + np.exp2(-log2_odds)))


def _moderated(log2_odds: Floats, x: Floats, spread: Floats) -> Floats:
    """Probability with the doubt about the coefficients averaged in (MacKay 1992)."""
    variance = LN2**2 * np.einsum("ij,jk,ik->i", x, spread, x)
    return _probability(log2_odds / np.sqrt(1.0 + np.pi * variance / 8.0))
