"""A worker with its threads: everything is done once, and it ends when asked."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction

from tellonce.hub.audit.services import record_act
from tellonce.hub.audit.types import Act
from tellonce.hub.core import clock
from tellonce.hub.events.services import emit
from tellonce.hub.events.types import Happened
from tellonce.hub.jobs import consumers, registry, roster, selectors, services, worker
from tellonce.hub.jobs.models import Job, Worker
from tellonce.hub.jobs.processes import this_host
from tellonce.hub.jobs.sequencer import head
from tellonce.hub.jobs.types import JobContext, ReleaseJob

pytestmark = pytest.mark.django_db(transaction=True)
Handles = Callable[..., None]


@pytest.fixture
def handles(monkeypatch: pytest.MonkeyPatch) -> Handles:
    """Registers a handler for this test only, and has nothing else recur."""
    monkeypatch.setattr(registry, "_recurring", {})

    def register(kind: str, handler: Callable[[JobContext], None]) -> None:
        monkeypatch.setitem(registry._handlers, kind, registry.Handling(handler, 8))

    return register


def begun(*workers: services.Worker, **how: Any) -> list[threading.Thread]:
    threads = [threading.Thread(target=one.run, kwargs=how) for one in workers]
    for thread in threads:
        thread.start()
    return threads


def wait_for(condition: Callable[[], object]) -> None:
    until = time.monotonic() + 20
    while not condition() and time.monotonic() < until:
        time.sleep(0.02)
    assert condition()


def test_two_workers_of_two_threads_do_every_job_exactly_once(handles: Handles) -> None:
    done: list[int] = []
    handles("count", lambda context: done.append(context.payload["n"]))
    for n in range(40):
        services.enqueue("count", {"n": n}, "usr_1", bulk=n % 2 == 0)
    for thread in begun(services.Worker(2), services.Worker(2), until_idle=True):
        thread.join(30)
    assert sorted(done) == list(range(40))
    assert selectors.job_counts()["done"] == 40
    assert selectors.living_workers() == 0


def test_a_worker_that_ends_when_idle_leaves_no_consumer_behind(
    handles: Handles, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry, "_consumers", {})
    monkeypatch.setattr(worker, "_IDLE", 0.01)
    monkeypatch.setattr(consumers, "MOST", 1)
    monkeypatch.setattr(consumers, "LONGEST", 0.01)
    monkeypatch.setattr(consumers, "_paces", defaultdict(lambda: consumers._Pace(1, 1)))
    seen: list[int] = []

    def slow(events: Any) -> None:
        time.sleep(0.02)
        seen.extend(event.number for event in events)

    def fails(events: Any) -> None:
        raise ValueError

    services.register_consumer("slow", slow)
    services.register_consumer("fails", fails)
    with transaction.atomic():
        for n in range(8):
            emit(Happened("tellonce.test.counted.v1", data={"n": n}))
    services.Worker(2).run(until_idle=True)
    assert len(seen) == 8


def test_a_worker_does_at_most_as_many_jobs_as_it_was_told(handles: Handles) -> None:
    handles("count", lambda context: None)
    for _ in range(3):
        services.enqueue("count", {}, "usr_1")
    assert services.Worker(most=1).run() == 1
    assert selectors.job_counts()["waiting"] == 2


def test_a_worker_that_is_asked_to_stop_lets_its_job_end(handles: Handles) -> None:
    entered, leave = threading.Event(), threading.Event()

    def work(context: JobContext) -> None:
        entered.set()
        leave.wait(20)

    handles("long", work)
    number = services.enqueue("long", {}, "usr_1")
    services.enqueue("long", {}, "usr_1")
    one = services.Worker()
    (thread,) = begun(one)
    assert entered.wait(20)
    assert selectors.living_workers() == 1
    one.stop()
    leave.set()
    thread.join(20)
    assert not thread.is_alive()
    assert selectors.job(number).state == Job.DONE
    assert selectors.job_counts()["waiting"] == 1


def test_a_long_job_sees_that_it_should_stop_and_goes_on_elsewhere(handles: Handles) -> None:
    entered = threading.Event()

    def work(context: JobContext) -> None:
        entered.set()
        if context.stopping.wait(20):
            raise ReleaseJob

    handles("long", work)
    number = services.enqueue("long", {}, "usr_1")
    one = services.Worker()
    (thread,) = begun(one)
    assert entered.wait(20)
    one.stop()
    thread.join(20)
    job = selectors.job(number)
    assert (job.state, job.attempts) == (Job.WAITING, 0)


def test_a_person_s_job_does_not_wait_for_bulk_that_is_under_way(handles: Handles) -> None:
    leave, served = threading.Event(), threading.Event()
    handles("load", lambda context: leave.wait(20) and None)
    handles("person", lambda context: served.set())
    for _ in range(3):
        services.enqueue("load", {}, "usr_1", bulk=True)
    one = services.Worker(2)
    (thread,) = begun(one)
    wait_for(lambda: selectors.job_counts()["running"] == 1)
    services.enqueue("person", {}, "usr_1")
    assert served.wait(20)
    one.stop()
    leave.set()
    thread.join(20)


def test_a_job_that_was_cancelled_is_told_to_stop(
    handles: Handles, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "_BEAT", 0.05)
    entered, told = threading.Event(), threading.Event()

    def work(context: JobContext) -> None:
        entered.set()
        if context.stopping.wait(20):
            told.set()

    handles("long", work)
    number = services.enqueue("long", {}, "usr_1")
    one = services.Worker(most=1)
    (thread,) = begun(one)
    assert entered.wait(20)
    assert services.cancel(number)
    assert told.wait(20)
    thread.join(20)
    assert selectors.job(number).state == Job.CANCELLED


def test_the_audit_is_chained_by_any_worker(handles: Handles) -> None:
    record_act(Act("test", "usr_1"))
    one = services.Worker()
    (thread,) = begun(one)
    wait_for(lambda: head("audit").number >= 1)
    one.stop()
    thread.join(20)


def test_what_a_dead_worker_of_this_machine_held_is_free_at_once() -> None:
    services.enqueue("mail", {}, "usr_1")
    Worker.objects.create(
        name="wrk_dead",
        host=this_host(),
        process="1@1",
        started_at=clock.now(),
        beat_at=clock.now(),
    )
    held = services.claim()
    Job.objects.update(worker="wrk_dead")
    assert services.claim() is None
    assert roster.free_what_the_dead_held() == 1
    assert services.claim().attempt == 2
    assert not services.finish(held)


def test_a_worker_survives_a_database_that_goes_away(
    handles: Handles, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "_AWAY", 0.01)
    real, away = worker.queue.claim, [1, 2, 3]

    def claim(*args: Any, **how: Any) -> Any:
        if away:
            away.pop()
            raise OperationalError("the connection is closed")
        return real(*args, **how)

    monkeypatch.setattr(worker.queue, "claim", claim)
    handles("count", lambda context: None)
    services.enqueue("count", {}, "usr_1")
    assert services.Worker(most=1).run() == 1


def test_after_a_jump_of_the_clock_nothing_is_taken_from_others_for_a_while(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    moment = {"wall": 1000.0, "steady": 50.0}
    monkeypatch.setattr(worker.time, "time", lambda: moment["wall"])
    monkeypatch.setattr(worker.time, "monotonic", lambda: moment["steady"])
    guard = worker._ClockGuard()
    assert not guard.is_steady()
    moment["wall"] += 100
    moment["steady"] += 100
    assert guard.is_steady()
    moment["wall"] += 3600
    assert not guard.is_steady()


def cut_all_connections() -> None:
    """What a restart of the database does: every connection is gone. SQLite: nobody gets in."""
    described = connection.settings_dict
    connection.close()
    if connection.vendor == "sqlite":
        with closing(sqlite3.connect(described["NAME"], isolation_level=None)) as other:
            other.execute("BEGIN EXCLUSIVE")
            time.sleep(0.3)
        return
    others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND pid <> "
    with connection.cursor() as cursor:
        cursor.execute(f"{others} pg_backend_pid()", [described["NAME"]])


def test_a_worker_goes_on_after_the_database_was_restarted(
    handles: Handles, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "_AWAY", 0.05)
    done: list[int] = []
    handles("count", lambda context: done.append(context.payload["n"]))
    one = services.Worker(2)
    (thread,) = begun(one)
    for n in range(3):
        services.enqueue("count", {"n": n}, "usr_1")
        wait_for(lambda n=n: n in done)
        cut_all_connections()
    one.stop()
    thread.join(20)
    assert not thread.is_alive()
    assert done == [0, 1, 2]
