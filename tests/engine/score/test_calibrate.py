"""What labelled pairs teach a model, and which pairs are worth a label."""

from dataclasses import replace

import numpy as np
import pytest

from tellonce.engine.model.document import ScoreModel
from tellonce.engine.score.calibrate import Compared, calibrated, features, fitted, left_out
from tellonce.engine.score.comparisons import BIRTH_DATE, COMPARISONS, EMAIL, GIVEN, packed
from tellonce.engine.score.priors import shipped
from tellonce.engine.score.select import OpenPairs, chosen
from tellonce.engine.score.weights import odds, probability

MODEL = replace(shipped(), prior=0.5)


def pairs(weight: list[float], comparison: int = GIVEN, level: int = 1) -> Compared:
    levels = np.zeros((len(weight), len(COMPARISONS)), np.int64)
    levels[:, comparison] = level
    return Compared(levels, np.array(weight))


def told(model: ScoreModel, found: Compared) -> np.ndarray:
    """Probabilities under a model, what labels add to levels included."""
    learnt = np.array(model.learnt) if model.learnt else np.zeros((len(COMPARISONS), 8))
    added = learnt[np.arange(len(COMPARISONS)), found.levels].sum(axis=1)
    return probability(found.weight + added, model)


def test_without_labels_nothing_changes() -> None:
    assert calibrated(MODEL, pairs([]), np.zeros(0, np.bool_)) == MODEL


def test_labels_that_say_what_the_model_says_move_it_little() -> None:
    found = pairs([6.0] * 5 + [-6.0] * 5)
    after = calibrated(MODEL, found, np.arange(10) < 5)
    assert np.abs(odds(found.weight, after) - odds(found.weight, MODEL)).max() < 1.0


def test_a_model_that_is_too_sure_becomes_honest() -> None:
    found = pairs([4.0] * 200)
    same = np.arange(200) % 2 == 0
    assert told(MODEL, found)[0] > 0.9
    assert told(calibrated(MODEL, found, same), found)[0] == pytest.approx(0.5, abs=0.1)


def test_only_the_level_that_misleads_is_blamed() -> None:
    misleading, sound = pairs([4.0] * 60, EMAIL), pairs([4.0] * 60, BIRTH_DATE)
    both = Compared(
        np.concatenate([misleading.levels, sound.levels]),
        np.concatenate([misleading.weight, sound.weight]),
    )
    after = calibrated(MODEL, both, np.arange(120) >= 60)
    assert told(after, misleading)[0] < 0.5 < told(after, sound)[0]


def test_more_evidence_never_means_a_lower_probability() -> None:
    found = pairs([-8.0, -4.0, 4.0, 8.0] * 50)
    after = calibrated(MODEL, found, np.tile([True, True, False, False], 50))
    assert after.slope > 0


def test_one_slip_of_the_hand_beyond_doubt_hardly_moves_the_model() -> None:
    after = calibrated(MODEL, pairs([18.0]), np.array([False]))
    assert told(after, pairs([18.0]))[0] > 0.99


def test_few_labels_that_prove_nothing_leave_the_model_as_it_is() -> None:
    found = pairs([1.0, 0.5, -0.5, 2.0])
    after = calibrated(MODEL, found, np.array([True, False, False, True]))
    assert after.labels == 4
    assert replace(after, labels=0, learnt=()) == MODEL
    assert not np.array(after.learnt).any()


def test_what_one_label_says_the_others_must_confirm() -> None:
    one, many = (calibrated(MODEL, pairs([3.0] * n), np.zeros(n, np.bool_)) for n in (1, 12))
    assert odds(np.array([3.0]), one)[0] == odds(np.array([3.0]), MODEL)[0]
    assert told(many, pairs([3.0]))[0] < 0.5


def test_a_label_left_out_is_told_as_if_the_others_alone_had_taught() -> None:
    weight = [3.0, 2.0, 4.0, 1.0, 2.0, -1.0] * 5
    levels = np.tile([1, 2, 3, 4, 5, 6], 5)
    found = Compared(pairs(weight).levels, np.array(weight))
    found.levels[:, GIVEN] = levels
    same = np.arange(30) % 3 == 0
    x = features(found.levels, odds(found.weight, MODEL))
    without = left_out(x, same, fitted(x, same))
    for at in (0, 7, 29):
        kept = np.arange(30) != at
        assert without[at] == pytest.approx(x[at] @ fitted(x[kept], same[kept]), abs=0.1)


def test_labels_that_are_believed_move_the_link_cut_to_even_odds() -> None:
    after = calibrated(MODEL, pairs([4.0] * 200), np.arange(200) % 2 == 0)
    assert after.link == pytest.approx(0.5)
    assert calibrated(MODEL, pairs([5.0]), np.ones(1, np.bool_)).link == pytest.approx(MODEL.link)


def questions(odds_of: list[float], levels: list[int], answered: int = 0) -> OpenPairs:
    found = pairs(odds_of)
    found.levels[:, GIVEN] = levels
    rows = np.arange(len(levels), dtype=np.int64)
    return OpenPairs(
        rows, rows + 1000, packed(found.levels), found.weight, np.ones(len(levels)), answered
    )


def test_an_open_pair_is_asked_before_a_certain_one() -> None:
    assert chosen(questions([15.0, 0.0, -15.0], [1, 2, 3]), 1).tolist() == [1]


def test_pairs_of_many_patterns_are_asked_and_not_one_pattern_only() -> None:
    levels = [1] * 12 + [2] * 10 + [3] * 10 + [4] * 10
    asked = chosen(questions([0.0] * 42, levels), 8)
    assert {levels[at] for at in asked} == {1, 2, 3, 4}


def test_what_moves_more_records_is_asked_first() -> None:
    open_pairs = questions([0.0, 0.0], [1, 1])
    heavy = replace(open_pairs, records=np.array([1.0, 5.0]))
    assert chosen(heavy, 1).tolist() == [1]


def test_an_answered_pair_is_not_asked_again_and_makes_its_like_less_useful() -> None:
    answered = questions([0.0] * 12, [1] * 10 + [1, 2], answered=10)
    assert chosen(answered, 2).tolist() == [11, 10]


def test_never_more_pairs_than_there_are() -> None:
    assert sorted(chosen(questions([0.0, 1.0], [1, 2]), 50).tolist()) == [0, 1]
    assert chosen(questions([], []), 5).tolist() == []
