"""Which id a household has depends on who lives together, not on how that came about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from importlib import import_module
from typing import NamedTuple

import pytest
from django.db import connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from tellonce.cli.main import execute
from tellonce.hub.core.ids import following_id, is_id, new_id
from tellonce.hub.customers import households
from tellonce.hub.customers.households import Ahead, Home, follow_customers
from tellonce.hub.customers.models import Customer, Household, HouseholdMember
from tellonce.hub.customers.selectors import household_of

pytestmark = pytest.mark.django_db
THEN = datetime(2026, 1, 2, tzinfo=UTC)
People = list[Customer]
Shared = frozenset[int]


class Told(NamedTuple):
    subject: str
    type: str = "tellonce.customer.changed.v1"


def people(count: int) -> People:
    rows = [Customer(public_id=new_id("cus"), created_at=THEN) for _ in range(count)]
    return [one for one in rows if one.save() is None]


def tell(who: People, shared: Mapping[int, Shared]) -> None:
    """In one batch, that these of the people share this now."""
    with transaction.atomic():
        ids = {who[at].public_id: who[at].id for at in shared}
        homes = {who[at].id: Home(0, True, keys) for at, keys in shared.items()}
        follow_customers([Told(one) for one in ids], Ahead(ids, homes))


def lived_in(who: People) -> dict[int, str]:
    """Customer, by place among the people -> the id of its household."""
    found = ((at, household_of(one.public_id)) for at, one in enumerate(who))
    return {at: one.id for at, one in found if one}


def living() -> set[str]:
    return set(Household.objects.filter(retired_at=None).values_list("public_id", flat=True))


def expected(who: People, shared: Mapping[int, Shared], most: int) -> dict[int, str]:
    """The same, from nothing but what they share."""
    group = {at: {at} for at in shared}
    for key in frozenset().union(*shared.values()):
        sharing = [at for at in shared if key in shared[at]]
        if len(sharing) <= most:
            joined = set().union(*(group[at] for at in sharing))
            group |= dict.fromkeys(joined, joined)
    homes = {at: who[min(together)] for at, together in group.items() if len(together) > 1}
    return {at: following_id("hou", oldest.public_id) for at, oldest in homes.items()}


def batches(
    told: Sequence[tuple[int, Shared]], sizes: Sequence[int]
) -> Iterator[dict[int, Shared]]:
    sizes, at = [*sizes, len(told)], 0
    for size in sizes:
        yield dict(told[at : at + size])
        at += size


SHARED = st.frozensets(st.integers(1, 4), max_size=2)
TOLD = st.lists(st.tuples(st.integers(0, 6), SHARED), min_size=1, max_size=14)


class TestOrder(TestCase):
    @settings(max_examples=60, deadline=None)
    @given(told=TOLD, sizes=st.lists(st.integers(1, 4), max_size=14), more=st.data())
    def test_any_order_and_batches_give_the_same_households_and_ids(
        self, told: list[tuple[int, Shared]], sizes: list[int], more: st.DataObject
    ) -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(households, "MOST_SHARE", 3)
            who = people(7)
            for batch in batches(told, sizes):
                tell(who, batch)
            now = dict(told)
            assert lived_in(who) == expected(who, now, 3)
            assert living() == set(lived_in(who).values())
            again = more.draw(st.permutations(sorted(now.items())))
            others = people(7)
            apart = {at: frozenset(key + 100 for key in keys) for at, keys in again}
            for at in apart:
                tell(others, {at: apart[at]})
            assert lived_in(others) == expected(others, apart, 3)


def test_it_is_the_oldest_s_and_leads_to_where_they_live_now(
    capsys: pytest.CaptureFixture[str],
) -> None:
    who = people(4)
    home, other = frozenset({1}), frozenset({2})
    tell(who, {1: home, 2: home})
    younger = lived_in(who)[1]
    assert is_id(younger, "hou")
    tell(who, {0: home})
    of_oldest = lived_in(who)[2]
    assert of_oldest != younger
    assert household_of(younger).id == of_oldest
    assert execute(["household", "show", younger]) == 0
    assert capsys.readouterr().out.startswith(f"{younger} is no more, and leads to:\n{of_oldest}")
    tell(who, {0: other, 3: other})
    assert lived_in(who) == {0: of_oldest, 1: younger, 2: younger, 3: of_oldest}
    tell(who, {0: frozenset()})
    assert household_of(of_oldest).members == (), "those who were left live with nobody"
    tell(who, {3: home})
    assert household_of(of_oldest).id == younger
    Customer.objects.filter(id=who[1].id).update(retired_at=THEN, merged_into=who[2])
    with transaction.atomic():
        ids = {who[1].public_id: who[1].id}
        follow_customers([Told(who[1].public_id)], Ahead(ids, {}))
    assert household_of(younger).id == lived_in(who)[2] == lived_in(who)[3]


def test_households_of_an_earlier_version_keep_their_ids() -> None:
    who = people(4)
    living, former, same = (
        Household.objects.create(public_id=new_id("hou"), created_at=THEN, retired_at=ended)
        for ended in (None, THEN, THEN)
    )
    for household, at, ended in (
        *((living, at, None) for at in (1, 2)),
        *((former, at, THEN) for at in (0, 3)),
        *((same, at, THEN) for at in (1, 3)),
    ):
        household.members.create(customer=who[at], from_at=THEN, to_at=ended)
    step = import_module("tellonce.hub.customers.migrations.0006_households_of_the_oldest")
    with connection.cursor() as cursor:
        cursor.execute(step._LIVING)
        cursor.execute(step._RETIRED)
    oldest = dict(Household.objects.values_list("id", "oldest_id"))
    assert oldest == {living.id: who[1].id, former.id: who[0].id, same.id: None}
    tell(who, {at: frozenset({1}) for at in (1, 2)})
    assert lived_in(who) == dict.fromkeys((1, 2), living.public_id)
    tell(who, {at: frozenset({2}) for at in (0, 3)})
    assert lived_in(who)[3] == former.public_id
    assert HouseholdMember.objects.filter(to_at=None).count() == 4
