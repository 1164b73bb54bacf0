"""Whose turn it is to place, where a process keeps its turn from one request to the next."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest
from django.db import connection

from tellonce.hub.core.errors import Busy, LeaseLost
from tellonce.hub.intake.acts import act
from tellonce.hub.intake.turns import RESOLVER, resolving, turns_kept
from tellonce.hub.jobs.models import Lease
from tellonce.hub.jobs.services import held_lease

pytestmark = pytest.mark.django_db(transaction=True)


def is_taken() -> bool:
    """Whether anybody holds the turn."""
    return Lease.objects.filter(name=RESOLVER, expires_at__isnull=False).exists()


def becomes(wanted: Callable[[], bool]) -> bool:
    """Whether it comes true within some seconds."""
    until = time.monotonic() + 20
    while not wanted() and time.monotonic() < until:
        time.sleep(0.01)
    return wanted()


def in_thread(work: Callable[[], object]) -> threading.Thread:
    """Run in a thread with a connection of its own."""

    def run() -> None:
        try:
            work()
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def test_a_turn_is_kept_and_given_back_when_it_is_not_used() -> None:
    with turns_kept():
        with resolving("one") as first:
            pass
        assert is_taken()
        with resolving("two") as second:
            assert second == first
        assert becomes(lambda: not is_taken())
        with resolving("three") as third:
            assert third.token > first.token
    assert not is_taken()


def test_who_stands_in_the_door_gets_the_turn_after_the_one_at_hand() -> None:
    order = []

    def bulk() -> None:
        with resolving("bulk", bulk=True) as lease, act(lease):
            order.append("bulk")

    with turns_kept():
        with resolving("one"):
            thread = in_thread(bulk)
            assert becomes(lambda: Lease.objects.filter(name="resolver:next").exists())
            order.append("one")
        thread.join(20)
        assert order == ["one", "bulk"]


def test_people_of_one_process_take_turns() -> None:
    at_work, most = [], []

    def work() -> None:
        for _ in range(5):
            with resolving("person") as lease, act(lease):
                at_work.append(1)
                most.append(len(at_work))
                at_work.pop()

    with turns_kept():
        threads = [in_thread(work) for _ in range(4)]
        for thread in threads:
            thread.join(60)
    assert most == [1] * 20


def test_nobody_waits_longer_than_asked_for_a_turn_in_use() -> None:
    refused = []

    def person() -> None:
        try:
            with resolving("two", wait_seconds=0.05):
                pass
        except Busy as busy:
            refused.append(busy)

    with turns_kept(), resolving("one"):
        in_thread(person).join(20)
    assert len(refused) == 1


def test_a_turn_that_another_took_over_is_not_used_again() -> None:
    with turns_kept():
        with resolving("one"):
            pass
        Lease.objects.filter(name=RESOLVER).update(token=99, expires_at=None)
        with pytest.raises(LeaseLost), resolving("two") as lease, act(lease):
            pass
        with resolving("three") as lease, act(lease):
            assert lease.token == 100


def test_an_error_gives_the_turn_back() -> None:
    with turns_kept():
        with pytest.raises(ZeroDivisionError), resolving("one"):
            raise ZeroDivisionError
        assert not is_taken()
        with held_lease(RESOLVER, "other"):
            pass
