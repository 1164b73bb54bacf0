"""Decisions over HTTP: decided, merged, split, undone, approved; nobody decides on what changed."""

from __future__ import annotations

from typing import Any

import pytest

from tellonce.hub.audit.models import AuditEntry
from tests.hub.api.calling import Caller, a_caller, problem
from tests.hub.delivering import ANNA, OTTO, WILMA, a_source

pytestmark = pytest.mark.django_db


@pytest.fixture
def caller() -> Caller:
    """Of a hub that holds three people, each once."""
    a_source("crm", record_id="id")
    made = a_caller()
    made.post("/records?wait=true", {"source": "crm", "records": [ANNA, OTTO, WILMA]})
    return made


def customer(caller: Caller, record: str) -> str:
    (hit,) = caller.post("/customers/search", {"record": record}).json()["customers"]
    return str(hit["customer"])


def done(answer: Any, status: int = 201) -> dict[str, Any]:
    assert answer.status_code == status, answer.content
    found: dict[str, Any] = answer.json()
    return found


def test_records_that_are_said_to_be_the_same_are_one_customer_until_it_is_undone(
    caller: Caller,
) -> None:
    anna, otto = customer(caller, "crm:1"), customer(caller, "crm:2")
    body = {"pairs": [["crm:1", "crm:2"]], "verdict": "same", "reason": "One person."}
    found = done(caller.post("/decisions", body))
    assert (found["act"]["kind"], found["act"]["reason"]) == ("decide", "One person.")
    assert found["act"]["author"].startswith("cli_")
    assert found["act"]["customers"] == [anna, otto]
    assert customer(caller, "crm:1") == customer(caller, "crm:2") == found["customers"][0]
    undone = done(caller.post(f"/decisions/{found['act']['id']}/undo", {"reason": "No."}))
    assert undone["act"]["undoes"] == found["act"]["id"]
    assert (customer(caller, "crm:1"), customer(caller, "crm:2")) == (anna, otto)
    again = caller.post(f"/decisions/{found['act']['id']}/undo", {})
    problem(again, 409, "conflict")
    read = caller.get(f"/decisions/{found['act']['id']}").json()
    assert read["undone_by"] == undone["act"]["id"]
    listed = caller.get("/decisions?state=done&limit=1").json()["acts"]
    assert [one["id"] for one in listed] == [undone["act"]["id"]]
    assert read["customers"] == listed[0]["customers"] == [anna, otto]


def test_customers_are_merged_and_split_and_the_story_says_who_did_it_and_why(
    caller: Caller,
) -> None:
    anna, otto = customer(caller, "crm:1"), customer(caller, "crm:2")
    merged = done(
        caller.post("/customers/merge", {"customers": [anna, otto], "reason": "One person."})
    )
    ((gone, kept),) = merged["merged"].items()
    assert caller.get(f"/customers/{gone}").json()["customer"] == kept
    story = caller.get(f"/customers/{kept}/history").json()["story"]
    (merge,) = [one for one in story if one["what"] == "merged"]
    assert (merge["by"]["act"], merge["by"]["reason"]) == (merged["act"]["id"], "One person.")
    assert merge["by"]["author"].startswith("cli_")
    split = done(caller.post(f"/customers/{kept}/split", {"groups": [["crm:2"]]}))
    assert split["split"] or split["restored"]
    assert customer(caller, "crm:1") != customer(caller, "crm:2")


def test_whoever_saw_an_older_version_is_told_the_current_one(caller: Caller) -> None:
    anna, otto = customer(caller, "crm:1"), customer(caller, "crm:2")
    tag = caller.get(f"/customers/{anna}").headers["ETag"]
    changed = {**ANNA, "phone": "+48 600 700 999"}
    caller.post("/records?wait=true", {"source": "crm", "records": [changed]})
    body = {"customers": [anna, otto], "seen": {anna: 1, otto: 1}}
    assert problem(caller.post("/customers/merge", body), 409, "conflict")["versions"][anna] == 2
    split = {"groups": [["crm:1"]]}
    found = problem(caller.post(f"/customers/{anna}/split", split, If_Match=tag), 412, "stale")
    assert found["versions"] == {anna: 2}
    problem(caller.post(f"/customers/{anna}/split", split, If_Match="W/1"), 400, "bad-request")
    fresh = {"customers": [anna, otto], "seen": {anna: 2}}
    assert caller.post("/customers/merge", fresh).status_code == 201


def test_an_act_that_moves_much_waits_for_a_second_person(caller: Caller, settings: Any) -> None:
    settings.TELLONCE_TWO_PERSON_RECORDS = 0.5
    anna, otto = customer(caller, "crm:1"), customer(caller, "crm:2")
    proposed = done(caller.post("/customers/merge", {"customers": [anna, otto]}), 202)
    assert proposed["act"]["state"] == "proposed"
    assert customer(caller, "crm:1") != customer(caller, "crm:2")
    path = f"/decisions/{proposed['act']['id']}"
    problem(caller.post(f"{path}/approve"), 403, "refused")
    second = a_caller("second")
    assert done(second.post(f"{path}/approve"))["act"]["state"] == "done"
    assert customer(caller, "crm:1") == customer(caller, "crm:2")
    other = done(
        caller.post("/customers/merge", {"customers": [anna, customer(caller, "crm:3")]}), 202
    )
    rejected = second.post(f"/decisions/{other['act']['id']}/reject", {"reason": "Two people."})
    assert rejected.json()["state"] == "rejected"
    assert rejected.json()["settled_reason"] == "Two people."
    again = done(
        caller.post("/customers/merge", {"customers": [anna, customer(caller, "crm:3")]}), 202
    )
    answer = caller.post(f"/decisions/{again['act']['id']}/reject", "")
    assert (answer.status_code, answer.json()["settled_reason"]) == (200, "")


def test_the_same_key_decides_once(caller: Caller) -> None:
    body = {"pairs": [["crm:1", "crm:2"]], "verdict": "different"}
    first = caller.post("/decisions", body, Idempotency_Key="d-1")
    again = caller.post("/decisions", body, Idempotency_Key="d-1")
    assert (again.status_code, again.json()) == (201, first.json())
    assert len(caller.get("/decisions").json()["acts"]) == 1


def test_the_same_key_with_another_version_seen_is_another_request(caller: Caller) -> None:
    anna, otto = customer(caller, "crm:1"), customer(caller, "crm:2")
    merged = done(caller.post("/customers/merge", {"customers": [anna, otto]}))
    ((_, kept),) = merged["merged"].items()
    tag = caller.get(f"/customers/{kept}").headers["ETag"]
    split = {"groups": [["crm:2"]]}
    path = f"/customers/{kept}/split"
    done(caller.post(path, split, If_Match=tag, Idempotency_Key="s-1"))
    again = caller.post(path, split, If_Match=tag, Idempotency_Key="s-1")
    assert again.headers["Idempotent-Replayed"] == "true"
    assert caller.post(path, split, If_Match='"99"', Idempotency_Key="s-1").status_code == 422


def test_what_contradicts_earlier_decisions_is_a_conflict(caller: Caller) -> None:
    for pair, verdict in ((("crm:1", "crm:2"), "same"), (("crm:2", "crm:3"), "same")):
        done(caller.post("/decisions", {"pairs": [pair], "verdict": verdict}))
    answer = caller.post("/decisions", {"pairs": [["crm:1", "crm:3"]], "verdict": "different"})
    assert "crm:2" in problem(answer, 409, "conflict")["detail"]


def test_a_client_without_the_scope_decides_nothing(caller: Caller) -> None:
    reader = a_caller("reader", scopes=("customers:read",))
    problem(reader.post("/customers/merge", {"customers": ["cus_1", "cus_2"]}), 403, "scope")
    assert not AuditEntry.objects.filter(action="merge").exists()


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/decisions", {"pairs": [["crm:1", "crm:1"]], "verdict": "same"}, 422),
        ("/decisions", {"pairs": [["crm:1"]], "verdict": "same"}, 422),
        ("/decisions", {"pairs": [["crm:1", "anna"]], "verdict": "same"}, 422),
        ("/decisions", {"pairs": [["crm:1", "crm:99"]], "verdict": "same"}, 404),
        ("/decisions", {"pairs": [["crm:1", "crm:2"]], "verdict": "perhaps"}, 422),
        ("/customers/merge", {"customers": ["cus_1"]}, 422),
        ("/customers/merge", {"customers": ["cus_1", "cus_2"]}, 404),
        ("/customers/cus_1/split", {"groups": [["crm:1"]]}, 404),
        ("/decisions/act_1/undo", {}, 404),
        ("/decisions/act_1/approve", None, 404),
        ("/decisions/act_1/reject", None, 404),
    ],
)
def test_what_cannot_be_decided_is_told_why(
    path: str, body: Any, status: int, caller: Caller
) -> None:
    kind = "not-found" if status == 404 else "invalid"
    problem(caller.post(path, body), status, kind)
