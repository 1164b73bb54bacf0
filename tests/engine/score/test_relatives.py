"""What relatives share is learnt, and by what it is held."""

from __future__ import annotations

import numpy as np
import pytest

from tellonce.engine.score.comparisons import COMPARISONS, EMAIL, FAMILY, GIVEN
from tellonce.engine.score.limits import limited_m, limits_of
from tellonce.engine.score.priors import MOST_SHARED, SHARED_BY_RELATIVES, shipped
from tellonce.engine.score.relatives import shares

MODEL = shipped()
OF = np.array(MODEL.m), np.array(MODEL.u)
SHIPPED = SHARED_BY_RELATIVES["family_name"]


def share(same: int, different: int, *, told: bool = True) -> float:
    """The share learnt from so many pairs of relatives with one family name and with two; `told`:
    whether those with one name teach it too, or were proposed by that name.
    """
    levels = np.zeros((same + different, len(COMPARISONS)), np.int64)
    levels[:, FAMILY] = np.repeat([1, 5], [same, different])
    free = np.ones(levels.shape)
    free[:same] = told
    weight = np.ones(len(levels)), free
    return shares({"family_name": SHIPPED}, OF, levels, weight, 100.0)["family_name"]


def test_without_pairs_what_is_shipped_stays() -> None:
    assert share(0, 0) == pytest.approx(SHIPPED)


def test_colleagues_do_not_share_a_family_name() -> None:
    assert share(0, 5000) < 0.1


def test_more_than_shipped_is_not_believed() -> None:
    assert share(5000, 0) == SHIPPED


def test_few_pairs_move_it_little() -> None:
    assert SHIPPED - 0.1 < share(2, 3) < SHIPPED


def test_families_proposed_by_their_name_are_not_counted_out() -> None:
    assert share(5000, 200, told=False) > SHIPPED - 0.05


def test_families_with_one_mailbox_are_believed_to_share_more_than_is_shipped() -> None:
    levels = np.zeros((5000, len(COMPARISONS)), np.int64)
    levels[:, EMAIL] = 1
    weight = np.ones(len(levels)), np.ones(levels.shape)
    given = {"email": SHARED_BY_RELATIVES["email"]}
    assert shares(given, OF, levels, weight, 100.0)["email"] == MOST_SHARED["email"]


@pytest.mark.parametrize(("alike", "most"), [(0.02, 0.03), (0.1, 0.06), (0.4, 0.12)])
def test_given_names_of_one_customer_differ_as_far_as_others_are_misspelt(
    alike: float, most: float
) -> None:
    m = np.array(MODEL.m)
    m[GIVEN, 1:7] = [0.8 - alike, 0, alike, 0, 0, 0.2]
    limited = limited_m(m, limits_of(np.zeros((1, len(COMPARISONS)), np.int64), np.ones(1)))
    assert limited[GIVEN, 6] == pytest.approx(most)
    assert limited[GIVEN, 1:7].sum() == pytest.approx(1.0)
