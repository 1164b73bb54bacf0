"""Freshness of customers: what it follows, whom it lists, what it finds."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tellonce.hub.accounts.selectors import actor
from tellonce.hub.core import clock
from tellonce.hub.core.errors import Refused, Unknown, WrongCall
from tellonce.hub.intake.deciding import merge_customers, undo
from tellonce.hub.jobs.models import Job
from tellonce.hub.quality.services import RulesFile, set_rules
from tellonce.hub.upkeep import selectors
from tellonce.hub.upkeep.declared import declare_policy, policy_in_force, policy_of
from tellonce.hub.upkeep.following import sweep
from tellonce.hub.upkeep.models import Freshness
from tellonce.hub.upkeep.turning import open_what_went_stale
from tests.hub.upkeep.people import ANNA, NOW, OTTO, ages, customer_of, follow, push, sources

pytestmark = pytest.mark.django_db


def test_a_value_ages_from_when_its_source_observed_it() -> None:
    sources("crm")
    push("crm", ANNA | {"seen": "2024-11-26"})
    found = ages()
    assert found["email"].score == pytest.approx(40, abs=1)
    assert found["email"].stale
    assert found["address"].score == pytest.approx(22, abs=1)
    assert found["name"].score < 2
    assert "birth_date" not in found


def test_a_newer_delivery_that_says_the_same_restores_it() -> None:
    sources("crm")
    push("crm", ANNA | {"seen": "2023-01-01"})
    assert ages()["email"].stale
    push("crm", ANNA | {"seen": "2026-11-20"})
    assert ages()["email"].score < 1
    assert ages()["email"].stated_at.date().isoformat() == "2026-11-20"


def test_a_second_source_that_says_the_same_slows_the_ageing() -> None:
    sources("crm", "shop")
    push("crm", ANNA | {"seen": "2025-01-01"}, OTTO | {"seen": "2025-01-01"})
    push("shop", ANNA | {"id": "A", "seen": "2025-01-01", "street": "Probna"})
    anna, otto = ages("1"), ages("2")
    assert customer_of("1").pk == customer_of("A", "shop").pk
    assert anna["email"].score < otto["email"].score
    assert anna["address"].score < 15  # alone 21


def test_what_one_part_said_goes_with_it_when_the_customers_are_parted_again() -> None:
    sources("crm", "shop")
    push("crm", ANNA | {"seen": "2024-01-01"})
    push("shop", OTTO | {"id": "B", "seen": "2026-01-01", "email": "annamaria@example.org"})
    before = ages("1"), ages("B", "shop")
    merged = merge_customers(
        [customer_of("1").public_id, customer_of("B", "shop").public_id], by=actor()
    )
    follow()
    assert ages("1")["email"].score < before[0]["email"].score
    undo(merged.act.id, by=actor())
    follow()
    assert (ages("1"), ages("B", "shop")) == before


def test_the_most_overdue_come_first_page_by_page_and_what_matters_more_is_due_earlier() -> None:
    sources("crm")
    rows = [
        {
            "id": f"{number}",
            "first name": f"Fikcja{'abcdefgh'[number]}",
            "last name": f"Wymyslona{'zyxwvuts'[number] * 3}",
            "dob": f"19{50 + 5 * number}-01-0{number + 1}",
            "email": f"person{number}@example.org",
            "seen": f"202{number % 7}-0{number + 1}-01",
        }
        for number in range(8)
    ]
    push("crm", *rows)
    whole = selectors.stale_customers(limit=100)
    assert whole.next == ""
    dues = [one.due_at for one in whole.customers]
    assert dues == sorted(dues)
    assert len(dues) == 7
    paged, cursor = [], ""
    while True:
        page = selectors.stale_customers(limit=2, cursor=cursor)
        paged += page.customers
        cursor = page.next
        if not cursor:
            break
    assert tuple(paged) == whole.customers
    assert all(value.stale for one in whole.customers for value in one.values)
    assert selectors.stale_customers(unit="email").customers == whole.customers
    assert selectors.stale_customers(unit="phone").customers == ()
    with pytest.raises(WrongCall, match="no cursor"):
        selectors.stale_customers(cursor="x")


def test_counts_and_shares_are_those_of_the_moment_they_are_read() -> None:
    sources("crm")
    push("crm", ANNA, OTTO)
    assert selectors.stale_counts() == {}
    assert {one.unit: one.share for one in selectors.timeliness()}["email"] == 1.0
    with clock.stopped_at(NOW + timedelta(days=700)):
        assert selectors.stale_counts() == {"email": 2, "address": 1}
        shares = {one.unit: one.share for one in selectors.timeliness()}
        assert (shares["email"], shares["phone"]) == (0.0, 1.0)


def test_sources_that_say_different_things_are_a_finding_until_they_agree() -> None:
    sources("crm", "shop")
    push("crm", ANNA | {"seen": "2026-01-01"})
    push("shop", ANNA | {"id": "A", "street": "Inna", "house number": "9", "seen": "2026-06-01"})
    (found,) = selectors.open_findings(kind="disagreement").findings
    assert (found.attribute, found.state, found.dimension) == ("address", "open", "consistency")
    assert [side["records"] for side in found.detail["sides"]] == [["shop:A"], ["crm:1"]]
    assert found.since.date().isoformat() == "2026-06-01"
    assert "shop:A" in found.sentence
    assert "Inna" not in repr(found)
    assert selectors.consistency().share == 0.0
    push("crm", ANNA | {"street": "inna", "house number": "9", "seen": "2026-07-01"})
    assert selectors.open_findings().findings == ()
    assert selectors.finding_named(found.id).state == "gone"
    assert selectors.consistency().share == 1.0


def test_another_way_of_writing_the_same_is_no_disagreement() -> None:
    sources("crm", "shop")
    push("crm", ANNA)
    push("shop", ANNA | {"id": "A", "street": "PROBNA", "first name": "A.", "city": "GDYNIA"})
    assert customer_of("1").pk == customer_of("A", "shop").pk
    assert selectors.open_findings().findings == ()


def test_two_records_of_one_source_do_not_disagree_with_each_other() -> None:
    sources("crm")
    push("crm", ANNA, ANNA | {"id": "2", "street": "Inna", "house number": "9"})
    assert customer_of("1").pk == customer_of("2").pk
    assert selectors.open_findings().findings == ()


def test_a_value_claimed_unique_is_a_finding_of_everybody_who_shares_it_until_one_leaves() -> None:
    declare_policy({"unique": ["email"]}, by=actor())
    sources("crm")
    push("crm", ANNA, OTTO | {"email": "annamaria@example.org"})
    found = selectors.open_findings(kind="shared").findings
    assert {one.customer for one in found} == {customer_of(key).public_id for key in "12"}
    for one in found:
        assert one.severity == "high"
        assert one.detail["others"] == 1
        assert one.detail["customers"] != [one.customer]
    push("crm", OTTO)
    assert selectors.open_findings().findings == ()
    assert {one.state for one in selectors.findings(kind="shared").findings} == {"gone"}


def test_rules_about_whole_customers_are_declared_with_all_others_and_work_everybody_out() -> None:
    sources("crm", "shop")
    push("crm", ANNA, OTTO | {"phone": ANNA["phone"]})
    push("shop", ANNA | {"id": "A", "email": "another@example.org"})
    assert selectors.open_findings().findings == ()
    text = (
        "- phone: unique per customer, severity: critical, owner: crm-team\n"
        "- email: agrees across sources, name: one-email\n"
    )
    set_rules(RulesFile("rules.yaml", text), by=actor())
    follow()
    assert Job.objects.filter(kind="upkeep.sweep").count() == 1
    assert sum(sweep()) == 2
    found = {one.kind: one for one in selectors.open_findings().findings}
    assert found["shared"].attribute == "phone"
    assert (found["shared"].severity, found["shared"].owner) == ("critical", "crm-team")
    assert (found["disagreement"].rule, found["disagreement"].attribute) == ("one-email", "email")
    assert found["disagreement"].rule_version.startswith("rules ")
    set_rules(RulesFile("rules.yaml", "rules: []"), by=actor())
    assert sum(sweep()) == 2
    assert selectors.open_findings().findings == ()


def test_identifiers_are_claimed_unique_without_declaring_anything() -> None:
    sources("crm")
    push("crm", ANNA | {"pesel": "44051401359"}, OTTO | {"pesel": "44051401359"})
    assert customer_of("1").pk != customer_of("2").pk
    assert {one.attribute for one in selectors.open_findings().findings} == {"identifier"}


def test_what_goes_stale_by_time_alone_becomes_a_finding_by_the_turn_and_goes_by_a_delivery() -> (
    None
):
    sources("crm")
    push("crm", ANNA)
    assert list(open_what_went_stale()) == []
    with clock.stopped_at(NOW + timedelta(days=500)):
        assert list(open_what_went_stale()) == [1]
        assert list(open_what_went_stale()) == []
        (found,) = selectors.open_findings(kind="stale").findings
        assert found.attribute == "email"
        push("crm", ANNA | {"seen": "2028-03-01"})
        assert selectors.open_findings().findings == ()


def test_the_sweep_gives_what_the_feed_gave_and_forgets_who_is_gone() -> None:
    sources("crm", "shop")
    push("crm", ANNA, OTTO)
    push("shop", ANNA | {"id": "A", "street": "Inna", "house number": "9"})

    def kept() -> Any:
        rows = Freshness.objects.order_by("customer_id", "unit").values()
        opened = {one.id for one in selectors.open_findings().findings}
        return list(rows), opened

    before = kept()
    Freshness.objects.all().delete()
    assert sum(sweep()) == 2
    assert kept() == before


def test_a_customer_merged_away_keeps_nothing() -> None:
    sources("crm")
    push("crm", ANNA, OTTO)
    ids = [customer_of(key).public_id for key in "12"]
    merge_customers(ids, by=actor())
    follow()
    assert Freshness.objects.values("customer_id").distinct().count() == 1


def test_a_policy_is_declared_versioned_and_refused_where_it_is_wrong() -> None:
    assert policy_in_force().version == 0
    made = declare_policy({"half_lives": {"address": 540, "email": "never"}}, by=actor())
    assert policy_in_force() == made
    assert made.decay.half_life("street") == 540
    assert made.decay.half_life("email") is None
    for wrong in (
        {"halflives": {}},
        {"stale_at": 0},
        {"half_lives": {"email": "soon"}},
        {"half_lives": 3},
        {"importance": {"email": 2}},
        {"nudges": {"quiet_days": 5}},
        {"nudges": {"purpose": "spying"}},
        {"nudges": {"often": True}},
        {"required": "email"},
        [],
    ):
        with pytest.raises(WrongCall):
            policy_of(wrong)
    with pytest.raises(Unknown):
        selectors.finding_named("fnd_1")
    with pytest.raises(WrongCall):
        selectors.findings(kind="odd")


def test_only_who_may_declares_a_policy() -> None:
    from tellonce.hub.accounts.services import add_user

    add_user("rep@example.org", "representative", by=actor())
    with pytest.raises(Refused):
        declare_policy({}, by=actor("rep@example.org"))
