"""Decay: what it depends on, and which way."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tellonce.rules.decay import (
    MOST_SUPPORT,
    OUR_ESTIMATE,
    VOLATILITIES,
    DecayRules,
    Statement,
    days_until,
    decay_score,
    half_life_of,
    score_at,
    support_of,
    unit_of,
)

AGES = st.floats(0, 20_000)
STATEMENTS = st.lists(st.builds(Statement, AGES, st.floats(0, 1)), min_size=1, max_size=6)
ATTRIBUTES = st.sampled_from([*VOLATILITIES, "street", "family_name", "shoe_size"])
NEARLY = 1e-9


def test_half_of_all_values_have_changed_after_the_half_life() -> None:
    half_life = DecayRules().half_life("email")
    assert decay_score("email", [Statement(half_life, 0.8)]) == pytest.approx(50)
    assert half_life_of(0.5) == pytest.approx(365.25)


def test_what_never_changes_does_not_decay() -> None:
    for attribute in ("birth_date", "identifier:pesel", "given_name"):
        assert decay_score(attribute, [Statement(20_000, 0.1)]) == 0
        assert days_until(20, DecayRules().half_life(attribute)) is None


def test_parts_of_an_address_age_together_and_other_attributes_by_their_own_name() -> None:
    rules = DecayRules({"address": 100.0, "income_band": None})
    assert {rules.half_life(part) for part in ("street", "city", "postal_code")} == {100.0}
    assert unit_of("street") == "address"
    assert rules.half_life("other:income_band") is None
    assert rules.half_life("shoe_size") == rules.half_life("hat_size")


def test_an_address_is_stale_after_about_the_eighteen_months_that_one_in_five_takes_to_move() -> (
    None
):
    assert 15 < days_until(20, DecayRules().half_life("address")) / 30.4 < 24


def test_every_default_says_where_it_is_from() -> None:
    for attribute, one in VOLATILITIES.items():
        assert one.source, attribute
        published = any(digit in one.source for digit in "0123456789")
        assert published or OUR_ESTIMATE in one.source or one.half_life is None, attribute


@given(ATTRIBUTES, STATEMENTS)
def test_a_score_is_between_0_and_100(attribute: str, statements: list[Statement]) -> None:
    assert 0 <= decay_score(attribute, statements) <= 100


@given(ATTRIBUTES, STATEMENTS, st.floats(0, 5_000))
def test_time_never_lowers_it(attribute: str, statements: list[Statement], days: float) -> None:
    later = [Statement(one.age + days, one.quality) for one in statements]
    assert decay_score(attribute, later) >= decay_score(attribute, statements) - NEARLY


@given(ATTRIBUTES, STATEMENTS, AGES, st.floats(0, 1))
def test_another_statement_of_the_same_never_raises_it(
    attribute: str, statements: list[Statement], age: float, quality: float
) -> None:
    more = [*statements, Statement(age, quality)]
    assert decay_score(attribute, more) <= decay_score(attribute, statements) + NEARLY


@given(ATTRIBUTES, STATEMENTS, st.integers(0, 5), st.floats(0, 1))
def test_more_quality_never_raises_it(
    attribute: str, statements: list[Statement], at: int, better: float
) -> None:
    one = statements[at % len(statements)]
    assume(better > one.quality)
    others = [other for other in statements if other is not one]
    surer = [*others, Statement(one.age, better)]
    assert decay_score(attribute, surer) <= decay_score(attribute, statements) + NEARLY


@given(ATTRIBUTES, STATEMENTS)
def test_a_confirmation_restores_it(attribute: str, statements: list[Statement]) -> None:
    assert decay_score(attribute, [*statements, Statement(0, 1)]) == 0


@given(STATEMENTS, st.floats(1, 10_000), st.floats(1, 10_000))
def test_what_changes_faster_decays_further(
    statements: list[Statement], slow: float, fast: float
) -> None:
    assume(slow > fast)
    fresh = [Statement(statements[0].age, 1.0)]
    scores = [decay_score("x", fresh, DecayRules({"x": life})) for life in (slow, fast)]
    assert scores[0] <= scores[1]


@given(STATEMENTS, st.floats(30, 20_000), st.floats(1, 99))
def test_the_day_it_goes_stale_is_the_day_its_score_says_so(
    statements: list[Statement], half_life: float, score: float
) -> None:
    _, support = support_of(half_life, statements)
    days = days_until(score, half_life, support)
    assert score_at(half_life, days * 1.001, support) >= score
    assert score_at(half_life, days * 0.999, support) <= score
    assert days <= days_until(score, half_life) * (1 + MOST_SUPPORT) * (1 + NEARLY)


def test_nothing_stated_has_no_age() -> None:
    with pytest.raises(ValueError, match="nobody stated"):
        support_of(100, [])
