"""However customers are worked out, ahead, at once, or left to the catching up: one result."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.transaction import Atomic

from tellonce.hub.accounts.selectors import actor
from tellonce.hub.core.bulk import among
from tellonce.hub.customers.models import Customer
from tellonce.hub.events.selectors import events_after
from tellonce.hub.intake.deciding import merge_customers
from tellonce.hub.intake.work import PLACE
from tellonce.hub.jobs import consumers, running
from tellonce.hub.jobs.consumers import _Pace
from tellonce.hub.jobs.models import Cursor, Job
from tellonce.hub.jobs.registry import Consumer, handlers
from tellonce.hub.jobs.ticking import work_until_idle
from tellonce.hub.jobs.types import ClaimedJob
from tellonce.hub.upkeep import following, keeping
from tellonce.hub.upkeep.confirming import confirm_value, undo_confirmation
from tellonce.hub.upkeep.declared import declare_policy
from tellonce.hub.upkeep.following import (
    CATCH_UP,
    catch_up,
    keep_ahead,
    look_at_events,
    sweep,
)
from tellonce.hub.upkeep.models import ClaimedKey, Finding, Freshness
from tests.hub.upkeep.people import ANNA, OTTO, customer_of, follow, push, sources

pytestmark = pytest.mark.django_db


def kept() -> Any:
    """All that is kept of customers, but for moments and ids of its own."""
    findings = ("customer_id", "kind", "unit", "key", "rule", "since", "state")
    return (
        sorted(Freshness.objects.values_list(*(f.attname for f in Freshness._meta.fields))),
        sorted(ClaimedKey.objects.values_list("hash", "customer_id", "unit")),
        sorted(map(str, Finding.objects.filter(state="open").values_list(*findings, "detail"))),
    )


def forget() -> None:
    for table in (Freshness, ClaimedKey, Finding):
        table.objects.all().delete()


def anew() -> Any:
    """What is kept where everything is worked out from nothing."""
    forget()
    list(sweep())
    return kept()


@pytest.fixture
def crowd() -> None:
    """People of two sources, some of whom differ, share an identifier, or are out of date."""
    sources("crm", "shop")
    push(
        "crm",
        ANNA | {"seen": "2023-01-01", "passport": "ZZ1234567"},
        OTTO | {"passport": "ZZ1234567"},
        *(
            OTTO
            | {
                "id": f"c{n}",
                "first name": f"Fikcja{'abcdefgh'[n]}",
                "last name": f"Wymyslona{'zyxwvuts'[n] * 3}",
                "email": f"n{n}@example.org",
                "dob": f"19{50 + n}-01-01",
            }
            for n in range(8)
        ),
    )
    push("shop", ANNA | {"id": "A", "street": "Inna", "house number": "9", "seen": "2026-06-01"})


@pytest.mark.usefixtures("crowd")
def test_event_by_event_in_slices_and_from_nothing_give_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    followed = kept()
    assert all(followed)
    assert anew() == followed
    forget()
    list(catch_up())
    assert kept() == followed
    monkeypatch.setattr("tellonce.hub.jobs.consumers._paces", defaultdict(lambda: _Pace(1, 50)))
    monkeypatch.setattr("tellonce.hub.jobs.consumers.LOCKED", 0)
    push("crm", ANNA | {"seen": "2026-11-25"}, OTTO | {"email": "other@example.org"})
    changed = kept()
    assert changed != followed
    assert anew() == changed


@pytest.mark.usefixtures("crowd")
def test_open_findings_are_looked_up_by_customer_however_many_are_open() -> None:
    if connection.vendor == "sqlite":
        ((*_, plan),) = [
            row
            for row in among(f"EXPLAIN QUERY PLAN {keeping._OPEN}", [1])
            if "upkeep_findings" in row[-1]
        ]
        assert "customer_id=?" in plan


@pytest.mark.usefixtures("crowd")
def test_who_waits_for_the_lock_takes_no_fewer_events_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock, pace = _Clock(), _Pace(50, 50)

    @contextmanager
    def waited_for() -> Iterator[None]:
        clock.now += 60
        with Atomic(None, savepoint=True, durable=False):
            yield

    monkeypatch.setattr(consumers, "time", clock)
    monkeypatch.setattr(consumers.transaction, "atomic", waited_for)
    events = events_after(0, 10)
    cursor = Cursor.objects.get(name="upkeep")
    Cursor.objects.filter(name="upkeep").update(position=0)
    cursor.position = 0
    written: list[int] = []
    consumer = Consumer(lambda part, _: written.append(len(part)))
    assert consumers._work_off(cursor, consumer, events, pace) == 10
    assert written == [10]
    assert pace.written == 50


@pytest.mark.usefixtures("crowd")
def test_who_works_ahead_stands_back_while_records_are_placed_but_not_for_long(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def position() -> int:
        return Cursor.objects.get(name="upkeep").position

    Cursor.objects.update(position=0)
    monkeypatch.setattr(running, "_leading", {1})
    consumers.consume_feed()
    assert position() == 0
    assert Cursor.objects.get(name="webhooks").position > 0
    monkeypatch.setattr(consumers, "PATIENCE", timedelta(0))
    consumers.consume_feed()
    assert position() > 0


def test_placing_leads_and_nothing_does_once_it_has_ended() -> None:
    seen: list[bool] = []
    job = ClaimedJob(1, PLACE, {}, "", 1, 1)
    leading = handlers()[PLACE]._replace(handler=lambda _: seen.append(running.is_led()))
    running.run_job(job, leading, threading.Event())
    running.run_job(job, leading._replace(leads=False), threading.Event())
    assert seen == [True, False]
    assert not running.is_led()


class _Clock:
    """Stands still, but for who moves it."""

    now = 0.0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, _seconds: float) -> None:
        pass


@pytest.mark.usefixtures("crowd")
def test_a_large_load_is_left_to_one_job_and_ends_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    followed = kept()
    forget()
    monkeypatch.setattr(following, "MANY", 0)
    push("crm", OTTO | {"id": "9", "last name": "Anders", "dob": "1999-09-09"})
    assert not Freshness.objects.exists()
    job = Job.objects.get(kind=CATCH_UP)
    assert job.bulk
    work_until_idle()
    caught_up = kept()
    assert len(caught_up[0]) > len(followed[0])
    assert anew() == caught_up
    assert list(catch_up()) == []


@pytest.mark.usefixtures("crowd")
def test_who_ends_or_comes_back_is_followed_beside_a_large_load(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(following, "MANY", 0)
    merge_customers([customer_of("c1").public_id, customer_of("c2").public_id], by=actor())
    follow()
    work_until_idle()
    gone = Customer.objects.exclude(retired_at=None).get()
    assert not Freshness.objects.filter(customer=gone).exists()
    merged = kept()
    assert anew() == merged


@pytest.mark.parametrize("what", ["nothing", "record", "confirmation", "undone", "policy"])
@pytest.mark.usefixtures("crowd")
def test_what_changes_after_it_was_looked_at_is_worked_out_anew(what: str) -> None:
    public_id = customer_of("1").public_id
    said = confirm_value(public_id, "phone", by=actor())
    follow()
    events = events_after(0)
    ahead = look_at_events(events)
    if what == "record":
        push("crm", ANNA | {"email": "new@example.org", "seen": "2026-11-20"})
    elif what == "confirmation":
        confirm_value(public_id, "email", by=actor())
    elif what == "undone":
        undo_confirmation(said.id, by=actor())
    elif what == "policy":
        declare_policy({"half_lives": {"email": 10}, "required": ["phone"]}, by=actor())
    keep_ahead(events, ahead)
    told = kept()
    assert anew() == told
