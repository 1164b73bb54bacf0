"""Probes, metrics and log lines: what machines are told, and that none of it is about a person."""

from __future__ import annotations

import io
import json
import logging
import shutil
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client

from tellonce.hub import doctor, health
from tellonce.hub.core import clock
from tellonce.hub.events.webhooks.services import add_endpoint
from tellonce.hub.jobs import queue, roster, services
from tellonce.hub.jobs.models import Worker
from tellonce.hub.observing.logs import JsonFormatter, TextFormatter
from tellonce.hub.observing.metrics import HUB

NAME = "wilhelmina@example.com"


def ready(client: Client) -> tuple[int, dict[str, Any]]:
    answer = client.get("/readyz", headers={"host": "10.0.0.7"})
    return answer.status_code, answer.json()


def test_the_process_is_alive_whatever_the_database_does(client: Client) -> None:
    answer = client.get("/healthz", headers={"host": "10.0.0.7"})
    assert (answer.status_code, answer.json()) == (200, {"status": "alive"})
    assert answer.headers["Cache-Control"] == "no-store"
    assert client.post("/healthz").status_code == 405


@pytest.mark.django_db
def test_the_hub_is_ready_when_a_worker_is_at_work(client: Client) -> None:
    status, found = ready(client)
    assert (status, found["ready"], found["checks"]["worker"]["ok"]) == (503, False, False)
    roster.sign_on(roster.new_name())
    status, found = ready(client)
    assert (status, found["ready"]) == (200, True)
    assert set(found["checks"]) == {"database", "migrations", "worker", "space"}
    Worker.objects.update(beat_at=clock.now() - timedelta(minutes=3))
    assert ready(client)[0] == 503


@pytest.mark.django_db
def test_the_hub_is_not_ready_without_its_database_or_room_and_says_nothing_more(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*args: Any) -> None:
        raise OperationalError("connection to server at 10.1.1.1, user tellonce, failed")

    roster.sign_on(roster.new_name())
    with monkeypatch.context() as patch:
        patch.setattr(connection, "cursor", away)
        patch.setattr(connection, "close", lambda: None)
        status, found = ready(client)
    assert (status, found["checks"]["database"]["ok"]) == (503, False)
    assert "10.1.1.1" not in json.dumps(found)
    usage = shutil.disk_usage("/")._replace(free=1000)
    monkeypatch.setattr(health.shutil, "disk_usage", lambda path: usage)
    assert ready(client)[1]["checks"]["space"]["ok"] is False


@pytest.mark.django_db
def test_metrics_count_requests_by_route_and_show_the_work(client: Client) -> None:
    HUB.forget()
    services.enqueue("mail", {}, "usr_1")
    client.get("/")
    client.get(f"/{NAME}?q={NAME}")
    text = client.get("/metrics").content.decode()
    assert 'tellonce_requests_total{method="GET",route="/",status="200"}' in text
    assert 'tellonce_requests_total{method="GET",route="none",status="404"}' in text
    assert 'tellonce_request_seconds_bucket{le="0.05",method="GET",route="/"}' in text
    assert 'tellonce_jobs{state="waiting"} 1.0' in text
    for gauge in ("records", "customers", "quarantined", "workers", "queue_age_seconds"):
        assert f"\ntellonce_{gauge} " in text
    assert 'tellonce_feed_lag{consumer="webhooks"} 0.0' in text
    assert "tellonce_database_up 1.0" in text
    assert "process_resident_memory_bytes" in text
    assert "wilhelmina" not in text
    again = client.get("/metrics").content.decode()
    assert 'tellonce_requests_total{method="GET",route="/metrics",status="200"}' in again


@pytest.mark.django_db
def test_metrics_are_for_this_machine_or_with_the_token(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert client.get("/metrics", REMOTE_ADDR="203.0.113.7").status_code == 403
    assert client.get("/metrics", REMOTE_ADDR="nonsense").status_code == 403
    assert client.get("/metrics", REMOTE_ADDR="::1").status_code == 200
    monkeypatch.setenv("TELLONCE_METRICS_TOKEN", "a-long-token")
    assert client.get("/metrics").status_code == 403
    assert client.get("/metrics", headers={"authorization": "Bearer other"}).status_code == 403
    given = {"authorization": "Bearer a-long-token"}
    assert client.get("/metrics", headers=given, REMOTE_ADDR="203.0.113.7").status_code == 200


@pytest.mark.django_db
def test_metrics_say_when_the_database_is_away(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away() -> None:
        raise OperationalError

    monkeypatch.setattr("tellonce.hub.observing.metrics.queue_state", away)
    text = client.get("/metrics").content.decode()
    assert "tellonce_database_up 0.0" in text
    assert "tellonce_jobs" not in text


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """What the loggers write, as JSON."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonFormatter())
    loggers = [logging.getLogger(name) for name in ("tellonce", "django.request", "somebody")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.addHandler(handler)
        logger.setLevel("INFO")
    yield stream
    for logger, level in zip(loggers, levels, strict=True):
        logger.removeHandler(handler)
        logger.setLevel(level)


@pytest.mark.django_db
def test_a_request_is_one_json_line_by_route_with_its_id(
    client: Client, lines: io.StringIO
) -> None:
    client.get(f"/?q={NAME}", headers={"x-request-id": "abc-1"})
    line = json.loads(lines.getvalue())
    assert (line["method"], line["route"], line["status"]) == ("GET", "/", 200)
    assert (line["request_id"], line["message"]) == ("abc-1", "request")
    assert line["ms"] > 0
    client.get("/healthz")
    assert len(lines.getvalue().splitlines()) == 1, "probes are not logged"
    assert "wilhelmina" not in lines.getvalue()


@pytest.mark.django_db
def test_a_request_that_breaks_down_is_logged_with_its_place_and_nobody_s_data(
    client: Client, lines: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> None:
        raise ValueError(f"duplicate key: {NAME}")

    monkeypatch.setattr("tellonce.hub.pages.hub_status", broken)
    client.raise_request_exception = False
    assert client.get(f"/?q={NAME}").status_code == 500
    logged = [json.loads(line) for line in lines.getvalue().splitlines()]
    errors = [line for line in logged if line.get("error") == "ValueError"]
    assert any("test_observing.py" in place for line in errors for place in line["trace"])
    assert any(line.get("status") == 500 for line in logged)
    assert "wilhelmina" not in lines.getvalue()


def test_other_libraries_are_quoted_without_their_arguments(lines: io.StringIO) -> None:
    logging.getLogger("somebody").info("Serving %s", f"/customers?email={NAME}")
    assert json.loads(lines.getvalue())["message"] == "Serving %s"


def test_text_says_the_same_for_people() -> None:
    record = logging.LogRecord("tellonce.request", logging.INFO, "", 1, "request", None, None)
    record.facts = {"route": "/", "ms": 1.5}
    assert TextFormatter().format(record).endswith(" info request route=/ ms=1.5")


def finding(name: str) -> health.Finding:
    return next(one for one in doctor.findings() if one.name == name)


@pytest.mark.django_db
def test_doctor_speaks_up_when_work_waits_and_nobody_works() -> None:
    assert finding("worker").ok
    services.enqueue("mail", {}, "usr_1")
    with clock.stopped_at(clock.now() + timedelta(minutes=10)):
        assert not finding("worker").ok
        roster.sign_on(roster.new_name())
        assert finding("worker").ok


@pytest.mark.django_db
def test_doctor_finds_a_clock_that_was_set_back() -> None:
    assert finding("clock").ok
    with clock.stopped_at(clock.now() + timedelta(hours=1)):
        roster.sign_on(roster.new_name())
    assert "seconds from now" in finding("clock").sentence


@pytest.mark.django_db
def test_doctor_finds_dead_jobs_held_up_consumers_and_disabled_webhooks(
    admin: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tellonce.hub.events.models import Endpoint
    from tellonce.hub.jobs.models import Cursor

    assert all(finding(name).ok for name in ("jobs", "webhooks"))
    services.enqueue("mail", {}, "usr_1")
    queue.bury(services.claim(), "no")
    assert "1 failed for good" in finding("jobs").sentence
    Cursor.objects.create(name="webhooks", failures=3, trouble="Unexpected KeyError.")
    assert "held up" in finding("jobs").sentence
    add_endpoint("https://host.example/", [], admin)
    Endpoint.objects.update(disabled_at=clock.now())
    assert "1 are disabled" in finding("webhooks").sentence


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("setting", "value", "sentence"),
    [
        ("TELLONCE_DATABSE_URL", "x", "TELLONCE_DATABSE_URL is no setting"),
        ("TELLONCE_THREADS", "many", "not a number"),
    ],
)
def test_doctor_finds_settings_that_are_misspelt_or_no_good(
    monkeypatch: pytest.MonkeyPatch, setting: str, value: str, sentence: str
) -> None:
    assert finding("configuration").ok
    monkeypatch.setenv(setting, value)
    found = finding("configuration")
    assert not found.ok
    assert sentence in found.sentence
