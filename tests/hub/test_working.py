"""Doing jobs: handlers, retries, unique and bulk jobs, cancelling, progress."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction

from tellonce.hub.core import clock
from tellonce.hub.core.errors import Busy, LeaseLost, WrongCall
from tellonce.hub.jobs import queue, registry, selectors, services
from tellonce.hub.jobs.models import Job
from tellonce.hub.jobs.types import JobContext, ReleaseJob
from tellonce.hub.jobs.work import PURGE

Handles = Callable[..., None]


@pytest.fixture
def handles(monkeypatch: pytest.MonkeyPatch) -> Handles:
    """Registers a handler for this test only."""

    def register(kind: str, handler: Callable[[JobContext], None], attempts: int = 8) -> None:
        monkeypatch.setitem(registry._handlers, kind, registry.Handling(handler, attempts))

    return register


def later(minutes: float = 60) -> Any:
    return clock.stopped_at(clock.now() + timedelta(minutes=minutes))


@pytest.mark.django_db
def test_a_handler_gets_its_payload_actor_and_attempt_and_its_job_is_done(handles: Handles) -> None:
    seen: list[JobContext] = []
    handles("mail", seen.append)
    number = services.enqueue("mail", {"n": 1}, "usr_1")
    assert services.work_once()
    assert not services.work_once()
    (context,) = seen
    assert (context.payload, context.actor, context.attempt) == ({"n": 1}, "usr_1", 1)
    assert selectors.job(number).state == Job.DONE


@pytest.mark.django_db
def test_a_job_nobody_can_do_waits(handles: Handles) -> None:
    services.enqueue("unheard-of", {}, "usr_1")
    assert services.work_until_idle() == 0
    assert selectors.job_counts()["waiting"] == 1


@pytest.mark.django_db
def test_what_people_wait_for_goes_before_bulk_whoever_came_first(handles: Handles) -> None:
    order: list[str] = []
    handles("mail", lambda context: order.append(context.payload["for"]))
    services.enqueue("mail", {"for": "load"}, "usr_1", bulk=True)
    services.enqueue("mail", {"for": "person"}, "usr_1")
    services.work_until_idle()
    assert order == ["person", "load"]


@pytest.mark.django_db
def test_a_failed_job_is_tried_again_later_and_says_why_without_quoting_the_error(
    handles: Handles,
) -> None:
    def fail(context: JobContext) -> None:
        raise ValueError("wilhelmina@example.com is not good")

    handles("mail", fail)
    number = services.enqueue("mail", {}, "usr_1")
    services.work_once()
    job = selectors.job(number)
    assert (job.state, job.attempts) == (Job.WAITING, 1)
    assert job.run_at > clock.now()
    assert "ValueError" in job.trouble
    assert "wilhelmina" not in job.trouble
    assert not services.work_once()


@pytest.mark.django_db
def test_a_job_ends_as_dead_after_as_many_attempts_as_its_handler_allows(handles: Handles) -> None:
    def fail(context: JobContext) -> None:
        raise RuntimeError

    handles("mail", fail, attempts=3)
    number = services.enqueue("mail", {}, "usr_1")
    for hours in range(1, 4):
        assert selectors.job(number).state == Job.WAITING
        with later(60 * hours):
            services.work_once()
    assert selectors.job(number).state == Job.DEAD
    assert services.replay(number)
    assert selectors.job(number).attempts == 0


@pytest.mark.django_db
def test_a_wrong_call_is_not_tried_again(handles: Handles) -> None:
    def refuse(context: JobContext) -> None:
        raise WrongCall("There is no source 'crm'.", hint="Add it.")

    handles("pull", refuse)
    number = services.enqueue("pull", {}, "usr_1")
    services.work_once()
    job = selectors.job(number)
    assert (job.state, job.trouble) == (Job.DEAD, "There is no source 'crm'. Add it.")


@pytest.mark.django_db
@pytest.mark.parametrize("given", [Busy("taken"), ReleaseJob(timedelta(seconds=4))])
def test_a_job_that_cannot_run_yet_goes_back_without_losing_an_attempt(
    handles: Handles, given: Exception
) -> None:
    def busy(context: JobContext) -> None:
        raise given

    handles("place", busy)
    number = services.enqueue("place", {}, "usr_1")
    services.work_once()
    job = selectors.job(number)
    assert (job.state, job.attempts) == (Job.WAITING, 0)
    assert job.run_at > clock.now()


@pytest.mark.django_db
def test_a_unique_job_waits_once_however_often_it_is_asked_for(handles: Handles) -> None:
    numbers = {services.enqueue("place", {}, "usr_1", unique="inbox") for _ in range(3)}
    assert len(numbers) == 1
    assert services.enqueue("place", {}, "usr_1", unique="other") not in numbers
    assert services.enqueue("other", {}, "usr_1", unique="inbox") not in numbers


@pytest.mark.django_db
def test_a_unique_job_that_runs_does_not_keep_the_next_one_from_waiting(handles: Handles) -> None:
    again: list[int] = []

    def place(context: JobContext) -> None:
        if context.payload["n"] == 1:
            again.append(services.enqueue("place", {"n": 2}, "usr_1", unique="inbox"))

    handles("place", place)
    first = services.enqueue("place", {"n": 1}, "usr_1", unique="inbox")
    assert services.work_until_idle() == 2
    assert again != [first]


@pytest.mark.django_db
def test_a_unique_job_that_fails_leaves_the_work_to_the_one_that_waits(handles: Handles) -> None:
    def fail(context: JobContext) -> None:
        services.enqueue("place", {}, "usr_1", unique="inbox")
        raise RuntimeError

    handles("place", fail)
    first = services.enqueue("place", {}, "usr_1", unique="inbox")
    services.work_once()
    assert selectors.job(first).state == Job.CANCELLED
    assert selectors.job_counts()["waiting"] == 1


@pytest.mark.django_db(transaction=True)
def test_a_unique_job_is_not_begun_before_all_who_asked_for_it_have_committed() -> None:
    number = services.enqueue("place", {}, "usr_1", unique="inbox")
    begun: list[int] = []

    def other_worker() -> None:
        while not begun:
            if job := services.claim():
                begun.append(job.id)
            time.sleep(0.02)
        connection.close()

    worker = threading.Thread(target=other_worker)
    with transaction.atomic():
        assert services.enqueue("place", {}, "usr_2", unique="inbox") == number
        worker.start()
        worker.join(0.3)
        assert begun == []
    worker.join(10)
    assert begun == [number]


@pytest.mark.django_db
def test_a_cancelled_job_is_not_done_and_one_at_work_may_not_write_any_more(
    handles: Handles,
) -> None:
    reached: list[str] = []

    def work(context: JobContext) -> None:
        assert services.cancel(context.id)
        with pytest.raises(LeaseLost):
            context.confirm()
        reached.append("end")
        context.finish()

    handles("mail", work)
    waiting = services.enqueue("mail", {}, "usr_1")
    assert services.cancel(waiting)
    assert not services.cancel(waiting)
    running = services.enqueue("mail", {}, "usr_1")
    services.work_until_idle()
    assert reached == ["end"]
    assert {selectors.job(waiting).state, selectors.job(running).state} == {Job.CANCELLED}


@pytest.mark.django_db
def test_progress_is_seen_while_a_job_runs(handles: Handles) -> None:
    seen: list[str] = []

    def work(context: JobContext) -> None:
        for done in (0, 1, 2):
            context.progress("score", done, 3)
        context.progress("write", 1000, 0)
        seen.extend(job.progress for job in selectors.running_jobs())

    handles("place", work)
    number = services.enqueue("place", {}, "usr_1")
    services.work_once()
    assert seen == ["write 1,000"]
    assert selectors.job(number).progress == "", "others may have done the rest"


@pytest.mark.django_db
def test_a_job_whose_worker_ends_each_time_is_dead_at_last_and_keeps_nobody_busy() -> None:
    number = services.enqueue("crash", {}, "usr_1")
    moment = clock.now()
    for _ in range(8):
        moment += timedelta(minutes=5)
        with clock.stopped_at(moment):
            assert services.claim()
    with clock.stopped_at(moment + timedelta(minutes=5)):
        assert services.claim() is None
    assert "without a word" in selectors.job(number).trouble


@pytest.mark.django_db
def test_a_clock_that_was_set_back_neither_hides_a_job_nor_keeps_a_dead_lease_alive() -> None:
    with later(60 * 24):
        services.enqueue("mail", {}, "usr_1")
        services.enqueue("export", {}, "usr_1")
        services.claim({"export"})
    assert services.claim({"mail"})
    assert services.claim({"export"}).attempt == 2


@pytest.mark.django_db
def test_a_worker_that_may_not_take_from_others_takes_only_what_waits() -> None:
    services.enqueue("mail", {}, "usr_1")
    services.claim()
    with later(5):
        assert queue.claim(silent_too=False) is None
        assert queue.claim() is not None


@pytest.mark.django_db
def test_old_jobs_are_purged_but_dead_ones_stay() -> None:
    done, dead = (services.enqueue("mail", {}, "usr_1") for _ in range(2))
    services.finish(services.claim())
    queue.bury(services.claim(), "no")
    with later(60 * 24 * 8):
        services.enqueue(PURGE, {}, "system")
        services.work_once({PURGE})
    assert not Job.objects.filter(pk=done).exists()
    assert Job.objects.filter(pk=dead).exists()
