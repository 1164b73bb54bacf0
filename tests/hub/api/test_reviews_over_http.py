"""The review queue over HTTP: listed without values, explained under policy, decided."""

from __future__ import annotations

from typing import Any

import pytest

from tests.hub.api.calling import Caller, a_caller, problem
from tests.hub.delivering import ANNA, OTTO, a_source

pytestmark = pytest.mark.django_db
MARRIED = ANNA | {"id": "5", "first name": "Anna", "last name": "Inna", "dob": "", "email": ""}


@pytest.fixture
def caller() -> Caller:
    """Of a hub with one doubtful match: one phone, similar names."""
    a_source("crm", record_id="id")
    made = a_caller()
    rows = [ANNA, OTTO, MARRIED]
    made.post("/records?wait=true", {"source": "crm", "records": rows})
    return made


def the_open_one(caller: Caller) -> dict[str, Any]:
    answer = caller.get("/reviews")
    assert answer.status_code == 200, answer.content
    (one,) = answer.json()["reviews"]
    return dict(one)


def test_the_queue_names_records_and_customers_and_no_value(caller: Caller) -> None:
    found = caller.get("/reviews?order=age").json()
    (one,) = found["reviews"]
    assert (one["left"], one["right"]) == ("crm:1", "crm:5")
    assert len(set(one["customers"])) == 2
    assert (found["apart"], found["together"], found["cursor"]) == (1, 0, "")
    assert "anna" not in str(found).lower()


def test_a_doubtful_match_is_explained_with_the_values_that_policy_shows(caller: Caller) -> None:
    path = f"/reviews/{the_open_one(caller)['id']}"
    found = caller.get(path).json()
    assert found["reasons"][0]["words"]
    assert ANNA["last name"] in str(found["values"])
    problem(Caller(caller.token).get(path), 400, "purpose")
    hidden = caller.get(path, Tellonce_Purpose="product").json()
    assert ANNA["last name"] not in str(hidden)
    compared = {one["comparison"] for one in found["reasons"]}
    assert {"phone", "email"} & compared
    alike = a_caller("mailer", "marketing", purposes=("marketing",)).get(path).json()
    assert (alike["reasons"], alike["values"]) == ([], [])
    problem(caller.get("/reviews/999999"), 404, "not-found")


def test_a_decision_takes_it_off_the_queue(caller: Caller) -> None:
    path = f"/reviews/{the_open_one(caller)['id']}/decide"
    problem(caller.post(path, {"verdict": "perhaps"}), 422, "invalid")
    done = caller.post(path, {"verdict": "same", "reason": "She married."})
    assert done.status_code == 201
    assert len(done.json()["customers"]) == 1
    assert caller.get("/reviews").json()["reviews"] == []
    problem(caller.post(path, {"verdict": "same"}), 404, "not-found")


def test_who_does_not_decide_sees_no_queue(caller: Caller) -> None:
    reader = a_caller("reader", scopes=("customers:read",))
    problem(reader.get("/reviews"), 403, "scope")
    problem(caller.get("/reviews?cursor=1;2"), 422, "invalid")
