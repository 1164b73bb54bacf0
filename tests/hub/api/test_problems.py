"""Every error has one shape, and says what to do."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client, override_settings

from tellonce.hub.api.parsing import DEEPEST
from tellonce.hub.api.problems import KINDS
from tellonce.hub.core.errors import Busy
from tests.hub.api.calling import Caller, a_caller, problem

SNAPSHOT = '{"record": "crm:1", "purpose": "service"%s}'


@pytest.fixture
def caller(db: None) -> Caller:
    return a_caller()


def test_each_kind_of_error_answers_with_a_problem_document(
    caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    problem(caller.post("/snapshots", "{"), 400, "bad-request")
    problem(Caller(caller.token).post("/snapshots", {"record": "crm:1"}), 400, "purpose")
    problem(Caller().get("/changes"), 401, "unauthenticated")
    problem(Caller("nonsense").get("/changes"), 401, "unauthenticated")
    narrow = a_caller("narrow", scopes=("match:read",), purposes=("service",))
    problem(narrow.get("/changes"), 403, "scope")
    problem(caller.get("/snapshots/snp_1"), 404, "not-found")
    problem(caller.get("/nowhere"), 404, "not-found")
    problem(caller.get("/changes%00"), 404, "not-found")
    problem(caller.delete("/changes"), 405, "method")
    problem(caller.post("/snapshots", "{}", Content_Type="text/plain"), 415, "media-type")
    problem(caller.post("/snapshots", {"purpose": "fun", "record": "crm:1"}), 422, "invalid")
    problem(caller.get("/changes?after=-1"), 422, "invalid")
    problem(caller.get("/changes?aftre=1"), 422, "invalid")
    for error, status, kind in (
        (Busy("Another process is at it.", hint="Wait."), 503, "busy"),
        (OperationalError("database is locked"), 503, "busy"),
        (OperationalError("no space left on device"), 503, "busy"),
        (RuntimeError("Anna Testowska"), 500, "error"),
    ):
        monkeypatch.setattr("tellonce.hub.api.feed.events_after", _raising(error))
        with override_settings(TELLONCE_DATABASE_TIMEOUT=0):
            answer = caller.get("/changes")
        problem(answer, status, kind)
        assert (status == 503) == ("Retry-After" in answer.headers)


def _raising(error: Exception) -> Any:
    def raising(*args: Any) -> None:
        raise error

    return raising


@pytest.mark.django_db
def test_who_is_not_known_learns_that_before_anything_is_said_of_what_was_sent() -> None:
    for unknown in (Caller(), Caller("nonsense")):
        problem(unknown.get("/changes?aftre=1"), 401, "unauthenticated")
        problem(unknown.get("/customers/abc?x=1"), 401, "unauthenticated")
        problem(unknown.post("/snapshots", {"sectons": []}), 401, "unauthenticated")
        problem(unknown.post("/snapshots", "{"), 401, "unauthenticated")
    narrow = a_caller("narrow", scopes=("match:read",), purposes=("service",))
    problem(narrow.get("/changes?aftre=1"), 403, "scope")


def test_a_wrong_method_says_which_are_right(caller: Caller) -> None:
    assert caller.delete("/changes").headers["Allow"] == "GET"


def test_a_host_that_is_not_ours_gets_a_problem_too(caller: Caller) -> None:
    problem(caller.get("/changes", host="elsewhere.example"), 400, "bad-request")


def test_a_body_that_is_too_large_is_refused_before_it_is_read(caller: Caller) -> None:
    with override_settings(DATA_UPLOAD_MAX_MEMORY_SIZE=1000):
        found = problem(caller.post("/snapshots", "x" * 1001), 413, "too-large")
    assert "several requests" in found["hint"]


def test_what_went_wrong_inside_is_logged_by_place_and_not_by_value(
    caller: Caller, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    error = RuntimeError("Anna Testowska")
    monkeypatch.setattr("tellonce.hub.api.feed.events_after", _raising(error))
    with caplog.at_level(logging.ERROR):
        found = problem(caller.get("/changes"), 500, "error")
    assert found["request_id"] in caplog.text
    assert "RuntimeError" in caplog.text
    assert "feed.py" in caplog.text
    assert "Testowska" not in caplog.text
    assert "Testowska" not in str(found)


@pytest.mark.parametrize(
    ("body", "status", "kind", "sentence"),
    [
        (SNAPSHOT % ', "sectons": []', 422, "invalid", "sectons: There is no such field"),
        (SNAPSHOT % ', "sections": ["fun"]', 422, "invalid", "sections.0"),
        ('{"purpose": "service"}', 422, "invalid", "exactly one of"),
        (SNAPSHOT % ', "email": "a@example.org"', 422, "invalid", "exactly one of"),
        ('{"record": 7, "purpose": "service"}', 422, "invalid", "record"),
        ('{"record": "crm:\\u0000", "purpose": "service"}', 422, "invalid", "NUL"),
        ('{"record": "crm:\\ud800", "purpose": "service"}', 422, "invalid", "half a character"),
        ('{"\\ud800": 1}', 422, "invalid", "half a character"),
        ("[" * 100_000, 400, "bad-request", "nested"),
        ('{"a":' * 30 + "1" + "}" * 30, 400, "bad-request", f"{DEEPEST} levels"),
        ('{"a": 1, "a": 2}', 400, "bad-request", "'a' stands twice"),
        ('{"a": ' + "9" * 5000 + "}", 400, "bad-request", "too many digits"),
        ('{"a": 1e999}', 400, "bad-request", "too large"),
        ('{"a": NaN}', 400, "bad-request", "NaN"),
        (b'{"a": "\xff"}', 400, "bad-request", "UTF-8"),
        ("", 422, "invalid", "missing"),
        ('"text [[[[[[[[[[[[[[[[[[[[[[[["', 422, "invalid", ""),
        ("null", 422, "invalid", ""),
    ],
)
def test_a_body_that_cannot_be_used_is_told_so_in_a_sentence(
    body: str | bytes, status: int, kind: str, sentence: str, caller: Caller
) -> None:
    found = problem(caller.post("/snapshots", body), status, kind)
    assert sentence in found["detail"], found


def test_pairs_of_surrogates_are_whole_characters(caller: Caller) -> None:
    found = caller.post("/snapshots", '{"record": "crm:\\ud83d\\ude00", "purpose": "service"}')
    problem(found, 404, "not-found")


def test_an_answer_names_fields_but_never_repeats_what_was_sent(caller: Caller) -> None:
    answer = caller.post("/snapshots", {"email": ["anna@example.org"], "purpose": "service"})
    assert problem(answer, 422, "invalid")["errors"][0]["field"] == "email"
    assert "anna" not in answer.content.decode()


def test_a_sane_request_id_is_kept_and_another_replaced(caller: Caller) -> None:
    assert caller.get("/changes", X_Request_ID="job-7").headers["X-Request-ID"] == "job-7"
    assert caller.get("/changes", X_Request_ID="a b").headers["X-Request-ID"] != "a b"
    assert Client().get("/").headers["X-Request-ID"]


def test_requests_are_limited_by_client_and_each_answer_says_how_many_are_left(
    caller: Caller,
) -> None:
    with override_settings(TELLONCE_REQUEST_LIMIT=2):
        first = caller.get("/changes")
        assert first.headers["RateLimit-Limit"] == "2"
        assert first.headers["RateLimit-Remaining"] == "1"
        assert 1 <= int(first.headers["RateLimit-Reset"]) <= 60
        assert caller.get("/changes").status_code == 200
        answer = caller.get("/changes")
        problem(answer, 429, "too-many")
        assert answer.headers["Retry-After"] == answer.headers["RateLimit-Reset"]
        assert a_caller("another").get("/changes").status_code == 200


def test_an_address_by_number_is_answered_and_not_sent_to_the_name(caller: Caller) -> None:
    assert caller.get("/changes", host="127.0.0.1:8000").status_code == 200


def test_every_type_of_problem_is_explained_on_the_page() -> None:
    page = Client().get("/api/v1/docs").content.decode()
    for name, kind in KINDS.items():
        assert f'id="{name}"' in page
        assert kind.title in page


@pytest.mark.parametrize(
    "said", ["anna@example.org", "Anna%20Testowska", "+48600700801", "600700801"]
)
@pytest.mark.parametrize(
    "path",
    [
        "/customers/{}",
        "/customers/{}/history",
        "/corrections/{}",
        "/corrections/groups/{}",
        "/snapshots/{}",
        "/alerts/{}",
        "/quality/kpis/{}",
        "/quality/profiles/{}",
        "/quality/failures?source={}",
        "/corrections?customer={}",
        "/webhooks/{}",
        "/{}",
    ],
)
def test_what_stands_in_an_address_is_neither_repeated_nor_logged(
    caller: Caller, caplog: pytest.LogCaptureFixture, path: str, said: str
) -> None:
    caplog.set_level(logging.DEBUG)
    answer = caller.get(path.format(said))
    assert answer.status_code in (404, 422), answer.content
    text = answer.content.decode() + caplog.text
    for word in ("anna", "Anna", "Testowska", "600700801"):
        assert word not in text


@pytest.mark.parametrize(
    ("body", "field", "sentence"),
    [
        ({"name": 7}, "name", "It must be a text"),
        ({"name": "x" * 121}, "name", "It must have at most 120 characters"),
        ({"name": ""}, "name", "It must not be empty"),
        ({"corrections": 7}, "corrections", "It must be a list: [...]"),
        ({"corrections": []}, "corrections", "It must not be empty"),
        ({"corrections": [7]}, "corrections.0", "It must be an object: {...}"),
        ({"preview": "perhaps"}, "preview", "It must be true or false"),
        ({"corrections": [{"confidence": 7}]}, "corrections.0.confidence", "It must be at most 1"),
        ({"corrections": [{"expires_days": 1.5}]}, "corrections.0.expires_days", "whole number"),
        ({"corrections": [{"severity": "odd"}]}, "corrections.0.severity", "one of: 'low'"),
        ({"corrections": [{"record": "crm"}]}, "corrections.0.record", "SOURCE:ID"),
        ({"corrections": [{}]}, "corrections.0.attribute", "It is missing"),
        ({"corrections": [{"attribute": "x"}]}, "corrections.0", "exactly one of customer"),
    ],
)
def test_what_is_expected_of_a_field_is_said_in_our_words(
    caller: Caller, body: dict[str, Any], field: str, sentence: str
) -> None:
    found = problem(caller.post("/corrections/groups", body), 422, "invalid")
    told = {one["field"]: one["problem"] for one in found["errors"]}
    assert sentence in told[field]
    assert "and send it again" in found["hint"]
    assert not any("Input should" in one or "Value error" in one for one in told.values())


def test_a_missing_scope_is_named_with_the_command_that_gives_it(db: None) -> None:
    narrow = a_caller("narrow", scopes=("match:read",), purposes=("service",))
    found = problem(narrow.get("/changes"), 403, "scope")
    assert found["scope"] == "changes:read"
    command = "tellonce client add NAME --scopes changes:read,match:read --purposes service"
    assert command in found["hint"]


def test_two_purposes_are_not_told_to_be_a_missing_one(caller: Caller) -> None:
    body = {"record": "crm:1", "purpose": "sales"}
    found = problem(caller.post("/snapshots", body), 400, "purpose")
    assert found["title"] == "One purpose is to be named"
    assert found["detail"] == "Header and body name two purposes."


def test_a_host_that_is_not_served_is_told_the_setting_and_not_repeated() -> None:
    answer = Client().get("/api/v1/changes", headers={"Host": "elsewhere.example"})
    found = problem(answer, 400, "bad-request")
    assert "TELLONCE_HOSTS" in found["hint"]
    assert "elsewhere" not in str(found)
