"""Match weights, odds and probabilities, with and without what labels have taught."""

from dataclasses import replace

import numpy as np
import pytest

from tellonce.engine.model.document import MatchModel, ScoreModel
from tellonce.engine.score.priors import shipped
from tellonce.engine.score.weights import (
    LATER_LEVELS,
    level_bits,
    log_odds,
    odds,
    probability,
    weight_at,
)

CALIBRATED = replace(shipped(), slope=0.8, shift=1.5)


def test_without_labels_odds_are_prior_plus_weight() -> None:
    model = shipped()
    assert odds(np.array([3.0]), model)[0] == pytest.approx(3.0 + log_odds(model.prior))


@pytest.mark.parametrize("model", [shipped(), CALIBRATED])
def test_the_weight_at_a_probability_has_this_probability(model: ScoreModel) -> None:
    at = np.array([weight_at(0.95, model)])
    assert probability(at, model)[0] == pytest.approx(0.95)


def test_what_labels_add_to_a_level_is_added_against_strangers_and_relatives() -> None:
    model = shipped()
    learnt = np.zeros(np.array(model.m).shape)
    learnt[1, 1] = 0.75
    taught = replace(model, learnt=tuple(tuple(row) for row in learnt.tolist()))
    for before, after in zip(level_bits(model), level_bits(taught), strict=True):
        assert after[1, 1] - before[1, 1] == pytest.approx(0.75)
        assert np.abs(after - before).sum() == pytest.approx(0.75)


def test_a_level_that_a_model_does_not_know_weighs_what_its_pairs_did_before() -> None:
    model = shipped()
    older = np.array(model.m)
    for (comparison, level), _before in LATER_LEVELS.items():
        older[comparison, level] = 1.0
    for bits in level_bits(replace(model, m=tuple(map(tuple, older.tolist())))):
        for (comparison, level), before in LATER_LEVELS.items():
            assert bits[comparison, level] == bits[comparison, before]


def test_a_model_of_version_1_is_read_with_nothing_learnt_from_labels() -> None:
    text = MatchModel(score=shipped()).to_json().replace('"version":2', '"version":1')
    for name in ('"labels":0,', '"learnt":[],', '"shift":0.0,', '"slope":1.0,'):
        assert name in text
        text = text.replace(name, "")
    assert MatchModel.from_json(text) == MatchModel(score=shipped())
