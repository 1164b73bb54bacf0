"""Nudges: whom, what, never where it is forbidden, never twice in a quarter."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import timedelta

import pytest

from tellonce.hub.accounts.selectors import actor
from tellonce.hub.accounts.services import add_user
from tellonce.hub.consents.models import Consent
from tellonce.hub.core import clock
from tellonce.hub.core.errors import Conflict, Refused, Unknown, WrongCall
from tellonce.hub.events.models import Event
from tellonce.hub.intake.deciding import merge_customers, undo
from tellonce.hub.intake.services import restrict_records
from tellonce.hub.sources.models import Delivery, Record
from tellonce.hub.upkeep import blocking
from tellonce.hub.upkeep.declared import declare_policy
from tellonce.hub.upkeep.models import Nudge
from tellonce.hub.upkeep.nudging import (
    answer_nudge,
    nudge_answer,
    nudges,
    plan_nudges,
    send_nudges,
)
from tellonce.hub.upkeep.types import NudgePlan
from tests.hub.upkeep.people import ANNA, NOW, OTTO, ages, customer_of, follow, push, sources

pytestmark = pytest.mark.django_db

OLD = {"seen": "2023-01-01"}


@pytest.fixture
def both() -> None:
    sources("crm")
    push("crm", ANNA | OLD, OTTO | OLD)


def asked() -> list[tuple[str, str]]:
    return [(one.customer, one.attribute) for one in send_nudges(by=actor())]


def consent(key: str, purpose: str, state: str) -> None:
    record = Record.objects.get(record_key=key)
    Consent.objects.create(
        source=record.source,
        customer_key=record.customer_key,
        purpose=purpose,
        state=state,
        at=NOW,
        delivery=Delivery.objects.first(),
    )


def test_one_question_the_most_valuable_one_and_no_second_one(both: None) -> None:
    anna, otto = customer_of("1").public_id, customer_of("2").public_id
    (first, second) = plan_nudges(by=actor()).nudges
    assert (first.customer, first.attribute, first.channel) == (anna, "email", "phone")
    assert first.worth > second.worth
    assert Nudge.objects.count() == 0
    assert asked() == [(anna, "email"), (otto, "email")]
    assert asked() == []
    assert plan_nudges(by=actor()) == NudgePlan((), {"asked lately": 2})
    with clock.stopped_at(NOW + timedelta(days=91)):
        assert asked() == []
    with clock.stopped_at(NOW + timedelta(days=93)):
        assert len(asked()) == 2


def test_a_question_is_an_event_with_ids_and_no_value(both: None) -> None:
    asked()
    events = Event.objects.filter(type="tellonce.nudge.asked.v1").order_by("id")
    assert [one.subject for one in events] == [customer_of(key).public_id for key in "12"]
    assert set(events[0].data) == {"nudge", "attribute", "channel", "purpose"}
    assert "example" not in repr([one.data for one in events])


def test_who_is_fresh_or_cannot_be_reached_is_not_asked() -> None:
    sources("crm")
    no_channel = {name: ANNA[name] for name in ANNA if name not in ("email", "phone")}
    push("crm", OTTO, no_channel | {"seen": "2015-01-01"})
    assert asked() == []


def test_policy_consent_restriction_and_open_corrections_forbid_it(
    both: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    consent("1", "service", "withdrawn")
    restrict_records([Record.objects.get(record_key="2").pk], restricted=True, by=actor())
    follow()
    assert asked() == []
    consent("1", "service", "given")
    Consent.objects.filter(state="withdrawn").delete()

    def corrected(customers: Collection[str]) -> Mapping[str, Collection[str]]:
        return {one: ["email"] for one in customers}

    monkeypatch.setattr(blocking, "_blocks", {"corrections": corrected})
    assert [one.attribute for one in plan_nudges(by=actor()).nudges] == ["address"]


def test_a_purpose_that_needs_consent_asks_only_who_gave_it(both: None) -> None:
    declare_policy({"nudges": {"purpose": "marketing"}}, by=actor())
    assert asked() == []
    consent("2", "marketing", "given")
    assert [customer for customer, _ in asked()] == [customer_of("2").public_id]


def test_a_merge_or_its_undo_makes_nobody_be_asked_again(both: None) -> None:
    assert len(send_nudges(by=actor(), limit=1)) == 1
    done = merge_customers([customer_of(key).public_id for key in "12"], by=actor())
    follow()
    assert asked() == []
    undo(done.act.id, by=actor())
    follow()
    assert asked() == []


def test_a_confirmed_answer_is_a_confirmation_of_the_customer(both: None) -> None:
    asked()
    nudge = nudges(by=actor()).nudges[-1]
    done = answer_nudge(nudge.id, "confirmed", by=actor())
    assert (done.state, done.answered_at) == ("confirmed", NOW)
    assert ages("1")["email"].confirmed_at == NOW
    with pytest.raises(Conflict, match="confirmed already"):
        answer_nudge(nudge.id, "declined", by=actor())
    event = Event.objects.get(type="tellonce.nudge.answered.v1")
    assert event.data == {"nudge": nudge.id, "attribute": "email", "answer": "confirmed"}


def test_an_answer_to_another_value_than_was_asked_about_confirms_nothing(both: None) -> None:
    asked()
    nudge = nudges(by=actor()).nudges[-1]
    push("crm", ANNA | {"seen": "2023-02-01", "email": "other@example.org"})
    assert answer_nudge(nudge.id, "confirmed", by=actor()).state == "lapsed"
    assert ages("1")["email"].confirmed_at is None


def test_a_changed_answer_is_kept_sealed_for_a_correction(both: None) -> None:
    asked()
    first, second = nudges(by=actor()).nudges
    answer_nudge(first.id, "changed", by=actor(), value="new@example.org")
    assert nudge_answer(first.id).value == "new@example.org"
    assert b"new@example.org" not in bytes(Nudge.objects.get(public_id=first.id).answer)
    assert "new@" not in repr(nudge_answer(first.id))
    answer_nudge(second.id, "declined", by=actor())
    assert nudge_answer(second.id).value is None
    states = {one.id: one.state for one in nudges(by=actor()).nudges}
    assert states == {first.id: "changed", second.id: "declined"}


def test_pages_and_wrong_calls(both: None) -> None:
    asked()
    page = nudges(by=actor(), limit=1)
    assert nudges(by=actor(), limit=1, cursor=page.next).nudges != page.nudges
    assert nudges(by=actor(), state="declined").nudges == ()
    for wrong in ("no", "lapsed"):
        with pytest.raises(WrongCall):
            answer_nudge(page.nudges[0].id, wrong, by=actor())
    with pytest.raises(WrongCall):
        answer_nudge(page.nudges[0].id, "declined", by=actor(), value="x")
    with pytest.raises(WrongCall):
        nudges(by=actor(), state="odd")
    with pytest.raises(Unknown):
        answer_nudge("nud_1", "declined", by=actor())
    add_user("rep@example.org", "representative", by=actor())
    with pytest.raises(Refused):
        send_nudges(by=actor("rep@example.org"))


def test_nobody_is_asked_about_what_a_correction_is_open_on(both: None) -> None:
    from tellonce.hub.corrections.opening import propose
    from tellonce.hub.corrections.types import NewCorrection

    anna = customer_of("1").public_id
    propose(NewCorrection("email", customer=anna, value="new@example.org"), by=actor())
    planned = {one.customer: one.attribute for one in plan_nudges(by=actor()).nudges}
    assert planned == {anna: "address", customer_of("2").public_id: "email"}
