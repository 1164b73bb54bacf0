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
def _linked(sums: Any, cut: Any, forced: Any) -> Any:
    """Average linkage of n items; `sums` (n x n) holds pair weights and is used up.

    Returns for each item the smallest item of its cluster. Ties go to the smallest items. A pair
    of weight at or above `forced` joins first, whatever the averages say.
    """
    n = sums.shape[0]
    label = np.arange(n)
    size = np.ones(n, np.int64)
    alive = np.ones(n, np.bool_)
    while True:
        best = -np.inf
        first, second = -1, -1
        for a in range(n):
            if not alive[a]:
                continue
            for b in range(a + 1, n):
                if not alive[b]:
                    continue
                average = sums[a, b] / (size[a] * size[b])
                if sums[a, b] >= forced:
                    average = np.inf
                if average > best:
                    best, first, second = average, a, b
        if first < 0 or best < cut:
            return label
        for c in range(n):
            if alive[c] and c != first and c != second:
                sums[first, c] += sums[second, c]
                sums[c, first] = sums[first, c]
        size[first] += size[second]
        alive[second] = False
        for c in range(n):
            if label[c] == second:
                label[c] = first


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
