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

from tellonce.engine.rivals import shared_out

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


@dataclass(frozen=True)
class Scored:
    """What a model makes of pairs of rows, unlikely ones included: both rows, and the log2 odds."""

    left: Ints
    right: Ints
    odds: Floats


def estimate(
    cluster: Ints, confidence: Floats, scored: Scored, unseen: float, *, one_each: bool = False
) -> Estimates:
    """Precision and recall guessed without truth, from what the model makes of the records.

    `cluster` and `confidence` of each row; `unseen`: matches that no key proposes, as a share of
    those proposed; `one_each`: whether a row pairs with one other row at most, as between sources
    of records that nothing but categories tells apart.

    A pair within a cluster is a true one with the smaller confidence of its two records; A is their
    sum, n their number. B is the sum over the scored pairs that did not end in one cluster, rivals
    sharing what they have (`rivals.shared_out`). Of A the pairs that were scored, and B, are what
    keys propose. Precision is A / n, recall A / ((A scored + B) (1 + unseen)), the matches being
    at least A + B. Pairs of one cluster are right or wrong together, so variances count with half
    its size; the intervals are normal ones, recall's by the delta method. Where nothing was linked
    nothing tells what is missing: recall is then 1 with an interval from 0.
    """
    inside = cluster[scored.left] == cluster[scored.right]
    rivals = np.ones(len(inside), np.bool_) if one_each else ~inside
    likely = shared_out(scored.left[rivals], scored.right[rivals], scored.odds[rivals])
    if one_each:
        confidence = np.zeros(len(cluster))
        for side in (scored.left[inside], scored.right[inside]):
            np.maximum.at(confidence, side, likely[inside])
        likely = likely[~inside]
    pairs, sure, var_a = _inside(cluster, confidence)
    var_b = float((likely * (1 - likely)).sum())
    proposed = sure * _share(float(inside.sum()), pairs) + float(likely.sum())
    matches = max(proposed * (1 + unseen), sure + float(likely.sum()))
    rest = matches - sure
    spread_precision = sqrt(var_a) / pairs if pairs else 0.0
    spread_recall = sqrt(rest**2 * var_a + sure**2 * var_b) / matches**2 if matches else 0.0
    recall = _interval(_share(sure, matches), spread_recall)
    return Estimates(
        _interval(_share(sure, pairs), spread_precision),
        recall if pairs else Estimate(recall.value, 0.0, 1.0),
    )


def _inside(cluster: Ints, confidence: Floats) -> tuple[int, float, float]:
    """Pairs within clusters: how many, the sum of their probabilities, and its variance."""
    order = np.lexsort((confidence, cluster))
    sizes = np.unique(cluster, return_counts=True)[1].astype(np.int64)
    starts = np.repeat(np.cumsum(sizes) - sizes, sizes)
    size = np.repeat(sizes, sizes)
    above = size - 1 - (np.arange(len(cluster)) - starts)  # as sure, or surer, and not yet counted
    p = confidence[order]
    return int(above.sum()), float((p * above).sum()), float((p * (1 - p) * above * size / 2).sum())


LEAST_RECORDS, MOST_REPEATED, LEAST_LINKED = 100, 0.002, 0.05


def duplicate_free(source: Ints, cluster: Ints) -> Ints:
    """Which sources, by the code of each row, look as if they had no duplicates of their own: of
    LEAST_RECORDS or more at most a share of MOST_REPEATED shares a cluster with another of the same
    source, and at least LEAST_LINKED one with a record of another source.
    """
    count = int(source.max(initial=-1)) + 1
    cells, cell, size = np.unique(cluster * count + source, return_inverse=True, return_counts=True)
    sources_of = np.bincount(cells // max(count, 1), minlength=int(cluster.max(initial=-1)) + 1)
    records = np.bincount(source, minlength=count)
    repeated = np.bincount(source[size[cell] > 1], minlength=count)
    linked = np.bincount(source[sources_of[cluster] > 1], minlength=count)
    looks = (records >= LEAST_RECORDS) & (repeated <= MOST_REPEATED * records)
    return np.flatnonzero(looks & (linked >= LEAST_LINKED * records))


def _interval(value: float, spread: float) -> Estimate:
    half = _NORMAL_95 * spread
    return Estimate(value, max(0.0, value - half), min(1.0, value + half))
