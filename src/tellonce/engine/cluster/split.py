"""Components -> clusters: what holds together stays, what conflicts or does not cohere is split.

The split is average linkage (UPGMA; Sokal and Michener 1958) on log2 odds under constraints: pairs
that must not be one customer never join, pairs decided to be the same join first. It needs the
odds of all pairs of a component, also of those that no blocking key proposed: `pairs_needed` names
them and the caller scores them in between.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from tellonce.engine.cluster.components import BOUND, Components, Floats, Longs, Pairs
from tellonce.engine.cluster.kernels import split_components
from tellonce.engine.tables import CLUSTERS

UNIT = 1024.0
NEVER = -(1 << 40)  # weight, in 1/1024 bit, of a pair that must not be one customer
ALWAYS = 1 << 40
COHERENT = 0.0  # log2 odds that two parts of a cluster have at least, on average


@dataclass(frozen=True)
class Constraints:
    """Pairs (left < right) decided or known to be the same customer or different ones."""

    same_left: Longs
    same_right: Longs
    different_left: Longs
    different_right: Longs


def _codes(left: Longs, right: Longs) -> Longs:
    return (np.asarray(left, np.int64) << 32) | np.asarray(right, np.int64)


def inner_pairs(found: Components, smallest: int) -> tuple[Longs, Longs, Longs]:
    """Component, left and right position of every pair within components of at least `smallest`."""
    sizes = np.where(found.sizes >= smallest, found.sizes, 0)
    counts = sizes * (sizes - 1) // 2
    component = np.repeat(np.arange(len(sizes)), counts)
    left = np.empty(len(component), np.int64)
    right = np.empty(len(component), np.int64)
    starts = np.cumsum(counts) - counts
    for size in np.unique(sizes[sizes > 1]):
        of_size = np.flatnonzero(sizes == size)
        up, down = np.triu_indices(size, 1)
        at = (starts[of_size][:, None] + np.arange(len(up))).ravel()
        left[at], right[at] = np.tile(up, len(of_size)), np.tile(down, len(of_size))
    return component, left, right


def pairs_needed(found: Components, known: Pairs) -> tuple[Longs, Longs]:
    """Pairs within components of three or more rows whose odds are not known yet."""
    component, left, right = inner_pairs(found, 3)
    a, b = found.members[found.off[component] + left], found.members[found.off[component] + right]
    missing = ~np.isin(_codes(a, b), _codes(known.left, known.right))
    return a[missing], b[missing]


def split(rows: int, found: Components, known: Pairs, constraints: Constraints) -> Longs:
    """The smallest row of the cluster of each row; `known` has the odds of all inner pairs."""
    component, left, right = inner_pairs(found, 2)
    a, b = found.members[found.off[component] + left], found.members[found.off[component] + right]
    codes = _codes(a, b)
    order = np.argsort(_codes(known.left, known.right))
    sorted_codes = _codes(known.left, known.right)[order]
    at = np.minimum(np.searchsorted(sorted_codes, codes), max(len(sorted_codes) - 1, 0))
    odds = known.odds[order][at] if len(order) else np.zeros(len(codes))
    if len(order):
        odds = np.where(sorted_codes[at] == codes, odds, 0.0)
    weight = np.rint(np.clip(odds, -BOUND, BOUND) * UNIT).astype(np.int64)
    weight[np.isin(codes, _codes(constraints.same_left, constraints.same_right))] = ALWAYS
    different = _codes(constraints.different_left, constraints.different_right)
    weight[np.isin(codes, different)] = NEVER
    pair_off = np.searchsorted(component, np.arange(len(found.sizes) + 1))
    labels = split_components(
        found.off, found.members, pair_off, left, right, weight, COHERENT * UNIT, ALWAYS // 2
    )
    cluster = np.arange(rows, dtype=np.int64)
    cluster[found.members] = labels
    return cluster


def confidences(cluster: Longs, known: Pairs, constraints: Constraints) -> Floats:
    """Per row: probability of its strongest link inside its cluster, or for a singleton one minus
    that of its strongest link to any other record, 1 where there is none. Pairs that cannot be one
    customer are no links; those decided to be one are certain.
    """
    different = _codes(constraints.different_left, constraints.different_right)
    known = known.where(~np.isin(_codes(known.left, known.right), different))
    probability = 1.0 / (1.0 + np.exp2(-known.odds))
    inside = cluster[known.left] == cluster[known.right]
    best_inside = np.zeros(len(cluster))
    best_outside = np.zeros(len(cluster))
    for side in (known.left, known.right):
        np.maximum.at(best_inside, side[inside], probability[inside])
        np.maximum.at(best_outside, side[~inside], probability[~inside])
    decided = cluster[constraints.same_left] == cluster[constraints.same_right]
    for side in (constraints.same_left, constraints.same_right):
        best_inside[side[decided]] = 1.0
    alone = np.bincount(cluster, minlength=len(cluster))[cluster] == 1
    return np.where(alone, 1.0 - best_outside, best_inside)


def clusters_table(cluster: Longs, confidence: Floats) -> pa.Table:
    """CLUSTERS, a row for every record in canonical order."""
    columns: list[npt.NDArray[np.generic]] = [
        np.arange(len(cluster), dtype=np.int32),
        cluster.astype(np.int32),
        confidence,
    ]
    return pa.Table.from_arrays([pa.array(c) for c in columns], schema=CLUSTERS)
