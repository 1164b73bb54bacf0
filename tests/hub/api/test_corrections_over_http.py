"""Corrections over HTTP: who may do what, groups, keys, and what cannot be used."""

from __future__ import annotations

from typing import Any

import pytest

from tests.hub.api.calling import Caller, a_caller, problem
from tests.hub.correcting import NEW, golden, people
from tests.hub.delivering import ANNA

pytestmark = pytest.mark.django_db
WRONG = {"record": "crm:1", "attribute": "email", "value": NEW}
MAIL = {"record": "crm:2", "attribute": "email", "removes": True}


@pytest.fixture
def caller() -> Caller:
    """Who may do everything, of a hub that holds three people."""
    people()
    return a_caller()


@pytest.fixture
def second() -> Caller:
    """Somebody else who may."""
    return a_caller("second")


def test_lists_hold_no_value_and_page(caller: Caller) -> None:
    ids = [caller.post("/corrections", body).json()["id"] for body in (WRONG, MAIL)]
    first = caller.get("/corrections?limit=1")
    assert [one["id"] for one in first.json()["corrections"]] == ids[1:]
    rest = caller.get(f"/corrections?limit=1&before={first.json()['before']}").json()
    assert [one["id"] for one in rest["corrections"]] == ids[:1]
    customer = rest["corrections"][0]["customer"]
    found = caller.get(f"/corrections?customer={customer}&state=open&origin=representative").json()
    assert [one["id"] for one in found["corrections"]] == ids[:1]
    assert caller.get("/corrections?overdue=true").json()["corrections"] == []
    text = first.content + caller.get("/changes?after=0").content
    assert NEW.encode() not in text
    assert ANNA["email"].encode() not in text


def test_a_read_takes_a_purpose_and_shows_what_policy_lets_it_see(caller: Caller) -> None:
    one = caller.post("/corrections", {**WRONG, "reason": "She said so."}).json()["id"]
    caller.purpose = ""
    problem(caller.get(f"/corrections/{one}"), 400, "purpose")
    found = caller.get(f"/corrections/{one}", Tellonce_Purpose="product").json()
    assert (found["masked"], found["reason"]) == (True, "")
    assert NEW not in str(found)
    seen = caller.get(f"/corrections/{one}", Tellonce_Purpose="service")
    assert (seen.json()["value"], seen.json()["reason"]) == (NEW, "She said so.")
    assert seen.headers["ETag"] == '"1"'


def test_the_author_does_not_review_and_the_scope_decides_who_may(
    caller: Caller, second: Caller
) -> None:
    one = caller.post("/corrections", WRONG).json()["id"]
    problem(caller.post(f"/corrections/{one}/approve"), 403, "refused")
    problem(caller.post(f"/corrections/{one}/reject", {}), 403, "refused")
    problem(second.post(f"/corrections/{one}/withdraw", {}), 403, "refused")
    reader = a_caller("reader", scopes=("corrections:read",))
    problem(reader.post("/corrections", WRONG), 403, "scope")
    problem(reader.post(f"/corrections/{one}/approve"), 403, "scope")
    rejected = second.post(f"/corrections/{one}/reject", {"reason": "No."}).json()
    assert [row["state"] for row in rejected["corrections"]] == ["rejected"]


def test_a_group_is_previewed_proposed_approved_and_undone_as_one(
    caller: Caller, second: Caller
) -> None:
    bad = {**MAIL, "attribute": "emial"}
    group = {"name": "returned mail", "corrections": [WRONG, MAIL, bad]}
    preview = caller.post("/corrections/groups", {**group, "preview": True})
    assert (preview.status_code, preview.json()["group"]) == (200, None)
    seen = preview.json()["preview"]
    assert (seen["corrections"], seen["customers"], seen["needs"]) == (2, 2, 1)
    assert [(one["row"], "emial" in one["problem"]) for one in seen["troubles"]] == [(3, True)]
    assert caller.get("/corrections").json()["corrections"] == []
    assert "row 3" in problem(caller.post("/corrections/groups", group), 409, "conflict")["detail"]
    made = caller.post("/corrections/groups", {**group, "skip": True})
    assert made.status_code == 201
    name = made.json()["group"]["id"]
    one = caller.get(f"/corrections?group={name}").json()["corrections"][0]["id"]
    problem(second.post(f"/corrections/{one}/approve"), 409, "conflict")
    assert len(second.post(f"/corrections/{name}/approve").json()["corrections"]) == 2
    assert golden("crm:1", "email")[0][0] == NEW
    assert golden("crm:2", "email") == []
    assert caller.get(f"/corrections/groups/{name}").json()["states"] == {"applied": 2}
    second.post(f"/corrections/{name}/undo", {"reason": "Wrong list."})
    assert golden("crm:1", "email")[0][0] == ANNA["email"]
    assert caller.get(f"/corrections/groups/{name}").json()["states"] == {"undone": 2}


def test_the_same_key_proposes_and_approves_once(caller: Caller, second: Caller) -> None:
    first = caller.post("/corrections", WRONG, Idempotency_Key="c-1")
    again = caller.post("/corrections", WRONG, Idempotency_Key="c-1")
    assert (again.status_code, again.json()) == (201, first.json())
    problem(caller.post("/corrections", WRONG), 409, "conflict")
    path = f"/corrections/{first.json()['id']}/approve"
    done = second.post(path, If_Match='"1"', Idempotency_Key="a-1")
    assert second.post(path, If_Match='"1"', Idempotency_Key="a-1").json() == done.json()
    stale = problem(second.post(path, If_Match='"1"'), 412, "stale")
    assert stale["version"] == done.json()["corrections"][0]["version"]


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/corrections", {**WRONG, "customer": "cus_1"}, 422),
        ("/corrections", {**WRONG, "record": "crm"}, 422),
        ("/corrections", {**WRONG, "record": "crm:99"}, 404),
        ("/corrections", {"customer": "cus_1", "attribute": "email"}, 404),
        ("/corrections", {**WRONG, "value": "no address"}, 422),
        ("/corrections", {**WRONG, "value": ""}, 422),
        ("/corrections", {**WRONG, "removes": True}, 422),
        ("/corrections", {**WRONG, "origin": "rumour"}, 422),
        ("/corrections", {**WRONG, "severity": "huge"}, 422),
        ("/corrections", {**WRONG, "confidence": 2}, 422),
        ("/corrections", {**WRONG, "expires_days": 0}, 422),
        ("/corrections", {**WRONG, "surprise": 1}, 422),
        ("/corrections", {**WRONG, "old": "other@example.com"}, 409),
        ("/corrections/groups", {"name": "x", "corrections": []}, 422),
        ("/corrections/cor_1/value", {"value": NEW}, 404),
        ("/corrections/cor_1/approve", None, 404),
        ("/corrections/cog_1/approve", None, 404),
        ("/corrections/cor_1/reject", {}, 404),
        ("/corrections/cor_1/withdraw", {}, 404),
        ("/corrections/cor_1/undo", {}, 404),
        ("/corrections/tasks/tsk_1/answer", {"answer": "done"}, 404),
        ("/corrections/tasks/tsk_1/answer", {"answer": "perhaps"}, 422),
        ("/corrections/tasks/tsk_1/answer", {"answer": "refused"}, 422),
    ],
)
def test_what_cannot_be_used_is_told_why(path: str, body: Any, status: int, caller: Caller) -> None:
    kind = {404: "not-found", 409: "conflict"}.get(status, "invalid")
    said = problem(caller.post(path, body), status, kind)
    assert "no address" not in str(said)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/corrections?state=lost", 422),
        ("/corrections?limit=0", 422),
        ("/corrections?before=cor_1", 404),
        ("/corrections?customer=cus_1", 404),
        ("/corrections/cor_1", 404),
        ("/corrections/groups/cog_1", 404),
        ("/corrections/tasks?after=tsk_1", 404),
        ("/corrections/tasks?state=lost", 422),
    ],
)
def test_what_is_not_there_is_told(path: str, status: int, caller: Caller) -> None:
    problem(caller.get(path), status, "not-found" if status == 404 else "invalid")
