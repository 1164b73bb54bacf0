"""What people do about who is one customer: it holds, it is explained, and it is undone exactly."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from django.db import transaction
from django.test import override_settings
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tellonce.hub.accounts.selectors import actor
from tellonce.hub.accounts.services import add_user
from tellonce.hub.audit.models import AuditEntry
from tellonce.hub.core.errors import (
    Conflict,
    Contradiction,
    HubError,
    Refused,
    Stale,
    WrongCall,
)
from tellonce.hub.customers.models import Redirect
from tellonce.hub.customers.selectors import customer_by_public_id
from tellonce.hub.intake.deciding import (
    approve,
    decide,
    merge_customers,
    records_named,
    reject,
    split_customer,
    undo,
)
from tellonce.hub.intake.queueing import settle_all_reviews
from tellonce.hub.intake.turns import resolving
from tellonce.hub.matching import acts
from tellonce.hub.matching.models import Decision, Review
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


@pytest.fixture
def three() -> Iterator[None]:
    """Three people, one of them with two records."""
    a_source(record_id="id", deleted="deleted")
    push(ANNA, ANNA | {"id": "7"}, OTTO, WILMA)
    yield
    assert_the_newest_word_holds()


def test_a_merge_keeps_the_oldest_id_and_its_undo_restores_both_with_their_values(
    three: None,
) -> None:
    before = as_it_is()
    kept, other = customer_of("1").public_id, customer_of("2").public_id
    done = merge_customers([other, kept], by=actor(), reason="one person, two names")
    assert (done.act.kind, done.act.state, done.act.moved) == ("merge", "done", 1)
    assert dict(done.merged) == {other: kept}
    assert list(done.customers) == [kept]
    assert partition() == {frozenset({"1", "2", "7"}), frozenset({"3"})}
    assert customer_by_public_id(other).public_id == kept
    undone = undo(done.act.id, by=actor(), reason="they are not")
    assert list(undone.restored) == [other]
    assert as_it_is() == before
    assert acts.act_named(done.act.id).undone_by == undone.act.id
    assert Redirect.objects.filter(to_at=None).count() == 0


def test_an_undo_is_undone(three: None) -> None:
    merged = merge_customers([customer_of("1").public_id, customer_of("2").public_id], by=actor())
    then = as_it_is()
    taken_back = undo(merged.act.id, by=actor())
    again = undo(taken_back.act.id, by=actor())
    assert as_it_is() == then
    with pytest.raises(Conflict, match="undone already"):
        undo(taken_back.act.id, by=actor())
    undo(again.act.id, by=actor())
    assert partition() == {frozenset({"1", "7"}), frozenset({"2"}), frozenset({"3"})}


def test_a_merge_holds_while_each_side_has_a_record(three: None) -> None:
    merge_customers([customer_of("1").public_id, customer_of("2").public_id], by=actor())
    push(ANNA | {"deleted": "yes"})
    assert partition() == {frozenset({"2", "7"}), frozenset({"3"})}
    push(OTTO | {"deleted": "yes"})
    assert partition() == {frozenset({"7"}), frozenset({"3"})}


def test_who_is_like_one_side_of_a_merge_joins_it_and_leaves_with_it(three: None) -> None:
    ids = [customer_of("1").public_id, customer_of("2").public_id]
    done = merge_customers(ids, by=actor(), reason="one person, two names")
    push(OTTO | {"id": "8"})
    assert partition() == {frozenset({"1", "2", "7", "8"}), frozenset({"3"})}
    undo(done.act.id, by=actor())
    assert partition() == {frozenset({"1", "7"}), frozenset({"2", "8"}), frozenset({"3"})}
    assert [customer_of("1").public_id, customer_of("8").public_id] == ids


def test_a_merge_of_many_is_undone_one_from_the_other(three: None) -> None:
    before = as_it_is()
    ids = [customer_of(key).public_id for key in ("1", "2", "3")]
    done = merge_customers(ids, by=actor())
    push(OTTO | {"deleted": "yes"})
    assert partition() == {frozenset({"1", "3", "7"})}
    push(OTTO)
    undo(done.act.id, by=actor())
    assert as_it_is() == before


def test_a_split_keeps_matching_from_joining_them_again(three: None) -> None:
    one = customer_of("1")
    done = split_customer(one.public_id, [rows_of("7")], by=actor(), reason="father and son")
    assert partition() == {frozenset({k}) for k in "1237"}
    assert list(done.created) == [customer_of("7").public_id]
    assert customer_of("1").id == one.id
    push(ANNA | {"id": "7", "phone": ""}, ANNA | {"id": "8"})
    assert customer_of("1").id != customer_of("7").id
    undo(done.act.id, by=actor())
    assert partition() == {frozenset({"1", "7", "8"}), frozenset({"2"}), frozenset({"3"})}


def test_the_groups_of_a_split_stay_together(three: None) -> None:
    ids = [customer_of(key).public_id for key in ("1", "2", "3")]
    kept = merge_customers(ids, by=actor()).customers[0]
    split_customer(kept, [rows_of("1", "2"), rows_of("7", "3")], by=actor())
    assert partition() == {frozenset({"1", "2"}), frozenset({"3", "7"})}


def test_what_comes_after_an_act_stays_when_it_is_undone(three: None) -> None:
    pair = [tuple(rows_of("2", "3"))]
    first = decide(pair, "same", by=actor())
    decide(pair, "different", by=actor())
    third = decide(pair, "same", by=actor())
    undo(first.act.id, by=actor())
    assert partition() == {frozenset({"1", "7"}), frozenset({"2", "3"})}
    undo(third.act.id, by=actor())
    assert partition() == {frozenset({"1", "7"}), frozenset({"2"}), frozenset({"3"})}
    assert Decision.objects.order_by("id").last().verdict == "different"


def test_a_contradiction_is_refused_and_names_the_chain(three: None) -> None:
    one, two, three_, seven = rows_of("1", "2", "3", "7")
    decide([(one, two)], "same", by=actor())
    decide([(two, three_)], "same", by=actor())
    with pytest.raises(Contradiction, match="crm:1 = crm:2 = crm:3 are the same"):
        decide([(three_, one)], "different", by=actor())
    decide([(three_, seven)], "different", by=actor())
    with pytest.raises(Contradiction, match="crm:7 = crm:1 = crm:2 = crm:3 would be the same"):
        decide([(seven, one)], "same", by=actor())
    assert Decision.objects.count() == 3


def test_where_an_undo_brings_a_contradiction_back_different_wins_and_others_go_on(
    three: None,
) -> None:
    one, two, third, seven = rows_of("1", "2", "3", "7")
    decide([(two, third)], "same", by=actor())
    unsure = decide([(two, third)], "unsure", by=actor())
    decide([(one, two)], "same", by=actor())
    decide([(one, third)], "different", by=actor())
    undo(unsure.act.id, by=actor())
    assert customer_of("1").id != customer_of("3").id
    decide([(seven, third)], "different", by=actor())
    with pytest.raises(Contradiction):
        decide([(seven, two)], "same", by=actor())


def test_a_decision_of_a_person_outweighs_every_rule() -> None:
    a_source(record_id="id", unique=True)
    push(ANNA | {"pesel": "84031212346"}, ANNA | {"id": "7", "pesel": "84031212353"})
    assert partition() == {frozenset({"1"}), frozenset({"7"})}
    done = merge_customers([customer_of("1").public_id, customer_of("7").public_id], by=actor())
    assert partition() == {frozenset({"1", "7"})}
    push(ANNA | {"pesel": "84031212346", "email": "new@example.org"})
    assert partition() == {frozenset({"1", "7"})}
    undo(done.act.id, by=actor())
    assert partition() == {frozenset({"1"}), frozenset({"7"})}


def test_who_saw_another_version_is_told_so(three: None) -> None:
    one, two = customer_of("1"), customer_of("2")
    push(OTTO | {"email": "new@example.org"})
    with pytest.raises(Stale, match="is at version 2 by now, not at 1"):
        merge_customers([one.public_id, two.public_id], by=actor(), seen={two.public_id: 1})
    seen = {two.public_id: 2, one.public_id: one.version}
    merge_customers([one.public_id, two.public_id], by=actor(), seen=seen)
    with pytest.raises(Stale, match="was merged into"):
        decide([tuple(rows_of("2", "3"))], "unsure", by=actor(), seen=seen)


def test_what_moves_many_records_takes_a_second_person(three: None) -> None:
    ids = [customer_of("1").public_id, customer_of("2").public_id]
    steward = add_user("steward@example.org", "steward", by=actor())
    with override_settings(TELLONCE_TWO_PERSON_RECORDS=1):
        kept = merge_customers(ids, by=steward)
        assert not kept.proposed
        asked = split_customer(kept.customers[0], [rows_of("1", "7"), rows_of("2")], by=steward)
        assert not asked.proposed
        then = as_it_is()
        push(ANNA | {"id": "8"}, ANNA | {"id": "9"}, OTTO | {"id": "10"}, OTTO | {"id": "11"})
        asked = merge_customers(ids, by=steward, reason="one person")
        assert (asked.proposed, asked.act.moved) == (True, 3)
        assert customer_of("2").public_id == ids[1]
        with pytest.raises(Refused, match="proposed it"):
            approve(asked.act.id, by=steward)
        assert [act.id for act in acts.acts(state="proposed")] == [asked.act.id]
        done = approve(asked.act.id, by=actor())
        assert (done.act.state, done.act.author) == ("done", steward.id)
        assert done.act.settled_by == actor().id
        assert customer_of("2").public_id == ids[0]
        back = undo(asked.act.id, by=actor())
        assert back.proposed
        reject(back.act.id, by=actor())
        with pytest.raises(Conflict, match="rejected already"):
            approve(back.act.id, by=steward)
        approve(undo(asked.act.id, by=actor()).act.id, by=steward)
    push(*(WILMA | {"id": str(n), "deleted": "yes"} for n in (8, 9, 10, 11)))
    assert as_it_is()["members"].keys() == then["members"].keys()


def test_only_stewards_act_and_refusals_are_audited(three: None) -> None:
    clerk = add_user("clerk@example.org", "representative", by=actor())
    with pytest.raises(Refused, match="neither steward nor administrator"):
        merge_customers([customer_of("1").public_id, customer_of("2").public_id], by=clerk)
    entry = AuditEntry.objects.order_by("id").last()
    assert (entry.action, entry.outcome, entry.actor) == ("merge", "refused", clerk.id)


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda c: merge_customers([c], by=actor()), "takes 2 to"),
        (lambda c: merge_customers([c, "cus_1"], by=actor()), "no customer"),
        (lambda c: split_customer(c, [], by=actor()), "1 to 100 groups"),
        (lambda c: split_customer(c, [rows_of("1", "7")], by=actor()), "in one group"),
        (lambda c: split_customer(c, [rows_of("2")], by=actor()), "belong to the customer"),
        (lambda c: split_customer(c, [rows_of("1"), rows_of("1")], by=actor()), "in one of them"),
        (lambda c: decide([], "same", by=actor()), "about two records"),
        (lambda c: decide([], "alike", by=actor()), "no verdict 'alike'"),
        (lambda c: undo("act_1", by=actor()), "no act"),
        (lambda c: records_named([("crm", "99")]), "no record crm:99"),
    ],
)
def test_a_wrong_call_says_what_is_wrong_and_changes_nothing(
    three: None, call: Any, sentence: str
) -> None:
    before = as_it_is()
    with pytest.raises(WrongCall, match=sentence) as raised:
        call(customer_of("1").public_id)
    assert raised.value.hint
    assert as_it_is() == before
    assert not acts.acts()


KEYS = ("1", "2", "3", "7", "8")
CHOICES = st.lists(
    st.tuples(
        st.sampled_from(["merge", "split", "same", "different", "unsure", "undo", "undo"]),
        st.lists(st.sampled_from(KEYS), min_size=2, max_size=3, unique=True),
        st.integers(0, 20),
    ),
    min_size=1,
    max_size=7,
)


def happens(kind: str, keys: list[str], number: int) -> str:
    """Do one thing, "" where it is refused; returns the id of the act."""
    with suppress(HubError):
        if kind == "undo":
            done = acts.acts()
            return undo(done[number % len(done)].id, by=actor()).act.id if done else ""
        if kind == "merge":
            ids = [customer_of(key).public_id for key in keys]
            return merge_customers(ids, by=actor()).act.id
        if kind == "split":
            customer = customer_of(keys[0]).public_id
            return split_customer(customer, [rows_of(keys[0])], by=actor()).act.id
        return decide([tuple(rows_of(*keys[:2]))], kind, by=actor()).act.id
    return ""


def assert_the_queue_is_that_of_a_resolution_of_all() -> None:
    columns = ("left", "right", "together", "value")
    kept = set(Review.objects.values_list(*columns))
    with resolving("system") as lease:
        settle_all_reviews(lease)
    assert set(Review.objects.values_list(*columns)) == kept


def without_ids(state: dict[str, Any]) -> set[Any]:
    return {
        (frozenset(members), state["golden"][customer])
        for customer, members in state["members"].items()
    }


def undoing_restores(choices: list[Any], order: list[int]) -> None:
    """However acts of people follow each other: undone in any order, members and values are as they
    were; undone from the last to the first only, ids too (docs/concepts/cluster.md says why not
    after undos in another order).
    """
    a_source(record_id="id", deleted="deleted")
    married = {"id": "8", "first name": "Anna", "last name": "Inna", "dob": "", "email": ""}
    push(ANNA, ANNA | {"id": "7"}, ANNA | married, OTTO, WILMA)
    before = as_it_is()
    for choice in choices:
        then = as_it_is()
        if done := happens(*choice):
            taken_back = undo(done, by=actor())
            assert as_it_is() == then, "undone at once"
            undo(taken_back.act.id, by=actor())
        assert_the_newest_word_holds()
        assert stored() == batch(), "placed as one batch would"
        assert_the_queue_is_that_of_a_resolution_of_all()
    left = list(order)
    while counting := [a for a in acts.acts(limit=500) if not a.undone_by and a.kind != "undo"]:
        undo(counting[left.pop() % len(counting) if left else 0].id, by=actor())
        assert_the_newest_word_holds()
    assert without_ids(as_it_is()) == without_ids(before)
    if not order and not any(kind == "undo" for kind, *_ in choices):
        assert as_it_is() == before


ORDERS = st.one_of(st.just([]), st.lists(st.integers(0, 20), max_size=8))


@settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(CHOICES, ORDERS)
@example([("split", ["1", "2"], 0), ("merge", ["1", "2"], 0)], [])
def test_acts_undone_in_any_order_restore_what_was(choices: list[Any], order: list[int]) -> None:
    with transaction.atomic():
        undoing_restores(choices, order)
        transaction.set_rollback(True)


@pytest.mark.drill
@settings(
    max_examples=3_000, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(CHOICES, ORDERS)
def test_thousands_of_acts_undone_in_any_order_restore_what_was(
    choices: list[Any], order: list[int]
) -> None:
    with transaction.atomic():
        undoing_restores(choices, order)
        transaction.set_rollback(True)
