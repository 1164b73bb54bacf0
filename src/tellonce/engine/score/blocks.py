"""KEYS as blocks for the kernels, and the work cut into pieces of about equal cost."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import TypeVar

import numpy as np
import pyarrow as pa

from tellonce.engine.score.arrays import Blocks, Encoded, Ints
from tellonce.engine.score.kernels import candidates, fill_row_blocks

Found = TypeVar("Found")
PIECE = 2_000_000  # pairs in a piece of work
AT_ONCE = 16_384  # pairs that are listed before they are scored: they stay in the cache
Listed = tuple[Ints, Ints, Ints]


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


def listed(
    b: Blocks, encoded: Encoded, part: tuple[int, int], *, every: int = 1
) -> Iterator[Listed]:
    """Left and right row, and key kind, of each candidate pair (or of one in `every`, chosen by its
    rows) of a range of blocks, once, some at a time. What was yielded is written over by the next.
    """
    at = np.array([part[0], b.off[part[0]], b.off[part[0]] + 1], np.int64)
    room = np.empty((3, AT_ONCE), np.int32)
    while found := candidates(b, encoded.lines, at, part[1], every, room[0], room[1], room[2]):
        yield room[0, :found], room[1, :found], room[2, :found]


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
