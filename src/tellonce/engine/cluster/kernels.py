"""Compiled union-find, pooled linkage and average linkage; all depend on the set of pairs, not on
their order.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from tellonce.engine.cluster.evidence import Evidence, Mixture
from tellonce.engine.model.kernels import compiled

UNIT = 1024.0  # weights per bit
CONTRADICTED = -4.0  # bits that pairs of two parts of one person may have on average, at least


@compiled(error_model="numpy", _nrt=False)
def _root(parent: Any, row: Any) -> Any:
    while parent[row] != row:
        parent[row] = parent[parent[row]]
        row = parent[row]
    return row


@compiled(error_model="numpy")
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


@compiled(error_model="numpy", _nrt=False)
def _average(sums: Any, size: Any, a: int, b: int, forced: Any) -> Any:
    """Average weight between clusters a and b, infinite where they are forced together."""
    return np.inf if sums[a, b] >= forced else sums[a, b] / (size[a] * size[b])


@compiled(error_model="numpy", _nrt=False)
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


@compiled(error_model="numpy")
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


@compiled(error_model="numpy")
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


class _Parts(NamedTuple):
    """The parts of a component, by their smallest item: what is known between any two of them.

    `compared`, `bits` (against strangers, relatives, branches): sums over pairs of items, by
    comparison; `odds`: sum over pairs, 1/1024 bit; `bond`: 1 must join, -1 must not; `value`: log2
    odds of being one customer; `dead`: refused as they are now.
    """

    compared: Any
    bits: Any
    odds: Any
    bond: Any
    size: Any
    alive: Any
    value: Any
    dead: Any


@compiled(error_model="numpy", _nrt=False)
def _value(parts: _Parts, mixture: Mixture, a: int, more: int, b: int) -> Any:
    """log2 odds that part a, joined with part `more` (a itself: with none), and part b are one
    customer, from what all their pairs say together.

    Each comparison counts with the average of the pairs that could compare it, so that records with
    little in them dilute nothing. What an organisation has is not its own: branches share its name,
    tenants its address. There the average odds of whole pairs decide.
    """
    both = 1 if more != a else 0
    if parts.compared[a, b, mixture.own] + both * parts.compared[more, b, mixture.own] > 0:
        size = (parts.size[a] + both * parts.size[more]) * parts.size[b]
        return (parts.odds[a, b] + both * parts.odds[more, b]) / (UNIT * size)
    stranger, relative, branch = 0.0, 0.0, 0.0
    for k in range(parts.compared.shape[2]):
        n = parts.compared[a, b, k] + both * parts.compared[more, b, k]
        if n > 0:
            stranger += (parts.bits[a, b, 0, k] + both * parts.bits[more, b, 0, k]) / n
            relative += (parts.bits[a, b, 1, k] + both * parts.bits[more, b, 1, k]) / n
            branch += (parts.bits[a, b, 2, k] + both * parts.bits[more, b, 2, k]) / n
    strange = (1.0 - mixture.relatives - mixture.branches) * 2.0 ** (-stranger / UNIT)
    strange += mixture.relatives * 2.0 ** (-relative / UNIT)
    strange += mixture.branches * 2.0 ** (-branch / UNIT)
    return mixture.slope * (mixture.prior - np.log2(strange)) + mixture.shift


@compiled(error_model="numpy", _nrt=False)
def _rivalled(parts: _Parts, mixture: Mixture, a: int, b: int) -> Any:
    """Whether a or b might as well belong to a part that could not join what the two would become.

    The odds of a and b are then shared with such rivals: O / (1 + sum of theirs), at least even.
    """
    of_a, of_b = 1.0, 1.0
    for c in range(parts.size.shape[0]):
        if not parts.alive[c] or c in (a, b):
            continue
        if parts.value[a, c] < 0.0 and parts.value[b, c] < 0.0:
            continue
        if _value(parts, mixture, a, b, c) < 0.0:
            of_a += 2.0 ** parts.value[a, c]
            of_b += 2.0 ** parts.value[b, c]
    return 2.0 ** parts.value[a, b] < max(of_a, of_b)


@compiled(error_model="numpy", _nrt=False)
def _accepted(parts: _Parts, mixture: Mixture, a: int, b: int) -> Any:
    if parts.bond[a, b] > 0:
        return True
    average = parts.odds[a, b] / (UNIT * parts.size[a] * parts.size[b])
    return average >= CONTRADICTED and not _rivalled(parts, mixture, a, b)


@compiled(error_model="numpy", _nrt=False)
def _best(parts: _Parts, cut: float) -> Any:
    """The pair of parts to join next: bound ones first, then by value; ties to the smallest."""
    first, second, best = -1, -1, cut
    for a in range(parts.size.shape[0]):
        if not parts.alive[a]:
            continue
        for b in range(a + 1, parts.size.shape[0]):
            if not parts.alive[b] or parts.bond[a, b] < 0 or parts.dead[a, b]:
                continue
            value = np.inf if parts.bond[a, b] > 0 else parts.value[a, b]
            if value > best or (value == best and first < 0):
                first, second, best = a, b, value
    return first, second


@compiled(error_model="numpy", _nrt=False)
def _add(parts: _Parts, a: int, b: int, c: int, d: int, bond: int) -> None:
    """Add to what parts a and b say what c and d do. Item by item: what numpy does with whole rows
    takes longer to compile than all of pooling.
    """
    for k in range(parts.compared.shape[2]):
        parts.compared[a, b, k] += parts.compared[c, d, k]
        for against in range(3):
            parts.bits[a, b, against, k] += parts.bits[c, d, against, k]
    parts.odds[a, b] += parts.odds[c, d]
    parts.bond[a, b] = bond
    parts.dead[a, b] = False


@compiled(error_model="numpy", _nrt=False)
def _join(parts: _Parts, mixture: Mixture, a: int, b: int) -> None:
    """Make b a piece of a."""
    parts.size[a] += parts.size[b]
    parts.alive[b] = False
    for c in range(parts.size.shape[0]):
        if not parts.alive[c] or c == a:
            continue
        bond = max(parts.bond[a, c], parts.bond[b, c])
        if min(parts.bond[a, c], parts.bond[b, c]) < 0:
            bond = -1
        _add(parts, a, c, b, c, bond)
        _add(parts, c, a, c, b, bond)
    for c in range(parts.size.shape[0]):
        if parts.alive[c] and c != a:
            parts.value[a, c] = parts.value[c, a] = _value(parts, mixture, a, a, c)


@compiled(error_model="numpy")
def _separate(n: int, comparisons: int) -> Any:
    return _Parts(
        np.zeros((n, n, comparisons), np.int32),
        np.zeros((n, n, 3, comparisons), np.int32),
        np.zeros((n, n), np.int64),
        np.zeros((n, n), np.int8),
        np.ones(n, np.int64),
        np.ones(n, np.bool_),
        np.zeros((n, n), np.float64),
        np.zeros((n, n), np.bool_),
    )


@compiled(error_model="numpy", _nrt=False)
def _pooled(parts: _Parts, mixture: Mixture, cut: float, label: Any, joined: Any) -> None:
    """Join the parts of one component: the smallest item of each one's cluster into `label`.

    Item i's odds of being where it is, at the time it joined, are put into `joined`.
    """
    n = parts.size.shape[0]
    for a in range(n):
        label[a] = a
        for b in range(n):
            if a != b:
                parts.value[a, b] = _value(parts, mixture, a, a, b)
    while True:
        a, b = _best(parts, cut)
        if a < 0:
            return
        if not _accepted(parts, mixture, a, b):
            parts.dead[a, b] = parts.dead[b, a] = True
            continue
        for side in (a, b):
            if parts.size[side] == 1:
                joined[side] = parts.value[a, b]
        _join(parts, mixture, a, b)
        for c in range(n):
            if label[c] == b:
                label[c] = a


@compiled(error_model="numpy")
def pool_components(
    off: Any, pair_off: Any, pairs: Any, evidence: Evidence, mixture: Mixture, cut: float
) -> Any:
    """Pooled linkage inside each component: join, as long as any is left, the two parts with the
    largest odds, from `cut` on.

    Component k has off[k + 1] - off[k] items; its pairs are the rows pair_off[k]:pair_off[k + 1] of
    `pairs` (left item, right item, odds in 1/1024 bit, bond) and of `evidence`. Returns per item
    the smallest item of its cluster and the log2 odds at which it joined (-inf: it never did).
    """
    label = np.empty(off[-1], np.int64)
    joined = np.full(off[-1], -np.inf)
    for k in range(off.shape[0] - 1):
        parts = _separate(off[k + 1] - off[k], evidence.compared.shape[1])
        for p in range(pair_off[k], pair_off[k + 1]):
            for x, y in ((pairs[p, 0], pairs[p, 1]), (pairs[p, 1], pairs[p, 0])):
                parts.odds[x, y] = pairs[p, 2]
                parts.bond[x, y] = pairs[p, 3]
                for c in range(evidence.compared.shape[1]):
                    parts.compared[x, y, c] = evidence.compared[p, c]
                    parts.bits[x, y, 0, c] = evidence.stranger[p, c]
                    parts.bits[x, y, 1, c] = evidence.relative[p, c]
                    parts.bits[x, y, 2, c] = evidence.branch[p, c]
        own = slice(off[k], off[k + 1])
        _pooled(parts, mixture, cut, label[own], joined[own])
    return label, joined
