"""Intervals and robust figures, against figures that can be looked up or worked out."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tellonce.hub.insight import intervals


@pytest.mark.parametrize(
    ("good", "of", "low", "high"),
    [  # Newcombe 1998, table I, method 3
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson_is_as_published(good: int, of: int, low: float, high: float) -> None:
    assert intervals.wilson(good, of) == pytest.approx((low, high), abs=5e-5)


@given(st.integers(0, 500), st.integers(1, 500))
def test_an_interval_holds_the_share_and_stays_within_0_and_1(good: int, more: int) -> None:
    of = good + more
    low, high = intervals.wilson(good, of)
    assert 0 <= low <= good / of <= high <= 1
    wider = intervals.wilson(good, of, z=3)
    assert wider[0] <= low
    assert wider[1] >= high


def test_a_stratified_share_counts_each_stratum_by_its_population() -> None:
    found = intervals.stratified([(10, 10, 100), (5, 10, 300), (0, 0, 5_000), (1, 1, 0)])
    assert found is not None
    assert found.value == pytest.approx((100 * 1 + 300 * 0.5) / 400)
    assert found.of == 20
    assert found.low < found.value < found.high
    assert intervals.stratified([(0, 0, 10)]) is None


def test_the_interval_of_a_sample_holds_the_truth_about_as_often_as_it_says() -> None:
    chance = random.Random(7)
    truth = [(0.98, 900), (0.9, 300), (0.7, 100)]
    whole = sum(p * size for p, size in truth) / sum(size for _, size in truth)
    inside = 0
    for _ in range(1_000):
        strata = [(sum(chance.random() < p for _ in range(20)), 20, size) for p, size in truth]
        found = intervals.stratified(strata)
        assert found is not None
        inside += found.low <= whole <= found.high
    assert inside / 1_000 >= 0.93


def test_one_outlier_does_not_move_what_is_usual() -> None:
    values = [10.0, 11, 9, 10, 12, 10, 9]
    assert intervals.median([*values, 1_000]) == 10
    assert intervals.deviation([*values, 1_000]) < 2
    assert intervals.quantile(values, 0.9) == 12
    assert intervals.median([1, 3]) == 2


def test_a_size_is_unusual_only_where_chance_would_hardly_make_it() -> None:
    chance = random.Random(3)
    beyond = 0
    for _ in range(200):
        sizes: dict[int, int] = {}
        for _ in range(500):
            size = 1
            while chance.random() < 0.5:
                size += 1
            sizes[size] = sizes.get(size, 0) + 1
        limit = intervals.unusual_size(sizes, least=5)
        assert limit is not None
        beyond += max(sizes) >= limit
    assert beyond / 200 <= 0.05
    assert intervals.unusual_size({1: 49}, least=5) is None
    assert intervals.unusual_size({1: 1_000}, least=5) == 5


def test_what_many_have_is_a_kind_of_its_own_and_usual() -> None:
    offices = {1: 15_000, 2: 250, 3: 20, **dict.fromkeys(range(9, 26), 3)}
    limit = intervals.unusual_size(offices, least=5)
    assert limit is not None
    assert 25 < limit < 150
    assert intervals.unusual_size({1: 15_000, 2: 250, 3: 20, 9: 2}, least=5) == 5
    same = {1: 1_000, 7: 40, 300: 1}
    assert 7 < (intervals.unusual_size(same, least=5) or 0) <= 300


def test_what_is_to_be_found_does_not_teach_that_it_is_usual() -> None:
    usual = intervals.unusual_size({1: 600, 2: 300, 3: 100}, least=5)
    with_giant = intervals.unusual_size({1: 600, 2: 300, 3: 100, 400: 1}, least=5)
    assert usual == with_giant
    assert with_giant is not None
    assert with_giant < 20
