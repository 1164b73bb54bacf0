"""What is connected by links: components of records, cut down where they are too large."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tellonce.engine.cluster.kernels import smallest_connected

Longs = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
LARGEST = 300  # records in a component that is split as a whole


@dataclass(frozen=True)
class Pairs:
    """Pairs of rows with their log2 odds of being one customer, prior included."""

    left: Longs
    right: Longs
    odds: Floats

    def where(self, mask: npt.NDArray[np.bool_]) -> Pairs:
        """The pairs of a mask."""
        return Pairs(self.left[mask], self.right[mask], self.odds[mask])


@dataclass(frozen=True)
class Components:
    """Components of at least two rows: members[off[k]:off[k+1]], ascending."""

    off: Longs
    members: Longs

    @property
    def sizes(self) -> Longs:
        """Number of rows of each component."""
        return np.diff(self.off)


def components(rows: int, links: Pairs) -> Components:
    """Components of the links; those above LARGEST lose their weakest links, one bit at a time."""
    root = smallest_connected(rows, links.left, links.right)
    sizes = np.bincount(root, minlength=rows)
    level = float(links.odds.min()) if len(links.odds) else 0.0
    while len(sizes) and sizes.max() > LARGEST:
        level += 1.0
        too_large = sizes[root] > LARGEST
        keep = ~too_large[links.left] | (links.odds >= level)
        links = links.where(keep)
        root = smallest_connected(rows, links.left, links.right)
        sizes = np.bincount(root, minlength=rows)
    return grouped(root)


def grouped(root: Longs) -> Components:
    """Components of at least two rows from the smallest row of each row's component."""
    sizes = np.bincount(root, minlength=len(root))
    members = np.flatnonzero(sizes[root] > 1)
    order = np.argsort(root[members], kind="stable")
    members = members[order]
    counts = sizes[sizes > 1]
    off = np.zeros(len(counts) + 1, np.int64)
    np.cumsum(counts, out=off[1:])
    return Components(off, members)
