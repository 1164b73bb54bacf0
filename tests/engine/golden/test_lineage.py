"""Confidence of golden values."""

import numpy as np

from tellonce.engine.golden.lineage import confidence


def test_hundreds_of_records_that_agree_are_sure_of_it() -> None:
    summed = np.array([900.0, 2.0, 900.0])
    sure, unsure, alone = confidence(summed, np.array([0, 0, 1]), competing=True)
    assert (sure, alone) == (1.0, 1.0)
    assert unsure < 1e-12


def test_rivals_are_summed_in_an_order_of_their_own() -> None:
    evidence = np.array([1.7, 0.3, 2.9, 0.1])
    group = np.zeros(4, np.int64)
    forward = confidence(evidence, group, competing=True)
    backward = confidence(evidence[::-1], group, competing=True)
    assert forward.tolist() == backward[::-1].tolist()
