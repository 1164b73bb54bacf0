"""KEYS as blocks for the kernels, and the work cut into pieces of about equal cost."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import TypeVar

import numpy as np
import pyarrow as pa

from tellonce.engine.score.arrays import Blocks

Found = TypeVar("Found")
PIECE = 2_000_000  # pairs in a piece of work


def blocks(keys: pa.Table, rows: int) -> Blocks:
    """Blocks of at least two records, ordered by (kind, key), from a KEYS table in that order."""
    kind, key, row = (keys[name].to_numpy() for name in ("kind", "key", "row"))
    new = np.ones(len(row), np.bool_)
    new[1:] = (kind[1:] != kind[:-1]) | (key[1:] != key[:-1])
    block = np.cumsum(new) - 1
    size = np.bincount(block, minlength=1) if len(row) else np.zeros(0, np.int64)
    shared = size[block] > 1 if len(row) else np.zeros(0, np.bool_)
    kept = size > 1
    renumbered = np.cumsum(kept) - 1
    members, block = row[shared], renumbered[block[shared]]
    off = np.zeros(int(kept.sum()) + 1, np.int64)
    np.cumsum(size[kept], out=off[1:])
    order = np.argsort(members, kind="stable")
    row_off = np.zeros(rows + 1, np.int64)
    np.cumsum(np.bincount(members, minlength=rows), out=row_off[1:])
    kinds = kind[new][kept] if len(row) else np.zeros(0, np.int16)
    return Blocks(
        off=off,
        members=np.ascontiguousarray(members),
        kind=np.ascontiguousarray(kinds),
        row_off=row_off,
        row_blocks=block[order].astype(np.int32),
    )


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
    with ThreadPoolExecutor(max_workers=max(threads, 1)) as pool:
        for done, found in enumerate(pool.map(work, ranges), start=1):
            progress(done, len(ranges))
            yield found
