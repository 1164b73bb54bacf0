"""Leases, jobs and the numbering of rows: nothing is lost, nothing is done twice by two."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction

from tellonce.hub.core import clock
from tellonce.hub.core.errors import Busy, LeaseLost
from tellonce.hub.events.models import Event
from tellonce.hub.events.selectors import events_after
from tellonce.hub.events.services import emit, emit_many
from tellonce.hub.events.types import Happened
from tellonce.hub.jobs import sequencer, services
from tellonce.hub.jobs.models import Job, Lease
from tellonce.hub.jobs.processes import is_dead, this_host, this_process

NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)


@pytest.mark.django_db
def test_only_one_holds_a_lease_and_the_next_one_gets_a_larger_token() -> None:
    with services.held_lease("resolver", "usr_1") as first:
        with pytest.raises(Busy, match="doing this already"), services.held_lease("resolver", "x"):
            pass
        services.confirm(first)
    with services.held_lease("resolver", "usr_2") as second:
        assert second.token > first.token


@pytest.mark.django_db
def test_leases_of_different_names_do_not_meet() -> None:
    with services.held_lease("resolver", "usr_1"), services.held_lease("export", "usr_1"):
        pass


@pytest.mark.django_db
def test_a_lease_that_ended_is_taken_over_and_its_old_holder_may_not_write() -> None:
    later = clock.now() + timedelta(hours=1)
    with (
        services.held_lease("resolver", "usr_1") as old,
        clock.stopped_at(later),
        services.held_lease("resolver", "usr_2") as new,
    ):
        services.confirm(new)
        with pytest.raises(LeaseLost):
            services.confirm(old)


@pytest.mark.django_db
def test_a_killed_holder_does_not_keep_the_next_one_waiting() -> None:
    holder = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    with services.held_lease("resolver", "usr_1"):
        process = this_process().replace(str(os.getpid()), str(holder.pid), 1)
        Lease.objects.update(process=process.partition("@")[0] + "@")
        with pytest.raises(Busy), services.held_lease("resolver", "usr_2"):
            pass
        holder.send_signal(signal.SIGKILL)
        holder.communicate()
        with services.held_lease("resolver", "usr_2"):
            pass


def test_a_process_of_another_host_or_with_our_own_start_time_is_not_called_dead() -> None:
    assert not is_dead("elsewhere", "1@1")
    assert not is_dead(this_host(), this_process())


@pytest.mark.skipif(not os.path.exists("/proc/self/stat"), reason="needs /proc")
def test_a_later_process_with_the_same_number_is_not_taken_for_the_holder() -> None:
    assert is_dead(this_host(), f"{os.getpid()}@1")


@pytest.mark.django_db
def test_a_job_is_claimed_by_one_worker_and_finished_once() -> None:
    services.enqueue("mail", {"n": 1}, "usr_1")
    job = services.claim()
    assert (job.kind, job.payload, job.attempt) == ("mail", {"n": 1}, 1)
    assert services.claim() is None
    assert services.finish(job)
    assert not services.finish(job)


@pytest.mark.django_db
def test_a_job_whose_worker_fell_silent_is_done_by_another_and_only_that_one_may_finish() -> None:
    services.enqueue("mail", {}, "usr_1")
    silent = services.claim()
    with clock.stopped_at(clock.now() + timedelta(minutes=5)):
        other = services.claim()
        assert other.id == silent.id
        assert not services.heartbeat(silent)
        assert not services.finish(silent)
        assert services.finish(other)


@pytest.mark.django_db
def test_a_job_that_keeps_failing_ends_as_dead_and_can_be_replayed() -> None:
    services.enqueue("mail", {}, "usr_1")
    moment = clock.now()
    for _ in range(8):
        moment += timedelta(hours=1)
        with clock.stopped_at(moment):
            assert services.fail(services.claim(), "no answer")
    assert Job.objects.get().state == Job.DEAD
    with clock.stopped_at(moment + timedelta(hours=1)):
        assert services.claim() is None
        assert services.replay(Job.objects.get().pk)
        assert services.claim().attempt == 1


@pytest.mark.django_db
def test_a_worker_takes_only_the_kinds_it_knows() -> None:
    services.enqueue("mail", {}, "usr_1")
    assert services.claim(frozenset({"export"})) is None


@pytest.mark.django_db
def test_events_are_numbered_from_one_without_gaps_in_the_order_they_were_written() -> None:
    emitted = emit_many(Happened("a", data={"n": n}) for n in range(7))
    assert events_after(0) == []
    assert sequencer.number_pending("events") == 7
    emitted += [emit(Happened("b", "cus_1"))]
    sequencer.number_pending()
    assert [event.number for event in events_after(0)] == list(range(1, 9))
    assert [event.id for event in events_after(0)] == [event.id for event in emitted]
    assert [event.number for event in events_after(6, limit=1)] == [7]


@pytest.mark.django_db(transaction=True)
def test_events_are_numbered_at_once_after_the_commit_and_never_after_a_rollback() -> None:
    with transaction.atomic():
        emit(Happened("kept"))
        assert events_after(0) == []
    with transaction.atomic():
        emit(Happened("undone"))
        transaction.set_rollback(True)
    assert [(event.number, event.type) for event in events_after(0)] == [(1, "kept")]


@pytest.mark.django_db
def test_what_a_crash_left_unnumbered_is_numbered_by_the_next_run() -> None:
    emit_many([Happened("a")] * 3)
    sequencer.number_pending()
    emit_many([Happened("b")] * 2)
    assert Event.objects.filter(number=None).count() == 2
    assert sequencer.number_pending() >= 2
    assert sequencer.head("events").number == 5


@pytest.mark.django_db
def test_an_event_is_a_cloudevent() -> None:
    with clock.stopped_at(NOON):
        event = emit(Happened("tellonce.customer.changed.v1", "cus_1", {"fields": ["email"]}))
    assert event.envelope() == {
        "specversion": "1.0",
        "id": event.id,
        "source": "/tellonce/hub",
        "type": "tellonce.customer.changed.v1",
        "subject": "cus_1",
        "time": "2030-01-01T12:00:00Z",
        "datacontenttype": "application/json",
        "data": {"fields": ["email"]},
    }
