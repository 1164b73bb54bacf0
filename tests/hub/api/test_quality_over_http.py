"""Rules, what they found, and the quarantine over HTTP."""

from __future__ import annotations

from typing import Any

import pytest

from tellonce.hub.api import quality
from tellonce.hub.audit.models import AuditEntry
from tellonce.hub.jobs.models import Job
from tests.hub.api.calling import Caller, a_caller, problem
from tests.hub.delivering import ANNA, OTTO, WILMA, a_source

pytestmark = pytest.mark.django_db
RULES = """\
- email: valid, name: email_ok, severity: high, owner: crm-team
- given_name: required, name: has_name, on_fail: quarantine
"""
BAD_MAIL = OTTO | {"email": "ottokar at home"}
NAMELESS = WILMA | {"first name": ""}


@pytest.fixture
def caller() -> Caller:
    """Of a hub with rules, one failure and one row in quarantine."""
    a_source("crm", record_id="id")
    made = a_caller()
    assert put(made, {"text": RULES, "reason": "first"}).status_code == 200
    made.post("/records", {"source": "crm", "records": [ANNA, BAD_MAIL, NAMELESS]})
    return made


def put(caller: Caller, body: dict[str, Any]) -> Any:
    """Set rules."""
    import json

    from django.test import Client

    return Client().put(
        "/api/v1/quality/rules",
        json.dumps(body),
        "application/json",
        headers={"Authorization": f"Bearer {caller.token}"},
    )


def the_failure(caller: Caller) -> dict[str, Any]:
    """The one that is open."""
    (one,) = caller.get("/quality/failures").json()["failures"]
    return dict(one)


def the_row(caller: Caller) -> dict[str, Any]:
    """The one that waits."""
    (one,) = caller.get("/quarantine").json()["rows"]
    return dict(one)


def test_rules_are_suggested_of_what_is_held_and_can_be_set(caller: Caller) -> None:
    rows = [
        {**ANNA, "id": f"s{n}", "last name": f"Testowska{'abcdefghij'[n % 10]}"} for n in range(60)
    ]
    caller.post("/records", {"source": "crm", "records": rows})
    found = caller.get("/quality/suggestions?source=crm").json()
    assert found["looked_at"] == found["records"] == 62
    assert "email: required" in {one["rule"] for one in found["suggestions"]}
    assert put(caller, {"text": found["text"], "source": "crm"}).json()["changed"]
    entry = AuditEntry.objects.filter(action="quality.suggest").get()
    assert entry.target == "crm"
    with quality._suggesting:
        problem(caller.get("/quality/suggestions?source=crm"), 503, "busy")
    problem(caller.get("/quality/suggestions?source=nobody"), 404, "not-found")
    problem(caller.get("/quality/suggestions"), 422, "invalid")
    reader = a_caller("reader", scopes=("quality:read",))
    problem(reader.get("/quality/suggestions?source=crm"), 403, "scope")


def test_rules_are_set_read_and_put_back(caller: Caller) -> None:
    again = put(caller, {"text": RULES}).json()
    assert (again["changed"], again["version"]["number"]) == (False, 1)
    assert put(caller, {"text": "- phone: required\n", "source": "crm"}).json()["changed"]
    found = caller.get("/quality/rules?source=crm").json()
    assert [(one["source"], one["rules"]) for one in found["versions"]] == [("", 2), ("crm", 1)]
    assert [one["source"] for one in found["rules"]] == ["", "", "crm"]
    assert found["rules"][0]["aloud"].startswith("email must be")
    put(caller, {"text": "- email: required\n"})
    assert put(caller, {"version": 1}).json()["version"]["number"] == 3
    history = caller.get("/quality/rules/history").json()["versions"]
    assert [(one["number"], one["in_force"]) for one in history] == [
        (3, True),
        (2, False),
        (1, False),
    ]
    assert history[0]["text"] == RULES


def test_rules_with_mistakes_are_refused_with_their_places(caller: Caller) -> None:
    wrong = problem(put(caller, {"text": "- email: vallid\n"}), 422, "invalid")
    assert "line 1, column 10" in wrong["detail"]
    problem(put(caller, {"text": "", "version": 1}), 422, "invalid")
    problem(put(caller, {}), 422, "invalid")
    problem(put(caller, {"version": 77}), 404, "not-found")
    problem(put(caller, {"text": RULES, "source": "nowhere"}), 404, "not-found")
    problem(put(caller, {"text": RULES, "soruce": "crm"}), 422, "invalid")
    reader = a_caller("reader", scopes=("quality:read",))
    problem(put(reader, {"text": RULES}), 403, "scope")


def test_failures_are_listed_without_values_and_opened_under_policy(caller: Caller) -> None:
    one = the_failure(caller)
    assert (one["record"], one["rule"], one["owner"]) == ("crm:2", "email_ok", "crm-team")
    assert "ottokar" not in str(one)
    path = f"/quality/failures/{one['id']}"
    assert caller.get(path).json()["value"] == "ottokar at home"
    hidden = caller.get(path, Tellonce_Purpose="product").json()
    assert (hidden["value"], hidden["shown"]) == ("***", "mask")
    assert AuditEntry.objects.filter(action="quality.read", outcome="done").count() == 2
    problem(Caller(caller.token).get(path), 400, "purpose")
    problem(caller.get("/quality/failures/99999"), 404, "not-found")
    sales = a_caller("sales", purposes=["sales"])
    problem(sales.get(path, Tellonce_Purpose="risk"), 403, "refused")


def test_failures_are_filtered_and_paged(caller: Caller) -> None:
    rows = [BAD_MAIL | {"id": str(n)} for n in range(10, 13)]
    caller.post("/records", {"source": "crm", "records": rows})
    first = caller.get("/quality/failures?limit=3&severity=high").json()
    assert len(first["failures"]) == 3
    rest = caller.get(f"/quality/failures?limit=3&cursor={first['cursor']}").json()
    assert (len(rest["failures"]), rest["cursor"]) == (1, "")
    assert caller.get("/quality/failures?severity=low").json()["failures"] == []
    assert caller.get("/quality/failures?rule=other").json()["failures"] == []
    assert len(caller.get("/quality/failures?state=any&source=crm").json()["failures"]) == 4
    problem(caller.get("/quality/failures?severity=bad"), 422, "invalid")
    problem(caller.get("/quality/failures?cursor=none"), 422, "invalid")
    problem(caller.get("/quality/failures?source=nowhere"), 404, "not-found")


def test_a_failure_is_waived_once(caller: Caller) -> None:
    path = f"/quality/failures/{the_failure(caller)['id']}/waive"
    problem(caller.post(path, {"reason": ""}), 422, "invalid")
    done = caller.post(path, {"reason": "He has no other."}, Idempotency_Key="a").json()
    assert (done["state"], done["because"]) == ("waived", "He has no other.")
    assert caller.post(path, {"reason": "He has no other."}, Idempotency_Key="a").json() == done
    problem(caller.post(path, {"reason": "Again."}), 409, "conflict")
    reader = a_caller("reader", scopes=("quality:read",))
    problem(reader.post(path, {"reason": "No."}), 403, "scope")


def test_counts_say_how_often_rules_were_met(caller: Caller) -> None:
    found = caller.get("/quality/counts?source=crm").json()
    rule = next(one for one in found["rules"] if one["rule"] == "email_ok")
    assert (rule["passed"], rule["failed"], rule["occasion"]) == (2, 1, "arrival")
    dimensions = {one["dimension"]: one["share"] for one in found["dimensions"]}
    assert dimensions == {"validity": pytest.approx(2 / 3), "completeness": pytest.approx(2 / 3)}
    assert caller.get("/quality/counts?until=2020-01-01").json()["rules"] == []
    problem(caller.get("/quality/counts?since=yesterday"), 422, "invalid")


def test_a_run_is_asked_for_and_done_by_a_worker(caller: Caller) -> None:
    answer = caller.post("/quality/runs", {})
    assert answer.status_code == 202
    assert Job.objects.get(pk=answer.json()["job"]).kind == "quality.run"


def test_a_row_in_quarantine_is_read_corrected_and_replayed(caller: Caller) -> None:
    row = the_row(caller)
    assert (row["rule"], row["record"]) == ("has_name", "3")
    assert row["reason"] == "first name is empty (rule has_name)"
    path = f"/quarantine/{row['id']}"
    seen = {one["field"]: one for one in caller.get(path).json()["fields"]}
    assert seen["email"]["value"] == WILMA["email"]
    hidden = caller.get(path, Tellonce_Purpose="product").json()["fields"]
    assert WILMA["email"] not in str(hidden)
    problem(Caller(caller.token).get(path), 400, "purpose")
    changes = {"changes": {"first name": "Wilhelmina"}, "reason": "She called."}
    assert caller.post(f"{path}/correct", changes).json()["corrected"] == ["first name"]
    assert caller.post(f"{path}/correct", changes).status_code == 422
    wrong = {"changes": {"frist name": "W"}, "reason": "She called."}
    assert "first name" in problem(caller.post(f"{path}/correct", wrong), 422, "invalid")["hint"]
    done = caller.post(f"{path}/replay").json()
    assert done == {"loaded": 1, "waiting": 0, "unreadable": 0, "left": 0}
    left = caller.get("/quarantine").json()
    assert (left["rows"], left["cursor"], left["withheld"]["lines"]) == ([], "", None)
    problem(caller.post(f"{path}/replay"), 404, "not-found")
    fields = {one["field"]: one for one in caller.get(path).json()["fields"]}
    assert fields["first name"]["correction"] == "Wilhelmina"


def test_rows_are_grouped_replayed_and_discarded_together(caller: Caller) -> None:
    more = [NAMELESS | {"id": str(n)} for n in (20, 21)]
    caller.post("/records", {"source": "crm", "records": more})
    (group,) = caller.get("/quarantine/groups").json()["groups"]
    assert (group["rule"], group["rows"]) == ("has_name", 3)
    problem(caller.post("/quarantine/replay", {}), 422, "invalid")
    put(caller, {"text": "- email: required\n"})
    done = caller.post("/quarantine/replay", {"rule": "has_name", "limit": 2}).json()
    assert done == {"loaded": 2, "waiting": 0, "unreadable": 0, "left": 1}
    problem(caller.post("/quarantine/discard", {"rule": "has_name"}), 422, "invalid")
    gone = caller.post("/quarantine/discard", {"rule": "has_name", "because": "A test."})
    assert gone.json() == {"discarded": 1}
    reader = a_caller("reader", scopes=("quality:read",))
    problem(reader.post("/quarantine/replay", {"rule": "has_name"}), 403, "scope")
    assert reader.get("/quarantine").status_code == 200
