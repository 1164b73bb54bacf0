"""How good a result is: against the truth, and without it.

Pairwise scores ask of every pair of records whether they belong together; B-cubed scores ask of
every record how well its cluster fits (Bagga and Baldwin 1998), so one large cluster does not
outweigh all others. Both come from the contingency table of cluster and truth, so they are exact
and take one sort.

Where a share has nothing to be a share of, it is 1: no pair claimed means no false one, no true
pair means none missed. F1 is 0 where precision and recall both are.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
_NORMAL_95 = 1.959964  # the normal distribution's 97.5 % quantile


@dataclass(frozen=True)
class Scores:
    """Shares between 0 and 1."""

    precision: float
    recall: float
    f1: float


@dataclass(frozen=True)
class Evaluation:
    """A result compared with the truth; the counts are of records, groups and unordered pairs."""

    records: int
    clusters: int
    entities: int
    predicted_pairs: int
    true_pairs: int
    correct_pairs: int
    pairwise: Scores
    b_cubed: Scores


@dataclass(frozen=True)
class Estimate:
    """A share guessed without truth, with the bounds of its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Estimates:
    """Precision and recall of the links, as far as the match probabilities can be trusted."""

    precision: Estimate
    recall: Estimate


def evaluate(cluster: pa.Array, truth: pa.Array) -> Evaluation:
    """Compare two labellings of the same records, row by row; labels may be of any type.

    Rows where either label is null are left out.
    """
    kept = pc.and_(pc.is_valid(cluster), pc.is_valid(truth))
    found, real = _codes(cluster.filter(kept)), _codes(truth.filter(kept))
    cluster_sizes, truth_sizes = np.bincount(found), np.bincount(real)
    cells, shared = np.unique(found * max(len(truth_sizes), 1) + real, return_counts=True)
    pairs = [_pairs(sizes) for sizes in (cluster_sizes, truth_sizes, shared)]
    return Evaluation(
        records=len(found),
        clusters=len(cluster_sizes),
        entities=len(truth_sizes),
        predicted_pairs=pairs[0],
        true_pairs=pairs[1],
        correct_pairs=pairs[2],
        pairwise=_scores(_share(pairs[2], pairs[0]), _share(pairs[2], pairs[1])),
        b_cubed=_b_cubed(cells, shared, cluster_sizes, truth_sizes),
    )


def _codes(labels: Any) -> Ints:
    """Labels numbered from 0."""
    if isinstance(labels, pa.ChunkedArray):
        labels = labels.combine_chunks()
    codes: Ints = labels.dictionary_encode().indices.to_numpy(zero_copy_only=False)
    return codes.astype(np.int64)


def _pairs(sizes: Ints) -> int:
    return int((sizes * (sizes - 1) // 2).sum())


def _share(part: float, whole: float) -> float:
    return part / whole if whole else 1.0


def _scores(precision: float, recall: float) -> Scores:
    both = precision + recall
    return Scores(precision, recall, 2 * precision * recall / both if both else 0.0)


def _b_cubed(cells: Ints, shared: Ints, cluster_sizes: Ints, truth_sizes: Ints) -> Scores:
    """A record's precision is the share of its cluster that is of its entity; its recall the share
    of its entity that is in its cluster. All records of a cell of the table have the same.
    """
    if not len(cells):
        return _scores(1.0, 1.0)
    found, real = np.divmod(cells, len(truth_sizes))
    squares = shared.astype(np.float64) ** 2
    records = float(shared.sum())
    precision = float((squares / cluster_sizes[found]).sum()) / records
    recall = float((squares / truth_sizes[real]).sum()) / records
    return _scores(precision, recall)


def estimate(probability: pa.ChunkedArray, linked: pa.ChunkedArray) -> Estimates:
    """Precision and recall guessed from the match probabilities of the pairs that were kept.

    `probability` is each pair's match probability, `linked` whether it ended in one cluster. With
    independent pairs, the number of true ones among the linked has mean A = sum p and variance
    sum p(1-p), among the others B likewise. Precision is A / linked pairs, recall A / (A + B); the
    intervals are normal ones, recall's by the delta method. Matches that were never kept as a
    pair (not blocked together, or below the review cut) are unknown to it, so recall is an upper
    bound.
    """
    p: Floats = np.asarray(probability, np.float64)
    mask = np.asarray(linked, bool)
    variance = p * (1 - p)
    a, b = float(p[mask].sum()), float(p[~mask].sum())
    var_a, var_b = float(variance[mask].sum()), float(variance[~mask].sum())
    links, matches = int(mask.sum()), a + b
    spread_precision = sqrt(var_a) / links if links else 0.0
    spread_recall = sqrt(b * b * var_a + a * a * var_b) / matches**2 if matches else 0.0
    return Estimates(
        _interval(_share(a, links), spread_precision), _interval(_share(a, matches), spread_recall)
    )


def _interval(value: float, spread: float) -> Estimate:
    half = _NORMAL_95 * spread
    return Estimate(value, max(0.0, value - half), min(1.0, value + half))
