"""Schedules and consumers of the feed: due once, in order, whoever works and whatever the clock."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from tellonce.hub.core import clock
from tellonce.hub.core.bulk import insert_rows
from tellonce.hub.core.errors import WrongCall
from tellonce.hub.customers.models import HouseholdKey
from tellonce.hub.events.services import emit_many
from tellonce.hub.events.types import Happened
from tellonce.hub.jobs import registry, selectors, services
from tellonce.hub.jobs.consumers import _Pace, _paces, consume_feed
from tellonce.hub.jobs.models import Job, Schedule
from tellonce.hub.jobs.schedules import enqueue_due
from tellonce.hub.jobs.sequencer import number_pending

NOON = datetime(2030, 1, 2, 12, tzinfo=UTC)


def at(hours: float) -> Any:
    """The clock stopped so many hours after noon."""
    return clock.stopped_at(NOON + timedelta(hours=hours))


@pytest.fixture(autouse=True)
def _nothing_else_recurs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_recurring", {})
    monkeypatch.setattr(registry, "_consumers", {})


@pytest.mark.parametrize(
    "rule", ["every 15m", "every 1 d", "EVERY 5s", "0 3 * * *", "*/5 * * * 1-5"]
)
def test_a_rule_is_understood(rule: str) -> None:
    assert services.parse_rule(rule).after(NOON) > NOON


@pytest.mark.parametrize("rule", ["", "hourly", "every 0m", "every 5y", "61 * * * *", "0 3 * *"])
def test_what_is_no_rule_is_refused_with_an_example(rule: str) -> None:
    with pytest.raises(WrongCall, match="no schedule") as refused:
        services.parse_rule(rule)
    assert "every 15m" in refused.value.hint


def test_cron_is_in_utc() -> None:
    assert services.parse_rule("0 3 * * *").after(NOON) == datetime(2030, 1, 3, 3, tzinfo=UTC)


@pytest.mark.django_db
def test_a_due_schedule_is_enqueued_once_and_keeps_its_beat() -> None:
    with at(0):
        services.set_schedule("pull:crm", "every 1h", "pull", {"source": "crm"}, "usr_1")
        assert enqueue_due() == 0
    with at(1.2):
        assert enqueue_due() == 1
        assert enqueue_due() == 0
    job = Job.objects.get()
    assert (job.kind, job.payload, job.actor, job.bulk) == (
        "pull",
        {"source": "crm"},
        "usr_1",
        True,
    )
    assert Schedule.objects.get().next_at == NOON + timedelta(hours=2)


@pytest.mark.django_db
def test_missed_runs_are_not_piled_up() -> None:
    with at(0):
        services.set_schedule("pull:crm", "every 1h", "pull", {}, "usr_1")
    with at(50.5):
        assert enqueue_due() == 1
        assert enqueue_due() == 0
    with at(51.5):
        assert enqueue_due() == 1
    assert Job.objects.count() == 1, "the one before still waits and does the work of both"


@pytest.mark.django_db
def test_a_clock_set_back_a_little_does_not_run_anything_twice() -> None:
    with at(0):
        services.set_schedule("nightly", "0 3 * * *", "pull", {}, "usr_1")
    with at(15):
        assert enqueue_due() == 1
    Job.objects.all().delete()
    with at(14.5):
        assert enqueue_due() == 0
    with at(15.5):
        assert enqueue_due() == 0
    with at(39):
        assert enqueue_due() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("rule", ["every 1h", "0 3 * * *"])
def test_a_clock_that_was_years_ahead_does_not_stop_a_schedule_for_years(rule: str) -> None:
    with at(0):
        services.set_schedule("pull", rule, "pull", {}, "usr_1")
    with at(24 * 365 * 5):
        assert enqueue_due() == 1
    Job.objects.all().delete()
    with at(1):
        assert enqueue_due() == 0
    with at(1 + 24):
        assert enqueue_due() == 1


@pytest.mark.django_db
def test_a_schedule_set_again_keeps_its_next_run_and_another_rule_begins_anew() -> None:
    with at(0):
        services.set_schedule("pull", "every 1h", "pull", {}, "usr_1")
    with at(0.5):
        services.set_schedule("pull", "every 1h", "pull", {"n": 2}, "usr_1")
        assert selectors.schedules()[0].next_at == NOON + timedelta(hours=1)
        services.set_schedule("pull", "every 2h", "pull", {}, "usr_1")
        assert selectors.schedules()[0].next_at == NOON + timedelta(hours=2.5)
        assert services.remove_schedule("pull")
        assert not services.remove_schedule("pull")


@pytest.mark.django_db
def test_what_the_program_registers_recurs_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_recurring", {"tidy": registry.Recurring("every 1h", "tidy")})
    with at(0):
        enqueue_due()
    with at(1.5):
        assert enqueue_due() == 1


@pytest.fixture(params=["together", "apart"])
def either_way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether consumers are given what little is new together or one after the other."""
    if request.param == "apart":
        monkeypatch.setattr("tellonce.hub.jobs.consumers.FEW", 1)


def emitted(count: int) -> None:
    emit_many(Happened("tellonce.test.v1", data={"n": n}) for n in range(count))
    number_pending()


@pytest.mark.django_db
def test_a_consumer_is_left_after_a_while_and_goes_on_the_next_time(
    either_way: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tellonce.hub.jobs.consumers.LONGEST", 1e-9)
    seen: list[int] = []
    services.register_consumer("reader", lambda events: seen.extend(e.number for e in events))
    emitted(3)
    assert consume_feed() == 0
    monkeypatch.setattr("tellonce.hub.jobs.consumers.LONGEST", 60)
    assert consume_feed() == 3


@pytest.mark.django_db
def test_a_consumer_sees_every_event_once_in_order_batch_by_batch(
    either_way: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tellonce.hub.jobs.consumers.LONGEST", 60)
    seen: list[int] = []
    services.register_consumer("reader", lambda events: seen.extend(e.number for e in events))
    emitted(1200)
    assert consume_feed() == 1200
    assert consume_feed() == 0
    emitted(3)
    assert consume_feed() == 3
    assert seen == list(range(1, 1204))


@pytest.mark.django_db
def test_a_consumer_that_fails_keeps_its_place_and_does_not_hold_up_the_others(
    either_way: None,
) -> None:
    seen: list[int] = []
    troubled = [True]

    def reader(events: Any) -> None:
        if troubled:
            raise RuntimeError("otto@example.net")
        seen.extend(event.number for event in events)

    services.register_consumer("reader", reader)
    services.register_consumer("other", lambda events: None)
    emitted(2)
    assert consume_feed() == 2
    states = {state.name: state for state in selectors.consumer_states()}
    assert (states["reader"].lag, states["reader"].failures, states["other"].lag) == (2, 1, 0)
    assert "otto" not in states["reader"].trouble
    troubled.clear()
    with clock.stopped_at(clock.now() + timedelta(minutes=1)):
        assert consume_feed() == 2
    assert seen == [1, 2]
    assert selectors.consumer_states()[1].trouble == ""


@pytest.mark.django_db
def test_what_little_is_new_is_written_by_all_consumers_in_one_transaction() -> None:
    inside = len(connection.savepoint_ids)
    transactions: list[str] = []

    def note(events: Any, prepared: None = None) -> None:
        transactions.append(connection.savepoint_ids[inside])

    services.register_consumer("one", note)
    services.register_consumer("ahead", note, lambda events: None)
    services.register_consumer("other", note)
    emitted(5)
    assert consume_feed() == 15
    assert len(transactions) == 3
    assert len(set(transactions)) == 1


@pytest.mark.django_db(transaction=True)
def test_a_consumer_refused_only_by_the_commit_does_not_hold_up_the_others(
    either_way: None,
) -> None:
    def reader(events: Any) -> None:
        insert_rows(HouseholdKey, ("hash", "customer_id"), [(1, 999)])  # there is no such customer

    services.register_consumer("reader", reader)
    services.register_consumer("other", lambda events: None)
    emitted(2)
    assert consume_feed() == 2
    states = {state.name: state for state in selectors.consumer_states()}
    assert (states["reader"].lag, states["reader"].failures, states["other"].lag) == (2, 1, 0)


@pytest.mark.django_db
def test_what_a_consumer_writes_is_undone_with_its_place_when_it_fails(either_way: None) -> None:
    def reader(events: Any) -> None:
        services.enqueue("tell", {}, "system")
        raise RuntimeError

    services.register_consumer("reader", reader)
    emitted(1)
    consume_feed()
    assert Job.objects.count() == 0


@pytest.mark.django_db
def test_what_a_consumer_works_out_ahead_is_written_some_events_at_a_time(
    either_way: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tellonce.hub.jobs.consumers.LONGEST", 60)
    monkeypatch.setattr("tellonce.hub.jobs.consumers._paces", defaultdict(lambda: _Pace(2, 7)))
    monkeypatch.setattr("tellonce.hub.jobs.consumers.MOST", 2)
    inside = len(connection.savepoint_ids)
    prepared: list[list[int]] = []
    written: list[tuple[list[int], int]] = []

    def prepare(events: Any) -> int:
        assert len(connection.savepoint_ids) == inside, "no transaction is open meanwhile"
        prepared.append([event.number for event in events])
        return sum(prepared[-1])

    def write(events: Any, total: int) -> None:
        assert len(connection.savepoint_ids) > inside
        written.append(([event.number for event in events], total))

    services.register_consumer("reader", write, prepare)
    emitted(5)
    assert consume_feed() == 5
    assert prepared == [[1, 2, 3, 4, 5]]
    assert written == [([1, 2], 15), ([3, 4], 15), ([5], 15)]


@pytest.mark.django_db
def test_a_consumer_that_fails_halfway_goes_on_behind_what_it_wrote(
    either_way: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("", "reader"):
        monkeypatch.setitem(_paces, name, _Pace(2, 50))
    seen: list[int] = []
    troubled = [True]

    def write(events: Any, troubled_at: int) -> None:
        if troubled and events[0].number >= troubled_at:
            raise RuntimeError
        seen.extend(event.number for event in events)

    services.register_consumer("reader", write, lambda events: 3)
    emitted(5)
    assert consume_feed() == 2
    assert selectors.consumer_states()[0].position == 2
    troubled.clear()
    with clock.stopped_at(clock.now() + timedelta(minutes=1)):
        assert consume_feed() == 3
    assert seen == [1, 2, 3, 4, 5]


@pytest.mark.django_db
def test_a_consumer_that_cannot_prepare_keeps_its_place(either_way: None) -> None:
    def prepare(events: Any) -> None:
        raise RuntimeError

    services.register_consumer("reader", lambda events, prepared: None, prepare)
    emitted(2)
    assert consume_feed() == 0
    state = selectors.consumer_states()[0]
    assert (state.position, state.lag, state.failures) == (0, 2, 1)
