"""What blocks cost, counted before it is paid."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from tellonce.engine.block.kinds import KINDS

Longs = npt.NDArray[np.int64]
SMALLEST_LARGE_BLOCK = 20  # blocks up to this size are never refined


def block_sizes(keys: Longs) -> tuple[Longs, Longs]:
    """Distinct keys and the number of records under each."""
    values, sizes = np.unique(keys, return_counts=True)
    return values, sizes.astype(np.int64)


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
    """Per key kind of a KEYS table: keys, the largest block, and the candidate pairs."""
    kinds = keys["kind"].to_numpy()
    hashes = keys["key"].to_numpy()
    report = {}
    for index in np.unique(kinds):
        _values, sizes = block_sizes(hashes[kinds == index])
        report[KINDS[index].name] = {
            "keys": len(sizes),
            "largest": int(sizes.max()),
            "pairs": pairs_of(sizes),
        }
    return report
