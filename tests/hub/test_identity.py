"""Customer ids are stable, and an undo restores them. Records are small numbers here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tellonce.hub.customers.identity import Assignment, assign_ids, groups

Known = Mapping[int, Iterable[int]]


def assigned(
    sets: Sequence[Iterable[int]], living: Known, retired: Known | None = None
) -> Assignment:
    """`assign_ids` of plain sets."""
    return assign_ids(
        [frozenset(members) for members in sets],
        {i: frozenset(members) for i, members in living.items()},
        {i: frozenset(members) for i, members in (retired or {}).items()},
    )


def test_a_set_nobody_knows_gets_a_new_id() -> None:
    assert assigned([{1, 2}], {}).ids == (None,)


def test_a_customer_that_gains_a_record_keeps_its_id() -> None:
    assert assigned([{1, 2, 3}], {7: {1, 2}}).ids == (7,)


def test_a_merge_keeps_the_id_that_brings_most_records_and_redirects_the_other() -> None:
    merged = assigned([{1, 2, 3}], {7: {1}, 8: {2, 3}})
    assert merged.ids == (8,)
    assert merged.retired == {7: 0}


def test_of_two_that_bring_as_much_the_older_id_stays() -> None:
    assert assigned([{1, 2}], {8: {1}, 7: {2}}).ids == (7,)


def test_a_split_leaves_the_id_with_the_larger_part() -> None:
    assert assigned([{1}, {2, 3}], {7: {1, 2, 3}}).ids == (None, 7)


def test_undoing_a_merge_gives_the_retired_id_back() -> None:
    undone = assigned([{1}, {2, 3}], {8: {1, 2, 3}}, {7: {1}})
    assert undone.ids == (7, 8)
    assert undone.revived == {7}


def test_a_retired_id_comes_back_with_most_of_its_last_members() -> None:
    back = assigned([{1, 2, 3, 4}, {5, 6}], {8: {1, 2, 3, 4, 5, 6}}, {7: {5, 6, 9}})
    assert back.ids == (8, 7)


def test_half_of_its_last_members_is_not_enough_for_a_retired_id() -> None:
    assert assigned([{1, 2, 3}, {5}], {8: {1, 2, 3, 5}}, {7: {5, 9}}).ids == (8, None)


def test_a_customer_without_records_retires_and_leads_nowhere() -> None:
    assert assigned([], {7: {1}}).retired == {7: None}


def test_a_customer_torn_apart_leads_to_the_set_with_most_of_its_records() -> None:
    torn = assigned([{1, 10, 11}, {2, 3, 20, 21, 22}], {7: {1, 2, 3}, 8: {10, 11}, 9: {20, 21, 22}})
    assert torn.ids == (8, 9)
    assert torn.retired == {7: 1}


def test_groups_hold_what_touches_and_nothing_else() -> None:
    sets = [frozenset({1, 2}), frozenset({3}), frozenset({4}), frozenset({9})]
    customers = {7: frozenset({1}), 8: frozenset({2, 3}), 5: frozenset({4}), 6: frozenset({30})}
    assert list(groups(sets, customers)) == [
        ([0, 1], [7, 8]),
        ([2], [5]),
        ([3], []),
        ([], [6]),
    ]


partitions = st.lists(st.integers(0, 4), min_size=1, max_size=9).map(
    lambda labels: [
        {record for record, label in enumerate(labels) if label == one} for one in set(labels)
    ]
)


@given(partitions, partitions)
def test_ids_are_given_once_and_nobody_is_forgotten(
    before: list[set[int]], after: list[set[int]]
) -> None:
    living = dict(enumerate(before, start=100))
    found = assigned(after, living)
    given_ids = [i for i in found.ids if i is not None]
    assert len(given_ids) == len(set(given_ids))
    assert set(given_ids) | set(found.retired) == set(living)


@given(partitions, st.randoms(use_true_random=False))
def test_merges_and_splits_are_undone_with_the_same_ids(parts: list[set[int]], chance: Any) -> None:
    merged: list[set[int]] = []
    for part in parts:
        if merged and chance.random() < 0.5:
            merged[chance.randrange(len(merged))] |= part
        else:
            merged.append(set(part))
    for before, after in ((parts, merged), (merged, parts)):
        living = dict(enumerate(before, start=100))
        there = assigned(after, living)
        fresh = iter(range(200, 300))
        ids = [next(fresh) if i is None else i for i in there.ids]
        retired = {i: living[i] for i in there.retired}
        back = assigned(before, dict(zip(ids, after, strict=True)), retired)
        assert list(back.ids) == list(living)
