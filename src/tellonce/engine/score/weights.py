"""Match weights: log2 likelihood ratios of levels, and the probability they make with the prior."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from tellonce.engine.model.document import ScoreModel, Table
from tellonce.engine.score.arrays import Encoded, Weights
from tellonce.engine.score.comparisons import (
    ADDRESS,
    FAMILY,
    GIVEN,
    MIDDLE,
    ORGANISATION,
    OTHER,
)
from tellonce.engine.score.kernels import COMPARED, UNIT
from tellonce.engine.score.lines import entries, rows_of

# Levels that models from before do not have, and which their pairs were of.
LATER_LEVELS = {(ORGANISATION, 6): 5}
Floats = npt.NDArray[np.float64]
Longs = npt.NDArray[np.int64]


def log_odds(probability: float) -> float:
    """log2 of p / (1 - p)."""
    return math.log2(probability / (1.0 - probability))


def odds(weight: Floats, model: ScoreModel) -> Floats:
    """log2 odds that pairs with these match weights (bits) are one customer: prior and match weight
    as labels have calibrated them (slope and shift; 1 and 0 without labels).
    """
    return np.asarray(model.slope * (weight + log_odds(model.prior)) + model.shift)


def probability(weight: Floats, model: ScoreModel) -> Floats:
    """Match probability of pairs with these match weights (bits)."""
    return np.asarray(1.0 / (1.0 + np.exp2(-odds(weight, model))))


def weight_at(probability: float, model: ScoreModel) -> float:
    """The match weight (bits) at which a pair has this match probability: the inverse."""
    return (log_odds(probability) - model.shift) / model.slope - log_odds(model.prior)


def level_bits(model: ScoreModel) -> tuple[Floats, Floats, Floats]:
    """log2 of m/u, m/r and m/b of each level, with what labels add; level 0 is 0.

    A model from before there were branches knows none: they then count as relatives.
    """
    return tuple(_bits(model, table) for table in (model.u, model.r, model.b or model.r))  # type: ignore[return-value]


def _bits(model: ScoreModel, other: Table) -> Floats:
    m = np.array(model.m)
    bits: Floats = np.log2(m / np.array(other))
    for (comparison, level), before in LATER_LEVELS.items():
        if m[comparison, level] == 1.0:
            bits[comparison, level] = bits[comparison, before]
    bits[:, 0] = 0.0
    bits[OTHER:] *= model.others_worth
    return bits + np.array(model.learnt) if model.learnt else bits


def weights(model: ScoreModel, encoded: Encoded, review: float | None) -> Weights:
    """The weights of a model for the kernels; pairs below probability `review` are abandoned.

    None keeps every pair.
    """
    return weights_within(model, rarest(encoded), review)


def weights_within(model: ScoreModel, rarest: Longs, review: float | None) -> Weights:
    """As `weights`, for records whose rare values add at most `rarest` to each comparison."""
    stranger, relative, branch = (np.rint(t * UNIT).astype(np.int32) for t in level_bits(model))
    kept = -math.inf if review is None else weight_at(review, model)
    rest = _rest(stranger, rarest, len(model.others))
    return Weights(stranger, relative, branch, rest, kept, model.relatives, model.branches)


def rarest(encoded: Encoded) -> Longs:
    """Per comparison: the extra weight, in 1/1024 bit, of the rarest value of these records."""
    found = np.zeros(COMPARED, np.int64)
    names, places = entries(encoded, "name"), entries(encoded, "address")
    for comparison, extra in (
        (GIVEN, names["given_tf"]),
        (FAMILY, names["family_tf"]),
        (ORGANISATION, entries(encoded, "organisation")["organisation_tf"]),
        (ADDRESS, places["city_tf"]),
        (ADDRESS, places["postal_tf"]),
    ):
        found[comparison] = max(found[comparison], int(extra.max(initial=0)))
    others = entries(encoded, "other")["other_tf"]
    if len(others):
        most = others.reshape(rows_of(encoded), -1).max(axis=0)
        found[OTHER : OTHER + len(most)] = np.maximum(most, 0)
    return found


def _rest(stranger: npt.NDArray[np.int32], rarest: Longs, others: int) -> npt.NDArray[np.int32]:
    """The most that a comparison and all after it can add, by what both records have.

    Rare values count with the rarest of these records. The bound saves work and changes no result.
    """
    most = stranger.max(axis=1).astype(np.int64) + rarest
    most[OTHER + others :] = 0
    needs = {GIVEN: 1, FAMILY: 1, MIDDLE: 1, ORGANISATION: 2, ADDRESS: 4}
    rest = np.zeros((16, COMPARED + 1), np.int32)
    for both in range(16):
        can = [most[k] if k < GIVEN or needs.get(k, 8) & both else 0 for k in range(COMPARED)]
        rest[both, :-1] = np.cumsum(can[::-1])[::-1]
    return rest
