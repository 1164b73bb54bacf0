"""The feed over HTTP: in order, none skipped, waiting for news."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import connection, transaction

from tellonce.hub.events.feed import renew_feed
from tellonce.hub.events.models import Event
from tellonce.hub.events.selectors import newest_number
from tellonce.hub.events.services import emit, emit_many
from tellonce.hub.events.types import Happened
from tellonce.hub.jobs.models import Sequence
from tellonce.hub.jobs.sequencer import given_above
from tests.hub.api.calling import a_caller, problem


@pytest.mark.django_db(transaction=True)
def test_a_reader_with_a_cursor_gets_every_event_once_and_in_order() -> None:
    caller = a_caller()
    emit_many([Happened("tellonce.test.v1", f"cus_{n}") for n in range(7)])
    read: list[Any] = []
    cursor, more = 0, True
    while more:
        found = caller.get(f"/changes?after={cursor}&limit=3").json()
        read += found["events"]
        cursor, more = found["cursor"], found["more"]
    assert [event["subject"] for event in read] == [f"cus_{n}" for n in range(7)]
    numbers = [int(event["sequence"]) for event in read]
    assert numbers == sorted(set(numbers))
    assert caller.get(f"/changes?after={cursor}").json() == {
        "events": [],
        "cursor": cursor,
        "feed": found["feed"],
        "more": False,
    }


@pytest.mark.django_db(transaction=True)
def test_a_cursor_that_the_feed_never_gave_is_refused_and_not_waited_for() -> None:
    caller = a_caller()
    emit_many([Happened("tellonce.test.v1", f"cus_{n}") for n in range(3)])
    assert caller.get("/changes?after=3").json()["events"] == []
    refused = problem(caller.get("/changes?after=4&wait=30"), 410, "feed")
    assert refused["feed"] == caller.get("/changes").json()["feed"]
    assert "after=0" in refused["hint"]


@pytest.mark.django_db(transaction=True)
def test_who_names_the_feed_is_told_when_its_numbers_mean_other_events() -> None:
    caller = a_caller()
    emit_many([Happened("tellonce.test.v1", f"cus_{n}") for n in range(3)])
    before = caller.get("/changes").json()
    follow = f"/changes?after={before['cursor']}&feed={before['feed']}"
    assert caller.get(follow).status_code == 200
    with transaction.atomic():
        renew_feed()  # as a restore does
    emit_many([Happened("tellonce.test.v1", f"cus_{n}") for n in range(3, 9)])
    refused = problem(caller.get(follow), 410, "feed")
    anew = caller.get("/changes?after=0").json()
    assert refused["feed"] == anew["feed"] != before["feed"]
    assert len(anew["events"]) == 9


@pytest.mark.django_db(transaction=True)
def test_who_does_not_name_the_feed_is_told_too_however_far_it_has_come_since() -> None:
    caller = a_caller()
    emit_many([Happened("tellonce.test.v1", f"cus_{n}") for n in range(5)])
    seen = 5
    for _ in range(2):  # the backup knew three of five, each time
        Event.objects.filter(number__gt=3).delete()
        Sequence.objects.update(number=3, before=0, begins=0)
        with transaction.atomic():
            renew_feed()
        emit_many([Happened("tellonce.test.v1", f"cus_{n}") for n in range(9)])
        problem(caller.get(f"/changes?after={seen}"), 410, "feed")
        found = caller.get("/changes?after=3").json()
        assert len(found["events"]) == 9, "who heard nothing since the backup reads on"
        assert len(caller.get("/changes?after=0").json()["events"]) == 12
        assert caller.get(f"/changes?after={found['cursor']}").json()["events"] == []
        seen = found["cursor"]
        assert seen < 2**53, "as JavaScript reads it"


@pytest.mark.django_db(transaction=True)
def test_numbers_left_out_are_not_taken_for_events_that_wait() -> None:
    emit_many([Happened("tellonce.test.v1", f"cus_{n}") for n in range(5)])
    with transaction.atomic():
        renew_feed()
        renew_feed()
    assert given_above("events", 5) == 0
    emit_many([Happened("tellonce.test.v1", f"cus_{n}") for n in range(9)])
    assert given_above("events", 2) == 12
    assert given_above("events", newest_number() - 4) == 4
    assert given_above("events", newest_number()) == 0


@pytest.mark.django_db(transaction=True)
def test_a_reader_may_wait_for_news() -> None:
    caller = a_caller()

    def happen() -> None:
        emit(Happened("tellonce.test.v1", "cus_later"))
        connection.close()

    later = threading.Timer(0.3, happen)
    later.start()
    found = caller.get("/changes?wait=20").json()
    later.join()
    assert [event["subject"] for event in found["events"]] == ["cus_later"]
