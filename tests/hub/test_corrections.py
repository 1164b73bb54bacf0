"""The correction protocol: who may do what when, and what becomes of a correction."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tellonce.hub.accounts.selectors import actor
from tellonce.hub.accounts.types import Actor
from tellonce.hub.audit.models import AuditEntry
from tellonce.hub.core import clock
from tellonce.hub.core.errors import Conflict, Refused, Stale, Unknown, WrongCall
from tellonce.hub.corrections import services
from tellonce.hub.corrections.models import Correction, CorrectionStep
from tellonce.hub.corrections.selectors import (
    correction_figures,
    corrections,
    shown_correction,
    tasks,
)
from tellonce.hub.corrections.types import NewCorrection
from tellonce.hub.events.models import Event
from tellonce.hub.intake.services import restrict_records
from tellonce.hub.sources.selectors import record_ids
from tests.hub.batches import batch, stored
from tests.hub.correcting import (
    ANNA_OF_SHOP,
    NEW,
    deliver,
    events_of,
    golden,
    people,
    proposed,
    seen,
    user,
    wrong_email,
)
from tests.hub.delivering import ANNA

pytestmark = pytest.mark.django_db


@pytest.fixture
def representative(hub: None) -> Actor:
    """Of a hub that holds three people."""
    people()
    return user("representative")


@pytest.fixture
def steward(representative: Actor) -> Actor:
    """Who reviews."""
    return user("steward")


def test_a_correction_goes_its_whole_way_and_the_sources_keep_what_they_delivered(
    representative: Actor, steward: Actor
) -> None:
    one = proposed(representative, reason="She spelled it out on the phone.", severity="high")
    assert golden("crm:1", "email")[0][0] == ANNA["email"]
    services.approve(one, by=steward)
    assert golden("crm:1", "email") == [(NEW, "steward")]
    asked = tasks(correction=one, state="open")
    assert [(task.record, task.state) for task in asked] == [
        ("crm:1", "asked"),
        ("shop:A", "asked"),
    ]
    services.answer_task(asked[0].id, "done", by=steward)
    assert seen(one).state == "applied"
    services.answer_task(asked[1].id, "done", by=steward)
    assert seen(one).state == "propagated"
    deliver("crm", ANNA | {"email": NEW}, "2030-01-01T00:00:00Z")
    assert seen(one).state == "propagated"
    deliver("shop", ANNA_OF_SHOP | {"email": NEW}, "2030-01-01T00:00:00Z")
    done = seen(one)
    assert (done.state, done.outcome, done.reviewer) == ("closed", "verified", steward.id)
    assert golden("crm:1", "email")[0] == (NEW, "crm")
    assert events_of(one) == [
        "proposed",
        "approved",
        "applied",
        "propagated",
        "propagated",
        "verified",
        "verified",
        "closed",
    ]


def test_events_and_audit_hold_no_value_and_what_was_said_is_sealed(
    representative: Actor, steward: Actor
) -> None:
    one = proposed(representative, reason=f"It is {NEW}.", evidence=f"Letter from {NEW}")
    services.approve(one, by=steward)
    told = str(list(Event.objects.values_list("data", flat=True)))
    audited = str(list(AuditEntry.objects.values("reason", "target", "fields", "details")))
    steps = str(list(CorrectionStep.objects.values_list("words", flat=True)))
    blobs = b"".join(bytes(row.sealed) for row in Correction.objects.all())
    for text in (told, audited, steps, str(blobs)):
        assert NEW not in text
        assert ANNA["email"] not in text


def test_nobody_reviews_what_he_proposed_and_only_stewards_review(
    representative: Actor, steward: Actor
) -> None:
    own = proposed(steward)
    for call in (services.approve, services.reject):
        with pytest.raises(Refused, match="proposed it"):
            call(own, by=steward)
    with pytest.raises(Refused, match="neither steward nor administrator"):
        services.approve(own, by=representative)
    with pytest.raises(Refused, match="somebody else proposed it"):
        services.withdraw(own, by=representative)
    services.withdraw(own, by=steward, reason="My mistake.")
    assert seen(own).state == "withdrawn"
    again = proposed(representative)
    services.reject(again, by=steward, reason="She did not.")
    assert (seen(again).state, events_of(again)) == ("rejected", ["proposed", "rejected"])
    assert golden("crm:1", "email")[0][0] == ANNA["email"]
    with pytest.raises(Conflict, match="is rejected"):
        services.approve(again, by=steward)


def test_what_comes_back_wrong_is_reopened_and_never_shows(
    representative: Actor, steward: Actor
) -> None:
    one = proposed(representative)
    services.approve(one, by=steward)
    for task in tasks(correction=one):
        services.answer_task(task.id, "done", by=steward)
    deliver("crm", ANNA | {"email": NEW}, "2030-01-01T00:00:00Z")
    deliver("shop", ANNA_OF_SHOP | {"email": NEW}, "2030-01-01T00:00:00Z")
    assert seen(one).state == "closed"
    deliver("crm", ANNA, "2030-02-01T00:00:00Z")
    again = seen(one)
    assert (again.state, again.reopened, again.outcome) == ("reopened", 1, "")
    assert events_of(one)[-1] == "reopened"
    assert golden("crm:1", "email")[0][0] == NEW
    (open_task,) = tasks(correction=one, state="open")
    assert (open_task.record, open_task.state) == ("crm:1", "asked")
    deliver("crm", ANNA | {"email": NEW}, "2030-03-01T00:00:00Z")
    assert (seen(one).state, seen(one).outcome) == ("closed", "verified")
    figures = correction_figures()
    assert (figures.closed, figures.reopened, figures.reopen_rate) == (1, 1, 1.0)
    assert figures.open_by_state == {}


def test_an_older_statement_of_the_old_value_reopens_nothing(
    representative: Actor, steward: Actor
) -> None:
    one = proposed(representative)
    services.approve(one, by=steward)
    for task in tasks(correction=one):
        services.answer_task(task.id, "done", by=steward)
    deliver("crm", ANNA | {"phone": "+48 600 700 899"}, "2024-06-01T00:00:00Z")
    assert (seen(one).state, seen(one).reopened) == ("propagated", 0)
    deliver("crm", ANNA | {"phone": "+48 600 700 898"}, "2099-01-01T00:00:00Z")
    assert (seen(one).state, seen(one).reopened) == ("reopened", 1)


def test_an_undo_restores_exactly_and_the_value_no_longer_stands(
    representative: Actor, steward: Actor
) -> None:
    before = stored()
    one = proposed(representative)
    services.approve(one, by=steward)
    services.undo(one, by=steward, reason="It was somebody else.")
    assert stored() == before == batch()
    assert (seen(one).state, tasks(correction=one, state="open")) == ("undone", [])
    with pytest.raises(Conflict, match="is undone"):
        services.undo(one, by=steward)
    deliver("crm", ANNA | {"email": NEW}, "2030-01-01T00:00:00Z")
    assert seen(one).state == "undone"


def test_a_source_that_refuses_is_stood_over(representative: Actor, steward: Actor) -> None:
    one = proposed(representative)
    services.approve(one, by=steward)
    first, second = tasks(correction=one)
    with pytest.raises(WrongCall, match="not said why"):
        services.answer_task(first.id, "refused", by=steward)
    services.answer_task(first.id, "failed", by=steward, reason="It was down.")
    assert seen(one).state == "applied"
    for task in (first, second):
        services.answer_task(task.id, "refused", by=steward, reason="It is a legal archive.")
    assert (seen(one).state, seen(one).outcome) == ("closed", "kept")
    deliver("crm", ANNA | {"phone": "+48 600 700 899"}, "2099-01-01T00:00:00Z")
    assert (seen(one).state, golden("crm:1", "email")[0][0]) == ("closed", NEW)


def test_a_source_that_says_something_else_again_is_looked_at_by_a_person(
    representative: Actor, steward: Actor
) -> None:
    new = NewCorrection("family_name", record=("crm", "2"), value="Musterfrau")
    one = services.propose(new, by=representative)
    services.approve(one, by=steward)
    married = {"id": "2", "first name": "Ottokar", "last name": "Beispielski", "dob": "1961-11-30"}
    deliver("crm", married | {"email": "ottokar@example.net"}, "2030-01-01T00:00:00Z")
    assert (seen(one).state, seen(one).outcome) == ("closed", "kept")
    assert golden("crm:2", "family_name") == [("Musterfrau", "steward")]
    (other,) = corrections(origin="disagreement")
    assert (other.author, other.state, other.attribute) == ("system", "proposed", "family_name")
    services.approve(other.id, by=steward)
    assert golden("crm:2", "family_name")[0][0] == "Beispielski"


@pytest.mark.parametrize(
    ("attribute", "value", "problem"),
    [
        ("email", "no address", "is no e-mail address"),
        ("email", "missing@dot", "is no e-mail address"),
        ("phone", "12", "is no phone number"),
        ("birth_date", "03/04/1984", "is no date, or may be read in two ways"),
        ("gender", "q", "is none of female"),
        ("country", "Xanadu", "is no country"),
        ("identifier:pesel", "80011312346", "wrong check digit"),
        ("street", "Leśna 7", "more than one part"),
        ("emial", NEW, "There is no attribute 'emial'"),
    ],
)
def test_a_value_that_cannot_be_is_refused_in_words(
    attribute: str, value: str, problem: str, representative: Actor
) -> None:
    new = NewCorrection(attribute, record=("crm", "1"), value=value)
    with pytest.raises(WrongCall, match=problem) as caught:
        services.propose(new, by=representative)
    assert value not in str(caught.value)
    assert caught.value.hint


def test_what_makes_no_sense_is_refused(representative: Actor) -> None:
    for new, error, words in (
        (wrong_email(value=ANNA["email"]), Conflict, "has this value already"),
        (wrong_email(old="other@example.com"), Conflict, "has no such email"),
        (wrong_email(origin="rumour"), WrongCall, "no origin 'rumour'"),
        (wrong_email(severity="huge"), WrongCall, "no severity"),
        (wrong_email(record=("crm", "99")), Unknown, "no record crm:99"),
        (wrong_email(customer="cus_1"), WrongCall, "one customer, or one record"),
        (wrong_email(confidence=2.0), WrongCall, "from 0 to 1"),
        (wrong_email(removes=True), WrongCall, "replaced or removed"),
    ):
        with pytest.raises(error, match=words):
            services.propose(new, by=representative)
    proposed(representative)
    with pytest.raises(Conflict, match="says the same"):
        proposed(representative)
    with pytest.raises(Refused):
        services.propose(wrong_email(), by=user("analyst"))


def test_values_are_kept_in_standard_form(representative: Actor, steward: Actor) -> None:
    new = NewCorrection("phone", record=("crm", "1"), value="+48 (600) 700-999")
    services.approve(services.propose(new, by=representative), by=steward)
    assert golden("crm:1", "phone")[0][0] == "+48600700999"


def test_what_nobody_knows_yet_is_detected_and_given_a_value_by_a_person(
    representative: Actor, steward: Actor
) -> None:
    new = wrong_email(value=None, origin="returned_mail", finding="mail:17")
    one = services.propose(new, by=services.THE_HUB)
    assert services.propose(new, by=services.THE_HUB) == one
    assert seen(one).state == "detected"
    with pytest.raises(Conflict, match="is detected"):
        services.approve(one, by=steward)
    services.supply_value(one, removes=True, by=representative)
    assert (seen(one).state, seen(one).author) == ("proposed", representative.id)
    services.approve(one, by=steward)
    assert golden("crm:1", "email") == []
    for source, row in (("crm", ANNA), ("shop", ANNA_OF_SHOP)):
        deliver(source, row | {"email": ""}, "2030-01-01T00:00:00Z")
    assert (seen(one).state, seen(one).outcome) == ("closed", "verified")


def test_who_saw_an_older_version_or_an_older_value_is_told(
    representative: Actor, steward: Actor
) -> None:
    one = proposed(representative)
    with pytest.raises(Stale, match="at version 1"):
        services.approve(one, by=steward, seen=7)
    for source, row in (("crm", ANNA), ("shop", ANNA_OF_SHOP)):
        deliver(source, row | {"email": "newer@example.org"}, "2030-01-01T00:00:00Z")
    with pytest.raises(Conflict, match="not what it was"):
        services.approve(one, by=steward, seen=1)
    assert golden("crm:1", "email")[0][0] == "newer@example.org"
    assert seen(one).state == "proposed"


def test_values_are_shown_under_policy_and_seeing_them_is_audited(
    representative: Actor, steward: Actor
) -> None:
    one = proposed(representative, reason="She said so.")
    shown = shown_correction(one, "service", by=steward)
    assert (shown.old, shown.value, shown.reason) == (ANNA["email"], NEW, "She said so.")
    assert [step.kind for step in shown.story] == ["proposed"]
    entry = AuditEntry.objects.filter(action="correction.view").latest("id")
    assert (entry.purpose, entry.fields) == ("service", ["email"])
    with pytest.raises(Refused, match="may not act for the purpose marketing"):
        shown_correction(one, "marketing", by=steward)
    engineer = shown_correction(one, "product", by=user("engineer"))
    assert (engineer.masked, engineer.reason) == (True, "")
    assert engineer.value not in (None, NEW)
    restrict_records(record_ids([("crm", "1")]).values(), restricted=True, by=actor())
    hidden = shown_correction(one, "service", by=steward)
    assert (hidden.hidden, hidden.value) == (True, None)


def test_time_reminds_says_what_is_overdue_and_escalates(
    representative: Actor, steward: Actor
) -> None:
    one = proposed(representative, severity="critical")
    start = clock.now()
    told = []
    for hours in (11, 13, 23, 25, 26, 49, 73):
        with clock.stopped_at(start + timedelta(hours=hours)):
            services.tend_corrections()
            told.append((hours, events_of(one)[-1], seen(one).owner))
    assert told == [
        (11, "proposed", "steward"),
        (13, "reminded", "steward"),
        (23, "reminded", "steward"),
        (25, "escalated", "manager"),
        (26, "escalated", "manager"),
        (49, "escalated", "admin"),
        (73, "escalated", "admin"),
    ]
    assert events_of(one).count("overdue") == 1
    with clock.stopped_at(start + timedelta(hours=80)):
        assert [one.overdue for one in corrections(overdue=True)] == [True]
        assert correction_figures().overdue == 1


def test_a_value_stands_for_its_half_life_and_its_correction_ends_with_it(
    representative: Actor, steward: Actor
) -> None:
    one, never = (
        proposed(representative),
        services.propose(
            NewCorrection("birth_date", record=("crm", "2"), value="1961-11-03"), by=representative
        ),
    )
    services.approve(one, by=steward)
    services.approve(never, by=steward)
    assert seen(never).expires_at is None
    until = seen(one).expires_at
    assert until is not None
    assert timedelta(days=900) < until - clock.now() < timedelta(days=1100)  # e-mails, see decay
    with clock.stopped_at(until + timedelta(seconds=1)):
        services.tend_corrections()
    assert golden("crm:1", "email")[0][0] == ANNA["email"]
    assert golden("crm:2", "birth_date")[0][0] == "1961-11-03"
    assert (seen(one).state, seen(one).outcome) == ("closed", "expired")
    with pytest.raises(Conflict, match="time was over"):
        services.undo(one, by=steward)


AUTO = """
auto_approve:
  - {origin: customer, attributes: [email], verified: true, by: [portal@example.com]}
"""


def test_only_what_is_declared_needs_no_reviewer(representative: Actor, admin: Any) -> None:
    portal = user("representative", "portal")
    assert seen(proposed(portal, origin="customer", verified=True)).state == "proposed"
    services.withdraw(corrections()[0].id, by=portal)
    services.set_policy(AUTO, "corrections.yaml", by=admin)
    for more, state in (
        ({"verified": False}, "proposed"),
        ({"origin": "partner", "verified": True, "value": "b@example.org"}, "proposed"),
        ({"verified": True, "value": "c@example.org"}, "applied"),
    ):
        one = proposed(portal, **{"origin": "customer", **more})
        assert seen(one).state == state
    assert seen(one).reviewer.startswith("policy:")
    assert "approved" in events_of(one)
    other = proposed(representative, origin="customer", verified=True, old="c@example.org")
    assert seen(other).state == "proposed"


def test_a_policy_with_mistakes_is_refused_with_their_lines(admin: Any) -> None:
    text = "deadlines:\n  urgent: {review: 1}\n  low: {reveiw: 2, verify: 0}\nowners: steward\n"
    with pytest.raises(WrongCall) as caught:
        services.set_policy(text, "corrections.yaml", by=admin)
    said = str(caught.value)
    for words in (
        "line 2: There is no 'urgent'",
        "line 3: There is no 'reveiw': did you mean",
        "4",
    ):
        assert words in said
    assert "line 4: There is no 'owners': did you mean 'owner'?" in said
    with pytest.raises(Refused):
        services.set_policy("owner: steward", "corrections.yaml", by=user("steward"))
