"""Nobody learns a withheld value by guessing: two hubs that differ in one identifier alone answer a
client that sees no identifiers the same, whatever it asks.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from tellonce.hub.accounts.selectors import actor
from tellonce.hub.accounts.types import SCOPES, Actor
from tellonce.hub.api.limits import forget
from tellonce.hub.core import clock
from tellonce.hub.core.errors import HubError
from tellonce.hub.corrections.selectors import corrections
from tellonce.hub.corrections.services import Wanted, detect, propose
from tellonce.hub.corrections.types import NewCorrection
from tellonce.hub.insight.measuring import measure_all
from tellonce.hub.intake.pushing import accept_records
from tellonce.hub.intake.services import place_waiting
from tellonce.hub.quality.numbers import FAILURE, told_number
from tellonce.hub.quality.profiles import profile_source
from tellonce.hub.quality.running import run_rules
from tellonce.hub.quality.selectors import FailuresAsked, failures_page
from tellonce.hub.quality.services import RulesFile, set_rules
from tellonce.hub.quality.suggesting import suggest_rules
from tellonce.hub.upkeep.following import sweep
from tests.hub.api.calling import PREFIX, Caller, a_caller, problem
from tests.hub.delivering import ANNA, OTTO, WILMA, a_source

pytestmark = pytest.mark.django_db
THIS, THAT, WRONG = "84031212346", "84031256786", "84031212345"
ANOTHER = "84031299996"
NOW = datetime(2026, 11, 26, 8, tzinfo=UTC)
SCOPES_HELD = tuple(set(SCOPES) - {"records:write"})  # a source is told whose its records are
AT_THE_MACHINE = f"""\
- pesel: valid, name: pesel_ok, severity: high
- pesel: one of [{THIS}], name: pesel_listed, severity: high
- pesel: matches ^840312123.*, name: pesel_begins, on_fail: accept
- pesel: unique, name: pesel_once
- email: empty, name: mail_where, when: pesel is {THIS}, severity: high
- sql: select row from rows where pesel = '{THIS}', name: pesel_sql
- email: valid, name: email_ok
- phone: empty, name: phone_there
"""
GUESSES = (
    f"- pesel: one of [{THIS}]",
    f"- pesel: not one of [{THIS}]",
    "- pesel: matches ^840312123.*",
    f"- PESEL: at most {THIS}",
    f"- identifier:pesel: between 1 and {THIS}",
    "- pesel: exactly 11 characters",
    "- pesel: same as email",
    "- email: same as pesel",
    f"- email: empty, when: pesel is {THIS}",
    f"- holds: pesel = '{THIS}'",
    "- holds: rows::varchar like '%840312123%'",
    f"- sql: select row from rows where pesel = '{THIS}'",
    "- sql: select row from rows r where r::varchar like '%840312123%'",
)
FAIR = """\
- pesel: valid, name: pesel_ok
- pesel: required, name: pesel_there
- pesel: unique, name: pesel_once
- email: empty, name: mail_beside, when: pesel is filled
- email: valid, name: email_ok
- phone: empty, name: phone_there
"""


def hub_with(pesel: str, *purposes: str) -> Caller:
    """A hub in which Anna has this PESEL, with rules, corrections and figures about it."""
    a_source("crm", record_id="id")
    rows = [ANNA | {"pesel": pesel}, OTTO | {"pesel": THAT}, WILMA | {"pesel": ""}]
    accept_records("crm", rows, by=actor())
    place_waiting(by=actor())
    set_rules(RulesFile("rules.yaml", AT_THE_MACHINE), by=actor())
    run_rules(by=actor())
    look()
    detect(Wanted(), by=actor())
    said = NewCorrection("identifier:pesel", record=("crm", "1"), value=WRONG[:-1] + "6")
    with suppress(HubError):  # Anna has it already
        propose(said, by=actor())
    return a_caller("guesser", purposes[0], scopes=SCOPES_HELD, purposes=purposes)


def look() -> None:
    """What workers do every now and then."""
    list(sweep())
    profile_source("crm", by=actor())
    measure_all()


def hubs(
    work: Callable[[Caller], Any],
    pesels: tuple[str, str] = (THIS, WRONG),
    purposes: tuple[str, ...] = ("sales", "product"),
) -> list[Any]:
    """What comes of the same work in a hub with one PESEL and in one with another."""
    found = []
    for pesel in pesels:
        forget()
        with clock.stopped_at(NOW), transaction.atomic():
            found.append(work(hub_with(pesel, *purposes)))
            transaction.set_rollback(True)
    return found


def put_rules(caller: Caller, text: str) -> Any:
    headers = {"Authorization": f"Bearer {caller.token}"}
    body = json.dumps({"text": text})
    return Client().put(f"{PREFIX}/quality/rules", body, "application/json", headers=headers)


def told(answer: Any) -> Any:
    """An answer without what differs between any two requests."""
    text = f"{answer.status_code} {answer.content.decode()}"
    text = re.sub(r'"(id|failure|cursor)": "?\d+"?', r'"\1": NUMBER', text)
    text = re.sub(r'"(request_id|sha256|salt|fingerprint|hash|milliseconds)": "?[^",}]*', "", text)
    return re.sub(r"\b[a-z]{3}_[0-9a-f]{32}\b", "ID", text)


def differing(this: Any, that: Any) -> list[str]:
    """Where two hubs answered differently, with what stands around it."""
    assert len(this) == len(that)
    found = []
    for one, other in zip(map(str, this), map(str, that), strict=True):
        if one != other:
            at = next(n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b)
            near = slice(max(0, at - 120), at + 60)
            found.append(f"{one[:40]} ... {one[near]} // {other[near]}")
    return found


def readings(caller: Caller) -> Iterator[str]:
    """Every list and figure."""
    for path in (
        "/quality/rules?source=crm",
        "/quality/rules/history",
        *(f"/quality/failures?state={one}" for one in ("open", "any", "fixed")),
        *(f"/quality/failures?rule={one}" for one in ("pesel_ok", "pesel_listed", "mail_where")),
        "/quality/failures?severity=high",
        "/quality/failures?limit=1",
        "/quality/counts",
        "/quality/counts?source=crm",
        "/quality/kpis",
        "/quality/profiles/crm",
        "/quality/profiles/crm/history",
        "/quality/drifts",
        "/quality/sample",
        "/quarantine",
        "/quarantine/groups",
        "/alerts",
        "/corrections",
        "/corrections?state=open&origin=rule",
        "/corrections/tasks?state=open",
        "/findings?state=",
        "/findings?kind=shared",
        "/customers/stale",
        "/nudges",
    ):
        answer = caller.get(path)
        assert answer.status_code == 200, (path, answer.content)
        yield f"{path} {told(answer)}"
    for name in (one["name"] for one in caller.get("/quality/kpis").json()["kpis"]):
        yield f"{name} {told(caller.get(f'/quality/kpis/{name}'))}"
        for part in ("rules", "pesel_ok", "pesel_listed", "quarantine", "reviews"):
            yield f"{name} {part} {told(caller.get(f'/quality/kpis/{name}?part={part}'))}"


def test_the_two_hubs_differ_for_who_may_see(client: Client) -> None:
    def seen(_: Caller) -> Any:
        page = failures_page(FailuresAsked(), limit=100)
        return sorted((one.record, one.rule) for one in page.failures), len(corrections())

    this, that = hubs(seen)
    assert ("1", "pesel_ok") in that[0]
    assert ("1", "pesel_sql") in this[0]
    assert this[1] != that[1]


def test_lists_and_figures_are_the_same(client: Client) -> None:
    this, that = hubs(lambda caller: list(readings(caller)))
    assert differing(this, that) == []
    assert "pesel_once" not in next(one for one in this if one.startswith("/quality/failures"))


def test_who_sees_masks_is_told_no_more_than_they_tell(client: Client) -> None:
    purposes = ("service", "compliance", "risk")
    this, that = hubs(lambda caller: list(readings(caller)), (THIS, ANOTHER), purposes)
    assert differing(this, that) == []


def test_a_rule_that_guesses_is_refused_and_one_that_does_not_tells_nothing(client: Client) -> None:
    def guess(caller: Caller) -> Any:
        for text in GUESSES:
            refused = problem(put_rules(caller, f"{text}\n"), 403, "refused")
            assert "(line 1)" in refused["detail"]
            assert "pesel" in refused["detail"]
        problem(caller.post("/quality/runs", {"text": "x"}), 422, "invalid")
        assert put_rules(caller, FAIR).status_code == 200
        run_rules(by=actor())
        look()
        return list(readings(caller))

    this, that = hubs(guess)
    assert differing(this, that) == []


def test_who_knows_some_does_not_learn_of_one_more_by_a_count(client: Client) -> None:
    known = ", ".join(f"known{n}@example.org" for n in range(6))
    asked = (
        f"- email: not one of [aaa@example.org, {known}], name: guess, severity: high",
        "- email: matches (aaa|known.)@example.org, name: turned",
        f"- email: unique, name: same, when: email is one of [aaa@example.org, {known}]",
        f"- phone: empty, name: beside, when: email is one of [aaa@example.org, {known}]",
    )

    def work(mail: str) -> list[str]:
        a_source("crm", record_id="id")
        mails = [f"{name}{n}@example.org" for name in ("known", "other") for n in range(6)]
        rows = [
            ANNA | {"id": str(n), "email": one, "last name": f"Beispiel{'abcdefghijklm'[n]}"}
            for n, one in enumerate([*mails, mail])
        ]
        accept_records("crm", rows, by=actor())
        place_waiting(by=actor())
        caller = a_caller("guesser", "product", scopes=SCOPES_HELD, purposes=("product",))
        assert put_rules(caller, "\n".join(asked) + "\n").status_code == 200
        run_rules(by=actor())
        look()
        detect(Wanted(), by=actor())
        rest = ("guess", "turned", "same", "beside")
        lists = [f"/quality/failures?rule={one}" for one in rest]
        return [*readings(caller), *(told(caller.get(path)) for path in lists)]

    found = []
    for mail in ("aaa@example.org", "aab@example.org"):
        forget()
        with clock.stopped_at(NOW), transaction.atomic():
            found.append(work(mail))
            transaction.set_rollback(True)
    assert differing(*found) == []


def test_an_earlier_text_that_guesses_is_not_put_back(client: Client) -> None:
    def back(caller: Caller) -> Any:
        assert put_rules(caller, FAIR).status_code == 200
        headers = {"Authorization": f"Bearer {caller.token}"}
        body = json.dumps({"version": 1})
        path = f"{PREFIX}/quality/rules"
        return told(Client().put(path, body, "application/json", headers=headers))

    this, that = hubs(back)
    assert this == that
    assert this.startswith("403")


def wrongs() -> Iterator[dict[str, Any]]:
    """Corrections that ask what Anna's PESEL is."""
    for name in ("identifier:pesel", "pesel", "other:pesel", "identifier:nip", "other:loyalty"):
        for old in (None, THIS, WRONG, THAT):
            for more in ({"value": THIS}, {"value": THAT}, {"removes": True}, {}):
                said = {"record": "crm:1", "attribute": name, "old": old, **more}
                yield {key: value for key, value in said.items() if value is not None}


def test_a_correction_tells_nothing_of_what_stands(client: Client) -> None:
    def guess(caller: Caller) -> Any:
        found, made = [], []
        for body in wrongs():
            answer = caller.post("/corrections", body)
            found.append((body, told(answer)))
            if answer.status_code == 201:
                made.append(answer.json()["id"])
        for one in made:
            shown = caller.get(f"/corrections/{one}")
            assert (shown.json()["old"], shown.json()["tasks"]) == (None, [])
            found.append(told(shown))
            found.append(told(caller.post(f"/corrections/{one}/value", {"value": THIS})))
        preview = {"name": "guesses", "corrections": list(wrongs()), "preview": True}
        found.append(told(caller.post("/corrections/groups", preview)))
        keep = {"name": "guesses", "corrections": list(wrongs()), "skip": True}
        found.append(told(caller.post("/corrections/groups", keep)))
        found.append(told(caller.post("/corrections/detect", {})))
        found.append(told(caller.post("/corrections/detect", {"rule": "pesel_listed"})))
        return found + list(readings(caller))

    this, that = hubs(guess)
    assert differing(this, that) == []


def test_a_second_client_cannot_approve_what_it_does_not_see_to_learn_it(client: Client) -> None:
    def collude(caller: Caller) -> Any:
        body = {"record": "crm:1", "attribute": "identifier:pesel", "old": THIS, "value": THAT}
        one = caller.post("/corrections", body).json()["id"]
        other = a_caller("other", "sales", scopes=SCOPES_HELD, purposes=("sales",))
        return told(other.post(f"/corrections/{one}/approve"))

    this, that = hubs(collude)
    assert this == that
    assert this.startswith("403")


def test_numbers_tried_one_after_the_other_find_nothing_that_is_withheld(client: Client) -> None:
    def count(caller: Caller) -> Any:
        there = [one.id for one in failures_page(FailuresAsked(), limit=100).failures]
        shown = {one["id"] for one in caller.get("/quality/failures").json()["failures"]}
        numbers = {told_number(row, FAILURE) for row in (*there, max(there) + 1, 0, 1, 2)}
        for number in {*numbers, 1, 2, 2**60} - shown:
            read = problem(caller.get(f"/quality/failures/{number}"), 404, "not-found")
            path = f"/quality/failures/{number}/waive"
            waived = problem(caller.post(path, {"reason": "x"}), 404, "not-found")
            assert read["detail"] == waived["detail"] == "There is no such failure."
        assert not shown & {*there}
        return len(shown)

    this, that = hubs(count)
    assert this == that > 0


def test_matching_and_looking_up_tell_nothing(client: Client) -> None:
    def ask(caller: Caller) -> Any:
        row = {key: value for key, value in ANNA.items() if key != "id"}
        found = [
            told(caller.post("/match", {"record": row | {"pesel": pesel}, "source": "crm"}))
            for pesel in (THIS, WRONG)
        ]
        search = caller.post("/customers/search", {"email": ANNA["email"]})
        customer = search.json()["customers"][0]["customer"]
        for path in ("", "/history", "/confirmations"):
            found.append(told(caller.get(f"/customers/{customer}{path}")))
        for attribute in ("identifier", "pesel", "identifier:pesel"):
            body = {"attribute": attribute}
            found.append(told(caller.post(f"/customers/{customer}/confirmations", body)))
        found.append(told(caller.get("/reviews")))
        return found

    this, that = hubs(ask)
    assert this == that


def test_suggestions_tell_nothing(client: Client) -> None:
    def suggest(_: Caller) -> Any:
        who = Actor("cli_x", "x", "x", frozenset({"client"}), frozenset({"sales"}))
        return suggest_rules("crm", by=who).rules

    this, that = hubs(suggest)
    assert this == that


def test_what_a_client_sees_it_may_go_on_asking(client: Client) -> None:
    with clock.stopped_at(NOW + timedelta(hours=1)):
        caller = hub_with(THIS, "sales")
        assert put_rules(caller, "- email: matches ^anna.*, name: guess\n").status_code == 200
        run_rules(by=actor())
        found = caller.get("/quality/failures?rule=guess").json()["failures"]
        assert {one["record"] for one in found} == {"crm:2", "crm:3"}
        same = {"record": "crm:1", "attribute": "email", "value": ANNA["email"]}
        assert "already" in problem(caller.post("/corrections", same), 409, "conflict")["detail"]
