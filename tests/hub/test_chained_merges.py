"""Merges of merged customers: the undo of one is as if it alone had never been."""

from __future__ import annotations

from itertools import permutations

import pytest
from django.db import transaction
from django.test import override_settings
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tellonce.hub.accounts.selectors import actor
from tellonce.hub.accounts.services import add_user
from tellonce.hub.intake import pairs
from tellonce.hub.intake.deciding import approve, decide, merge_customers, undo
from tests.hub.batches import batch, stored
from tests.hub.deciding import (
    as_it_is,
    assert_the_newest_word_holds,
    customer_of,
    partition,
    push,
    rows_of,
)
from tests.hub.delivering import ANNA, OTTO, WILMA, a_source

pytestmark = pytest.mark.django_db

KEYS = ("1", "2", "3", "4", "5")
EVA = ANNA | {"id": "4", "first name": "Eva", "last name": "Berg", "dob": "1961-02-03"}
EVA |= {"email": "eva@example.org", "phone": "", "city": "Gdynia"}
JAN = EVA | {"id": "5", "first name": "Jan", "last name": "Zima", "dob": "1977-08-09"}
JAN |= {"email": "jan@example.org", "city": "Opole"}


@pytest.fixture(autouse=True)
def five() -> None:
    """Five people, one record each."""
    a_source(record_id="id", deleted="deleted")
    push(ANNA, OTTO, WILMA, EVA, JAN)
    assert partition() == parted(*KEYS)


def parted(*groups: str) -> set[frozenset[str]]:
    return {frozenset(group) for group in groups}


def merge(*keys: str) -> str:
    return merge_customers([customer_of(key).public_id for key in keys], by=actor()).act.id


def test_who_came_by_an_earlier_merge_leaves_with_it() -> None:
    ids = {key: customer_of(key).public_id for key in KEYS}
    first, second = merge("1", "3"), merge("1", "4")
    then = as_it_is()
    undone = undo(first, by=actor())
    assert partition() == parted("14", "3", "2", "5")
    assert (undone.act.moved, list(undone.restored)) == (1, [ids["3"]])
    assert customer_of("1").public_id == ids["1"]
    undo(undone.act.id, by=actor())
    assert as_it_is() == then
    undo(second, by=actor())
    assert partition() == parted("13", "4", "2", "5")


def test_in_whichever_order_all_are_undone_nothing_is_left_of_them() -> None:
    before = partition()
    left = {(): parted("1345", "2"), (0,): parted("145", "3", "2"), (1,): parted("135", "4", "2")}
    left |= {(2,): parted("134", "5", "2"), (0, 1): parted("15", "3", "4", "2")}
    left |= {(0, 2): parted("14", "3", "5", "2"), (1, 2): parted("13", "4", "5", "2")}
    for order in permutations(range(3)):
        done = [merge("1", "3"), merge("1", "4"), merge("1", "5")]
        for number in range(3):
            assert partition() == left[tuple(sorted(order[:number]))]
            undo(done[order[number]], by=actor())
        assert partition() == before


def test_an_undone_merge_that_counts_again_holds_who_is_there_by_what_counts() -> None:
    first, second = merge("1", "3"), merge("1", "4")
    back = undo(second, by=actor()).act.id
    undo(first, by=actor())
    undo(back, by=actor())
    assert partition() == parted("14", "3", "2", "5")
    assert stored() == batch()


def test_who_came_by_a_decision_on_records_leaves_with_it() -> None:
    said = decide([tuple(rows_of("1", "3"))], "same", by=actor())
    merge("3", "4")
    undo(said.act.id, by=actor())
    assert partition() == parted("14", "3", "2", "5")


def test_what_was_said_of_the_record_itself_stays() -> None:
    first = merge("1", "3")
    merge("1", "4")
    decide([tuple(rows_of("3", "4"))], "same", by=actor())
    undo(first, by=actor())
    assert partition() == parted("134", "2", "5")


def test_who_is_there_by_matching_stays_and_a_merge_holds_though_its_first_record_goes() -> None:
    push(ANNA | {"id": "7"})
    first = merge("1", "3")
    merge("1", "4")
    push(ANNA | {"deleted": "yes"})
    assert partition() == parted("347", "2", "5")
    undo(first, by=actor())
    assert partition() == parted("47", "3", "2", "5")


def test_a_chain_holds_while_what_is_left_of_it_counts() -> None:
    merge("1", "3")
    merge("1", "4")
    push(ANNA | {"deleted": "yes"})
    assert partition() == parted("34", "2", "5")


def test_it_holds_of_a_merge_that_a_second_person_approved() -> None:
    steward = add_user("steward@example.org", "steward", by=actor())
    push(*(JAN | {"id": str(number)} for number in (51, 52)))
    first = merge("1", "3")
    with override_settings(TELLONCE_TWO_PERSON_RECORDS=1):
        asked = merge_customers([customer_of(key).public_id for key in ("1", "5")], by=steward)
        assert asked.proposed
        approve(asked.act.id, by=actor())
    undo(first, by=actor())
    assert partition() == {frozenset({"1", "5", "51", "52"}), *parted("3", "4", "2")}


def test_main_parts_of_large_sides_hold_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where those that stand for a side, here its oldest record, leave it again."""
    monkeypatch.setattr(pairs, "MOST_PAIRS", 8)
    monkeypatch.setattr(pairs, "MOST_STANDING", 1)
    monkeypatch.setattr(pairs, "LEAST_STANDING", 1)
    push(OTTO | {"id": "22"}, EVA | {"id": "44"})
    earlier = [merge("2", "1"), merge("4", "3")]
    merge("2", "4")
    for act in earlier:
        undo(act, by=actor())
    assert partition() == {frozenset({"2", "22", "4", "44"}), *parted("1", "3", "5")}


CHAINS = st.lists(
    st.tuples(st.sampled_from(KEYS), st.sampled_from(KEYS)), min_size=2, max_size=4, unique=True
)


def joined(links: list[tuple[str, str]]) -> set[frozenset[str]]:
    """Who is together by links between records."""
    groups = {key: {key} for key in KEYS}
    for one, other in links:
        both = groups[one] | groups[other]
        groups |= dict.fromkeys(both, both)
    return {frozenset(group) for group in groups.values()}


@settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(CHAINS, st.lists(st.integers(0, 20), min_size=1, max_size=6))
def test_what_is_left_is_what_the_acts_that_count_link(
    chain: list[tuple[str, str]], turned: list[int]
) -> None:
    """Acts are undone, and done again, in any order; each links the first records of its sides."""
    with transaction.atomic():
        links: list[tuple[str, str]] = []
        done: list[str] = []
        for one, other in chain:
            if customer_of(one) != customer_of(other):
                sides = (min(rows_of(*group)) for group in partition() if {one, other} & group)
                first = {row: key for key, row in zip(KEYS, rows_of(*KEYS), strict=True)}
                links.append(tuple(first[row] for row in sides))
                done.append(merge(one, other))
        undos: dict[int, str] = {}
        for number in [turn % len(done) for turn in turned]:
            if number in undos:
                undo(undos.pop(number), by=actor())
            else:
                undos[number] = undo(done[number], by=actor()).act.id
            left = [link for at, link in enumerate(links) if at not in undos]
            assert partition() == joined(left)
            assert_the_newest_word_holds()
        assert stored() == batch()
        transaction.set_rollback(True)
