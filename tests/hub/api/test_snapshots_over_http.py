"""Snapshots over HTTP: taken, sealed, read again by who took it while nothing has changed."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tellonce.hub.audit.models import AuditEntry
from tellonce.hub.core import clock
from tellonce.hub.snapshots.models import Snapshot
from tellonce.hub.snapshots.selectors import verify
from tests.hub.api.calling import Caller, a_caller, problem
from tests.hub.delivering import ANNA, OTTO, a_source, load

pytestmark = pytest.mark.django_db


@pytest.fixture
def caller(tmp_path: Path) -> Caller:
    a_source()
    load(tmp_path / "crm.csv", [ANNA, OTTO])
    return a_caller()


def take(caller: Caller, **more: Any) -> Any:
    return caller.post("/snapshots", {"record": "crm:1", **more})


def test_a_snapshot_is_taken_sealed_and_announced(caller: Caller) -> None:
    answer = take(caller, sections=["demographics"])
    assert answer.status_code == 201
    found = answer.json()
    assert found["event"]["data"]["code"] == "P1624"
    sealed = found["snapshot"]
    assert verify(sealed["snapshot"]).holds
    assert sealed["requested_by"]["id"].startswith("cli_")
    values = {v["attribute"]: v["value"] for v in sealed["sections"]["demographics"]["values"]}
    assert values["email"] == ANNA["email"]


def test_who_took_a_snapshot_reads_it_again_and_that_is_written_down(caller: Caller) -> None:
    taken = take(caller).json()["snapshot"]
    again = caller.get(f"/snapshots/{taken['snapshot']}")
    assert again.json()["snapshot"] == taken
    entry = AuditEntry.objects.order_by("id").last()
    assert (entry.action, entry.target) == ("snapshot.serve", taken["snapshot"])


def test_nobody_else_finds_it_and_another_purpose_does_not_open_it(caller: Caller) -> None:
    name = take(caller).json()["snapshot"]["snapshot"]
    problem(a_caller("another").get(f"/snapshots/{name}"), 404, "not-found")
    problem(caller.get(f"/snapshots/{name}", Tellonce_Purpose="sales"), 403, "refused")
    problem(Caller(caller.token).get(f"/snapshots/{name}"), 400, "purpose")


def test_a_purpose_that_was_not_granted_is_refused_and_written_down(caller: Caller) -> None:
    narrow = a_caller("narrow", "sales", purposes=("service",))
    found = problem(take(narrow), 403, "refused")
    assert "service" in found["hint"]
    entry = AuditEntry.objects.order_by("id").last()
    assert (entry.outcome, entry.purpose) == ("refused", "sales")


def test_a_customer_that_has_changed_needs_a_new_snapshot(caller: Caller, tmp_path: Path) -> None:
    name = take(caller).json()["snapshot"]["snapshot"]
    with clock.stopped_at(clock.now() + timedelta(seconds=5)):
        load(tmp_path / "again.csv", [{**ANNA, "email": "new@example.org"}])
        found = problem(caller.get(f"/snapshots/{name}"), 409, "conflict")
    assert "Take a new snapshot" in found["hint"]


def test_of_an_erased_one_only_the_header_remains(caller: Caller) -> None:
    name = take(caller).json()["snapshot"]["snapshot"]
    Snapshot.objects.update(body=None, erased_at=clock.now())
    problem(caller.get(f"/snapshots/{name}"), 410, "gone")


def test_looking_people_up_is_limited_more_than_other_requests(
    caller: Caller, settings: Any
) -> None:
    settings.TELLONCE_SEARCH_LIMIT = 1
    customer = take(caller).json()["snapshot"]["customer"]
    problem(take(caller), 429, "too-many")
    by_id = caller.post("/snapshots", {"customer": customer})
    assert by_id.status_code == 201
