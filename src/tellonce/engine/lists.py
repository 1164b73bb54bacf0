"""List columns of the engine's tables as offsets and flat values."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Ints = npt.NDArray[np.int32]
Longs = npt.NDArray[np.int64]


def joined(column: pa.ChunkedArray | pa.Array) -> pa.Array:
    """The column as one array."""
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def flat(column: pa.ChunkedArray) -> tuple[Ints, pa.Array]:
    """Offsets, one more than rows, and values of a list column; null lists are empty."""
    counts = pc.fill_null(pc.list_value_length(column), 0).to_numpy()
    offsets = np.zeros(len(counts) + 1, np.int32)
    np.cumsum(counts, out=offsets[1:])
    return offsets, joined(pc.list_flatten(column))


def owners(offsets: Ints) -> Longs:
    """The row of each value, ascending."""
    return np.repeat(np.arange(len(offsets) - 1, dtype=np.int64), np.diff(offsets))


def steps(counts: Ints | Longs) -> tuple[Longs, Longs]:
    """Each index as often as its count says, and 0, 1, ... below that count beside it."""
    counts = np.asarray(counts, np.int64)
    if counts.max(initial=0) <= 1:  # the common case, without its arithmetic
        at = np.flatnonzero(counts)
        return at, np.zeros(len(at), np.int64)
    at = np.repeat(np.arange(len(counts), dtype=np.int64), counts)
    return at, np.arange(len(at)) - np.repeat(np.cumsum(counts) - counts, counts)
