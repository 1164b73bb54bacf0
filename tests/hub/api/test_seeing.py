"""Who sees what of which class, on every path: rules that are set, lines of what rules found,
corrections, profiles and suggestions.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from tellonce.hub.accounts.selectors import actor
from tellonce.hub.accounts.types import Actor
from tellonce.hub.api.limits import forget
from tellonce.hub.core.errors import Conflict, Refused
from tellonce.hub.corrections.proposing import prepared
from tellonce.hub.corrections.types import NewCorrection
from tellonce.hub.intake.pushing import accept_records
from tellonce.hub.intake.services import place_waiting
from tellonce.hub.policy.seeing import at_best, policy_name
from tellonce.hub.quality.checking import check_source
from tellonce.hub.quality.profiles import profile_source
from tellonce.hub.quality.running import run_rules
from tellonce.hub.quality.services import RulesFile, set_rules
from tests.hub.api.calling import PREFIX, Caller, a_caller, problem
from tests.hub.delivering import ANNA, OTTO, WILMA, a_source

pytestmark = pytest.mark.django_db
# Of each class one attribute, and what each client is shown of it at best.
ATTRIBUTES = {
    "internal": ("country", "country"),
    "personal": ("email", "email"),
    "sensitive": ("income", "other:income"),
    "secret": ("pesel", "identifier:pesel"),
}
CLASSES = tuple(ATTRIBUTES)
TABLE = {
    "service": ("ALLOW", "ALLOW", "MASK", "MASK"),
    "compliance": ("ALLOW", "ALLOW", "MASK", "MASK"),
    "sales": ("ALLOW", "ALLOW", "MASK", "DENY"),
    "product": ("ALLOW", "MASK", "DENY", "DENY"),
    "marketing": ("DENY", "DENY", "DENY", "DENY"),  # no consent is known in a list
    "product,service": ("ALLOW", "ALLOW", "MASK", "MASK"),
}
CASES = [
    (who, kind, answer)
    for who, answers in TABLE.items()
    for kind, answer in zip(CLASSES, answers, strict=True)
]
each = pytest.mark.parametrize(("who", "kind", "answer"), CASES)
HELD = {"country": "PL", "email": "a@example.org", "income": "12 000", "pesel": "84031212346"}


@pytest.fixture(scope="module")
def hub(kept_hub: Actor) -> Actor:
    """Three records, of which every attribute fails a rule that does not tell, and one that does;
    profiled.
    """
    a_source("crm", record_id="id")
    rows = [one | HELD | {"email": one["email"]} for one in (ANNA, OTTO, WILMA)]
    accept_records("crm", rows, by=kept_hub)
    place_waiting(by=kept_hub)
    fields = [field for field, _ in ATTRIBUTES.values()]
    lines = [f"- {field}: empty, name: {field}_plain" for field in fields]
    lines += [f"- {field}: one of [nothing], name: {field}_telling" for field in fields]
    set_rules(RulesFile("rules.yaml", "\n".join(lines) + "\n"), by=kept_hub)
    run_rules(by=kept_hub)
    profile_source("crm", by=kept_hub)
    return kept_hub


def caller(who: str) -> Caller:
    """A client of these purposes that may do anything with quality and corrections."""
    forget()
    purposes = who.split(",")
    scopes = ("quality:read", "quality:write", "corrections:write", "corrections:read")
    return a_caller("narrow", purposes[0], scopes=scopes, purposes=purposes)


def someone(who: str) -> Actor:
    """The same, for services that no address leads to."""
    return Actor("cli_x", "x", "x", frozenset({"client", "steward"}), frozenset(who.split(",")))


@each
def test_what_policy_shows_at_best(hub: Actor, who: str, kind: str, answer: str) -> None:
    assert at_best(someone(who), ATTRIBUTES[kind][1]).name == answer
    assert at_best(hub, ATTRIBUTES[kind][1]).name == "ALLOW"


@each
def test_rules_that_tell_are_for_who_sees(hub: Actor, who: str, kind: str, answer: str) -> None:
    field = ATTRIBUTES[kind][0]
    text = f"- phone: required\n- {field}: one of [x]\n"
    headers = {"Authorization": f"Bearer {caller(who).token}"}
    body = json.dumps({"text": text, "source": "crm"})
    found = Client().put(f"{PREFIX}/quality/rules", body, "application/json", headers=headers)
    if kind in ("sensitive", "secret") and answer != "ALLOW":
        refused = problem(found, 403, "refused")
        assert "(line 2)" in refused["detail"]
        assert field in refused["detail"]
        assert "tellonce quality set" in refused["hint"]
        with pytest.raises(Refused, match="line 2"):
            check_source("crm", RulesFile("x.yaml", text), by=someone(who))
    else:
        assert found.status_code == 200
        assert check_source("crm", RulesFile("x.yaml", text), by=someone(who)).records == 3
    assert set_rules(RulesFile("x.yaml", text), source="crm", by=hub).changed is not None


@each
def test_lines_of_failures(hub: Actor, who: str, kind: str, answer: str) -> None:
    field, client = ATTRIBUTES[kind][0], caller(who)

    def lines(rule: str) -> int:
        found = client.get(f"/quality/failures?rule={field}_{rule}").json()
        assert found["withheld"]["lines"] is None
        assert "no purpose of this client" in found["withheld"]["why"]
        assert {one["record"] for one in found["failures"]} <= {""}  # it reads no customers
        return len(found["failures"])

    shown = (lines("plain") > 0, lines("telling") > 0)
    assert shown == (answer != "DENY", answer == "ALLOW")


@each
def test_counts_of_few(hub: Actor, who: str, kind: str, answer: str) -> None:
    rules = {one["rule"] for one in caller(who).get("/quality/counts").json()["rules"]}
    field = ATTRIBUTES[kind][0]
    assert (f"{field}_plain" in rules) is (answer != "DENY")
    assert (f"{field}_telling" in rules) is (answer == "ALLOW")


@each
def test_evidence_of_kpis(hub: Actor, who: str, kind: str, answer: str) -> None:
    field, client = ATTRIBUTES[kind][0], caller(who)
    rows = client.get(f"/quality/kpis/validity?part={field}_telling").json()["rows"]
    assert (len(rows) > 0) is (answer == "ALLOW")
    assert not any("record" in row for row in rows)


@each
def test_corrections(hub: Actor, who: str, kind: str, answer: str) -> None:
    field, name = ATTRIBUTES[kind]
    held = ANNA["email"] if field == "email" else HELD[field]
    same = NewCorrection(name, record=("crm", "1"), value=held)
    gone = NewCorrection(name, record=("crm", "1"), value=held, old="nothing such")
    if answer == "ALLOW":
        for new in (same, gone):
            with pytest.raises(Conflict):
                prepared(new, someone(who))
    else:
        assert not prepared(same, someone(who)).seen
        assert prepared(gone, someone(who)).content.old == "nothing such"
    body = {"record": "crm:1", "attribute": name, "value": held}
    status = caller(who).post("/corrections", body).status_code
    assert status == (409 if answer == "ALLOW" else 201)


@each
def test_profiles(hub: Actor, who: str, kind: str, answer: str) -> None:
    found = caller(who).get("/quality/profiles/crm").json()
    fields = {one["field"]: one for one in found["fields"]}
    field = ATTRIBUTES[kind][0]
    is_encrypted = kind in ("sensitive", "secret")
    told = answer == "ALLOW" or (answer == "MASK" and not is_encrypted)
    assert (field in fields) is told
    assert (found["withheld"]["lines"] > 0) is (len(fields) < 9)
    if kind == "internal" and answer == "ALLOW":
        assert fields[field]["top"] == [{"text": "PL", "rows": 3}]


def test_a_record_s_id_is_for_who_reads_customers(hub: Actor) -> None:
    reader = a_caller("reader", scopes=("quality:read", "customers:read", "corrections:write"))
    found = reader.get("/quality/failures?rule=email_plain").json()["failures"]
    assert {one["record"] for one in found} == {"crm:1", "crm:2", "crm:3"}
    rows = reader.get("/quality/kpis/validity?part=email_telling").json()["rows"]
    assert {row["record"] for row in rows} == {"crm:1", "crm:2", "crm:3"}
    wrong = {"record": "crm:1", "attribute": "email", "value": "new@example.org"}
    assert reader.post("/corrections", wrong).json()["record"] == "crm:1"
    blind = caller("service").post("/corrections", {**wrong, "value": "newer@example.org"})
    assert blind.json()["record"] == ""


def test_a_column_is_judged_by_what_it_is_and_by_its_words() -> None:
    assert policy_name("city#home", "Ort") == "city"
    assert policy_name("city", "Salary city") == "other:Salary city"
    assert policy_name("", "Kod") == "other:Kod"


def test_people_at_the_machine_keep_their_rights(hub: Actor, run: Any) -> None:
    out = run("quality", "failures", "--rule", "pesel_telling")
    assert "crm:1" in out.stdout
    assert actor().purposes is None
