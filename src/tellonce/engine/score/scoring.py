"""KEYS + COMPARABLE -> EDGES: every candidate pair scored once, those at or above the cut kept."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa

from tellonce.engine.model.document import ScoreModel
from tellonce.engine.score.arrays import Blocks, Encoded, Weights
from tellonce.engine.score.blocks import blocks, in_threads, pieces
from tellonce.engine.score.comparisons import ADDRESS, FAMILY, ORGANISATION, unpacked
from tellonce.engine.score.kernels import score_blocks, score_pairs
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
    found = blocks(keys, len(encoded.year))
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

    def work(part: tuple[int, int]) -> Any:
        return score_blocks(encoded, cut, found, part[0], part[1])

    parts = list(in_threads(work, pieces(found), threads, progress))
    if not parts:
        return EDGES.empty_table(), 0
    left, right, kind, pattern, weight = (np.concatenate([p[i] for p in parts]) for i in range(5))
    order = np.lexsort((right, left))
    columns = [a[order] for a in (left, right, kind, pattern, weight)]
    columns.append(probability(columns[4], model))
    table = pa.Table.from_arrays([pa.array(a) for a in columns], schema=EDGES)
    return table, sum(p[5] for p in parts)


def weigh(encoded: Encoded, model: ScoreModel, left: Any, right: Any) -> Any:
    """Match weight (bits) of each given pair of rows, however small."""
    rows = (np.asarray(side, np.int32) for side in (left, right))
    return score_pairs(encoded, weights(model, encoded, None), *rows)[0]


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
        return score_pairs(encoded, cut, left[slice(*part)], right[slice(*part)])[:2]

    cuts = [*range(0, len(left), GIVEN_PIECE), len(left)]
    parts = list(in_threads(work, list(pairwise(cuts)), threads, lambda _done, _of: None))
    weight = np.concatenate([np.zeros(0), *(part[0] for part in parts)])
    pattern = np.concatenate([np.zeros(0, np.int64), *(part[1] for part in parts)])
    if review is not None:
        unique = encoded.unique[left]
        weight[(unique >= 0) & (unique == encoded.unique[right])] = -np.inf
    return weight, pattern


def evidence(encoded: Encoded, all_pairs: Weights, left: Any, right: Any) -> tuple[Any, ...]:
    """What each comparison of each given pair of rows says under weights that keep all pairs.

    Pairs x comparisons: whether it was compared, and its weight against a stranger, a relative and
    a branch, rarity of the value included as in `kernels.compare`, in 1/1024 bit.
    """
    rows = (np.asarray(side, np.int32) for side in (left, right))
    _weight, pattern, extra = score_pairs(encoded, all_pairs, *rows)
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
