"""Compiled scoring of pairs and of blocks; `levels.py` is the readable oracle of the levels.

Weights are integers in 1/1024 bit, so that sums do not depend on their order. Every kernel releases
the GIL and allocates nothing per pair.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np

from tellonce.engine.score.arrays import COMPARED, OTHERS_AT, UNIT, Blocks, Encoded, Weights
from tellonce.engine.score.attributes.kernels import (
    address_level,
    birth_date_level,
    email_level,
    equal_level,
    identifier_level,
    organisation_level,
    other_level,
    phone_level,
)
from tellonce.engine.score.names.kernels import middle_level, names_levels


@numba.njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
def match_weight(w: Weights, stranger: int, relative: int) -> Any:
    """log2 of m over the mixture of strangers and relatives, from sums in 1/1024 bit.

    m / ((1 - r) u + r v) with u the level probabilities of strangers, v those of relatives and r
    the share of relatives among pairs that do not match.
    """
    strange = (1.0 - w.relatives) * 2.0 ** (-stranger / UNIT)
    return -np.log2(strange + w.relatives * 2.0 ** (-relative / UNIT))


@numba.njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
def compare(e: Encoded, w: Weights, i: int, j: int, levels: Any, extra: Any) -> Any:
    """Fill `levels` and `extra` of a pair and return its match weight in bits.

    Returns -inf as soon as the pair cannot reach `w.kept_above`: what is still to come is at most
    `w.rest`, and the relatives' share only lowers a weight. Cheap comparisons come first.
    """
    cut = w.kept_above * UNIT - 1.0
    both = e.present[i] & e.present[j]
    s = 0
    r = 0
    for k in range(7):
        if k == 0:
            level = identifier_level(e, i, j)
        elif k == 1:
            level = birth_date_level(e, i, j)
        elif k == 2:
            level = email_level(e, i, j)
        elif k == 3:
            level = phone_level(e, i, j)
        elif k == 4:
            level = equal_level(e.gender[i], e.gender[j])
        elif k == 5:
            level = equal_level(e.suffix[i], e.suffix[j])
        else:
            level = equal_level(e.entity[i], e.entity[j])
        levels[k] = level
        s += w.stranger[k, level]
        r += w.relative[k, level]
        if s + w.rest[both, k + 1] < cut:
            return -np.inf
    given, family, given_tf, family_tf = names_levels(e, i, j)
    levels[7], levels[8], levels[9] = given, family, middle_level(e, i, j)
    extra[7], extra[8] = given_tf, family_tf
    s += w.stranger[7, given] + given_tf + w.stranger[8, family] + family_tf
    r += w.relative[7, given] + given_tf + w.relative[8, family]
    s += w.stranger[9, levels[9]]
    r += w.relative[9, levels[9]]
    if s + w.rest[both, 10] < cut:
        return -np.inf
    levels[10], extra[10] = organisation_level(e, i, j)
    s += w.stranger[10, levels[10]] + extra[10]
    r += w.relative[10, levels[10]] + extra[10]
    if s + w.rest[both, 11] < cut:
        return -np.inf
    levels[11], extra[11] = address_level(e, i, j)
    s += w.stranger[11, levels[11]] + extra[11]
    r += w.relative[11, levels[11]]
    for g in range(e.other.shape[1]):
        k = OTHERS_AT + g
        levels[k], extra[k] = other_level(e, i, j, g)
        s += w.stranger[k, levels[k]] + extra[k]
        r += w.relative[k, levels[k]] + extra[k]
    weight = match_weight(w, s, r)
    return weight if weight >= w.kept_above else -np.inf


@numba.njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
def _pack(levels: Any) -> Any:
    pattern = np.int64(0)
    for k in range(COMPARED):
        pattern |= np.int64(levels[k]) << np.int64(3 * k)
    return pattern


@numba.njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
def first_shared(b: Blocks, i: int, j: int) -> Any:
    """The first block both rows are in; -1 if none."""
    p, q = b.row_off[i], b.row_off[j]
    p1, q1 = b.row_off[i + 1], b.row_off[j + 1]
    while p < p1 and q < q1:
        x, y = b.row_blocks[p], b.row_blocks[q]
        if x == y:
            return x
        if x < y:
            p += 1
        else:
            q += 1
    return -1


@numba.njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
def _shared_kinds(b: Blocks, i: int, j: int) -> Any:
    """Bit mask of the key kinds under which both rows share a block."""
    mask = np.int64(0)
    p, q = b.row_off[i], b.row_off[j]
    p1, q1 = b.row_off[i + 1], b.row_off[j + 1]
    while p < p1 and q < q1:
        x, y = b.row_blocks[p], b.row_blocks[q]
        if x == y:
            mask |= np.int64(1) << np.int64(b.kind[x])
            p += 1
            q += 1
        elif x < y:
            p += 1
        else:
            q += 1
    return mask


@numba.njit(cache=True, nogil=True, error_model="numpy")
def _grown(a: Any) -> Any:
    bigger = np.empty(2 * a.shape[0], a.dtype)
    bigger[: a.shape[0]] = a
    return bigger


@numba.njit(cache=True, nogil=True, error_model="numpy")
def score_blocks(e: Encoded, w: Weights, b: Blocks, first: int, last: int) -> Any:
    """Score each pair of blocks first..last-1 once, under the first block it shares.

    Returns left, right, kind, pattern and weight of the pairs kept, and the number of pairs scored.
    """
    room = 1024
    left, right = np.empty(room, np.int32), np.empty(room, np.int32)
    kind, pattern = np.empty(room, np.int16), np.empty(room, np.int64)
    weight = np.empty(room, np.float64)
    levels, extra = np.zeros(COMPARED, np.int64), np.zeros(COMPARED, np.int64)
    kept, scored = 0, 0
    for block in range(first, last):
        for p in range(b.off[block], b.off[block + 1]):
            i = b.members[p]
            for q in range(p + 1, b.off[block + 1]):
                j = b.members[q]
                if first_shared(b, i, j) != block:
                    continue
                scored += 1
                found = compare(e, w, i, j, levels, extra)
                if found == -np.inf:
                    continue
                if kept == room:
                    room *= 2
                    left, right, kind = _grown(left), _grown(right), _grown(kind)
                    pattern, weight = _grown(pattern), _grown(weight)
                left[kept], right[kept], kind[kept] = i, j, b.kind[block]
                pattern[kept], weight[kept] = _pack(levels), found
                kept += 1
    return left[:kept], right[:kept], kind[:kept], pattern[:kept], weight[:kept], scored


@numba.njit(cache=True, nogil=True, error_model="numpy")
def score_pairs(e: Encoded, w: Weights, left: Any, right: Any) -> Any:
    """Weight, pattern and extra weights of given pairs (with `w.kept_above` at -inf: of all)."""
    n = left.shape[0]
    weight, pattern = np.empty(n, np.float64), np.empty(n, np.int64)
    extras = np.zeros((n, COMPARED), np.int64)
    levels = np.zeros(COMPARED, np.int64)
    for p in range(n):
        weight[p] = compare(e, w, left[p], right[p], levels, extras[p])
        pattern[p] = _pack(levels)
    return weight, pattern, extras


@numba.njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
def _sampled(i: int, j: int, every: int) -> Any:
    """One pair in `every`, by a mix of both rows (constants of SplitMix64)."""
    z = (np.uint64(i) << np.uint64(32)) ^ np.uint64(j)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return (z ^ (z >> np.uint64(31))) % np.uint64(every) == 0


@numba.njit(cache=True, nogil=True, error_model="numpy")
def pattern_pairs(e: Encoded, w: Weights, b: Blocks, first: int, last: int, every: int) -> Any:
    """Pattern and shared key kinds of one in `every` candidate pair of blocks first..last-1."""
    room = 4096
    pattern, kinds = np.empty(room, np.int64), np.empty(room, np.int64)
    levels, extra = np.zeros(COMPARED, np.int64), np.zeros(COMPARED, np.int64)
    kept = 0
    for block in range(first, last):
        for p in range(b.off[block], b.off[block + 1]):
            i = b.members[p]
            for q in range(p + 1, b.off[block + 1]):
                j = b.members[q]
                if not _sampled(i, j, every) or first_shared(b, i, j) != block:
                    continue
                compare(e, w, i, j, levels, extra)
                if kept == room:
                    room *= 2
                    pattern, kinds = _grown(pattern), _grown(kinds)
                pattern[kept], kinds[kept] = _pack(levels), _shared_kinds(b, i, j)
                kept += 1
    return pattern[:kept], kinds[:kept]
