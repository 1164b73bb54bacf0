"""What relatives and branches are like, as far as records teach it: what they share, and how often.

What a pair of relatives shares is spelt as differently as one customer spells it, so there its
levels are a mixture: of matches where the value is shared, of strangers where it is not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from tellonce.engine.model.document import Table
from tellonce.engine.score.comparisons import MAX_LEVELS, NAMES
from tellonce.engine.score.priors import MOST_SHARED

Floats = npt.NDArray[np.float64]
STEPS = 5  # of expectation-maximisation within a round; the next round goes on


def learnt(names: Sequence[str], found: Floats, shipped_ones: Floats) -> Floats:
    """What was found for the comparisons of these names, else what is shipped."""
    at = [NAMES.index(name) for name in names]
    made = shipped_ones.copy()
    made[at] = found[at]
    return made


def sharing(shared: Mapping[str, float], m: Floats, u: Floats, start: Table) -> Floats:
    """Level probabilities of pairs of which a share has one value: there m, else u; where no share
    is given, those of `start`.
    """
    found = np.array(start)
    for name, share in shared.items():
        index = NAMES.index(name)
        found[index] = share * m[index] + (1.0 - share) * u[index]
    return found


def shares(
    shared: Mapping[str, float],
    of: tuple[Floats, Floats],
    levels: npt.NDArray[np.int64],
    weight: tuple[Floats, Floats],
    pull: float,
) -> dict[str, float]:
    """The share of relatives that have one value between them, for each comparison of `shared`.

    `of`: m and u; `levels`: pairs x comparisons; `weight`: how many of each are relatives, and
    whether it teaches the comparison (pairs x comparisons). What is shipped is worth `pull` pairs,
    and is the most, but for MOST_SHARED: else, where all is misspelt, customers are taken for
    relatives who share all. It also stands for pairs that do not teach: families are proposed by
    the name and the address they share, and the few proposed otherwise share neither.
    """
    (m, u), (pairs, free), found = of, weight, {}
    for name, shipped in shared.items():
        index, share = NAMES.index(name), shipped
        every = pairs[levels[:, index] > 0].sum()
        told = pairs * free[:, index]
        counts = np.bincount(levels[:, index], weights=told, minlength=MAX_LEVELS)[1:]
        held = pull + every - counts.sum()
        for _step in range(STEPS):
            one = share * m[index, 1:]
            either = np.maximum(one + (1.0 - share) * u[index, 1:], 1e-300)
            share = (float((counts * one / either).sum()) + held * shipped) / (every + pull)
        found[name] = min(float(share), MOST_SHARED.get(name, shipped))
    return found
