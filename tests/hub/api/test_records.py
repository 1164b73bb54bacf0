"""Records over HTTP: kept at once, placed soon or before answering, the same request only once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tellonce.hub.accounts.models import RememberedAnswer
from tellonce.hub.accounts.selectors import actor
from tellonce.hub.audit.models import AuditEntry
from tellonce.hub.core import clock
from tellonce.hub.jobs.services import work_until_idle
from tellonce.hub.sources.models import Quarantined, Record, RecordVersion
from tellonce.hub.sources.quarantined import Which
from tellonce.hub.sources.quarantining import open_quarantined, replay_quarantined
from tests.hub.api.calling import Caller, a_caller, problem
from tests.hub.delivering import ANNA, OTTO, WILMA, a_source

pytestmark = pytest.mark.django_db


@pytest.fixture
def caller() -> Caller:
    a_source("crm", record_id="id")
    a_source("shop", record_id="id")
    return a_caller()


def send(caller: Caller, *rows: Any, source: str = "crm", query: str = "", **headers: str) -> Any:
    body = {"source": source, "records": list(rows)}
    return caller.post(f"/records{query}", body, **headers)


def test_records_are_kept_at_once_and_placed_by_a_worker(caller: Caller) -> None:
    answer = send(caller, ANNA, OTTO)
    assert answer.status_code == 202
    assert answer.json()["counts"]["added"] == 2
    work_until_idle()
    found = caller.post("/customers/search", {"record": "crm:1"}).json()["customers"]
    assert found[0]["values"]["family_name"] == ANNA["last name"]


def test_who_waits_is_told_the_customers(caller: Caller) -> None:
    answer = send(caller, ANNA, OTTO, query="?wait=true")
    assert answer.status_code == 200
    one, two = answer.json()["records"]
    assert (one["record"], two["record"]) == ("crm:1", "crm:2")
    assert one["customer"] != two["customer"]
    again = send(caller, {**ANNA, "id": "A"}, source="shop", query="?wait=true").json()
    assert again["records"] == [{"record": "shop:A", "customer": one["customer"]}]
    assert caller.get(f"/customers/{one['customer']}").status_code == 200


def test_a_row_that_cannot_be_used_is_named_with_the_reason_and_the_others_are_kept(
    caller: Caller,
) -> None:
    found = send(caller, ANNA, {**OTTO, "id": ""}, WILMA).json()
    assert (found["counts"]["added"], found["counts"]["quarantined"]) == (2, 1)
    (refused,) = found["refused"]
    assert refused["row"] == 1
    assert refused["reason"]


def test_of_one_record_twice_in_a_request_the_newer_version_wins_in_any_order(
    caller: Caller,
) -> None:
    a_source("erp", record_id="id", source_version="version")
    new = {**ANNA, "version": 2, "phone": "+48 600 700 999"}
    found = send(caller, new, {**ANNA, "version": 1}, source="erp", query="?wait=true").json()
    assert [one["record"] for one in found["records"]] == ["erp:1"]
    assert RecordVersion.objects.count() == 2
    answer = caller.get(f"/customers/{found['records'][0]['customer']}").json()
    phones = [one["value"] for one in answer["values"] if one["attribute"] == "phone"]
    assert phones[0].endswith("999")


def test_of_one_record_twice_without_versions_the_second_waits_in_quarantine(
    caller: Caller,
) -> None:
    found = send(caller, ANNA, {**ANNA, "phone": "+48 600 700 999"}).json()
    assert (found["counts"]["added"], found["counts"]["quarantined"]) == (1, 1)
    assert "no source version says which is newer" in found["refused"][0]["reason"]


def test_the_same_key_and_body_answer_the_same_and_do_nothing_twice(caller: Caller) -> None:
    first = send(caller, ANNA, Idempotency_Key="batch-1", query="?wait=true")
    second = send(caller, ANNA, Idempotency_Key="batch-1", query="?wait=true")
    assert second.json() == first.json()
    assert second.status_code == first.status_code
    assert second.headers["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first.headers
    assert RecordVersion.objects.count() == 1
    assert AuditEntry.objects.filter(action__contains="load").count() <= 1


def test_the_same_key_with_another_body_is_refused(caller: Caller) -> None:
    send(caller, ANNA, Idempotency_Key="batch-1")
    answer = send(caller, OTTO, Idempotency_Key="batch-1")
    assert "another request" in problem(answer, 422, "invalid")["detail"]
    assert Record.objects.count() == 1
    assert send(a_caller("another"), OTTO, Idempotency_Key="batch-1").status_code == 202


def test_a_key_whose_request_is_being_answered_is_a_conflict_until_it_is_abandoned(
    caller: Caller,
) -> None:
    send(caller, ANNA, Idempotency_Key="batch-1")
    RememberedAnswer.objects.update(status=None)
    problem(send(caller, ANNA, Idempotency_Key="batch-1"), 409, "conflict")
    RememberedAnswer.objects.update(since=clock.now() - timedelta(minutes=3))
    assert send(caller, ANNA, Idempotency_Key="batch-1").status_code == 202


def test_a_refused_request_leaves_its_key_free_and_keys_end_after_a_day(caller: Caller) -> None:
    problem(send(caller, ANNA, source="nowhere", Idempotency_Key="k"), 404, "not-found")
    assert send(caller, ANNA, Idempotency_Key="k").status_code == 202
    RememberedAnswer.objects.update(since=clock.now() - timedelta(hours=25))
    assert send(caller, OTTO, Idempotency_Key="k").status_code == 202
    problem(send(caller, OTTO, Idempotency_Key="a b"), 400, "bad-request")


@pytest.mark.parametrize(
    ("body", "status", "sentence"),
    [
        ({"source": "crm", "records": []}, 422, "records"),
        ({"source": "crm", "records": ["anna"]}, 422, "records.0"),
        ({"source": "crm", "records": [ANNA], "mode": "full"}, 422, "mode: There is no such field"),
        ({"source": "nowhere", "records": [ANNA]}, 404, "no source"),
        ({"records": [ANNA]}, 422, "source"),
        ({"source": "crm", "records": [{"first name": "Anna"}]}, 422, "id"),
        ({"source": "crm", "records": [ANNA] * 10_001}, 422, "10000"),
    ],
)
def test_what_cannot_be_delivered_is_told_why(
    body: dict[str, Any], status: int, sentence: str, caller: Caller
) -> None:
    found = problem(
        caller.post("/records", body), status, "invalid" if status == 422 else "not-found"
    )
    assert sentence in found["detail"] + found["hint"]


def test_odd_values_are_kept_or_refused_by_row_and_break_nothing(caller: Caller) -> None:
    rows = [
        {"id": 10**30, "first name": "Anna"},
        {"id": 2.5, "first name": ["Anna", {"deep": None}]},
        {"id": True, "first name": "\u202eannA", "\ufeff": "\U0001f600"},
        {"id": "x" * 300},
        {"id": None},
        {},
    ]
    found = send(caller, *rows, query="?wait=true")
    assert found.status_code == 200, found.content
    counts = found.json()["counts"]
    assert counts["added"] + counts["quarantined"] == len(rows)


def test_an_id_that_is_a_truth_value_or_a_fraction_is_a_bad_row_and_replaces_no_record(
    caller: Caller,
) -> None:
    send(caller, {**ANNA, "id": 1}, {**OTTO, "id": "1.5"})
    before = RecordVersion.objects.count()
    found = send(caller, {"id": 1.5, "last name": "X"}, {"id": True, "last name": "Y"}).json()
    assert (found["counts"]["quarantined"], found["counts"]["changed"]) == (2, 0)
    assert all(one["reason"].startswith("the value of id, the rec") for one in found["refused"])
    assert RecordVersion.objects.count() == before
    assert send(caller, {"id": False, "last name": "Z"}).json()["counts"]["quarantined"] == 1


def test_what_is_refused_is_told_in_the_order_of_the_rows(caller: Caller) -> None:
    found = send(caller, {"id": 1.5}, {"last name": "X"}, {"id": True}, {"id": ""}).json()
    assert [one["row"] for one in found["refused"]] == [0, 1, 2, 3]


def test_so_is_one_before_the_id_is_settled_and_a_replay_does_not_take_it_either() -> None:
    a_source("web")
    caller = a_caller()
    rows = [{**ANNA, "id": 1}, {**OTTO, "id": 2.5}, {**WILMA, "id": "3"}]
    found = send(caller, *rows, source="web").json()
    assert [one["row"] for one in found["refused"]] == [1]
    assert found["counts"]["added"] == 2
    done = replay_quarantined(Which("web"), by=actor())
    assert (done.loaded, done.waiting) == (0, 1)
    assert sorted(Record.objects.values_list("record_key", flat=True)) == ["1", "3"]


def test_a_zero_byte_sends_its_row_to_quarantine_and_the_others_are_kept(caller: Caller) -> None:
    found = send(caller, ANNA, {**OTTO, "first name": "Ot\0to"}, {**WILMA, "n\0": "\ud800"}).json()
    assert (found["counts"]["added"], found["counts"]["quarantined"]) == (1, 2)
    assert "zero byte" in found["refused"][0]["reason"]
    opened = open_quarantined(list(Quarantined.objects.values_list("id", flat=True)), by=actor())
    assert any("Ot\\u0000to" in one.raw for one in opened)
    alone = send(caller, {**OTTO, "first name": "Ot\0to", "id": "9"})
    assert alone.json()["counts"]["quarantined"] == 1
    problem(send(caller, ANNA, source="cr\0m"), 422, "invalid")


def test_a_client_without_the_scope_delivers_nothing(caller: Caller) -> None:
    problem(send(a_caller("reader", scopes=("customers:read",)), ANNA), 403, "scope")
    assert Record.objects.count() == 0


def match(caller: Caller, record: dict[str, Any], **more: Any) -> Any:
    return caller.post("/match", {"record": record, **more})


def test_a_search_before_creating_explains_its_candidates_and_writes_no_record(
    caller: Caller,
) -> None:
    (placed, _) = send(caller, ANNA, OTTO, query="?wait=true").json()["records"]
    asked = {key: value for key, value in ANNA.items() if key not in ("id", "phone")}
    (found,) = match(caller, asked).json()["candidates"]
    assert (found["customer"], found["record"]) == (placed["customer"], "crm:1")
    assert found["linked"]
    assert found["probability"] > 0.9
    assert {"comparison", "words", "bits"} == set(found["reasons"][0])
    assert ANNA["email"] not in str(found["reasons"])
    assert found["values"]["family_name"] == ANNA["last name"]
    assert Record.objects.count() == 2
    entry = AuditEntry.objects.order_by("id").last()
    assert (entry.action, entry.purpose, len(entry.subjects)) == ("customer.match", "service", 1)


def test_nobody_like_it_is_an_empty_answer(caller: Caller) -> None:
    send(caller, ANNA, query="?wait=true")
    assert match(caller, {k: v for k, v in WILMA.items() if k != "id"}).json() == {"candidates": []}


def test_who_may_not_see_names_cannot_match(caller: Caller) -> None:
    problem(match(Caller(caller.token, "product"), ANNA), 403, "refused")
    problem(match(Caller(caller.token), ANNA), 400, "purpose")


@pytest.mark.parametrize("source", ["", "crm"])
@pytest.mark.parametrize("record", [{}, {"": ""}, {"colour": "red"}, {"email": None}])
def test_a_record_that_says_nothing_is_told_so_in_words_of_what_was_sent(
    record: dict[str, Any], source: str, caller: Caller
) -> None:
    send(caller, ANNA)
    told = problem(match(caller, record, source=source), 422, "invalid")
    assert "Nothing in the record can be compared" in told["detail"]
    named = [name for name in record if name]
    assert ("none of " + named[0] if named else "it has no columns") in told["detail"]
    assert "`first name`" in told["hint"]
    said = told["detail"] + told["hint"]
    assert not any(word in said for word in ("`id`", ", id", "mapping", "configuration"))


def test_many_columns_that_say_nothing_are_not_all_repeated(caller: Caller) -> None:
    told = problem(match(caller, {f"c{n}": "x" for n in range(300)}), 422, "invalid")
    assert "c9 and 290 more" in told["detail"]


def test_a_source_that_is_not_there_can_be_left_out(caller: Caller) -> None:
    told = problem(match(caller, ANNA, source="nobody"), 404, "not-found")
    assert told["hint"] == "Without `source`, columns are read by their names alone."


def test_a_record_is_read_as_of_a_source_whatever_its_column_of_ids_is_called(
    caller: Caller,
) -> None:
    a_source("web")
    a_source("gone", deleted="away")
    for source in ("web", "gone"):
        row = {"customer_no" if name == "id" else name: value for name, value in ANNA.items()}
        send(caller, {**row, "away": "no"}, source=source, query="?wait=true")
    asked = {key: value for key, value in ANNA.items() if key != "id"}
    for source in ("web", "gone"):
        (found,) = match(caller, asked, source=source).json()["candidates"]
        assert found["linked"]
        assert match(caller, {**asked, "away": "yes"}, source=source).status_code == 200
