"""How well customers agree with the truth, and how sure that is: scores and their intervals.

Everything is a sum over units of the truth (entities, or labelled pairs): of entity e, half of the
right, claimed and true pairs of each of its records, so that sums over all entities are the counts
of `tellonce.engine.evaluate`. Drawing entities anew with replacement (bootstrap) gives intervals,
and, on the same draws, those of the difference of two matchers. Sampling whole entities is right
because records of one entity succeed or fail together (Binette et al. 2022, "Estimating the
performance of entity resolution algorithms").
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
ROUNDS = 500
SEED = 1


class Scores(NamedTuple):
    """Precision, recall and F1 of one kind, each from 0 to 1."""

    precision: float
    recall: float
    f1: float


class Interval(NamedTuple):
    """The bounds of a 95 % interval."""

    low: float
    high: float


@dataclass(frozen=True)
class Agreement:
    """Sums by unit: a row per entity (or labelled pair), columns right, claimed and true pairs,
    B-cubed precision and recall summed over records, records. `records` is 0 in a set of pairs.
    """

    units: Floats

    @property
    def pairwise(self) -> Scores:
        """Over pairs of records."""
        return pairwise(self.units.sum(axis=0))

    @property
    def bcubed(self) -> Scores | None:
        """Over records; None in a set of pairs."""
        return bcubed(self.units.sum(axis=0))


def agreement(customer: Ints, truth: pa.Table) -> Agreement:
    """Compare a customer number per record, in the order of `sets.truth`, with that truth."""
    if "match" in truth.column_names:
        left, right = truth["left"].to_numpy(), truth["right"].to_numpy()
        return of_pairs(customer[left] == customer[right], truth["match"].to_numpy())
    known = truth["truth"].is_valid().to_numpy()
    return of_entities(customer[known], truth["truth"].drop_null().to_numpy())


def of_pairs(linked: npt.NDArray[np.bool_], match: npt.NDArray[np.bool_]) -> Agreement:
    """Labelled pairs: was each linked, is each a match."""
    units = np.zeros((len(match), 6))
    units[:, 0], units[:, 1], units[:, 2] = linked & match, linked, match
    return Agreement(units)


def of_entities(customer: Ints, entity: Ints) -> Agreement:
    """Records: the customer and the true entity of each, as whole numbers."""
    found = np.unique(customer, return_inverse=True)[1]
    real = np.unique(entity, return_inverse=True)[1]
    entities = int(real.max()) + 1 if len(real) else 0
    cell = np.unique(found * max(entities, 1) + real, return_inverse=True, return_counts=True)
    shared = cell[2][cell[1]]  # by record: those of its customer that are of its entity
    claimed, true = np.bincount(found)[found], np.bincount(real)[real]
    by_record = (
        (shared - 1) / 2,
        (claimed - 1) / 2,
        (true - 1) / 2,
        shared / claimed,
        shared / true,
        np.ones(len(real)),
    )
    return Agreement(np.column_stack([np.bincount(real, x, entities) for x in by_record]))


def pairwise(sums: Floats) -> Scores:
    """From right, claimed and true pairs; a share of nothing is 1, as in `tellonce evaluate`."""
    right, claimed, true = sums[:3]
    return scores(right / claimed if claimed else 1.0, right / true if true else 1.0)


def bcubed(sums: Floats) -> Scores | None:
    """From sums over records; None without records."""
    return scores(*(sums[3:5] / sums[5])) if sums[5] else None


def scores(precision: float, recall: float) -> Scores:
    """Precision and recall with their harmonic mean."""
    both = precision + recall
    f1 = 2 * precision * recall / both if both else 0.0
    return Scores(float(precision), float(recall), float(f1))


def draws(units: int) -> Iterator[Floats]:
    """How often each unit is drawn, for `ROUNDS` bootstrap samples; the same for equal `units`."""
    rng = np.random.default_rng(SEED)
    for _ in range(ROUNDS):
        yield np.bincount(rng.integers(0, units, units), minlength=units).astype(np.float64)


def f1_interval(ours: Agreement) -> Interval:
    """Of the pairwise F1."""
    return interval([pairwise(drawn @ ours.units).f1 for drawn in draws(len(ours.units))])


def difference_interval(ours: Agreement, theirs: Agreement) -> Interval:
    """Of our pairwise F1 minus theirs, both on the same draws of the same truth."""
    return interval(
        [
            pairwise(drawn @ ours.units).f1 - pairwise(drawn @ theirs.units).f1
            for drawn in draws(len(ours.units))
        ]
    )


def interval(values: list[float]) -> Interval:
    """The middle 95 %."""
    low, high = np.quantile(values, [0.025, 0.975])
    return Interval(float(low), float(high))
