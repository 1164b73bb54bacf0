"""What labelled pairs teach a model: how much more or less each level weighs, and a calibration.

Logistic regression from the model's own odds as the start (Platt 1999, with one coefficient a level
beside slope and shift): log2 odds = slope x odds + shift + the coefficients of the pair's levels.
Coefficients are pulled towards none (MAP, normal priors), so that ten labels move little. It asks
only how likely a pair *with these levels* is one customer. That stays true however the pairs were
chosen by what they say: uncertain ones, as `select` proposes, or any others; counting levels among
labelled pairs, as m and u would want it, would not survive that choice.

Few labels may say little, and much by chance. So the model goes only as far from what it was as
labels left out would have been told better by the others (`_believed`): not at all, all the way, or
some way in between.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from tellonce.engine.model.document import ScoreModel
from tellonce.engine.model.spelling import Spelling
from tellonce.engine.score.comparisons import COMPARISONS, MAX_LEVELS, unpacked
from tellonce.engine.score.encode import encode
from tellonce.engine.score.scoring import compared as compared_rows
from tellonce.engine.score.weights import odds, weights

Floats = npt.NDArray[np.float64]
Levels = npt.NDArray[np.int64]
# How far labels are expected to move the model, as standard deviations: the slope, and bits.
SLOPE, SHIFT, LEVEL = 0.25, 1.5, 1.5
LEAST_SLOPE = 0.25  # more evidence must always mean a higher probability
SLIPS = (
    0.02  # share of labels that are slips of the hand: what they contradict beyond doubt is kept
)
FARTHEST = 20.0  # odds, in bits, beyond which a pair says no more
ROUNDS = 50
STEPS = (0.0, 0.25, 0.5, 0.75, 1.0)  # of the way from the model to what labels say
# How much better labels left out must be told for the whole way, in nats: odds of 7 to 1, from
# which on evidence counts for more than a bare mention (Kass and Raftery 1995).
PROOF = 2.0
MOST_LEVERAGE = 0.99
EVEN = 0.5
LN2 = float(np.log(2.0))
SIZE = 2 + len(COMPARISONS) * MAX_LEVELS


@dataclass(frozen=True)
class Compared:
    """Pairs as a model sees them: levels (pairs x comparisons) and match weight in bits."""

    levels: Levels
    weight: Floats


def compared(
    table: pa.Table,
    model: ScoreModel,
    left: Levels,
    right: Levels,
    *,
    spelling: Spelling,
    hash_key: bytes,
) -> Compared:
    """The given pairs of rows of a COMPARABLE table under a model; only these rows are encoded."""
    rows, places = np.unique(np.concatenate([left, right]), return_inverse=True)
    encoded, _values = encode(table.take(pa.array(rows)), model, spelling, hash_key)
    ends = places[: len(left)].astype(np.int32), places[len(left) :].astype(np.int32)
    weight, patterns = compared_rows(encoded, weights(model, encoded, None), *ends)
    return Compared(unpacked(patterns), weight)


def features(levels: Levels, log2_odds: Floats) -> Floats:
    """Pairs x coefficients: the odds, one, and an indicator of each comparison's level."""
    found = np.zeros((len(levels), SIZE))
    found[:, 0] = np.clip(log2_odds, -FARTHEST, FARTHEST)
    found[:, 1] = 1.0
    columns = 2 + np.arange(levels.shape[1]) * MAX_LEVELS + levels
    np.put_along_axis(found, columns, (levels > 0).astype(np.float64), axis=1)
    return found


def prior_precision() -> Floats:
    """Per coefficient: one over the variance it is expected to have."""
    spread = np.full(SIZE, LEVEL)
    spread[:2] = SLOPE, SHIFT
    return np.asarray(1.0 / spread**2)


def calibrated(model: ScoreModel, pairs: Compared, same: npt.NDArray[np.bool_]) -> ScoreModel:
    """The model after labels: whether each of `pairs`, as `model` sees them, is one customer.

    `model` has not learnt from labels before. Without pairs it stays as it is. The link cut of a
    model without labels keeps a margin for what the model does not know of itself. Labels replace
    it, once they are believed, by even odds, at which a probability that can be trusted links most
    pairs rightly.
    """
    if not len(same):
        return model
    x, start = features(pairs.levels, odds(pairs.weight, model)), _untaught()
    found = fitted(x, same)
    way = _believed(x, same, found)
    coefficients = start + way * (found - start)
    slope, shift = max(float(coefficients[0]), LEAST_SLOPE), float(coefficients[1])
    learnt = (coefficients[2:] / slope).reshape(len(COMPARISONS), MAX_LEVELS)
    return replace(
        model,
        learnt=tuple(tuple(round(bits, 6) for bits in row) for row in learnt.tolist()),
        slope=slope,
        shift=shift,
        labels=len(same),
        link=EVEN if way else model.link,
    )


def _untaught() -> Floats:
    """The coefficients of a model without labels."""
    start = np.zeros(SIZE)
    start[0] = 1.0
    return start


def _believed(x: Floats, same: npt.NDArray[np.bool_], found: Floats) -> float:
    """How far of the way to the coefficients `found` labels are believed: by how well each is told
    where it is left out.
    """
    before, after = x @ _untaught(), left_out(x, same, found)

    def gain(way: float) -> float:
        p, _slope = _told((1.0 - way) * before + way * after)
        return float(np.log(np.where(same, p, 1 - p)).sum()) - way * PROOF

    return max(STEPS, key=gain)


def left_out(x: Floats, same: npt.NDArray[np.bool_], found: Floats) -> Floats:
    """The log2 odds of each labelled pair by what the others teach: one Newton step from the
    coefficients `found` with all of them (Pregibon 1981).
    """
    surprise, information = _news(x @ found, same)
    curvature = (x * information[:, None]).T @ x + np.diag(prior_precision())
    reach = (x * _solved(curvature, x.T).T).sum(axis=1)
    leverage = np.minimum(information * reach, MOST_LEVERAGE)
    return np.asarray(x @ found - reach * surprise / (1.0 - leverage))


def _news(log2_odds: Floats, same: npt.NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """What each label adds to the gradient of the log likelihood by its odds, and its Fisher
    information.
    """
    p, slope = _told(log2_odds)
    return slope * np.where(same, 1 / p, -1 / (1 - p)), slope**2 / (p * (1 - p))


def fitted(x: Floats, same: npt.NDArray[np.bool_]) -> Floats:
    """Coefficients of largest posterior, by Fisher scoring with halved steps."""
    start = _untaught()
    precision, found = prior_precision(), start.copy()
    value = _posterior(x, same, found, start, precision)
    for _round in range(ROUNDS):
        surprise, information = _news(x @ found, same)
        gradient = x.T @ surprise - precision * (found - start)
        curvature = (x * information[:, None]).T @ x + np.diag(precision)
        step = _solved(curvature, gradient[:, None])[:, 0]
        better, size = False, 1.0
        while not better and size > 1e-4:
            moved = found + size * step
            after = _posterior(x, same, moved, start, precision)
            better, size = after > value, size / 2
        if not better or after - value < 1e-9:
            break
        found, value = moved, after
    return found


def _solved(matrix: Floats, right: Floats) -> Floats:
    """Solutions for a positive definite matrix, a column each, by elimination: for a hundred
    unknowns the threads that a library starts cost hundreds of times what they save.
    """
    size = len(matrix)
    rows = np.column_stack([matrix, right])
    for at in range(size - 1):
        rows[at + 1 :, at:] -= np.outer(rows[at + 1 :, at] / rows[at, at], rows[at, at:])
    found = np.zeros(right.shape)
    for at in reversed(range(size)):
        known = (rows[at, at + 1 : size, None] * found[at + 1 :]).sum(axis=0)
        found[at] = (rows[at, size:] - known) / rows[at, at]
    return found


def _told(log2_odds: Floats) -> tuple[Floats, Floats]:
    """Probability that a pair of these odds is labelled the same, slips included; its slope."""
    p = 1.0 / (1.0 + np.exp2(-np.clip(log2_odds, -60, 60)))
    return SLIPS / 2 + (1 - SLIPS) * p, (1 - SLIPS) * p * (1 - p) * LN2


def _posterior(
    x: Floats, same: npt.NDArray[np.bool_], at: Floats, start: Floats, precision: Floats
) -> float:
    p, _slope = _told(x @ at)
    pull = float((precision * (at - start) ** 2).sum()) / 2
    return float(np.log(np.where(same, p, 1 - p)).sum()) - pull
