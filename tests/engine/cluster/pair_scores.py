"""What a score might say of pairs, made up for tests of clustering."""

import numpy as np

from tellonce.engine.cluster.components import Pairs
from tellonce.engine.cluster.evidence import Evidence, Mixture, PairScores

# One comparison, which only organisations have: there the average odds of pairs decide.
ALONE = Mixture(prior=0.0, relatives=0.0, branches=0.0, slope=1.0, shift=0.0, own=0)
# A prior of -4 bits, two comparisons of persons, and one of organisations.
PERSON = Mixture(prior=-4.0, relatives=0.0, branches=0.0, slope=1.0, shift=0.0, own=2)
Bits = float | None
Said = dict[tuple[int, int], tuple[Bits, Bits, Bits]]


def scores(known: Pairs, said: Said | None = None, unknown: float = 0.0) -> PairScores:
    """Scores of pairs that say one thing each, their odds, or what `said` lists of them."""
    columns = (known.left.tolist(), known.right.tolist(), known.odds.tolist())
    one = {(left, right): (bits,) for left, right, bits in zip(*columns, strict=True)}

    def evidence(left: np.ndarray, right: np.ndarray) -> Evidence:
        wanted = zip(left.tolist(), right.tolist(), strict=True)
        found = [(said or one).get(pair, (0.0,)) for pair in wanted]
        compared = np.array([[bits is not None for bits in row] for row in found])
        bits = np.array([[1024 * (bits or 0) for bits in row] for row in found], np.int32)
        return Evidence(compared, bits, bits, bits)

    def odds(left: np.ndarray, _right: np.ndarray) -> np.ndarray:
        return np.full(len(left), unknown)

    return PairScores(odds, evidence, PERSON if said else ALONE)
