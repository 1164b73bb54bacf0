"""KEYS + COMPARABLE -> EDGES: every candidate pair scored once, those at or above the cut kept."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa

from tellonce.engine.model.document import ScoreModel
from tellonce.engine.score.arrays import Blocks, Encoded, Ints, Weights
from tellonce.engine.score.blocks import blocks, in_threads, listed, pieces
from tellonce.engine.score.comparisons import ADDRESS, FAMILY, ORGANISATION, unpacked
from tellonce.engine.score.kernels import COMPARED, LINE, UNIQUE, score_pairs
from tellonce.engine.score.lines import rows_of
from tellonce.engine.score.store import Store
from tellonce.engine.score.weights import probability, weights
from tellonce.engine.tables import EDGES

GIVEN_PIECE = 100_000  # given pairs scored at once, so that memory stays level


def score(
    encoded: Encoded,
    keys: pa.Table,
    model: ScoreModel,
    review: float,
    *,
    threads: int = 1,
    progress: Callable[[int, int], None] = lambda _done, _of: None,
) -> tuple[pa.Table, int]:
    """EDGES at or above probability `review`, ordered by (left, right), and the pairs scored."""
    found = blocks(keys, rows_of(encoded))
    return score_in(found, encoded, model, review, threads=threads, progress=progress)


def score_in(
    found: Blocks,
    encoded: Encoded,
    model: ScoreModel,
    review: float,
    *,
    threads: int = 1,
    progress: Callable[[int, int], None] = lambda _done, _of: None,
) -> tuple[pa.Table, int]:
    """The same for keys that are blocks already."""
    cut = weights(model, encoded, review)

    def work(part: tuple[int, int]) -> tuple[list[tuple[Any, ...]], int]:
        kept, scored = [], 0
        for ends in listed(found, encoded, part):
            scored += len(ends[0])
            weight, pattern = compared(encoded, cut, ends[0], ends[1])
            above = np.flatnonzero(weight > -math.inf)
            kept.append((*(a[above] for a in (*ends, pattern, weight)),))
        return kept, scored

    parts = list(in_threads(work, pieces(found), threads, progress))
    kept = [columns for part, _scored in parts for columns in part]
    if not kept:
        return EDGES.empty_table(), 0
    left, right, kind, pattern, weight = map(np.concatenate, zip(*kept, strict=True))
    order = np.lexsort((right, left))
    columns = [a[order] for a in (left, right, kind.astype(np.int16), pattern, weight)]
    columns.append(probability(weight[order], model))
    table = pa.Table.from_arrays([pa.array(a) for a in columns], schema=EDGES)
    return table, sum(scored for _part, scored in parts)


NO_EXTRAS = np.zeros((0, COMPARED), np.int64)


def compared(encoded: Encoded, cut: Weights, left: Ints, right: Ints) -> tuple[Any, Any]:
    """Match weight (bits) and pattern of given pairs of rows; -inf where `cut` abandons it."""
    weight, pattern = np.empty(len(left), np.float64), np.empty(len(left), np.int64)
    score_pairs(encoded, cut, left, right, weight, pattern, NO_EXTRAS)
    return weight, pattern


def compared_in_full(
    encoded: Encoded, all_pairs: Weights, left: Ints, right: Ints
) -> tuple[Any, Any, Any]:
    """The same under weights that keep all pairs, and the extra weights of rare values: pairs x
    comparisons, 1/1024 bit.
    """
    weight, pattern = np.empty(len(left), np.float64), np.empty(len(left), np.int64)
    extra = np.zeros((len(left), COMPARED), np.int64)
    score_pairs(encoded, all_pairs, left, right, weight, pattern, extra)
    return weight, pattern, extra


def weigh(encoded: Encoded, model: ScoreModel, left: Any, right: Any) -> Any:
    """Match weight (bits) of each given pair of rows, however small."""
    rows = (np.asarray(side, np.int32) for side in (left, right))
    return compared(encoded, weights(model, encoded, None), *rows)[0]


def score_given(
    store: Store, left: Any, right: Any, review: float | None, threads: int = 1
) -> tuple[Any, Any]:
    """Match weight (bits) and pattern of given pairs of rows of a store.

    The weight is -inf, and the pattern says nothing, below probability `review` (None: never) and
    for two rows of one source without duplicates, unless `review` is None.
    """
    encoded, cut = store.encoded, store.weights(review)
    left, right = (np.asarray(side, np.int32) for side in (left, right))

    def work(part: tuple[int, int]) -> Any:
        return compared(encoded, cut, left[slice(*part)], right[slice(*part)])

    cuts = [*range(0, len(left), GIVEN_PIECE), len(left)]
    parts = list(in_threads(work, list(pairwise(cuts)), threads, lambda _done, _of: None))
    weight = np.concatenate([np.zeros(0), *(part[0] for part in parts)])
    pattern = np.concatenate([np.zeros(0, np.int64), *(part[1] for part in parts)])
    if review is not None:
        unique = encoded.lines[UNIQUE::LINE]
        weight[(unique[left] >= 0) & (unique[left] == unique[right])] = -np.inf
    return weight, pattern


def evidence(encoded: Encoded, all_pairs: Weights, left: Any, right: Any) -> tuple[Any, ...]:
    """What each comparison of each given pair of rows says under weights that keep all pairs.

    Pairs x comparisons: whether it was compared, and its weight against a stranger, a relative and
    a branch, rarity of the value included as in `kernels.compare`, in 1/1024 bit.
    """
    rows = (np.asarray(side, np.int32) for side in (left, right))
    _weight, pattern, extra = compared_in_full(encoded, all_pairs, *rows)
    levels = unpacked(pattern)
    columns = np.arange(levels.shape[1])
    said = [levels > 0]
    for table, common in (
        (all_pairs.stranger, ()),
        (all_pairs.relative, (FAMILY, ADDRESS)),
        (all_pairs.branch, (ORGANISATION,)),
    ):
        rarity = extra.copy()
        rarity[:, list(common)] = 0
        said.append((table[columns, levels] + rarity).astype(np.int32))
    return tuple(said)
