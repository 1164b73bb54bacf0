"""Upkeep over HTTP: who is stale, findings, confirmations, nudges; and what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from tellonce.hub.core import clock
from tests.hub.api.calling import Caller, a_caller, problem
from tests.hub.upkeep.people import ANNA, OTTO, ages, customer_of, push, sources

pytestmark = pytest.mark.django_db


@pytest.fixture
def anna() -> str:
    sources("crm")
    push("crm", ANNA | {"seen": "2023-01-01"}, OTTO)
    return customer_of("1").public_id


@pytest.fixture
def caller() -> Caller:
    return a_caller()


def test_stale_customers_are_listed_with_values_as_policy_shows_them(
    anna: str, caller: Caller
) -> None:
    page = caller.get("/customers/stale").json()
    (one,) = page["customers"]
    assert one["customer"] == anna
    email = next(value for value in one["values"] if value["attribute"] == "email")
    assert email["says"] == {"email": {"value": "annamaria@example.org", "masked": False}}
    assert email["decay"] > 50
    other = a_caller("lab", purpose="product").get("/customers/stale?attribute=email").json()
    said = other["customers"][0]["values"][0]["says"]["email"]
    assert said == {"value": "a***@e***", "masked": True}


def test_who_may_not_be_seen_for_the_purpose_is_counted_and_not_named(anna: str) -> None:
    page = a_caller(purpose="marketing").get("/customers/stale").json()
    assert (page["customers"], page["withheld"]) == ([], 1)


def test_each_value_of_a_customer_says_its_decay(anna: str, caller: Caller) -> None:
    values = caller.get(f"/customers/{anna}").json()["values"]
    email = next(one for one in values if one["attribute"] == "email")
    birth = next(one for one in values if one["attribute"] == "birth_date")
    assert email["stale"] is True
    assert email["decay"] == ages()["email"].score
    assert (birth["decay"], birth["stale"]) == (0.0, False)
    past = caller.get(f"/customers/{anna}?as_of={clock.iso(clock.now())}").json()["values"]
    assert next(one for one in past if one["attribute"] == "email")["decay"] == email["decay"]


def test_a_value_is_confirmed_and_the_confirmation_undone(anna: str, caller: Caller) -> None:
    tag = caller.get(f"/customers/{anna}").headers["ETag"]
    path = f"/customers/{anna}/confirmations"
    sent = {"attribute": "email", "channel": "phone"}
    made = caller.post(path, sent, Idempotency_Key="k1")
    assert made.status_code == 201
    again = caller.post(path, sent, Idempotency_Key="k1")
    assert again.json() == made.json()
    (listed,) = caller.get(path).json()["confirmations"]
    assert listed["id"] == made.json()["id"]
    seen = caller.get(f"/customers/{anna}")
    email = next(one for one in seen.json()["values"] if one["attribute"] == "email")
    assert email["decay"] == 0
    assert email["confirmed_at"][:20] == listed["said_at"][:20]
    assert seen.headers["ETag"] != tag
    undone = caller.post(f"/confirmations/{listed['id']}/undo")
    assert undone.json()["undone_at"]
    problem(caller.post(f"/confirmations/{listed['id']}/undo"), 409, "conflict")
    assert caller.get(f"/customers/{anna}").headers["ETag"] == tag


def test_findings_are_listed_by_kind_and_state(anna: str, caller: Caller) -> None:
    sources("shop")
    push("shop", ANNA | {"id": "A", "street": "Inna", "house number": "9"})
    (one,) = caller.get("/findings?kind=disagreement").json()["findings"]
    assert one["customer"] == anna
    assert one["detail"]["sides"][0]["records"] == ["shop:A"]
    assert caller.get("/findings?kind=disagreement&state=gone").json()["findings"] == []


def test_people_are_planned_asked_and_answer(anna: str, caller: Caller) -> None:
    (planned,) = caller.post("/nudges/plan", {"limit": 5}).json()["nudges"]
    assert (planned["customer"], planned["state"]) == (anna, "planned")
    sent = caller.post("/nudges", {"limit": 5})
    assert sent.status_code == 201
    (nudge,) = sent.json()["nudges"]
    assert caller.post("/nudges", {"limit": 5}).json()["nudges"] == []
    assert caller.post("/nudges/plan", {"limit": 5}).json() == {
        "nudges": [],
        "passed_over": {"asked lately": 1},
    }
    answered = caller.post(f"/nudges/{nudge['id']}/answer", {"answer": "confirmed"}).json()
    assert answered["state"] == "confirmed"
    problem(caller.post(f"/nudges/{nudge['id']}/answer", {"answer": "declined"}), 409, "conflict")
    (listed,) = caller.get("/nudges?state=confirmed").json()["nudges"]
    assert listed["id"] == nudge["id"]


BAD: list[tuple[str, str, Any, int]] = [
    ("GET", "/customers/stale?limit=0", None, 422),
    ("GET", "/customers/stale?cursor=x", None, 422),
    ("GET", "/customers/stale?cursor=999999999999999999:1", None, 422),
    ("GET", "/customers/stale?older=1", None, 422),
    ("GET", "/findings?kind=odd", None, 422),
    ("GET", "/findings?cursor=1:2", None, 422),
    ("GET", "/nudges?state=odd", None, 422),
    ("GET", "/nudges?cursor=nud_00000000000000000000000000000000", None, 404),
    ("POST", "/nudges", {"limit": 0}, 422),
    ("POST", "/nudges", {"often": True}, 422),
    ("POST", "/nudges/nud_1/answer", {"answer": "confirmed"}, 404),
    ("POST", "/nudges/nud_1/answer", {"answer": "perhaps"}, 422),
    ("POST", "/confirmations/cnf_1/undo", None, 404),
    ("POST", "/customers/cus_1/confirmations", {"attribute": "email"}, 404),
    ("POST", "/customers/cus_1/confirmations", {"attribute": ""}, 422),
    ("POST", "/customers/cus_1/confirmations", {"attribute": "email", "said_by": "dog"}, 422),
    ("GET", "/customers/cus_1/confirmations", None, 404),
]


@pytest.mark.parametrize(("method", "path", "body", "status"), BAD)
def test_bad_input_is_a_problem_that_says_what_to_do(
    caller: Caller, method: str, path: str, body: Any, status: int
) -> None:
    answer = caller.get(path) if method == "GET" else caller.post(path, body)
    assert answer.status_code == status, answer.json()
    assert answer.json()["hint"]


def test_scopes_and_purposes_are_needed(anna: str) -> None:
    reader = a_caller("reader", scopes=("customers:read",))
    assert reader.get("/customers/stale").status_code == 200
    problem(reader.get("/findings"), 403, "scope")
    problem(reader.post("/nudges", {"limit": 1}), 403, "scope")
    path = f"/customers/{anna}/confirmations"
    problem(reader.post(path, {"attribute": "email"}), 403, "scope")
    nowhere = a_caller("nowhere", purpose="")
    problem(nowhere.get("/customers/stale"), 400, "purpose")
    problem(nowhere.post(path, {"attribute": "email"}), 400, "purpose")
    sales = a_caller("sales", purpose="service", purposes=("sales",))
    problem(sales.get("/customers/stale"), 403, "refused")


def test_a_confirmation_of_a_version_that_is_no_more_is_a_conflict(
    anna: str, caller: Caller
) -> None:
    path = f"/customers/{anna}/confirmations"
    problem(caller.post(path, {"attribute": "email", "version": 7}), 409, "conflict")
    problem(caller.post(path, {"attribute": "shoe_size"}), 422, "invalid")
