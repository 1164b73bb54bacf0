"""What blocks cost, counted before it is paid."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from tellonce.engine.block.kinds import KINDS

Longs = npt.NDArray[np.int64]
SMALLEST_LARGE_BLOCK = 20  # blocks up to this size are never refined


def pairs_of(sizes: Longs) -> int:
    """Candidate pairs of blocks of these sizes, pairs in several blocks counted each time."""
    return int((sizes * (sizes - 1) // 2).sum())


def affordable_size(sizes: Longs, allowance: int) -> int:
    """The largest block size such that all blocks up to it cost at most `allowance` pairs."""
    ordered = np.sort(sizes)
    spent = np.cumsum(ordered * (ordered - 1) // 2)
    fits = int(np.searchsorted(spent, allowance, side="right"))
    if fits == len(ordered):
        return int(ordered[-1]) if len(ordered) else SMALLEST_LARGE_BLOCK
    return max(int(ordered[fits]) - 1, SMALLEST_LARGE_BLOCK)


def cost(keys: pa.Table) -> dict[str, dict[str, Any]]:
    """Per key kind of a KEYS table in its order: keys, the largest block, the candidate pairs."""
    kinds, hashes = keys["kind"].to_numpy(), keys["key"].to_numpy()
    ends = np.searchsorted(kinds, np.arange(len(KINDS) + 1))
    report = {}
    for index in np.flatnonzero(np.diff(ends)):
        own = hashes[ends[index] : ends[index + 1]]
        starts = np.flatnonzero(np.append(True, own[1:] != own[:-1]))
        sizes = np.diff(np.append(starts, len(own)))
        report[KINDS[index].name] = {
            "keys": len(sizes),
            "largest": int(sizes.max()),
            "pairs": pairs_of(sizes),
        }
    return report
