"""What is connected by links: components of records, cut down where they are too large."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tellonce.engine.cluster.kernels import smallest_connected

Longs = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
LARGEST = 1000  # records in a component that is split as a whole, if it may not cohere
BOUND = 20.0  # odds beyond so many bits say no more: one strange pair must not decide for many
CERTAIN = 1e9  # odds of a link that a person decided


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
    """Components of the links. Those above LARGEST that may not cohere lose their weakest links,
    in steps of one whole bit, until what is left is small enough, coheres, or is held together by
    decisions alone (links of CERTAIN odds). What becomes of a component depends on its own links.
    """
    root = smallest_connected(rows, links.left, links.right)
    level = np.floor(links.odds.min(initial=CERTAIN))
    while True:
        large = np.bincount(root, minlength=rows) > LARGEST
        open_links = large[root[links.left]] & (links.odds < CERTAIN)
        if not open_links.any():
            return grouped(root)
        open_links &= ~_coherent(root, links)[root[links.left]]
        if not open_links.any():
            return grouped(root)
        level = max(level + 1.0, np.floor(links.odds[open_links].min()) + 1.0)
        links = links.where(~open_links | (links.odds >= level))
        root = smallest_connected(rows, links.left, links.right)


def _coherent(root: Longs, links: Pairs) -> npt.NDArray[np.bool_]:
    """By the smallest row of a component: whether its links alone outweigh all its other pairs,
    were these as strongly against it as a pair can be.
    """
    counted = links.where(links.odds < CERTAIN)
    at = root[counted.left]
    bits = np.bincount(at, weights=np.minimum(counted.odds, BOUND) + BOUND, minlength=len(root))
    sizes = np.bincount(root, minlength=len(root)).astype(np.float64)
    return np.asarray(bits >= BOUND * sizes * (sizes - 1) / 2)


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
