"""Links, decisions and conflicts -> CLUSTERS: the one place that says who is one customer.

Batch and incremental resolution both call it, the one with all records and the other with whole
components, so that both come to the same clusters.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from tellonce.engine.cluster.components import CERTAIN, Floats, Pairs, components
from tellonce.engine.cluster.constraints import (
    conflicts,
    consistent,
    together,
    unless_decided,
)
from tellonce.engine.cluster.evidence import PairScores
from tellonce.engine.cluster.split import (
    Constraints,
    clusters_table,
    confidences,
    pairs_needed,
    split,
)


@dataclass(frozen=True)
class Cut:
    """Log2 odds from which on edges are kept, and so connect a component, and from which on parts
    of it are linked. `unique_sources` have no duplicates of their own.
    """

    kept: float
    link: float
    unique_sources: frozenset[str] = frozenset()


def followed(odds: Floats, cut: Cut) -> npt.NDArray[np.bool_]:
    """Which kept edges, by their log2 odds, connect a component."""
    return np.asarray(odds >= cut.kept)


def partition(
    records: pa.Table, known: Pairs, decided: Constraints, cut: Cut, scores: PairScores
) -> pa.Table:
    """CLUSTERS of RECORDS: components of what is followed, split where they conflict or do not
    cohere.

    `known` are the kept edges by row, left < right, ordered by (left, right). Rows beyond those of
    `records` stand for records of other components, which no edge that is followed leads to: they
    matter for confidence only. `scores` is asked for the odds and the evidence of pairs inside
    components. The clusters of a component depend on its records, its edges and its decisions
    alone.
    """
    rows = max(records.num_rows, int(known.right.max(initial=-1)) + 1)
    found = components(rows, _links(known, decided, cut))
    left, right = pairs_needed(found, known)
    every = Pairs(
        np.concatenate([known.left, left]),
        np.concatenate([known.right, right]),
        np.concatenate([known.odds, scores.odds(left, right)]),
    )
    people = consistent(decided, every)
    rules = conflicts(records, found, cut.unique_sources)
    limits = together(people, unless_decided(rules, people))
    cluster, joined = split(rows, found, every, limits, scores=scores, cut=cut.link)
    table = clusters_table(cluster, confidences(cluster, every, limits, joined))
    return table.slice(0, records.num_rows)


def _links(known: Pairs, decided: Constraints, cut: Cut) -> Pairs:
    links = known.where(followed(known.odds, cut))
    certain = np.full(len(decided.same_left), CERTAIN)
    return Pairs(
        np.concatenate([links.left, decided.same_left]),
        np.concatenate([links.right, decided.same_right]),
        np.concatenate([links.odds, certain]),
    )
