"""What a score says of pairs inside components, as far as clustering needs it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Longs = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


class Mixture(NamedTuple):
    """How sums of evidence become log2 odds: slope x (prior + match weight) + shift.

    `prior` is in log2 odds; the match weight is that of Fellegi and Sunter against the mixture of
    strangers, relatives and branches, the shares of the last two among pairs that do not match
    being `relatives` and `branches`. `own` is the comparison that only organisations have.
    """

    prior: float
    relatives: float
    branches: float
    slope: float
    shift: float
    own: int


class Evidence(NamedTuple):
    """Pairs x comparisons: which were compared, and what each says against a stranger, a relative
    and a branch, in 1/1024 bit (0 where not compared).
    """

    compared: npt.NDArray[np.bool_]
    stranger: npt.NDArray[np.int32]
    relative: npt.NDArray[np.int32]
    branch: npt.NDArray[np.int32]


@dataclass(frozen=True)
class PairScores:
    """What is asked of the score: the log2 odds of given pairs of rows, and their evidence."""

    odds: Callable[[Longs, Longs], Floats]
    evidence: Callable[[Longs, Longs], Evidence]
    mixture: Mixture
