"""Does a confidence mean what it says: the match probabilities of Tellonce against the truth.

A pair is one that `tellonce resolve --edges` wrote, with truth for both records. Its `probability`
is what was stated, whether both records are of one entity is what is true.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from bench.agreement import Scores

Floats = npt.NDArray[np.float64]
# Finest near 1, where nearly all pairs are and where a customer is decided.
BOUNDS = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 0.999, 1.0)
SURE = 0.99
SURE_PRECISION = 0.999
CLOSE = 0.05  # an estimate is right if it is at most this far from the truth
TELLING = {"email", "phone", "identifier"}  # a set with one of these can be sure of its links


@dataclass(frozen=True)
class Bin:
    """Pairs whose probability is from `low` to below `high` (the last: to 1).

    stated is the mean probability, true the share of matches; both 0 where there is no pair.
    """

    low: float
    high: float
    pairs: int
    stated: float
    true: float


@dataclass(frozen=True)
class Reliability:
    """Of one set: its bins; its links of `SURE` or more, and how many of them are matches."""

    bins: tuple[Bin, ...]
    sure: int
    sure_right: int

    @property
    def error(self) -> float:
        """Expected calibration error: the mean gap of stated and true over all pairs."""
        pairs = sum(b.pairs for b in self.bins)
        gaps = sum(b.pairs * abs(b.stated - b.true) for b in self.bins)
        return gaps / pairs if pairs else 0.0

    @property
    def sure_precision(self) -> float | None:
        """The share of matches among sure links; None without one."""
        return self.sure_right / self.sure if self.sure else None


@dataclass(frozen=True)
class Guess:
    """One share, as the summary estimates it without labels, and as it truly is."""

    value: float
    low: float
    high: float
    true: float

    @property
    def close(self) -> bool:
        """Whether the estimate is within `CLOSE` of the truth."""
        return abs(self.value - self.true) <= CLOSE


def reliability(edges: pa.Table, truth: pa.Table) -> Reliability:
    """Of the pairs in `edges` (columns as --edges writes them) with the truth of `sets.truth`."""
    probability, linked, match = known_pairs(edges, truth)
    sure = linked & (probability >= SURE)
    return Reliability(
        bins=tuple(bins(probability, match)),
        sure=int(sure.sum()),
        sure_right=int((sure & match).sum()),
    )


def known_pairs(edges: pa.Table, truth: pa.Table) -> tuple[Floats, Any, Any]:
    """Probability, linked, match of the pairs with truth for both records."""
    columns = (truth[name].to_pylist() for name in ("source", "record_id", "truth"))
    entity = {(source, record): real for source, record, real in zip(*columns, strict=True)}
    sides = []
    for side in ("left", "right"):
        names = zip(
            edges[f"{side}_source"].to_pylist(), edges[f"{side}_id"].to_pylist(), strict=True
        )
        sides.append([entity.get(name) for name in names])
    known = np.array([a is not None and b is not None for a, b in zip(*sides, strict=True)], bool)
    match = np.array([a == b for a, b in zip(*sides, strict=True)], bool)
    probability, linked = edges["probability"].to_numpy(), edges["linked"].to_numpy()
    return probability[known], linked[known], match[known]


def bins(probability: Floats, match: Any) -> Iterator[Bin]:
    """Stated against true by `BOUNDS`."""
    place = np.clip(np.searchsorted(BOUNDS, probability, side="right") - 1, 0, len(BOUNDS) - 2)
    for n, (low, high) in enumerate(pairwise(BOUNDS)):
        here = place == n
        pairs = int(here.sum())
        stated = float(probability[here].mean()) if pairs else 0.0
        yield Bin(low, high, pairs, stated, float(match[here].mean()) if pairs else 0.0)


def guesses(summary: dict[str, Any], pairwise: Scores) -> tuple[Guess, Guess]:
    """Estimated precision and recall of a summary beside the true ones."""
    estimated = summary["estimated"]
    return (
        Guess(**bounds(estimated["precision"]), true=pairwise.precision),
        Guess(**bounds(estimated["recall"]), true=pairwise.recall),
    )


def bounds(estimate: dict[str, Any]) -> dict[str, float]:
    """Value, low and high of an estimate; what else it says is not compared."""
    return {name: float(estimate[name]) for name in ("value", "low", "high")}


def says_uncertain(summary: dict[str, Any]) -> bool:
    """Whether the summary says why its estimates are not to be relied on."""
    return bool(summary["estimated"].get("doubts"))


def has_telling_attribute(summary: dict[str, Any]) -> bool:
    """Whether an e-mail, phone or identifier was recognised in one of the sources."""
    return any(
        re.split("[#:]", attribute)[0] in TELLING
        for source in summary["sources"].values()
        for attribute in source["recognised"].values()
    )
