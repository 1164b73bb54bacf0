"""One correction of each origin, from detection to verified closing: by commands, and over HTTP.

Each is found by what its origin stands for, reviewed by somebody else, written back by the source,
verified by the source's next delivery; then a stale delivery brings the old value back, which is
noticed and reopened, and does not show.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pytest

from tellonce.cli.main import execute
from tellonce.hub.accounts.selectors import actor
from tellonce.hub.corrections import services
from tellonce.hub.corrections.types import ORIGINS, NewCorrection
from tests.hub.api.calling import a_caller, problem
from tests.hub.correcting import deliver, events_of, golden, people, set_rule, user
from tests.hub.delivering import OTTO, WILMA

WAY = ["proposed", "approved", "applied", "propagated", "verified", "closed", "reopened"]


@dataclass(frozen=True)
class Case:
    """What is wrong with a record of crm, and what is right. `column` is what the source calls it;
    `detected`: the hub finds it and knows no value, else somebody reports it.
    """

    record: str
    attribute: str
    column: str
    wrong: str
    right: str
    detected: bool = False

    @property
    def row(self) -> dict[str, Any]:
        """The record as it is delivered."""
        return {"2": OTTO, "3": WILMA}[self.record]


EMAIL = ("email", "email", OTTO["email"], "o.mustermannski@example.net")
CASES = {
    "rule": Case("2", *EMAIL, detected=True),
    "decay": Case("3", "phone", "phone", "+442079460958", "+442079460999", detected=True),
    "disagreement": Case("2", "birth_date", "dob", "1961-11-30", "1961-11-03", detected=True),
    "returned_mail": Case("3", "email", "email", WILMA["email"], "w@example.com", detected=True),
    "representative": Case("2", *EMAIL),
    "customer": Case("3", "family_name", "last name", "Placeholderson", "Beispielson"),
    "partner": Case("2", "phone", "phone", "+493023125012", "+493023125000"),
    "steward": Case("3", "given_name", "first name", "Wilhelmina", "Wilma"),
}


@pytest.fixture
def hub_of_people(hub: None) -> None:
    people()


def found(origin: str, case: Case) -> str:
    """The hub finds a value wrong and does not know the right one; its id."""
    if origin == "rule":
        set_rule("- email: valid, name: email_valid")
    new = NewCorrection(
        case.attribute,
        record=("crm", case.record),
        origin=origin,
        rule="email_valid@1" if origin == "rule" else "",
        finding=f"{origin}:{case.record}",
    )
    return services.propose(new, by=services.THE_HUB)


def delivered(case: Case, value: str, observed: str) -> None:
    """The source delivers this value."""
    deliver("crm", case.row | {case.column: value}, observed)


def test_every_origin_is_walked() -> None:
    assert set(CASES) == set(ORIGINS)


def told(capsys: Any, *words: str, code: int = 0) -> Any:
    """What a command answers as JSON."""
    capsys.readouterr()
    assert execute(["correction", *words, "--json"]) == code, capsys.readouterr().err
    return json.loads(capsys.readouterr().out)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("origin", ORIGINS)
def test_by_commands(origin: str, hub_of_people: None, capsys: Any) -> None:
    case, record = CASES[origin], f"crm:{CASES[origin].record}"
    user("representative")
    user("steward")
    by, steward = ("--as", "representative@example.com"), ("--as", "steward@example.com")
    if case.detected:
        one = found(origin, case)
        told(capsys, "value", one, case.right, *by)
    else:
        (made,) = told(
            capsys, "propose", record, case.attribute, case.right, "--origin", origin, *by
        )["corrections"]
        one = made["id"]
    told(capsys, "approve", one, *steward)
    assert golden(record, case.attribute) == [(case.right, "steward")]
    (task,) = told(capsys, "tasks", "--source", "crm")["tasks"]
    (after,) = told(capsys, "done", task["id"], *steward)["corrections"]
    assert after["state"] == "propagated"
    delivered(case, case.right, "2090-01-01T00:00:00Z")
    shown = told(capsys, "show", one, *steward)
    assert (shown["old"], shown["value"]) == (case.wrong, case.right)
    closed = shown["correction"]
    assert (closed["state"], closed["outcome"], closed["origin"]) == ("closed", "verified", origin)
    delivered(case, case.wrong, "2091-01-01T00:00:00Z")
    (back,) = told(capsys, "list", "--state", "reopened")["corrections"]
    assert (back["id"], back["reopened"]) == (one, 1)
    assert golden(record, case.attribute)[0] == (case.right, "steward")
    assert [kind for kind in events_of(one) if kind != "detected"] == WAY


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("origin", ORIGINS)
def test_over_http(origin: str, hub_of_people: None) -> None:
    case, record = CASES[origin], f"crm:{CASES[origin].record}"
    reporter = a_caller("reporter", scopes=("corrections:write", "corrections:read"))
    steward = a_caller("steward", scopes=("corrections:review", "corrections:read"))
    if case.detected:
        one = found(origin, case)
        answer = reporter.post(f"/corrections/{one}/value", {"value": case.right})
    else:
        wrong = {"record": record, "attribute": case.attribute, "value": case.right}
        answer = reporter.post("/corrections", wrong | {"origin": origin})
        one = answer.json()["id"]
    assert answer.json()["state"] == "proposed", answer.content
    problem(reporter.post(f"/corrections/{one}/approve"), 403, "scope")
    seen = steward.get(f"/corrections/{one}")
    assert (seen.json()["old"], seen.json()["value"]) == (case.wrong, case.right)
    path = f"/corrections/{one}/approve"
    problem(steward.post(path, If_Match='"99"'), 412, "stale")
    applied = steward.post(path, If_Match=seen.headers["ETag"]).json()["corrections"][0]
    assert applied["state"] == "applied"
    (task,) = reporter.get("/corrections/tasks?source=crm").json()["tasks"]
    after = reporter.post(f"/corrections/tasks/{task['id']}/answer", {"answer": "done"})
    assert after.json()["state"] == "propagated"
    delivered(case, case.right, "2090-01-01T00:00:00Z")
    closed = steward.get(f"/corrections/{one}").json()["correction"]
    assert (closed["state"], closed["outcome"], closed["origin"]) == ("closed", "verified", origin)
    delivered(case, case.wrong, "2091-01-01T00:00:00Z")
    (back,) = steward.get("/corrections?state=reopened").json()["corrections"]
    assert (back["id"], back["reopened"]) == (one, 1)
    assert golden(record, case.attribute)[0] == (case.right, "steward")
    assert [kind for kind in events_of(one) if kind != "detected"] == WAY
    assert actor().id not in json.dumps(back)
