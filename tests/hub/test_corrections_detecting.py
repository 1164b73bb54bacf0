"""What the hub finds wrong by itself becomes a correction once, and waits for a value."""

from __future__ import annotations

from typing import Any

import pytest

from tellonce.hub.accounts.selectors import actor
from tellonce.hub.accounts.types import Actor
from tellonce.hub.core.errors import Refused, WrongCall
from tellonce.hub.corrections import services
from tellonce.hub.corrections.jobs import follow_answers
from tellonce.hub.corrections.selectors import corrections, shown_correction
from tellonce.hub.customers.selectors import customers_of_records
from tellonce.hub.events.types import StoredEvent
from tellonce.hub.jobs.running import work_once
from tellonce.hub.upkeep.models import Nudge
from tellonce.hub.upkeep.nudging import answer_nudge
from tests.hub.correcting import (
    ANNA_OF_SHOP,
    deliver,
    disagree,
    golden,
    grow_stale,
    people,
    row_of,
    seen,
    set_rule,
    user,
)
from tests.hub.delivering import ANNA, OTTO, WILMA

pytestmark = pytest.mark.django_db
BAD = "ottokar@example"


@pytest.fixture
def steward(hub: None) -> Actor:
    """Of a hub that holds three people."""
    people()
    return user("steward")


def opened(origin: str, by: Actor, **more: Any) -> list[str]:
    """Ids of the corrections that detecting opens."""
    return list(services.detect(services.Wanted((origin,), **more), by=by).opened)


def test_a_rule_that_is_not_met_is_a_correction_of_what_the_record_says(steward: Actor) -> None:
    set_rule("- email: valid, name: email_ok, on_fail: flag, severity: high, owner: crm-team")
    deliver("crm", OTTO | {"email": BAD}, "2030-01-01T00:00:00Z")
    assert opened("rule", steward, severity="critical") == []
    assert opened("rule", steward, source="shop") == []
    (one,) = opened("rule", steward)
    found = seen(one)
    assert (found.record, found.attribute, found.state) == ("crm:2", "email", "detected")
    assert (found.rule, found.owner, found.severity) == ("email_ok@1", "crm-team", "high")
    shown = shown_correction(one, "service", by=steward)
    assert shown.old == golden("crm:2", "email")[0][0]
    again = services.detect(services.Wanted(("rule",)), by=steward)
    assert (again.opened, again.known) == ((), 1)
    services.reject(one, by=steward)
    assert opened("rule", steward) == []


def test_a_customer_who_has_it_from_another_source_lacks_nothing(steward: Actor) -> None:
    set_rule("- phone: required, name: phone_there, on_fail: flag, severity: high")
    deliver("crm", ANNA | {"phone": ""}, "2030-01-01T00:00:00Z")
    deliver("crm", OTTO | {"phone": ""}, "2030-01-01T00:00:00Z")
    found = services.detect(services.Wanted(("rule",)), by=steward)
    assert found.passed_over == 1
    assert [seen(one).record for one in found.opened] == ["crm:2"]
    services.supply_value(found.opened[0], value="+493023125000", by=steward)
    services.approve(found.opened[0], by=user("steward", "second"))
    assert golden("crm:2", "phone") == [("+493023125000", "steward")]


def test_sources_that_disagree_are_a_correction_of_what_they_say_differently(
    steward: Actor,
) -> None:
    disagree(ANNA_OF_SHOP | {"dob": "1984-12-03"})
    (one,) = opened("disagreement", steward)
    assert (seen(one).attribute, seen(one).origin) == ("birth_date", "disagreement")
    shown = shown_correction(one, "service", by=steward)
    assert "crm:1" in shown.evidence
    assert "shop:A" in shown.evidence
    assert opened("disagreement", steward) == []


def test_a_value_that_grew_stale_is_a_correction(steward: Actor) -> None:
    grow_stale("crm", OTTO)
    made = opened("decay", steward)
    about = {(seen(one).record, seen(one).attribute) for one in made}
    assert ("crm:2", "phone") in about
    assert {seen(one).origin for one in made} == {"decay"}


def test_what_a_person_answers_is_a_correction_of_his(steward: Actor) -> None:
    (customer,) = customers_of_records([row_of("crm:2")])
    for unit, value, state in (
        ("phone", "+49 30 23125 000", "proposed"),
        ("address", "Neue Gasse 7, 10115 Berlin", "detected"),
        ("email", "", "detected"),
    ):
        nudge = Nudge.objects.create(
            public_id=f"nud_{unit}",
            customer_id=customer.id,
            unit=unit,
            score=50,
            worth=50,
            channel="email",
            purpose="service",
            author="system",
            value=b"",
            asked_at=customer.created_at,
        )
        answer_nudge(nudge.public_id, "changed", by=actor(), value=value)
        data = {"nudge": nudge.public_id, "answer": "changed"}
        event = StoredEvent("evt_1", 1, "tellonce.nudge.answered.v1", "", nudge.asked_at, data)
        follow_answers([event])
        assert work_once(frozenset({"corrections.answer"}))
        one = corrections()[0]
        assert (one.origin, one.state, one.author) == ("customer", state, "system")
        assert shown_correction(one.id, "service", by=steward).evidence == value
        assert services.take_answer(nudge.public_id) == ""


def test_the_hub_detects_what_is_declared_by_itself(steward: Actor, admin: Any) -> None:
    set_rule("- email: valid, name: email_ok, on_fail: flag, severity: medium")
    deliver("crm", OTTO | {"email": BAD}, "2030-01-01T00:00:00Z")
    assert services.detect_declared().opened == ()
    services.set_policy("detect_from: null", "corrections.yaml", by=admin)
    assert services.detect_declared().opened == ()
    services.set_policy("detect_from: medium", "corrections.yaml", by=admin)
    assert len(services.detect_declared().opened) == 1


def test_what_is_no_finding_is_refused(steward: Actor) -> None:
    with pytest.raises(WrongCall, match="origin"):
        services.detect(services.Wanted(("rumour",)), by=steward)
    with pytest.raises(WrongCall, match="severity"):
        services.detect(services.Wanted(severity="huge"), by=steward)
    with pytest.raises(Refused):
        services.detect(services.Wanted(), by=user("representative"))


def test_what_does_not_meet_a_rule_is_put_right_by_a_named_correction(steward: Actor) -> None:
    set_rule("- family_name: in title case, name: capital, on_fail: flag, severity: low")
    for row, name in ((OTTO, "mustermannski"), (WILMA, "placeholderson")):
        deliver("crm", row | {"last name": name}, "2030-01-01T00:00:00Z")
    news = services.corrections_of_rule("capital", "title case")
    assert [(new.old, new.value) for new in news] == [
        ("mustermannski", "Mustermannski"),
        ("placeholderson", "Placeholderson"),
    ]
    group, preview = services.propose_group("capitals", news, by=steward)
    assert (preview.corrections, preview.customers) == (2, 2)
    services.approve(group, by=user("steward", "second"))
    assert golden("crm:2", "family_name") == [("Mustermannski", "steward")]
    assert {new.removes for new in services.corrections_of_rule("capital", "empty it")} == {True}
    with pytest.raises(WrongCall, match="no correction 'better'"):
        services.corrections_of_rule("capital", "better")
