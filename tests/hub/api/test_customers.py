"""Customers over HTTP: read, found, as they were, and their story."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tellonce.hub.audit.models import AuditEntry
from tellonce.hub.core import clock
from tellonce.hub.sources.models import Record
from tests.hub.api.calling import Caller, a_caller, problem
from tests.hub.delivering import ANNA, OTTO, WILMA, a_source, load

pytestmark = pytest.mark.django_db
MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
TUESDAY = MONDAY + timedelta(days=1)
WEDNESDAY = MONDAY + timedelta(days=2)
SECRET = {"pesel": "84031212345", "income band": "high"}


@pytest.fixture
def caller(tmp_path: Path) -> Caller:
    """Of a hub that on Monday knew Anna twice, and Otto and Wilma."""
    with clock.stopped_at(MONDAY):
        a_source("crm")
        a_source("shop")
        load(tmp_path / "crm.csv", [{**ANNA, **SECRET}, OTTO, WILMA])
        load(tmp_path / "shop.csv", [{**ANNA, "id": "A"}], "shop")
    return a_caller()


def find(caller: Caller, **asked: Any) -> list[str]:
    answer = caller.post("/customers/search", asked)
    assert answer.status_code == 200, answer.content
    return [hit["customer"] for hit in answer.json()["customers"]]


def anna(caller: Caller) -> str:
    (found,) = find(caller, record="crm:1")
    return found


def values(answer: Any) -> dict[str, Any]:
    assert answer.status_code == 200, answer.content
    return {v["attribute"]: v for v in answer.json()["values"] if v["rank"] == 0}


def test_a_customer_s_values_come_with_source_age_and_confidence(caller: Caller) -> None:
    answer = caller.get(f"/customers/{anna(caller)}")
    email = values(answer)["email"]
    assert email["value"] == ANNA["email"]
    assert (email["source"], email["agreeing"]) == ("crm", 2)
    assert {"age_days", "observed_at", "delivered_at", "rule", "record"} <= set(email)
    assert 0 < email["confidence"] <= 1
    assert answer.json()["records"] == {"crm": 1, "shop": 1}


@pytest.mark.parametrize(
    ("purpose", "shown", "masked", "absent"),
    [
        ("service", "email", "pesel", ""),
        ("sales", "email", "", "pesel"),
        ("product", "", "email", "pesel"),
        ("compliance", "email", "pesel", ""),
    ],
)
def test_what_is_shown_masked_and_left_out_is_what_policy_says(
    purpose: str, shown: str, masked: str, absent: str, caller: Caller
) -> None:
    found = values(caller.get(f"/customers/{anna(caller)}", Tellonce_Purpose=purpose))
    if shown:
        assert (found[shown]["value"], found[shown]["masked"]) == (ANNA[shown], False)
    if masked:
        name = next(one for one in found if masked in one)
        assert found[name]["masked"]
        assert "***" in found[name]["value"]
    assert not absent or not any(absent in name for name in found)
    assert SECRET["pesel"] not in str(found)


def test_marketing_without_consent_and_what_was_not_granted_are_refused_and_written_down(
    caller: Caller,
) -> None:
    name = anna(caller)
    problem(caller.get(f"/customers/{name}", Tellonce_Purpose="marketing"), 403, "refused")
    narrow = a_caller("narrow", purposes=("service",))
    found = problem(narrow.get(f"/customers/{name}", Tellonce_Purpose="risk"), 403, "refused")
    assert "service" in found["hint"]
    entries = AuditEntry.objects.filter(action="customer.view", outcome="refused")
    assert set(entries.values_list("purpose", flat=True)) == {"marketing", "risk"}


def test_a_read_without_a_purpose_is_told_which_there_are(caller: Caller) -> None:
    without = Caller(a_caller("narrow", purposes=("service", "sales")).token)
    found = problem(without.get(f"/customers/{anna(caller)}"), 400, "purpose")
    assert found["purposes"] == ["sales", "service"]
    wrong = caller.get(f"/customers/{anna(caller)}", Tellonce_Purpose="fun")
    problem(wrong, 400, "purpose")


def test_each_read_and_each_search_is_one_audit_entry_without_values(caller: Caller) -> None:
    name = anna(caller)
    AuditEntry.objects.all().delete()
    caller.get(f"/customers/{name}")
    caller.get(f"/customers/{name}/history")
    find(caller, q="an", email=ANNA["email"])
    caller.get("/customers/cus_1")
    entries = list(AuditEntry.objects.order_by("id"))
    assert [(entry.action, entry.outcome) for entry in entries] == [
        ("customer.view", "done"),
        ("customer.history", "done"),
        ("customer.search", "done"),
        ("customer.view", "failed"),
    ]
    assert entries[2].fields == ["name", "email"]
    for entry in entries:
        written = str([entry.subjects, entry.fields, entry.details, entry.reason])
        assert name not in written
        assert "anna" not in written.lower()


def test_an_unchanged_customer_needs_no_body_again(caller: Caller) -> None:
    path = f"/customers/{anna(caller)}"
    tag = caller.get(path).headers["ETag"]
    assert tag.startswith('"2-')
    again = caller.get(path, If_None_Match=f'"other", {tag}')
    assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", tag)
    assert caller.get(path, If_None_Match=tag, Tellonce_Purpose="product").status_code == 200
    assert caller.get(path, If_None_Match='"1"').status_code == 200


def test_a_change_makes_a_new_version_and_the_old_one_is_still_there_as_of_then(
    caller: Caller, tmp_path: Path
) -> None:
    path = f"/customers/{anna(caller)}"
    tag = caller.get(path).headers["ETag"]
    with clock.stopped_at(TUESDAY):
        for source, key in (("crm", "1"), ("shop", "A")):
            load(tmp_path / "b.csv", [{**ANNA, "id": key, "phone": "+48 600 700 999"}], source)
    now = caller.get(path, If_None_Match=tag)
    assert values(now)["phone"]["value"].endswith("999")
    then = caller.get(f"{path}?as_of=2026-03-02T12:00:00Z")
    assert values(then)["phone"]["value"].endswith("801")
    assert (then.json()["version"], then.json()["as_of"]) == (2, "2026-03-02T12:00:00Z")
    problem(caller.get(f"{path}?as_of=2026-03-01T00:00:00Z"), 404, "not-found")
    problem(caller.get(f"{path}?as_of=2999-01-01T00:00:00Z"), 422, "invalid")
    problem(caller.get(f"{path}?as_of=2026-03-02T12:00:00"), 422, "invalid")
    problem(caller.get(f"{path}?as_of=0001-01-01T00:00:00%2B14:00"), 422, "invalid")


def test_a_customer_that_was_not_there_yet_is_there_at_the_moment_that_is_named(
    caller: Caller, tmp_path: Path
) -> None:
    with clock.stopped_at(TUESDAY.replace(microsecond=250_001)):
        load(tmp_path / "new.csv", [{**ANNA, "id": "9", "first name": "Zoe", "email": "z@z.org"}])
    found = caller.post("/customers/search", {"record": "crm:9"}).json()["customers"]
    path = f"/customers/{found[0]['customer']}?as_of="
    early = problem(caller.get(f"{path}2026-03-01T00:00:00Z"), 404, "not-found")
    named = early["hint"].split()[-1].rstrip(".")
    assert caller.get(path + named).status_code == 200
    assert caller.get(path + "2026-03-03T09:00:00.250000Z").status_code == 404


@pytest.mark.parametrize("deleted", [False, True], ids=["delivered again", "and deleted"])
def test_as_of_says_what_a_read_said_then(caller: Caller, tmp_path: Path, deleted: bool) -> None:
    path = f"/customers/{anna(caller)}"
    with clock.stopped_at(MONDAY + timedelta(hours=1)):
        then = caller.get(path).json()
    with clock.stopped_at(TUESDAY):
        for source, key in (("crm", "1"), ("shop", "A")):
            load(tmp_path / "b.csv", [{**ANNA, **SECRET, "id": key, "city": "Elsewhere"}], source)
        if deleted:
            load(tmp_path / "c.csv", [OTTO, WILMA], full=True)
            load(tmp_path / "d.csv", [{**OTTO, "id": "B"}], "shop", full=True)
    told = caller.get(f"{path}?as_of=2026-03-02T10:00:00Z").json()
    assert {v["delivered_at"] for v in told["values"]} == {"2026-03-02T09:00:00Z"}
    assert told["records"] == then["records"]
    for past, seen in zip(told["values"], then["values"], strict=True):
        for name in ("attribute", "value", "masked", "source", "record", "observed_at"):
            assert past[name] == seen[name]
        assert past["delivered_at"] == seen["delivered_at"]
    assert told["masking"] == then["masking"]


@pytest.fixture
def merged(caller: Caller, tmp_path: Path) -> tuple[str, str]:
    """Otto was somebody else on Monday; on Tuesday his record became Wilma's."""
    (wilma,), (otto,) = find(caller, record="crm:3"), find(caller, record="crm:2")
    with clock.stopped_at(TUESDAY):
        load(tmp_path / "t.csv", [{**WILMA, "id": "2"}])
    return wilma, otto


def test_the_id_of_a_merged_customer_answers_with_the_one_it_leads_to(
    caller: Caller, merged: tuple[str, str]
) -> None:
    (living,) = find(caller, record="crm:2")
    gone = next(one for one in merged if one != living)
    answer = caller.get(f"/customers/{gone}")
    assert (answer.json()["customer"], answer.json()["asked_as"]) == (living, gone)
    assert answer.headers["Content-Location"] == f"/api/v1/customers/{living}"
    then = caller.get(f"/customers/{gone}?as_of=2026-03-02T12:00:00Z")
    assert (then.json()["customer"], then.json()["asked_as"]) == (gone, None)


def test_the_story_tells_of_a_merge_and_of_its_end(
    caller: Caller, merged: tuple[str, str], tmp_path: Path
) -> None:
    (living,) = find(caller, record="crm:2")
    gone = next(one for one in merged if one != living)
    story = caller.get(f"/customers/{living}/history").json()
    (merge,) = [one for one in story["story"] if one["what"] == "merged"]
    assert merge["customers"] == [gone]
    assert merge["sentence"].startswith(f"The customer {gone} was merged into this one")
    assert {one["record"] for one in story["members"]} == {"crm:2", "crm:3"}
    with clock.stopped_at(WEDNESDAY):
        load(tmp_path / "w.csv", [OTTO])
    story = caller.get(f"/customers/{living}/history").json()["story"]
    assert [one["what"] for one in story][-1] in ("gave", "changed")
    (split,) = [one for one in story if one["what"] == "gave"]
    assert split["customers"] == [gone]
    back = caller.get(f"/customers/{gone}/history").json()["story"]
    assert "restored" in [one["what"] for one in back]


def test_the_history_of_a_merged_id_tells_its_own_story_too_and_where_it_leads(
    caller: Caller, merged: tuple[str, str]
) -> None:
    (living,) = find(caller, record="crm:2")
    gone = next(one for one in merged if one != living)
    found = caller.get(f"/customers/{gone}/history").json()
    own = caller.get(f"/customers/{living}/history").json()
    assert (found["customer"], found["asked_as"]) == (living, gone)
    assert (found["story"], own["asked_story"]) == (own["story"], [])
    told = found["asked_story"]
    assert [one["what"] for one in told] == ["created", "joined", "gave", "led"]
    assert told[1]["at"] < told[-1]["at"] == told[-2]["at"]
    assert told[-1]["customers"] == [living]
    assert told[-1]["sentence"].endswith("to which its id leads.")


def test_a_version_without_another_value_says_which_records_made_it(
    caller: Caller, tmp_path: Path
) -> None:
    path = f"/customers/{anna(caller)}/history"
    with clock.stopped_at(TUESDAY):
        load(tmp_path / "t.csv", [{**ANNA, "id": "B"}], "shop")
    with clock.stopped_at(WEDNESDAY):
        load(tmp_path / "w.csv", [{**ANNA, "id": "B"}], "shop", full=True)
    changes = [one for one in caller.get(path).json()["story"] if one["what"] == "changed"]
    assert [(one["sentence"], one["attributes"]) for one in changes[1:]] == [
        ("shop:B joined, which changed no value; this is version 3.", []),
        ("shop:A left, which changed no value; this is version 4.", []),
    ]
    unnamed = caller.get(path, Tellonce_Purpose="product").json()["story"]
    assert "shop:A" not in str(unnamed)


def test_a_version_that_rests_on_something_else_says_so(caller: Caller, tmp_path: Path) -> None:
    with clock.stopped_at(TUESDAY):
        load(tmp_path / "t.csv", [{**ANNA, "phone": "", "id": "A"}], "shop")
    *_, last = caller.get(f"/customers/{anna(caller)}/history").json()["story"]
    assert (last["what"], last["attributes"]) == ("changed", [])
    told = "What the values rest on changed, no value did; this is version 3."
    assert last["sentence"] == told


def test_the_story_hides_a_source_s_own_ids_from_who_may_not_see_them(caller: Caller) -> None:
    story = caller.get(f"/customers/{anna(caller)}/history", Tellonce_Purpose="product").json()
    assert [one["record"] for one in story["members"]] == ["crm:***", "shop:***"]


@pytest.mark.parametrize(
    "asked",
    [
        {"email": "  Annamaria@Example.ORG "},
        {"phone": "+48600700801"},
        {"record": "shop:A"},
        {"q": "TESTOW"},
        {"q": "annam"},
        {"q": "annamaria testowska"},
        {"q": "testowska-przy, anna"},
        {"q": "testo", "email": "annamaria@example.org"},
    ],
)
def test_a_customer_is_found_by(asked: dict[str, str], caller: Caller) -> None:
    assert find(caller, **asked) == [anna(caller)]


def test_all_that_is_given_must_fit(caller: Caller) -> None:
    assert find(caller, q="musterm", email=ANNA["email"]) == []
    assert find(caller, phone=OTTO["phone"], email=ANNA["email"]) == []
    assert find(caller, email="nobody@example.org") == []


def test_a_hit_shows_what_tells_it_apart_as_far_as_policy_allows(caller: Caller) -> None:
    found = caller.post("/customers/search", {"q": "testow"}).json()["customers"][0]
    assert found["values"]["family_name"] == ANNA["last name"]
    assert "email" not in found["values"]
    masked = caller.post("/customers/search", {"email": ANNA["email"], "purpose": "product"})
    problem(masked, 400, "purpose")  # the header says service
    product = Caller(caller.token, "product")
    hit = product.post("/customers/search", {"email": ANNA["email"]}).json()["customers"][0]
    assert hit["values"]["family_name"] == "T***"
    assert "family_name" in hit["masked"]


def test_who_may_not_see_names_cannot_search_by_them(caller: Caller) -> None:
    answer = Caller(caller.token, "product").post("/customers/search", {"q": "testow"})
    assert "complete e-mail" in problem(answer, 403, "refused")["hint"]


def test_restricted_customers_are_hidden_but_from_compliance(caller: Caller) -> None:
    name = anna(caller)
    Record.objects.filter(record_key="1").update(state=Record.RESTRICTED)
    assert find(caller, q="testow") == []
    problem(caller.get(f"/customers/{name}"), 403, "refused")
    compliance = Caller(caller.token, "compliance")
    assert find(compliance, q="testow") == [name]
    assert compliance.get(f"/customers/{name}").status_code == 200


@pytest.mark.parametrize("asked", [{}, {"q": "a"}, {"q": "a b c d ef g"}, {"email": "anna"}])
def test_a_search_that_is_none_is_told_why(asked: dict[str, str], caller: Caller) -> None:
    problem(caller.post("/customers/search", asked), 422, "invalid")


def test_pages_hold_everyone_once_and_their_cursor_no_name(tmp_path: Path) -> None:
    a_source()
    people = [
        {
            "id": f"{n}",
            "first name": f"{('Anna', 'Testa', 'Ottilie')[n % 3]}{chr(97 + n)}",
            "last name": f"Test{chr(97 + n * 7 % 26)}{chr(97 + n)}ski",
            "dob": f"19{40 + n}-0{1 + n % 9}-1{n % 9}",
            "email": f"person{n}@example.org",
        }
        for n in range(23)
    ]
    load(tmp_path / "many.csv", people)
    caller = a_caller()
    pages, cursor = [], ""
    while True:
        found = caller.post("/customers/search", {"q": "test", "limit": 5, "cursor": cursor}).json()
        pages.append([hit["customer"] for hit in found["customers"]])
        cursor = found["cursor"]
        assert "test" not in cursor
        if not cursor:
            break
    hits = [one for page in pages for one in page]
    assert len(hits) == len(set(hits)) == 23
    assert all(len(page) == 5 for page in pages[:-1])
    wrong = caller.post("/customers/search", {"q": "test", "cursor": "9.cus_1"})
    problem(wrong, 422, "invalid")
