"""Compiled union-find and average linkage. Both depend on the set of pairs, not on their order."""

from __future__ import annotations

from typing import Any

import numpy as np

from tellonce.engine.model.kernels import compiled


@compiled()
def _root(parent: Any, row: Any) -> Any:
    while parent[row] != row:
        parent[row] = parent[parent[row]]
        row = parent[row]
    return row


@compiled()
def smallest_connected(rows: Any, left: Any, right: Any) -> Any:
    """For each of `rows` rows the smallest row it is connected with."""
    parent = np.arange(rows)
    for k in range(left.shape[0]):
        a, b = _root(parent, left[k]), _root(parent, right[k])
        if a < b:
            parent[b] = a
        elif b < a:
            parent[a] = b
    for row in range(rows):
        parent[row] = _root(parent, row)
    return parent


@compiled()
def _average(sums: Any, size: Any, a: int, b: int, forced: Any) -> Any:
    """Average weight between clusters a and b, infinite where they are forced together."""
    return np.inf if sums[a, b] >= forced else sums[a, b] / (size[a] * size[b])


@compiled()
def _set_nearest(
    a: int, sums: Any, size: Any, alive: Any, forced: Any, nearest: Any, best: Any
) -> None:
    """Put the first of the clusters after `a` with the largest average into `nearest[a]`."""
    best[a], nearest[a] = -np.inf, -1
    for b in range(a + 1, sums.shape[0]):
        if alive[b]:
            average = _average(sums, size, a, b, forced)
            if average > best[a]:
                best[a], nearest[a] = average, b


@compiled()
def _linked(sums: Any, cut: Any, forced: Any) -> Any:
    """Average linkage of n items; `sums` (n x n) holds pair weights and is used up.

    Returns for each item the smallest item of its cluster. Ties go to the smallest items. A pair
    of weight at or above `forced` joins first, whatever the averages say.
    """
    n = sums.shape[0]
    label = np.arange(n)
    size = np.ones(n, np.int64)
    alive = np.ones(n, np.bool_)
    nearest = np.empty(n, np.int64)
    best = np.empty(n, np.float64)
    for a in range(n):
        _set_nearest(a, sums, size, alive, forced, nearest, best)
    while True:
        first = np.argmax(best)
        second = nearest[first]
        if second < 0 or best[first] < cut:
            return label
        for c in range(n):
            if alive[c] and c != first and c != second:
                sums[first, c] += sums[second, c]
                sums[c, first] = sums[first, c]
        size[first] += size[second]
        alive[second], best[second] = False, -np.inf
        for c in range(n):
            if label[c] == second:
                label[c] = first
        for a in range(second):
            if not alive[a]:
                continue
            if a == first or nearest[a] == first or nearest[a] == second:
                _set_nearest(a, sums, size, alive, forced, nearest, best)
            elif a < first:
                average = _average(sums, size, a, first, forced)
                if average > best[a] or (average == best[a] and first < nearest[a]):
                    best[a], nearest[a] = average, first


@compiled()
def split_components(
    off: Any,
    members: Any,
    pair_off: Any,
    pair_left: Any,
    pair_right: Any,
    weight: Any,
    cut: Any,
    forced: Any,
) -> Any:
    """Average linkage inside each component.

    members[off[k]:off[k+1]] are the rows of component k, ascending; its pairs, as positions in it,
    are pair_*[pair_off[k]:pair_off[k+1]] with `weight` in 1/1024 bit. Returns, aligned with
    `members`, the smallest row of each one's cluster.
    """
    cluster = np.empty(members.shape[0], members.dtype)
    for k in range(off.shape[0] - 1):
        n = off[k + 1] - off[k]
        sums = np.zeros((n, n), np.int64)
        for p in range(pair_off[k], pair_off[k + 1]):
            sums[pair_left[p], pair_right[p]] = weight[p]
            sums[pair_right[p], pair_left[p]] = weight[p]
        label = _linked(sums, cut, forced)
        for i in range(n):
            cluster[off[k] + i] = members[off[k] + label[i]]
    return cluster
