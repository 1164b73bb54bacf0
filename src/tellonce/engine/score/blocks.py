"""KEYS as blocks for the kernels, and the work cut into pieces of about equal cost."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import TypeVar

import numpy as np
import pyarrow as pa

from tellonce.engine.score.arrays import Blocks
from tellonce.engine.score.kernels import fill_row_blocks

Found = TypeVar("Found")
PIECE = 2_000_000  # pairs in a piece of work


def blocks(keys: pa.Table, rows: int) -> Blocks:
    """Blocks of at least two records, ordered by (kind, key), from a KEYS table in that order."""
    kind, key, row = (keys[name].to_numpy() for name in ("kind", "key", "row"))
    new = np.ones(len(row) + 1, np.bool_)
    new[1:-1] = (kind[1:] != kind[:-1]) | (key[1:] != key[:-1])
    shared = ~(new[:-1] & new[1:])
    members, new = np.ascontiguousarray(row[shared]), new[:-1][shared]
    row_off = np.zeros(rows + 1, np.int64)
    np.cumsum(np.bincount(members, minlength=rows), out=row_off[1:])
    found = Blocks(
        off=np.append(np.flatnonzero(new), len(members)),
        members=members,
        kind=np.ascontiguousarray(kind[shared][new]),
        row_off=row_off,
        row_blocks=np.empty(len(members), np.int32),
    )
    fill_row_blocks(found, row_off[:-1].copy())
    return found


def pieces(b: Blocks) -> list[tuple[int, int]]:
    """Ranges of blocks of about PIECE pairs each."""
    size = np.diff(b.off)
    spent = np.cumsum(size * (size - 1) // 2)
    if len(spent) == 0:
        return []
    cuts = np.searchsorted(spent, np.arange(PIECE, int(spent[-1]), PIECE), side="right")
    edges = np.unique(np.concatenate([[0], cuts, [len(spent)]]))
    return [(int(a), int(z)) for a, z in pairwise(edges)]


def in_threads(
    work: Callable[[tuple[int, int]], Found],
    ranges: list[tuple[int, int]],
    threads: int,
    progress: Callable[[int, int], None],
) -> Iterable[Found]:
    """Results of `work` in the order of `ranges`, whatever the number of threads."""
    if threads <= 1 or len(ranges) <= 1:
        for done, of in enumerate(ranges, start=1):
            yield work(of)
            progress(done, len(ranges))
        return
    with ThreadPoolExecutor(max_workers=threads) as pool:
        for done, found in enumerate(pool.map(work, ranges), start=1):
            progress(done, len(ranges))
            yield found
