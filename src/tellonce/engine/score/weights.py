"""Match weights: log2 likelihood ratios of levels, and the probability they make with the prior."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from tellonce.engine.model.document import ScoreModel
from tellonce.engine.score.comparisons import ADDRESS, FAMILY, GIVEN, ORGANISATION, OTHER
from tellonce.engine.score.encode import RAREST
from tellonce.engine.score.kernels import COMPARED, UNIT, Weights

Floats = npt.NDArray[np.float64]


def log_odds(probability: float) -> float:
    """log2 of p / (1 - p)."""
    return math.log2(probability / (1.0 - probability))


def probability(weight: Floats, prior: float) -> Floats:
    """Match probability of pairs with these match weights (bits) under a prior share of matches."""
    return np.asarray(1.0 / (1.0 + np.exp2(-(weight + log_odds(prior)))))


def level_bits(model: ScoreModel) -> tuple[Floats, Floats]:
    """log2(m/u) and log2(m/r) of each level of each comparison; level 0 is 0."""
    m, u, r = (np.array(table) for table in (model.m, model.u, model.r))
    stranger, relative = np.log2(m / u), np.log2(m / r)
    stranger[:, 0] = relative[:, 0] = 0.0
    return stranger, relative


def weights(model: ScoreModel, review: float | None) -> Weights:
    """The weights of a model for the kernels; pairs below probability `review` are abandoned.

    None keeps every pair.
    """
    stranger, relative = (np.rint(t * UNIT).astype(np.int32) for t in level_bits(model))
    most = stranger.max(axis=1).astype(np.int64)
    for rare in (GIVEN, FAMILY, ORGANISATION, ADDRESS, *range(OTHER, COMPARED)):
        most[rare] += round(RAREST * UNIT)
    most[OTHER + len(model.others) :] = 0
    rest = np.zeros(COMPARED + 1, np.int32)
    rest[:-1] = np.cumsum(most[::-1])[::-1]
    kept = -math.inf if review is None else log_odds(review) - log_odds(model.prior)
    return Weights(stranger, relative, rest, kept, model.relatives)
