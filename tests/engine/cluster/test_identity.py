"""Customer ids: stable, one to one, the same from any order, and restored exactly by an undo."""

from collections.abc import Sequence

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tellonce.engine.cluster.identity import Assignment, Holding, Members, assigned
from tests.engine.cluster.register import Register, State

RECORDS = 7
ALL = frozenset(range(RECORDS))
Partition = tuple[Members, ...]


def sets(*customers: str) -> Partition:
    """`sets("ab", "c")`: records a and b are one customer, c another."""
    return tuple(frozenset(members) for members in customers)


def history(*partitions: Partition) -> list[State]:
    register = Register()
    return [register.move(partition) for partition in partitions]


def partitions() -> st.SearchStrategy[Partition]:
    """Disjoint sets of some of the records; a label of 0 means that a record is not there."""
    labels = st.lists(st.integers(0, 4), min_size=RECORDS, max_size=RECORDS)
    return labels.map(
        lambda of: tuple(
            frozenset(record for record, its in enumerate(of) if its == label)
            for label in sorted(set(of) - {0})
        )
    )


def undone_in_reverse(moves: Sequence[Partition]) -> None:
    register = Register()
    forth = [register.move(partition, ALL) for partition in moves]
    for partition, before in reversed(list(zip(moves[:-1], forth[:-1], strict=True))):
        assert register.move(partition, ALL) == before


def stays_in_order(moves: Sequence[Partition]) -> None:
    register = Register()
    before: State = {}
    for partition in moves:
        after = register.move(partition, ALL)
        assert len(set(after.values())) == len(after)
        assert all(after[members] == before[members] for members in after.keys() & before.keys())
        for one in range(1, register.ids + 1):
            assert register.resolved(one) in {*after.values(), None}
        before = after


MOVES = st.lists(partitions(), min_size=2, max_size=6)
LONG = st.lists(partitions(), min_size=2, max_size=14)


@given(MOVES)
def test_acts_undone_one_by_one_restore_every_id(moves: list[Partition]) -> None:
    undone_in_reverse(moves)


@given(MOVES)
def test_ids_are_one_to_one_stay_where_nothing_changed_and_lead_to_the_living(
    moves: list[Partition],
) -> None:
    stays_in_order(moves)


@given(MOVES, st.randoms())
def test_the_order_of_customers_and_of_holdings_changes_nothing(
    moves: list[Partition], random: object
) -> None:
    register = Register()
    for partition in moves[:-1]:
        register.move(partition, ALL)
    last = list(moves[-1])
    before = dict(zip(last, assigned(last, register.holdings).ids, strict=True))
    random.shuffle(last)  # type: ignore[attr-defined]
    random.shuffle(register.holdings)  # type: ignore[attr-defined]
    assert dict(zip(last, assigned(last, register.holdings).ids, strict=True)) == before


@pytest.mark.drill
@settings(max_examples=50_000)
@given(LONG)
def test_long_histories_stay_in_order_and_are_undone_exactly(moves: list[Partition]) -> None:
    stays_in_order(moves)
    # A set of records that is one customer at several moments, under other ids, leaves an undo to
    # choose among these moments: it sees what was, not which act is undone.
    every = [members for partition in moves for members in partition]
    assume(len(every) == len(set(every)))
    undone_in_reverse(moves)


def test_a_merge_keeps_the_id_of_the_larger_and_an_undo_gives_both_back() -> None:
    before, merged, after = history(sets("a", "bc"), sets("abc"), sets("a", "bc"))
    assert merged == {frozenset("abc"): before[frozenset("bc")]}
    assert after == before


def test_of_equals_the_older_id_stays() -> None:
    before, merged = history(sets("a", "b"), sets("ab"))
    assert merged[frozenset("ab")] == before[frozenset("a")] == 1


def test_a_customer_with_the_last_members_of_a_retired_id_takes_it_back() -> None:
    *_, third = states = history(sets("ab", "cd"), sets("abcd"), sets("ab", "c", "d"))
    assert third[frozenset("ab")] == states[0][frozenset("ab")]


def test_a_customer_with_most_of_the_last_members_of_a_retired_id_takes_it_back() -> None:
    first, _, third = history(sets("abcde", "xyz"), sets("abcdexyz"), sets("abcde", "xy", "z"))
    assert third[frozenset("xy")] == first[frozenset("xyz")]
    assert third[frozenset("z")] not in first.values()


def test_the_first_record_of_a_customer_does_not_take_its_id_along() -> None:
    *_, whole, parted = history(sets("a"), sets("ab"), sets("abc"), sets("a", "bc"))
    assert parted[frozenset("bc")] == whole[frozenset("abc")]


def test_an_undo_of_a_rearrangement_does_not_swap_ids() -> None:
    before, _, after = history(sets("ab", "cd"), sets("ac", "bd"), sets("ab", "cd"))
    assert after == before


def test_a_retired_id_leads_to_the_customer_that_holds_most_of_its_members() -> None:
    holdings = [Holding(1, frozenset("ab"), 1), Holding(2, frozenset("c"), 1)]
    assert assigned(sets("abc"), holdings).retired == {2: 0}
    assert assigned(sets("ab"), holdings).retired == {2: None}


def test_nothing_has_no_ids() -> None:
    assert assigned((), ()) == Assignment(())
