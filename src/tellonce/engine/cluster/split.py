"""Components -> clusters: what holds together stays, what conflicts or does not cohere is split.

A component all of whose pairs reach the cut is one cluster. Any other is built up from its records,
best two parts first, by pooled linkage (`kernels.pool_components`): what all pairs of two parts say
is taken together, comparison by comparison. Pairs that must not be one customer never join, pairs
decided to be the same join first. What has more than POOLED records is split by average linkage on
log2 odds (UPGMA; Sokal and Michener 1958), which needs less memory. Both need the odds of all pairs
of a component, also of those that no blocking key proposed: `pairs_needed` names them and the
caller scores them in between.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from tellonce.engine.cluster.components import (
    BOUND,
    Components,
    Floats,
    Longs,
    Pairs,
)
from tellonce.engine.cluster.evidence import PairScores
from tellonce.engine.cluster.kernels import pool_components, split_components
from tellonce.engine.tables import CLUSTERS

UNIT = 1024.0
POOLED = 300  # records of a component whose evidence is pooled: some 320 bytes a pair
NEVER = -(1 << 40)  # weight, in 1/1024 bit, of a pair that must not be one customer
ALWAYS = 1 << 40
PAIRS_AT_ONCE = 200_000  # whose evidence is held in memory together: some 50 MB


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


@dataclass(frozen=True)
class _Inner:
    """Every pair within components: component, left and right position, odds, and bond (1 must
    join, -1 must not, else 0), ordered by component; `by_left` and `by_right`: the pair by which it
    is judged, mostly itself.
    """

    component: Longs
    left: Longs
    right: Longs
    odds: Floats
    bond: npt.NDArray[np.int8]
    by_left: Longs
    by_right: Longs

    def of(self, chosen: npt.NDArray[np.bool_], renumbered: Longs) -> _Inner:
        """The pairs of the components chosen, which get new numbers."""
        at = np.flatnonzero(chosen[self.component])
        return _Inner(
            renumbered[self.component[at]],
            self.left[at],
            self.right[at],
            self.odds[at],
            self.bond[at],
            self.by_left[at],
            self.by_right[at],
        )


def split(
    rows: int,
    found: Components,
    known: Pairs,
    limits: Constraints,
    *,
    scores: PairScores,
    cut: float,
) -> tuple[Longs, Floats]:
    """The smallest row of the cluster of each row, and the log2 odds at which it joined others.

    `known` has the odds of all inner pairs, `cut` is the log2 odds from which on parts are joined.
    Rows whose links alone tell how likely they are where they are have -inf as odds.
    """
    inner = _as_decided(found, _inner(found, known, limits), cut)
    doubtful = np.zeros(len(found.sizes), np.bool_)
    doubtful[inner.component[(inner.odds < cut) | (inner.bond < 0)]] = True
    large = doubtful & (found.sizes > POOLED)
    cluster, joined = np.arange(rows, dtype=np.int64), np.full(rows, -np.inf)
    sure = _chosen(found, ~doubtful)
    cluster[sure.members] = np.repeat(sure.members[sure.off[:-1]], sure.sizes)
    if large.any():
        part = _chosen(found, large)
        cluster[part.members] = _averaged(part, inner.of(large, np.cumsum(large) - 1), cut)
    for chosen in _portions(found, doubtful & ~large):
        part = _chosen(found, chosen)
        pairs = inner.of(chosen, np.cumsum(chosen) - 1)
        cluster[part.members], joined[part.members] = _pooled(part, pairs, scores, cut)
    return cluster, joined


def _inner(found: Components, known: Pairs, limits: Constraints) -> _Inner:
    component, left, right = inner_pairs(found, 2)
    a, b = found.members[found.off[component] + left], found.members[found.off[component] + right]
    codes = _codes(a, b)
    order = np.argsort(_codes(known.left, known.right))
    sorted_codes = _codes(known.left, known.right)[order]
    at = np.minimum(np.searchsorted(sorted_codes, codes), max(len(sorted_codes) - 1, 0))
    odds = known.odds[order][at] if len(order) else np.zeros(len(codes))
    if len(order):
        odds = np.where(sorted_codes[at] == codes, odds, 0.0)
    bond = np.zeros(len(codes), np.int8)
    bond[np.isin(codes, _codes(limits.same_left, limits.same_right))] = 1
    bond[np.isin(codes, _codes(limits.different_left, limits.different_right))] = -1
    return _Inner(component, left, right, odds, bond, left, right)


def _as_decided(found: Components, inner: _Inner, cut: float) -> _Inner:
    """Where a person said that two are one though what they say speaks against it, a third that is
    like one of them is judged by that one alone, and not by how it differs from the other.
    """
    odds, by_left, by_right = inner.odds.copy(), inner.by_left.copy(), inner.by_right.copy()
    for number in np.unique(inner.component[inner.bond > 0]):
        if 2 < found.sizes[number] <= POOLED:
            start, end = np.searchsorted(inner.component, [number, number + 1])
            here = slice(start, end)
            best = start + _judging_pairs(
                (inner.left[here], inner.right[here]), odds[here], inner.bond[here], cut
            )
            odds[here] = odds[best]
            by_left[here], by_right[here] = inner.left[best], inner.right[best]
    return replace(inner, odds=odds, by_left=by_left, by_right=by_right)


def _judging_pairs(
    ends: tuple[Longs, Longs], odds: Floats, bond: npt.NDArray[np.int8], cut: float
) -> Longs:
    """For each pair of one component the pair by which it is judged: the likeliest between what was
    decided to be one with its ends, if that is a link, and if each end that it has in place of one
    of the pair's own has odds below 1 to be the same as that.
    """
    left, right = ends
    size = int(right.max()) + 1
    group = _groups(left[bond > 0], right[bond > 0], size)
    low, high = np.minimum(group[left], group[right]), np.maximum(group[left], group[right])
    between = low * size + high
    order = np.lexsort((np.arange(len(odds)), -odds, between))
    firsts = np.ones(len(order), np.bool_)
    firsts[1:] = between[order][1:] != between[order][:-1]
    best = np.empty(len(order), np.int64)
    best[order] = order[firsts][np.cumsum(firsts) - 1]
    against = np.zeros((size, size), np.bool_)
    against[left, right] = against[right, left] = odds < 0
    np.fill_diagonal(against, val=True)
    crossed = group[left] != group[left[best]]
    near = np.where(crossed, right[best], left[best])
    far = np.where(crossed, left[best], right[best])
    lifted = (low != high) & (odds[best] >= cut) & against[left, near] & against[right, far]
    return np.where(lifted, best, np.arange(len(odds)))


def _groups(left: Longs, right: Longs, size: int) -> Longs:
    """The smallest position that each one is connected with."""
    group = np.arange(size)
    while True:
        low = np.minimum(group[left], group[right])
        before = group.copy()
        np.minimum.at(group, left, low)
        np.minimum.at(group, right, low)
        if np.array_equal(group, before):
            return group


def _chosen(found: Components, chosen: npt.NDArray[np.bool_]) -> Components:
    sizes = found.sizes
    off = np.zeros(int(chosen.sum()) + 1, np.int64)
    np.cumsum(sizes[chosen], out=off[1:])
    return Components(off, found.members[np.repeat(chosen, sizes)])


def _portions(
    found: Components, doubtful: npt.NDArray[np.bool_]
) -> Iterator[npt.NDArray[np.bool_]]:
    """Doubtful components, so many at once that their pairs do not exceed PAIRS_AT_ONCE by far."""
    pairs = np.where(doubtful, found.sizes * (found.sizes - 1) // 2, 0)
    portion = np.cumsum(pairs) // PAIRS_AT_ONCE
    for number in np.unique(portion[doubtful]):
        yield doubtful & (portion == number)


def _weight(inner: _Inner) -> Longs:
    return np.rint(np.clip(inner.odds, -BOUND, BOUND) * UNIT).astype(np.int64)


def _pooled(
    part: Components, inner: _Inner, scores: PairScores, cut: float
) -> tuple[Longs, Floats]:
    start = part.off[inner.component]
    ends = (part.members[start + by] for by in (inner.by_left, inner.by_right))
    evidence = scores.evidence(*ends)
    pair_off = np.searchsorted(inner.component, np.arange(len(part.sizes) + 1))
    pairs = np.stack([inner.left, inner.right, _weight(inner), inner.bond.astype(np.int64)], axis=1)
    labels, joined = pool_components(part.off, pair_off, pairs, evidence, scores.mixture, cut)
    return part.members[np.repeat(part.off[:-1], part.sizes) + labels], joined


def _averaged(part: Components, inner: _Inner, cut: float) -> Longs:
    weight = _weight(inner)
    weight[inner.bond > 0], weight[inner.bond < 0] = ALWAYS, NEVER
    pair_off = np.searchsorted(inner.component, np.arange(len(part.sizes) + 1))
    found = split_components(
        part.off, part.members, pair_off, inner.left, inner.right, weight, cut * UNIT, ALWAYS // 2
    )
    return np.asarray(found)


def confidences(cluster: Longs, known: Pairs, constraints: Constraints, joined: Floats) -> Floats:
    """Per row: probability of its strongest link inside its cluster, or of all links at which it
    joined (log2 odds) where that is higher; for a singleton one minus the probability of its
    strongest link to any other record, 1 where there is none. Pairs that cannot be one customer are
    no links; those decided to be one are certain.
    """
    different = _codes(constraints.different_left, constraints.different_right)
    known = known.where(~np.isin(_codes(known.left, known.right), different))
    probability = 1.0 / (1.0 + np.exp2(-known.odds))
    inside = cluster[known.left] == cluster[known.right]
    best_inside = 1.0 / (1.0 + np.exp2(-joined))
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
