"""The best threshold of a matcher's weighed pairs, chosen with the labels; numpy only.

Pairs are taken from the heaviest on and records joined as they are met, so every threshold is
tried. The search ends where even a perfect rest could not beat the best.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

# Shares of the pairs that are linked: finest where the heaviest are.
CUTS = 1 - np.concatenate([[0], np.geomspace(1e-5, 1, 100)])


@dataclass(frozen=True)
class Best:
    """The highest pairwise F1, from 0 to 1, and the match weight from which on pairs are linked."""

    f1: float
    weight: float


class Groups:
    """Records joined step by step (union-find with path halving)."""

    def __init__(self, records: int) -> None:
        self.parent = list(range(records))

    def find(self, record: int) -> int:
        """The representative of a record's group."""
        parent = self.parent
        while parent[record] != record:
            parent[record] = parent[parent[record]]
            record = parent[record]
        return record


class Tally:
    """Pairs claimed and right among records with truth, as groups are joined."""

    def __init__(self, truth: list[int | None]) -> None:
        self.members = [Counter() if t is None else Counter({t: 1}) for t in truth]
        self.true = pairs_in(Counter(t for t in truth if t is not None).values())
        self.claimed = self.right = 0

    def join(self, kept: int, gone: int) -> None:
        """Count the pairs that arise where group `gone` goes into `kept`."""
        into, other = self.members[kept], self.members[gone]
        self.claimed += into.total() * other.total()
        self.right += sum(count * into[entity] for entity, count in other.items())
        into.update(other)
        self.members[gone] = Counter()

    @property
    def f1(self) -> float:
        """Of what was joined so far."""
        both = self.claimed + self.true
        return 2 * self.right / both if both else 0.0

    @property
    def f1_at_most(self) -> float:
        """What no lower threshold can exceed: claimed pairs only grow, right ones have an end."""
        both = self.claimed + self.true
        return 2 * self.true / both if both else 0.0


def pairs_in(sizes: object) -> int:
    """Unordered pairs within groups of these sizes."""
    return sum(size * (size - 1) // 2 for size in sizes)


def best_threshold(
    left: np.ndarray, right: np.ndarray, weight: np.ndarray, truth: pa.Table
) -> Best:
    """The best threshold for pairs of records (`left`, `right` are row numbers) by the table of
    `bench.sets.truth`.
    """
    if "match" in truth.column_names:
        return best_of_pairs(left, right, weight, truth)
    return best_of_clusters(left, right, weight, truth["truth"])


def best_of_clusters(
    left: np.ndarray, right: np.ndarray, weight: np.ndarray, truth: pa.ChunkedArray
) -> Best:
    """The best threshold where records have a true customer; one with null is not counted."""
    labels = truth.to_pylist()
    groups, tally = Groups(len(labels)), Tally(labels)
    order = np.argsort(-weight, kind="stable")
    ends = np.append(np.diff(weight[order]) != 0, True)  # last pair of its weight
    best = Best(0.0, math.inf)
    for last, pair in zip(ends.tolist(), order.tolist(), strict=True):
        a, b = groups.find(int(left[pair])), groups.find(int(right[pair]))
        if a != b:
            if len(tally.members[a]) < len(tally.members[b]):
                a, b = b, a
            groups.parent[b] = a
            tally.join(a, b)
        if last and tally.f1 > best.f1:
            best = Best(tally.f1, float(weight[pair]))
        if tally.f1_at_most < best.f1:
            break
    return best


def best_of_pairs(left: np.ndarray, right: np.ndarray, weight: np.ndarray, truth: pa.Table) -> Best:
    """The best of a hundred thresholds where only some pairs are labelled."""
    match = truth["match"].to_numpy()
    asked = list(zip(truth["left"].to_pylist(), truth["right"].to_pylist(), strict=True))
    groups, best, order, done = Groups(2 * len(asked)), Best(0.0, math.inf), np.argsort(-weight), 0
    for cut in np.quantile(weight, CUTS) if len(weight) else ():
        while done < len(order) and weight[order[done]] >= cut:
            pair = order[done]
            groups.parent[groups.find(int(right[pair]))] = groups.find(int(left[pair]))
            done += 1
        linked = np.array([groups.find(a) == groups.find(b) for a, b in asked])
        f1 = 2 * int((linked & match).sum()) / max(int(linked.sum() + match.sum()), 1)
        if f1 > best.f1:
            best = Best(f1, float(cut))
    return best
