"""Rules are set, and failures waived, while others do so or records arrive."""

from __future__ import annotations

from typing import Any

import pytest

from tellonce.hub.accounts.selectors import actor
from tellonce.hub.intake.pushing import accept_records
from tellonce.hub.quality import recording, running, services
from tellonce.hub.quality.models import RuleFailure, RulesVersion
from tellonce.hub.quality.running import run_rules
from tellonce.hub.quality.services import RulesFile, set_rules, waive_failures
from tests.hub.delivering import OTTO, a_source
from tests.hub.meanwhile import meanwhile

pytestmark = pytest.mark.django_db(transaction=True)
BAD_MAIL = OTTO | {"email": "ottokar at example.net"}


def rules(text: str) -> Any:
    return set_rules(RulesFile("rules.yaml", text), by=actor())


def push(row: dict[str, Any]) -> None:
    accept_records("crm", [row], by=actor())


@pytest.fixture
def failure() -> int:
    """A failure that stands: a record's e-mail is none."""
    a_source(record_id="id")
    rules("- email: valid, name: email_ok, on_fail: flag")
    push(BAD_MAIL)
    return RuleFailure.objects.get().pk


def waive(failure: int) -> None:
    waive_failures([failure], by=actor(), reason="he has no other")


def test_two_sets_of_rules_are_two_versions(monkeypatch: pytest.MonkeyPatch) -> None:
    other = meanwhile(monkeypatch, services, "emit", lambda: rules("- phone: required"))
    rules("- email: required")
    assert other.ended().changed
    assert list(RulesVersion.objects.values_list("number", flat=True).order_by("id")) == [1, 2]


def test_what_is_waived_while_the_same_value_arrives_again_stays_waived(
    failure: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = meanwhile(monkeypatch, recording, "record_keys", lambda: waive(failure))
    push(BAD_MAIL | {"phone": "+49 30 23125 999"})
    other.ended()
    assert RuleFailure.objects.get().state == "waived"


def test_what_is_waived_while_it_is_mended_does_not_stand(
    failure: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = meanwhile(monkeypatch, services, "withheld_among", lambda: push(OTTO))
    waive(failure)
    other.ended()
    assert RuleFailure.objects.get().state == "fixed"


def test_what_rules_find_that_are_set_while_a_run_begins_stands(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    a_source(record_id="id")
    push(OTTO)

    def set_and_push() -> None:
        rules("- email: valid, name: email_ok, on_fail: flag")
        push(BAD_MAIL)

    other = meanwhile(monkeypatch, running, "rules_in_force", set_and_push, after=True)
    run_rules(by=actor())
    other.ended()
    assert RuleFailure.objects.get().state == "open"
