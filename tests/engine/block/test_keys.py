"""Blocking keys: what shares one, what they cost, and what they depend on."""

from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tellonce.engine.block import keys as block
from tellonce.engine.block.cost import affordable_size, cost, pairs_of
from tellonce.engine.block.kinds import BY_NAME, KINDS
from tellonce.engine.model.document import BlockModel
from tellonce.engine.model.hashing import FILE_HASH_KEY
from tellonce.engine.model.spelling import Spelling
from tellonce.engine.tables import COMPARABLE
from tests.engine.score.comparable_rows import ROWS, table

SPELLING = Spelling(
    phonetic=lambda token: token.replace("c", "k"),
    variants=lambda given: (7,) if given in ("anna", "ania") else (),
)
ALL = BlockModel(kinds=tuple(kind.name for kind in KINDS))


def person(record_id: str, given_name: str, family: str, **more: Any) -> dict[str, Any]:
    name = {"given": given_name, "middle": None, "family": family}
    return {"source": "s", "record_id": record_id, "names": [name], **more}


def born(year: int, month: int, day: int) -> dict[str, int]:
    return {"birth_year": year, "birth_month": month, "birth_day": day}


def shared(left: dict[str, Any], right: dict[str, Any], model: BlockModel = ALL) -> set[str]:
    """Names of the key kinds under which two records meet."""
    rows = pa.Table.from_pylist([left, right], schema=COMPARABLE)
    found = block.keys(rows, model, SPELLING, FILE_HASH_KEY).to_pylist()
    sides = [{(k["kind"], k["key"]) for k in found if k["row"] == row} for row in (0, 1)]
    return {KINDS[kind].name for kind, _key in sides[0] & sides[1]}


def test_a_short_form_meets_the_full_name() -> None:
    left = person("1", "anna", "zmyslona", **born(1980, 5, 17))
    right = person("2", "ania", "inna", **born(1980, 5, 17))
    assert "given+birth" in shared(left, right)


def test_a_day_month_swap_meets_the_true_date() -> None:
    left = person("1", "anna", "zmyslona", **born(1980, 5, 7))
    right = person("2", "anna", "zmyslona", **born(1980, 7, 5))
    assert "family+birth" in shared(left, right)


def test_swapped_names_meet() -> None:
    left, right = person("1", "anna", "zmyslona"), person("2", "zmyslona", "anna")
    assert "name" in shared(left, right)


ANSWERS = replace(ALL, categories=("job", "place", "school", "status", "trade"))


def answered(record_id: str, **answers: str) -> dict[str, Any]:
    others = [{"name": name, "value": value} for name, value in answers.items()]
    return {"source": "s", "record_id": record_id, "others": others, "birth_year": 1980}


def test_records_of_categories_meet_though_one_of_these_changed() -> None:
    left = answered("1", job="a", place="b", school="c", status="d", trade="e")
    right = answered("2", job="a", place="b", school="c", status="x", trade="e")
    met = shared(left, right, ANSWERS)
    assert "categories 012" in met
    assert "year+categories 01" in met
    assert not met & {"categories 013", "year+categories 23"}


def test_categories_of_a_record_that_has_a_name_are_no_key() -> None:
    left = answered("1", job="a", place="b") | {"emails": ["a@b.example"]}
    assert shared(left, answered("2", job="a", place="b"), ANSWERS) == {"category"}


@pytest.mark.parametrize("slip", ["zmyslna", "zmyslonaa", "zmyxlona", "zmysloan", "xzmyslona"])
def test_family_names_one_slip_apart_meet_beside_a_given_name_that_is_spoilt(slip: str) -> None:
    left = person("1", "anna", "zmyslona", **born(1980, 5, 17))
    right = person("2", "naan", slip, **born(1980, 9, 2))
    assert "family slip+year" in shared(left, right)


def test_with_many_records_kinds_of_many_keys_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(block, "MOST_ROWS", 3)
    rows = [person(str(i), "anna", "zmyslona", **born(1980, 5, 17)) for i in range(4)]
    table = pa.Table.from_pylist(rows, schema=COMPARABLE)
    assert "family slip+year" in block.train(table.slice(1), SPELLING, FILE_HASH_KEY).kinds
    assert "family slip+year" in block.train(table, SPELLING, FILE_HASH_KEY).skipped


def test_any_of_several_phones_is_enough() -> None:
    left = person("1", "a", "b", phones=["1111111", "2222222"])
    right = person("2", "x", "y", phones=["3333333", "2222222"])
    assert shared(left, right) == {"phone"}


def test_nothing_in_common_meets_nowhere() -> None:
    left = person("1", "anna", "zmyslona", **born(1980, 5, 17))
    right = person("2", "otto", "fiktiv", **born(1961, 1, 2))
    assert shared(left, right) == set()


def test_a_refined_value_needs_a_second_agreement() -> None:
    rows = [person(str(i), "anna", "zmyslona", phones=["5555555"]) for i in range(2)]
    rows.append(person("2", "otto", "fiktiv", phones=["5555555"]))
    found = block.keys(
        pa.Table.from_pylist(rows, schema=COMPARABLE),
        BlockModel(kinds=("phone",)),
        SPELLING,
        FILE_HASH_KEY,
    )
    assert len(set(found["key"].to_pylist())) == 1
    refined = BlockModel(kinds=("phone",), refined=tuple(set(found["key"].to_pylist())))
    assert shared(rows[0], rows[1], refined) == {"phone"}
    assert shared(rows[0], rows[2], refined) == set()
    stopped = BlockModel(kinds=("phone",), stopped=refined.refined)
    assert shared(rows[0], rows[1], stopped) == set()


@given(st.lists(ROWS, min_size=1, max_size=6), st.randoms())
def test_keys_of_a_record_do_not_depend_on_the_others(rows: list[dict[str, Any]], rng: Any) -> None:
    every = block.keys(table(rows), ALL, SPELLING, FILE_HASH_KEY).to_pylist()
    at = rng.randrange(len(rows))
    alone = block.keys(table([rows[at]]), ALL, SPELLING, FILE_HASH_KEY).to_pylist()
    mine = {(k["kind"], k["key"]) for k in every if k["row"] == at}
    assert mine == {(k["kind"], k["key"]) for k in alone}


@given(st.lists(ROWS, max_size=6))
def test_keys_come_in_order_and_once(rows: list[dict[str, Any]]) -> None:
    found = block.keys(table(rows), ALL, SPELLING, FILE_HASH_KEY)
    listed = list(zip(*(found[name].to_pylist() for name in ("kind", "key", "row")), strict=True))
    assert listed == sorted(set(listed))


def test_the_cost_is_counted_before_it_is_paid() -> None:
    rows = [person(str(i), "anna", "zmyslona", phones=["5555555"]) for i in range(5)]
    keys = block.keys(
        pa.Table.from_pylist(rows, schema=COMPARABLE),
        BlockModel(kinds=("phone",)),
        SPELLING,
        FILE_HASH_KEY,
    )
    assert cost(keys) == {"phone": {"keys": 1, "largest": 5, "pairs": 10}}


@given(st.lists(st.integers(1, 500), max_size=50), st.integers(0, 10**5))
def test_blocks_up_to_the_affordable_size_are_affordable(sizes: list[int], money: int) -> None:
    array = np.array(sizes, np.int64)
    largest = affordable_size(array, money)
    small = array[array <= min(largest, 20)]
    assert pairs_of(array[array <= largest]) <= max(money, pairs_of(small))


def test_training_on_a_crowd_refines_what_is_common(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(block, "LEAST_PAIRS", 100)
    monkeypatch.setattr(block, "PAIRS_A_RECORD", 1)
    rows = [
        person(str(i), f"name{i % 40}", "zmyslona", phones=["5555555"], **born(1950 + i % 50, 1, 2))
        for i in range(200)
    ]
    model = block.train(pa.Table.from_pylist(rows, schema=COMPARABLE), SPELLING, FILE_HASH_KEY)
    assert model.refined or model.stopped
    assert set(model.kinds) <= set(BY_NAME)


def test_a_budget_that_is_spent_leaves_kinds_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(block, "LEAST_BUDGET", 1)
    monkeypatch.setattr(block, "BUDGET_A_RECORD", 0)
    rows = [person(str(i), "anna", "zmyslona", phones=["5555555"]) for i in range(9)]
    model = block.train(pa.Table.from_pylist(rows, schema=COMPARABLE), SPELLING, FILE_HASH_KEY)
    assert model.kinds == ()
    assert "phone" in model.skipped
