"""Match probabilities of pairs that rule each other out.

The odds of a pair know nothing of other pairs. But a record that fits three others equally well,
none of which is one with the next, is at most one of them. Sums of odds over all ways of taking
pairs so that none shares a record are approximated by belief propagation (Huang and Jebara 2009,
"Approximating the permanent with belief propagation"): each record tells each of its pairs how free
the others leave it, until nothing changes.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
ROUNDS = 20  # at most
SETTLED = 1e-3  # largest change of a message
FARTHEST = 30.0  # odds, in bits, beyond which a pair says no more


def shared_out(left: Ints, right: Ints, odds: Floats) -> Floats:
    """The probability of each pair of records, where a record is in one pair at most.

    `odds` are log2 odds of each pair by itself. Pairs are distinct; a pair without rivals keeps its
    probability.
    """
    rows, ends = np.unique(np.concatenate([left, right]), return_inverse=True)
    a, b = ends[: len(left)], ends[len(left) :]
    weight = np.exp2(np.clip(odds, -FARTHEST, FARTHEST))
    free_a, free_b = np.ones(len(left)), np.ones(len(left))
    for _round in range(ROUNDS):
        told_a, told_b = weight * free_b, weight * free_a
        every = np.bincount(a, told_a, len(rows)) + np.bincount(b, told_b, len(rows))
        new_a, new_b = (
            np.sqrt(free / (1.0 + np.maximum(every[end] - told, 0.0)))
            for free, end, told in ((free_a, a, told_a), (free_b, b, told_b))
        )
        moved = max(
            float(np.abs(new - old).max(initial=0.0))
            for new, old in ((new_a, free_a), (new_b, free_b))
        )
        free_a, free_b = new_a, new_b
        if moved < SETTLED:
            break
    joint = weight * free_a * free_b
    return np.asarray(joint / (1.0 + joint))
