"""Same customer, relative, branch or stranger: what the shipped model makes of telling pairs."""

from __future__ import annotations

import numpy as np

from tellonce.engine.score.comparisons import NAMES
from tellonce.engine.score.priors import shipped
from tellonce.engine.score.train import classes

EQUAL, DIFFERENT_GIVEN, DIFFERENT = 1, 6, 2


def same(**levels: int) -> float:
    """The probability that a pair with these levels is one customer."""
    row = np.zeros((1, len(NAMES)), np.int64)
    for name, level in levels.items():
        row[0, NAMES.index(name)] = level
    return float(classes(shipped(10_000), row)[0][0])


def test_a_spouse_may_use_the_other_one_s_number() -> None:
    at_home = {"identifier": EQUAL, "family_name": EQUAL, "address": EQUAL}
    assert same(**at_home, given_name=EQUAL) > 0.999
    assert same(**at_home, given_name=DIFFERENT_GIVEN) < 0.75


def test_a_generation_suffix_tells_father_and_son_apart() -> None:
    at_home = {"given_name": EQUAL, "family_name": EQUAL, "address": EQUAL}
    assert same(**at_home) > 0.95
    assert same(**at_home, suffix=DIFFERENT) < 0.75
