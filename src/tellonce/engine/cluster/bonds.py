"""What holds a customer together: its links, those whose loss would split it, the weakest one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tellonce.engine.cluster.components import Longs, Pairs
from tellonce.engine.cluster.kernels import smallest_connected


@dataclass(frozen=True)
class Bonds:
    """Positions in the pairs that were given.

    `links` are pairs at or above the link cut; `bridges` those links whose loss alone would split
    the members; `spanning` the strongest pairs that connect all members, strongest first: its last
    is the weakest one that is needed.
    """

    links: Longs
    bridges: Longs
    spanning: Longs


def bonds(members: int, pairs: Pairs, cut: float) -> Bonds:
    """The bonds of `members` rows (0 to members - 1) from all their pairs, log2 odds `cut` linking.

    The spanning pairs are a maximum spanning tree (Kruskal 1956); ties go to the smaller rows.
    """
    links = np.flatnonzero(pairs.odds >= cut)
    spanning = _spanning(members, pairs)
    needed = spanning[pairs.odds[spanning] >= cut]  # a bridge is in every spanning tree
    return Bonds(links, _bridges(members, pairs, links, needed), spanning)


def _spanning(members: int, pairs: Pairs) -> Longs:
    group = np.arange(members)
    found = []
    for at in np.lexsort((pairs.right, pairs.left, -pairs.odds)).tolist():
        one, other = group[pairs.left[at]], group[pairs.right[at]]
        if one != other:
            group[group == other] = one
            found.append(at)
            if len(found) == members - 1:
                break
    return np.array(found, np.int64)


def _bridges(members: int, pairs: Pairs, links: Longs, candidates: Longs) -> Longs:
    whole = _parts(members, pairs, links)
    lost = [at for at in candidates.tolist() if _parts(members, pairs, links[links != at]) > whole]
    return np.array(lost, np.int64)


def _parts(members: int, pairs: Pairs, links: Longs) -> int:
    """How many parts the links leave."""
    root = smallest_connected(members, pairs.left[links], pairs.right[links])
    return len(np.unique(root))
