"""The arrays that the kernels work on, bundled, and the sizes they share."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int32]
Longs = npt.NDArray[np.int64]
Bytes = npt.NDArray[np.uint8]


class Encoded(NamedTuple):
    """COMPARABLE as the kernels read it: all that a row says stands side by side. The places in
    the arrays are named in `kernels.py`; `lines.py` lays them out.
    """

    lines: Ints  # rows x LINE, flat
    said: Ints  # the entries of all rows, those of a row together, kind after kind
    texts: Longs  # codes x TEXT, flat
    pool: Bytes  # the texts themselves, one after the other
    variants: Ints  # groups of names that stand for each other


class Weights(NamedTuple):
    """Weights of levels against a stranger, a relative and a branch, 1/1024 bit."""

    stranger: Ints  # comparisons x levels
    relative: Ints
    branch: Ints
    rest: Ints  # bits that both rows have x comparison: the most it and all after it can add
    kept_above: float  # match weight, in bits, at the review cut
    relatives: float  # share of relatives among pairs that do not match
    branches: float  # share of branches among them


class Blocks(NamedTuple):
    """Blocks with at least two members, ordered by (kind, key), and the blocks of each row."""

    off: Longs
    members: Ints
    kind: npt.NDArray[np.int16]
    row_off: Longs
    row_blocks: Ints
