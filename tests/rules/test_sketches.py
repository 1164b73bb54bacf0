"""What is kept of values is bounded, and says how right it is."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from tellonce.engine.model.hashing import FILE_HASH_KEY, hash64
from tellonce.rules.ranges import Points
from tellonce.rules.sketches import Distinct, Sample, Spread, Tally


def hashes(values: list[str]) -> np.ndarray:
    return hash64(pa.array(values), FILE_HASH_KEY).view(np.uint64)


def ones(number: int) -> np.ndarray:
    return np.ones(number, np.int64)


def test_different_values_are_counted_exactly_while_they_fit() -> None:
    distinct = Distinct(most=100)
    distinct.add(hashes([f"v{n}" for n in range(60)]), ones(60))
    distinct.add(hashes([f"v{n}" for n in range(40, 100)]), ones(60))
    assert (distinct.number, distinct.full) == (100, False)
    assert distinct.repeated == pytest.approx(0.2)


def test_beyond_that_their_number_is_near() -> None:
    distinct = Distinct(most=4096)
    values = [f"value {n}" for n in range(60_000)]
    for start in range(0, 60_000, 7_000):
        part = values[start : start + 7_000]
        distinct.add(hashes(part), ones(len(part)))
    assert distinct.full
    assert distinct.number == pytest.approx(60_000, rel=0.06)  # four standard errors


def test_the_sampled_values_and_their_counts_do_not_depend_on_the_order() -> None:
    values = [f"v{n % 900}" for n in range(5_000)]

    def sampled(given: list[str], step: int) -> tuple[list[str], list[int]]:
        sample = Sample(most=50)
        for start in range(0, len(given), step):
            counted = pa.array(given[start : start + step]).value_counts()
            texts = counted.field("values")
            sample.add(texts, hashes(texts.to_pylist()), counted.field("counts").to_numpy())
        return sample.values.to_pylist(), sample.counts.tolist()

    assert sampled(values, 700) == sampled(values[::-1], 1_100)
    texts, counts = sampled(values, 700)
    assert counts == [values.count(text) for text in texts]


def test_frequent_values_are_found_among_many_others() -> None:
    tally = Tally(most=100)
    for part in range(20):
        rare = [f"rare {part} {n}" for n in range(300)]
        tally.add(pa.array([*rare, "often"]), np.r_[ones(300), 50])
    (best, rows), *_ = tally.top(3)
    assert (best, rows) == ("often", 1_000)
    assert 0 < tally.short <= 20  # a value that was dropped each time would miss no more


def test_quantiles_of_bins_are_wrong_by_one_in_a_hundred_at_most() -> None:
    rng = np.random.default_rng(3)
    numbers = np.r_[rng.lognormal(3, 2, 20_000), -rng.lognormal(1, 1, 5_000), np.zeros(500)]
    spread = Spread()
    for part in np.array_split(numbers, 9):
        spread.add(part, ones(len(part)))
    points = Points.of(*spread.points(), ends=(spread.low, spread.high))
    ordered = np.sort(numbers)
    for share in (0.01, 0.1, 0.25, 0.5, 0.9, 0.999):
        exact = ordered[int(np.ceil(share * len(ordered))) - 1]
        assert points.quantile(share) == pytest.approx(exact, rel=0.0101, abs=1e-9)
    assert (points.low, points.high) == (numbers.min(), numbers.max())
    assert spread.mean == pytest.approx(numbers.mean())
    assert spread.deviation == pytest.approx(numbers.std())
