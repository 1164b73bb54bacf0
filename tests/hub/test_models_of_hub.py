"""Later models: proposed with what they would change, adopted, and left again."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tellonce.cli.main import execute
from tellonce.hub.accounts.selectors import actor
from tellonce.hub.accounts.services import add_user
from tellonce.hub.core.errors import Conflict, Refused, Unknown, WrongCall
from tellonce.hub.customers.models import Membership
from tellonce.hub.intake import modelling, resolving, services
from tellonce.hub.intake.acts import rules_of_partition
from tellonce.hub.intake.deciding import decide, records_named
from tellonce.hub.intake.modelling import changes_of, request_adoption, request_proposal
from tellonce.hub.intake.pushing import accept_records
from tellonce.hub.intake.rules import fingerprint_in_force, rules_in_force
from tellonce.hub.intake.services import place_waiting
from tellonce.hub.intake.turns import resolving as turn
from tellonce.hub.intake.work import ADOPT, PLACE, PROPOSE
from tellonce.hub.jobs.running import work_once
from tellonce.hub.jobs.types import ReleaseJob
from tellonce.hub.matching.held import TRAINED, held_models, propose_model
from tests.hub.batches import batch, stored
from tests.hub.delivering import ANNA, OTTO, WILMA, a_source

pytestmark = pytest.mark.django_db

DOUBT = {"dob": "", "email": "", "phone": ""}


def by_customer() -> dict[str, set[int]]:
    found: dict[str, set[int]] = {}
    rows = Membership.objects.filter(to_at=None)
    for customer, record in rows.values_list("customer__public_id", "record_id"):
        found.setdefault(customer, set()).add(record)
    return found


@pytest.fixture
def some_records() -> None:
    a_source(record_id="id")
    rows = [
        one | {"id": f"{one['id']}-{n}", "first name": f"{one['first name']}{n // 2}"}
        for one in (ANNA, OTTO, WILMA)
        for n in range(6)
    ]
    accept_records("crm", [*rows, ANNA | DOUBT | {"id": "9"}], by=actor())
    place_waiting(by=actor())


def proposed() -> str:
    """The fingerprint of a model that a worker trained."""
    request_proposal(by=actor())
    assert work_once(frozenset({PROPOSE}))
    return held_models()[0].fingerprint


def adopted(fingerprint: str) -> None:
    request_adoption(fingerprint, by=actor())
    assert work_once(frozenset({ADOPT}))


def test_a_model_is_proposed_with_what_it_would_change_and_changes_nothing(
    some_records: None,
) -> None:
    before, force = by_customer(), fingerprint_in_force()
    proposed()
    new, shipped = held_models()
    assert (new.origin, new.records, new.adopted_at) == ("trained", 19, None)
    assert shipped.in_force
    assert new.changes["customers_before"] == len(before)
    assert (by_customer(), fingerprint_in_force()) == (before, force)


def test_an_adopted_model_is_in_force_and_the_former_one_restores_every_id(
    some_records: None,
) -> None:
    first = held_models()[0].fingerprint
    before = by_customer()
    decide([tuple(records_named([("crm", "1-0"), ("crm", "2-0")]))], "same", by=actor())
    decided = by_customer()
    fingerprint = proposed()
    expected = held_models()[0].changes
    adopted(fingerprint)
    assert [one.fingerprint for one in held_models() if one.in_force] == [fingerprint]
    assert rules_of_partition() == fingerprint_in_force()
    assert len(by_customer()) == expected["customers_after"]
    adopted(first)
    assert by_customer() == decided
    assert before != decided
    assert len(held_models()) == 2


def test_an_adoption_that_was_cut_short_is_gone_on_with(some_records: None) -> None:
    fingerprint = proposed()

    def stop(stage: str, _done: int, _total: int) -> None:
        if stage == "index":
            raise ReleaseJob

    with pytest.raises(ReleaseJob):
        modelling.adopt(fingerprint, "system", stop)
    assert rules_of_partition() == ""
    accept_records("crm", [OTTO | {"id": "99"}], by=actor())
    place_waiting(by=actor())
    assert rules_of_partition() == fingerprint_in_force()
    assert held_models()[0].in_force


def more(prefix: str, count: int) -> list[dict[str, str]]:
    """Rows of as many other people."""
    return [
        ANNA | DOUBT | {"id": f"{prefix}{n}", "last name": f"{chr(97 + n % 26) * 3}{n}ska"}
        for n in range(count)
    ]


def test_a_hub_that_has_outgrown_its_model_gets_another(some_records: None) -> None:
    adopted(proposed())
    accept_records("crm", more("a", 56), by=actor())
    place_waiting(by=actor())
    assert held_models()[0].records == 19  # 75 records are not four times as many
    accept_records("crm", more("b", 1), by=actor())
    place_waiting(by=actor())
    newest = held_models()[0]
    assert (newest.records, newest.in_force, newest.changes) == (76, True, {})
    assert rules_of_partition() == fingerprint_in_force()
    assert stored() == batch()


def test_where_people_decided_another_is_proposed_once(some_records: None) -> None:
    first = proposed()
    adopted(first)
    decide([tuple(records_named([("crm", "2-0"), ("crm", "9")]))], "different", by=actor())
    accept_records("crm", more("a", 60), by=actor())
    place_waiting(by=actor())
    assert (held_models()[0].fingerprint, held_models()[0].in_force) == (first, True)
    assert work_once(frozenset({PROPOSE}))
    assert (held_models()[0].records, held_models()[0].in_force) == (79, False)
    accept_records("crm", more("b", 10), by=actor())
    place_waiting(by=actor())
    assert not work_once(frozenset({PROPOSE}))


def test_records_that_people_wait_for_have_it_looked_at_behind_them(
    some_records: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    adopted(proposed())
    monkeypatch.setattr(services, "_LOOKS_EVERY", 1)
    for row in more("a", 60):
        services.accept_placed("crm", [row], by=actor())
    assert held_models()[0].records == 19
    assert work_once(frozenset({PLACE}))
    assert (held_models()[0].records, held_models()[0].in_force) == (79, True)


def test_what_a_partition_would_change_is_counted() -> None:
    now = {1: 10, 2: 10, 3: 20, 4: 30, 5: 30}
    sets = [frozenset({1, 2, 3}), frozenset({4}), frozenset({5})]
    assert changes_of(sets, now) == {
        "customers_before": 3,
        "customers_after": 3,
        "unchanged": 0,
        "merged": 1,
        "split": 1,
        "moved": 1,
    }
    same = [frozenset({1, 2}), frozenset({3}), frozenset({4, 5})]
    assert changes_of(same, now)["unchanged"] == 3


def test_a_wrong_call_says_what_is_wrong(some_records: None) -> None:
    force = held_models()[0].fingerprint
    clerk = add_user("clerk@example.org", "representative", by=actor())
    with pytest.raises(Conflict, match="is in force"):
        request_adoption(force[:10], by=actor())
    with pytest.raises(WrongCall, match="too short"):
        request_adoption("ab", by=actor())
    with pytest.raises(Unknown, match="no model"):
        request_adoption("f" * 70, by=actor())
    for call in (lambda: request_proposal(by=clerk), lambda: request_adoption(force, by=clerk)):
        with pytest.raises(Refused, match="neither steward nor administrator"):
            call()


@pytest.mark.django_db(transaction=True)
def test_the_command_line_proposes_lists_and_adopts(some_records: None, capsys: Any) -> None:
    assert execute(["model", "propose"]) == 0
    assert work_once(frozenset({PROPOSE}))
    capsys.readouterr()
    assert execute(["model", "list"]) == 0
    assert "customers would be" in capsys.readouterr().out
    assert execute(["model", "list", "--json"]) == 0
    fingerprint = json.loads(capsys.readouterr().out)[0]["fingerprint"]
    assert execute(["model", "adopt", fingerprint[:12]]) == 0
    assert work_once(frozenset({ADOPT}))
    assert held_models()[0].in_force


def test_after_all_were_resolved_postgresql_counts_what_has_grown(some_records: None) -> None:
    with turn("usr_1") as lease, CaptureQueriesContext(connection) as asked:
        resolving.resolve_everything(rules_in_force(), lease, lambda *_: None)
    said = [one["sql"] for one in asked if "relpages" in one["sql"]]
    assert len(said) == (1 if connection.vendor == "postgresql" else 0)


def test_while_a_model_is_to_be_adopted_another_one_is_not(some_records: None) -> None:
    one, other = "a" * 64, "b" * 64
    for fingerprint in (one, other):
        propose_model("{}", fingerprint, origin=TRAINED, records=19, changes={})
    request_adoption(one, by=actor())
    request_adoption(one, by=actor())
    with pytest.raises(Conflict, match="about to be put in force"):
        request_adoption(other, by=actor())
