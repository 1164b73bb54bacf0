"""What is withheld where: rows in quarantine, proposals of who does not see, alerts, numbers, and
looking people up.
"""

from __future__ import annotations

import importlib
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps

from tellonce.hub.accounts.selectors import actor
from tellonce.hub.accounts.services import add_user
from tellonce.hub.accounts.types import Actor
from tellonce.hub.audit.models import AuditEntry
from tellonce.hub.consents.services import load_consents
from tellonce.hub.corrections.selectors import correction_view
from tellonce.hub.corrections.services import Wanted, approve, detect, propose, set_policy
from tellonce.hub.corrections.types import NewCorrection
from tellonce.hub.insight.measuring import measure_all
from tellonce.hub.insight.selectors import kpi_state
from tellonce.hub.insight.showing_alerts import shown_alert
from tellonce.hub.insight.types import AlertView
from tellonce.hub.intake.pushing import accept_records
from tellonce.hub.intake.services import place_waiting
from tellonce.hub.quality.models import JudgedRecord, JudgedSource, RuleFailure
from tellonce.hub.quality.numbers import FAILURE, LARGEST, QUARANTINED, meant_row, told_number
from tellonce.hub.quality.running import run_rules
from tellonce.hub.quality.services import RulesFile, set_rules
from tellonce.hub.sources.models import Quarantined, Record
from tests.hub.api.calling import Caller, a_caller, problem
from tests.hub.delivering import ANNA, OTTO, WILMA, a_source, load

pytestmark = pytest.mark.django_db
PESEL, OTHER = "84031212346", "84031256786"
KEPT_OUT = "- pesel: one of [1], name: kept_out, on_fail: quarantine, when: first name is Ottokar"
NAMELESS = "- given_name: required, name: has_name, on_fail: quarantine"


def blind(name: str = "blind", **more: Any) -> Caller:
    """A client that sees no identifiers."""
    return a_caller(name, "sales", purposes=("sales",), **more)


def deliver(rules: str = "") -> None:
    """Anna and Ottokar, under these rules."""
    a_source("crm", record_id="id")
    accept_records("crm", [WILMA | {"pesel": ""}], by=actor())
    if rules:
        set_rules(RulesFile("rules.yaml", f"{rules}\n"), by=actor())
    rows = [ANNA | {"pesel": PESEL}, OTTO | {"pesel": OTHER}]
    accept_records("crm", rows, by=actor())
    place_waiting(by=actor())


def test_a_row_kept_out_by_what_a_client_does_not_see_is_not_there_for_it() -> None:
    deliver(KEPT_OUT)
    row, client = Quarantined.objects.get(), blind()
    listed = client.get("/quarantine").json()
    assert (listed["rows"], listed["withheld"]["lines"]) == ([], None)
    assert client.get("/quarantine/groups").json()["groups"] == []
    reason = {"reason": "x"}
    for number in (told_number(row.pk, QUARANTINED), told_number(row.pk + 1, QUARANTINED)):
        answers = (
            client.get(f"/quarantine/{number}"),
            client.post(f"/quarantine/{number}/correct", {"changes": {"email": "a"}, **reason}),
            client.post(f"/quarantine/{number}/replay"),
            client.post("/quarantine/discard", {"ids": [number], "because": "x"}),
            client.post("/quarantine/replay", {"ids": [number]}),
        )
        for answer in answers:
            detail = problem(answer, 404, "not-found")["detail"]
            assert detail in ("No such row is in quarantine.", "No such row waits in quarantine.")
    assert Quarantined.objects.get().state == Quarantined.WAITING


def test_writing_into_a_row_does_not_say_that_it_says_so_already() -> None:
    deliver(NAMELESS)
    nameless = ANNA | {"id": "9", "first name": "", "pesel": PESEL}
    accept_records("crm", [nameless], by=actor())
    number, client = told_number(Quarantined.objects.get().pk, QUARANTINED), blind()
    for pesel in (PESEL, OTHER):
        body = {"changes": {"pesel": pesel}, "reason": "x"}
        answer = client.post(f"/quarantine/{number}/correct", body)
        assert answer.json()["corrected"] == ["pesel"]
    same = {"changes": {"email": ANNA["email"]}, "reason": "x"}
    problem(client.post(f"/quarantine/{number}/correct", same), 422, "invalid")


def test_a_proposal_that_stands_already_is_closed_by_who_sees_it() -> None:
    deliver()
    client = blind()
    taken = []
    for said in ({"value": PESEL}, {"record": "crm:3", "removes": True}, {"value": OTHER}):
        body = {"record": "crm:1", "attribute": "identifier:pesel", **said}
        taken.append(client.post("/corrections", body).json())
    assert {(one["state"], one["record"], one["outcome"]) for one in taken} == {
        ("proposed", "", "")
    }
    add_user("steward@example.com", "steward", by=actor())
    for one in taken:
        approve(one["id"], by=actor("steward@example.com"))
    views = [correction_view(one["id"]) for one in taken]
    assert [(one.state, one.outcome) for one in views] == [
        ("closed", "stands already"),
        ("closed", "stands already"),
        ("applied", ""),
    ]
    seen = client.get(f"/corrections/{taken[0]['id']}").json()
    assert (seen["correction"]["outcome"], seen["removes"], seen["old"]) == ("", False, None)
    assert not any("already" in step["words"] for step in seen["story"])


def test_nothing_is_approved_by_itself_that_its_proposer_does_not_see() -> None:
    deliver()
    auto = "auto_approve: [{origin: customer, attributes: [email], by: [seer, blind]}]\n"
    set_policy(auto, "c.yaml", by=actor())
    body = {"record": "crm:1", "attribute": "email", "origin": "customer", "verified": True}
    seer = a_caller("seer", purposes=("service",))
    masked = a_caller("blind", "product", purposes=("product",))
    states = [
        who.post("/corrections", {**body, "value": f"{n}@example.org"}).json()["state"]
        for n, who in enumerate((masked, seer))
    ]
    assert states == ["proposed", "applied"]


def test_another_s_correction_of_what_a_client_does_not_see_is_left_out() -> None:
    deliver()
    for attribute, value in (("identifier:pesel", OTHER), ("email", "new@example.org")):
        propose(NewCorrection(attribute, record=("crm", "1"), value=value), by=actor())
    listed = blind().get("/corrections").json()
    assert [one["attribute"] for one in listed["corrections"]] == ["email"]
    assert listed["withheld"]["lines"] is None


def test_a_correction_opened_by_a_rule_that_tells_more_is_not_there() -> None:
    deliver(f"- email: empty, name: mail, when: pesel is {PESEL}")
    run_rules(by=actor())
    (one,) = detect(Wanted(), by=actor()).opened
    other = f"cor_{'0' * 32}"
    client = blind()
    answers = [
        problem(client.get(f"/corrections/{name}"), 404, "not-found")["hint"]
        for name in (one, other)
    ]
    assert answers[0] == answers[1]
    value = {"value": "new@example.org"}
    problem(client.post(f"/corrections/{one}/value", value), 404, "not-found")
    assert client.post("/corrections/detect", {}).json()["known"] == 0
    assert a_caller("seer", "compliance").get(f"/corrections/{one}").status_code == 404
    assert correction_view(one).rule.startswith("mail@")


def test_numbers_that_are_told_say_nothing_of_how_many_there_are() -> None:
    deliver()
    rows = [0, 1, 2, 3, 41, 2**26, LARGEST]
    told = [told_number(row, FAILURE) for row in rows]
    assert [meant_row(number, FAILURE) for number in told] == rows
    assert len({*told, *(told_number(row, QUARANTINED) for row in rows)}) == 2 * len(rows)
    assert all(0 <= number <= LARGEST for number in told)
    assert meant_row(LARGEST + 1, FAILURE) == meant_row(-1, FAILURE) == 0


def test_old_reasons_of_rules_in_sql_are_cleared_and_judged_anew() -> None:
    deliver("- sql: select row, 'is odd' from rows where email is not null, name: odd")
    run_rules(by=actor())
    RuleFailure.objects.update(reason=f"has {PESEL}")
    step = importlib.import_module("tellonce.hub.quality.migrations.0004_reasons_without_values")
    step.clear_reasons(apps, None)
    assert set(RuleFailure.objects.values_list("reason", flat=True)) == {"is found by its SQL"}
    assert not JudgedRecord.objects.exists()
    assert not JudgedSource.objects.exists()
    run_rules(by=actor())
    assert set(RuleFailure.objects.values_list("reason", flat=True)) == {"is odd"}


def test_words_that_an_identifier_is_compared_with_are_not_told() -> None:
    deliver(f"- pesel: one of [{PESEL}], name: listed\n- email: matches .*@.*, name: mail")
    client = blind()
    rules = client.get("/quality/rules?source=crm").json()["rules"]
    assert [(one["id"], one["check"]) for one in rules] == [
        ("listed", "***"),
        ("mail", "matches .*@.*"),
    ]
    history = client.get("/quality/rules/history").json()["versions"]
    assert history[0]["text"].startswith("# ***")
    assert PESEL not in f"{rules}{history}"


def test_a_kpi_is_added_up_from_what_is_shown() -> None:
    a_source("crm", record_id="id")
    set_rules(
        RulesFile("r.yaml", "- email: valid, name: mail\n- pesel: valid, name: id\n"), by=actor()
    )
    rows = [
        {**ANNA, "id": str(n), "email": "x" if n < 2 else f"{n}@example.org", "pesel": PESEL}
        for n in range(8)
    ]
    accept_records("crm", rows, by=actor())
    measure_all()
    kpis = {one: client.get("/quality/kpis/validity").json() for one, client in (
        ("blind", blind()), ("seer", a_caller("seer", purposes=("service",))),
    )}  # fmt: skip
    whole = kpi_state("validity").whole
    assert (whole.value, whole.evidence) == (14 / 16, 16)
    assert (kpis["seer"]["value"], kpis["seer"]["evidence"]) == (14 / 16, 16)
    told = kpis["blind"]
    assert (told["value"], told["evidence"], told["state"]) == (6 / 8, 8, "missed")
    assert [one["name"] for one in told["parts"]] == ["mail"]
    assert [one["value"] for one in told["trend"]] == [6 / 8]


def alert(kind: str, **details: Any) -> AlertView:
    """An alert of a kind."""
    now = datetime(2026, 11, 26, tzinfo=UTC)
    of = (kind, "key", "high", "5 customers share it.", "Look.", details, "open", now, now)
    return AlertView("alr_1", *of, None, "", None, "", None)


def test_an_alert_about_what_a_client_does_not_see_names_its_kind_alone() -> None:
    deliver()
    client = Actor("cli_x", "x", "x", frozenset({"client"}), frozenset({"sales"}))
    for one, is_told in (
        (alert("shared-contact", customers=["cus_1"]), False),
        (alert("over-merging", customer="cus_1"), True),
        (alert("fill-change", source="crm", field="pesel"), False),
        (alert("fill-change", source="crm", field="email"), True),
        (alert("source-silent", source="crm"), True),
        (alert("quarantine-surge", source="crm"), True),
    ):
        assert shown_alert(one, actor()) == one
        shown = shown_alert(one, client)
        assert (shown == one) is is_told
        assert bool(shown.details) is is_told
        assert ("no purpose of this client" in shown.sentence) is not is_told
    set_rules(RulesFile("rules.yaml", f"{KEPT_OUT}\n"), by=actor())
    assert shown_alert(alert("quarantine-surge", source="crm"), client).details == {}


def looked_up(client: Caller, **who: str) -> Any:
    """The answer to a snapshot for marketing, without the id of the request."""
    answer = client.post("/snapshots", {"purpose": "marketing", **who})
    return answer.status_code, {k: v for k, v in answer.json().items() if k != "request_id"}


def test_who_looks_people_up_is_not_told_who_is_there_but_hidden(tmp_path: Path) -> None:
    a_source()
    load(tmp_path / "crm.csv", [ANNA, OTTO, WILMA, WILMA | {"id": "4", "last name": "Andersen"}])
    consents = tmp_path / "consents.csv"
    consents.write_text("customer_id,purpose,state,date\n2,marketing,given,2026-01-01\n")
    load_consents("crm", consents, by=actor())
    client = a_caller("mailer", "marketing", purposes=("marketing",))
    nobody = looked_up(client, email="nobody@example.org")
    assert nobody[0] == 404
    count = AuditEntry.objects.count()
    for person in (ANNA, WILMA):  # there, without consent; the second one twice
        assert looked_up(client, email=person["email"]) == nobody
    assert looked_up(client, phone=ANNA["phone"]) == looked_up(client, phone="+48 600 700 999")
    assert looked_up(client, record="crm:1") == looked_up(client, record="crm:99")
    refused = AuditEntry.objects.order_by("id")[count]
    assert (refused.outcome, len(refused.subjects)) == ("refused", 1)
    assert looked_up(client, email=OTTO["email"])[0] == 201
    Record.objects.filter(record_key="2").update(state=Record.RESTRICTED)
    assert looked_up(client, email=OTTO["email"]) == nobody
    assert ANNA["email"] not in json.dumps(nobody)
