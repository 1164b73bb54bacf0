"""Whatever is delivered, merged, split, undone, deleted and asked: nobody is asked twice in a
quarter. Who is the same person is told by the test's own history, not by the hub's.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from tellonce.hub.accounts.selectors import actor
from tellonce.hub.core import clock
from tellonce.hub.core.errors import HubError
from tellonce.hub.customers.models import Membership
from tellonce.hub.intake.deciding import merge_customers, split_customer, undo
from tellonce.hub.sources.services import add_source
from tellonce.hub.upkeep.nudging import send_nudges
from tests.hub.upkeep.people import ANNA, NOW, OTTO, follow, push

KEYS = ("1", "2", "3", "4")
PEOPLE = {
    "1": ANNA | {"seen": "2020-01-01"},
    "2": OTTO | {"seen": "2020-02-01"},
    "3": ANNA | {"id": "3", "seen": "2020-03-01", "email": "a3@example.org"},
    "4": OTTO | {"id": "4", "first name": "Mock", "seen": "2020-04-01", "email": "m@example.org"},
}


class Asking(RuleBasedStateMachine):
    """A hub, and what was seen of it after each step: who was together, and who was asked."""

    def __init__(self) -> None:
        super().__init__()
        self.now = NOW
        self.acts: list[str] = []
        self.seen: list[tuple[Any, list[frozenset[str]]]] = []
        self.asked: list[tuple[Any, frozenset[str]]] = []
        self.block = transaction.atomic()
        self.block.__enter__()

    @initialize()
    def begin(self) -> None:
        add_source(
            "crm", "crm", {"record_id": "id", "observed_at": "seen", "deleted": "gone"}, by=actor()
        )
        self.deliver(list(KEYS[:2]), False)

    @rule(keys=st.lists(st.sampled_from(KEYS), min_size=1, max_size=3), gone=st.booleans())
    def deliver(self, keys: list[str], gone: bool) -> None:
        with clock.stopped_at(self.now):
            rows = [PEOPLE[key] | {"gone": "yes" if gone else ""} for key in dict.fromkeys(keys)]
            push("crm", *rows)
        self.look()

    @rule(left=st.sampled_from(KEYS), right=st.sampled_from(KEYS))
    def merge(self, left: str, right: str) -> None:
        found = self.customers()
        if left in found and right in found and found[left] != found[right]:
            self.act(lambda: merge_customers([found[left], found[right]], by=actor()))

    @rule(key=st.sampled_from(KEYS))
    def split(self, key: str) -> None:
        found = self.customers()
        others = [one for one in found if found[one] == found.get(key) and one != key]
        if key in found and others:
            record = Membership.objects.get(record__record_key=key, to_at=None).record_id
            self.act(lambda: split_customer(found[key], [[record]], by=actor()))

    @rule(which=st.integers(0, 9))
    def take_back(self, which: int) -> None:
        if self.acts:
            self.act(lambda: undo(self.acts[which % len(self.acts)], by=actor()))

    @rule(days=st.integers(1, 60))
    def wait(self, days: int) -> None:
        self.now += timedelta(days=days)

    @rule()
    def ask(self) -> None:
        held = {customer: self.records(customer) for customer in set(self.customers().values())}
        with clock.stopped_at(self.now):
            asked = send_nudges(by=actor())
        self.asked += [(self.now, held[one.customer]) for one in asked]

    @invariant()
    def nobody_was_asked_twice(self) -> None:
        for at, (first, who) in enumerate(self.asked):
            for second, other in self.asked[at + 1 :]:
                if second - first < timedelta(days=92):
                    assert not (self.same_since(who, first) & other)

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.block.__exit__(None, None, None)

    def act(self, do: Any) -> None:
        with clock.stopped_at(self.now):
            try:
                with transaction.atomic():
                    self.acts.append(do().act.id)
            except HubError:
                pass
            follow()
        self.look()

    def look(self) -> None:
        found = self.customers()
        together = [self.records(customer) for customer in set(found.values())]
        self.seen.append((self.now, together))

    def same_since(self, records: frozenset[str], since: Any) -> frozenset[str]:
        """All records that were ever together, in steps, with these since a moment."""
        near = set(records)
        groups = [one for at, groups in self.seen if at >= since for one in groups]
        while more := [one for one in groups if one & near and not one <= near]:
            near |= more[0]
        return frozenset(near)

    def customers(self) -> dict[str, str]:
        rows = Membership.objects.filter(to_at=None)
        return dict(rows.values_list("record__record_key", "customer__public_id"))

    def records(self, customer: str) -> frozenset[str]:
        return frozenset(key for key, one in self.customers().items() if one == customer)


@pytest.mark.django_db
def test_nobody_is_asked_twice_in_a_quarter_whatever_happens() -> None:
    from hypothesis.stateful import run_state_machine_as_test

    run_state_machine_as_test(
        Asking,
        settings=settings(
            max_examples=8,
            stateful_step_count=10,
            deadline=None,
            phases=(Phase.generate,),  # a step takes long: a history that fails is told, not shrunk
        ),
    )
