"""What relatives share is learnt, and by what it is held."""

from __future__ import annotations

import numpy as np
import pytest

from tellonce.engine.model.hashing import FILE_HASH_KEY
from tellonce.engine.model.spelling import Spelling
from tellonce.engine.score.comparisons import COMPARISONS, EMAIL, FAMILY, GIVEN
from tellonce.engine.score.encode import encode
from tellonce.engine.score.limits import limited_m, limits_of
from tellonce.engine.score.priors import MOST_SHARED, SHARED_BY_RELATIVES, shipped
from tellonce.engine.score.relatives import shares
from tellonce.engine.score.scoring import compared
from tellonce.engine.score.weights import weights
from tests.engine.score.comparable_rows import table

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


def living(given: str, born: int) -> dict[str, object]:
    """Somebody of a house with a telephone."""
    return {
        "source": "s",
        "record_id": given,
        "names": [{"given": given, "middle": None, "family": "fabel"}],
        "birth_year": born,
        "birth_month": 12 if born == 1950 else 2 + born % 5,
        "birth_day": 28 if born == 1950 else born % 10,
        "phones": ["3125550142"],
        "addresses": [{"street": "delta rd", "number": "12", "postal_code": "60614"}],
    }


def weight(given: str, born: int) -> float:
    """Of Anton of 1950 and somebody of his family and house."""
    rows = table([living("anton", 1950), living(given, born)])
    encoded, _values = encode(rows, MODEL, Spelling(), FILE_HASH_KEY)
    ends = np.array([0], np.int32), np.array([1], np.int32)
    return float(compared(encoded, weights(MODEL, encoded, None), *ends)[0][0])


@pytest.mark.parametrize(("born", "son"), [(1965, True), (1977, True), (1995, True), (1996, False)])
def test_a_son_may_be_called_like_his_father(born: int, son: bool) -> None:
    assert (weight("anton", 1964) - weight("anton", born) > 2.5) == son
    assert weight("bea", born) == pytest.approx(weight("bea", 1964))
