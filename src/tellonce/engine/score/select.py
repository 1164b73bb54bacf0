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
from tellonce.engine.score.comparisons import unpacked

Floats = npt.NDArray[np.float64]
Longs = npt.NDArray[np.int64]
GROUPS = 2000  # of pairs alike: those that weigh most are looked at
DOUBT = 2.0  # by which odds are divided for that: a model without labels is too sure of itself


@dataclass(frozen=True)
class OpenPairs:
    """Pairs that may be asked about, in canonical order.

    `left` and `right` are rows, `pattern` packed levels, `odds` their log2 odds under the model,
    `records` how many records would change their customer with the answer. The first
    `answered` pairs have their label already: they taught, and are not asked about again.
    """

    left: Longs
    right: Longs
    pattern: Longs
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
        narrowed = groups.information * ((reach @ matter) * reach).sum(axis=1)
        narrowed /= 1.0 + groups.information * (reach * groups.x).sum(axis=1)
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
    known, asked = slice(0, pairs.answered), np.arange(pairs.answered, len(pairs.odds))
    coarse = np.rint(pairs.odds[asked]).astype(np.int64)
    order = np.lexsort((asked, -pairs.records[asked], coarse, pairs.pattern[asked]))
    asked, coarse = asked[order], coarse[order]
    new = np.ones(len(asked), np.bool_)
    new[1:] = (np.diff(pairs.pattern[asked]) != 0) | (np.diff(coarse) != 0)
    first = np.flatnonzero(new)
    ends = np.append(first[1:], len(asked))
    records = np.add.reduceat(pairs.records[asked], first) if len(first) else np.zeros(0)
    doubt = _probability(pairs.odds[asked[first]] / DOUBT)
    heaviest = np.sort(np.argsort(-records * doubt * (1 - doubt), kind="stable")[:GROUPS])
    x = features(
        unpacked(pairs.pattern[asked[first[heaviest]]]), pairs.odds[asked[first[heaviest]]]
    )
    spread = np.diag(1.0 / prior_precision())
    taught = features(unpacked(pairs.pattern[known]), pairs.odds[known])
    told = _information(_probability(pairs.odds[known]))
    for row, information in zip(taught, told, strict=True):
        spread = _after(spread, row, information)
    p = _moderated(x[:, 0], x, spread)
    members = [asked[first[g] : ends[g]] for g in heaviest]
    weight = (p * (1 - p)) ** 2 * records[heaviest]
    return _Groups(x, _information(p), weight, members), spread


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
    variance = LN2**2 * ((x @ spread) * x).sum(axis=1)
    return _probability(log2_odds / np.sqrt(1.0 + np.pi * variance / 8.0))
