"""A request for a snapshot, from the words of the caller to P1624."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tellonce.hub.accounts.selectors import actor
from tellonce.hub.accounts.services import add_user
from tellonce.hub.accounts.types import Actor
from tellonce.hub.activity.services import load_activity
from tellonce.hub.audit.models import AuditEntry
from tellonce.hub.consents.services import load_consents
from tellonce.hub.core import clock
from tellonce.hub.core.errors import Refused, Unknown, WrongCall
from tellonce.hub.events.selectors import events_after
from tellonce.hub.intake.services import load_records
from tellonce.hub.jobs.sequencer import number_pending
from tellonce.hub.policy.types import PURPOSES, SECTIONS
from tellonce.hub.snapshots import selectors
from tellonce.hub.snapshots.models import Snapshot
from tellonce.hub.snapshots.services import take_snapshot
from tellonce.hub.snapshots.types import SnapshotRequest
from tellonce.hub.sources.models import Record
from tellonce.hub.sources.services import add_source
from tellonce.hub.vault.services import destroy_keys, subject_hash

pytestmark = pytest.mark.django_db
NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)
FILES = {
    "crm": """id,first_name,last_name,email,phone,city,country,birth_date,pesel,income_band
17,Ada,Testowa,ada@mail.example,+48 600 100 200,Warszawa,PL,1980-05-17,44051401359,high
19,Ola,Pierwsza,home@shared.example,,Gdansk,PL,1990-03-03,,
20,Piotr,Drugi,home@shared.example,,Poznan,PL,1961-11-12,,
""",
    "transactions": """order_id,customer_id,date,product,quantity,amount,currency
R-1,17,2029-10-01,Kettle,1,199.90,PLN
R-2,17,2029-12-12,Lamp,2,99.00,PLN
""",
    "notes": "id,customer_id,date,text\n1,17,2029-11-01,wants a call back\n",
    "consents": "customer_id,purpose,state,date\n17,marketing,given,2029-01-01\n",
}


@pytest.fixture(scope="module")
def loaded(kept_hub: Actor, tmp_path_factory: pytest.TempPathFactory) -> None:
    """A hub with three customers; one of them with orders, a note and a consent."""
    folder = tmp_path_factory.mktemp("files")
    for name, text in FILES.items():
        (folder / f"{name}.csv").write_text(text)
    add_source("crm", "crm", by=kept_hub)
    load_records("crm", folder / "crm.csv", by=kept_hub)
    load_activity("crm", folder / "transactions.csv", "transactions", by=kept_hub)
    load_activity("crm", folder / "notes.csv", "notes", by=kept_hub)
    load_consents("crm", folder / "consents.csv", by=kept_hub)


def asked(who: str | None = None, **request: Any) -> Any:
    """The snapshot of Ada for service at noon, where nothing else is said."""
    wanted = {"purpose": "service"} | request
    if not {"customer", "record", "email", "phone"} & set(wanted):
        wanted["record"] = "crm:17"
    with clock.stopped_at(NOON):
        return take_snapshot(SnapshotRequest(**wanted), actor(who))


def user(role: str, admin: Actor) -> str:
    return add_user(f"{role}@company.example", role, by=admin).email


def values(taken: Any) -> dict[str, str]:
    section = taken.snapshot.document["sections"]["demographics"]
    return {value["attribute"]: value["value"] for value in section["values"]}


def last_entry() -> AuditEntry:
    return AuditEntry.objects.latest("id")


def test_the_event_is_p1624_as_promised(loaded: None, admin: Actor) -> None:
    taken = asked()
    snapshot, event = taken.snapshot, taken.event
    assert {name: event[name] for name in ("specversion", "type", "subject", "time")} == {
        "specversion": "1.0",
        "type": "tellonce.snapshot.available.v1",
        "subject": snapshot.customer,
        "time": "2030-01-01T12:00:00Z",
    }
    sections = event["data"].pop("sections")
    assert event["data"] == {
        "code": "P1624",
        "message": "Customer Snapshot Requested - Data Available",
        "snapshot": snapshot.id,
        "purpose": "service",
        "trigger": "profile",
        "requested_by": admin.id,
        "as_of": "2030-01-01T12:00:00Z",
        "sha256": snapshot.sha256,
    }
    assert list(sections) == list(SECTIONS)
    assert sections["transactions"] == {"completeness": 1.0, "freshness": "2029-12-12T00:00:00Z"}


def test_the_event_stands_in_the_feed_exactly_as_it_was_handed_out(loaded: None) -> None:
    before = max((event.number for event in events_after(0)), default=0)
    taken = asked()
    number_pending("events")
    assert [event.envelope() for event in events_after(before)] == [taken.event]


def test_all_nine_sections_are_gathered_with_source_age_and_confidence(loaded: None) -> None:
    sections = asked().snapshot.document["sections"]
    assert list(sections) == list(SECTIONS)
    orders = sections["transactions"]
    assert [order["fields"]["reference"] for order in orders["entries"]] == ["R-2", "R-1"]
    assert (orders["total"], orders["age_days"]) == (2, 20)
    assert orders["summary"]["transactions"]["amounts"] == {"PLN": "298.90"}
    assert orders["entries"][0]["source"] == "crm"
    assert 0 < orders["entries"][0]["confidence"] <= 1
    assert sections["notes"]["entries"][0]["fields"]["title"] == "wants a call back"
    assert sections["consent"]["entries"][0]["fields"]["state"] == "given"
    assert sections["social"]["entries"] == []


def test_sensitive_and_secret_values_are_masked_for_service_and_shown_for_compliance(
    loaded: None, admin: Actor
) -> None:
    assert values(asked())["identifier:pesel"] == "***59"
    assert values(asked())["income_band"] == "***"
    officer = user("officer", admin)
    shown = values(asked(officer, purpose="compliance"))
    assert (shown["identifier:pesel"], shown["income_band"]) == ("44051401359", "high")


def test_an_analyst_sees_initials_and_no_identifier_at_all(loaded: None, admin: Actor) -> None:
    taken = asked(user("analyst", admin), purpose="marketing")
    assert values(taken)["email"] == "a***@m***"
    text = json.dumps(taken.snapshot.as_json())
    for hidden in ("ada@mail.example", "44051401359", "Testowa", "wants a call back", '"17"'):
        assert hidden not in text
    assert not taken.snapshot.document["sections"]["notes"]["served"]
    assert "demographics.identifier:pesel" in taken.snapshot.document["masking"]["withheld"]


def test_only_the_sections_asked_for_are_gathered(loaded: None) -> None:
    taken = asked(sections=("consent", "account"))
    assert list(taken.snapshot.document["sections"]) == ["consent", "account"]


@pytest.mark.parametrize(
    ("by", "value"),
    [
        ("record", "crm:17"),
        ("email", " Ada@MAIL.example "),
        ("phone", "+48600100200"),
        ("phone", "0048 600-100-200"),
    ],
)
def test_a_customer_is_found_by_each_of_the_ways(loaded: None, by: str, value: str) -> None:
    taken = asked(**{by: value})
    assert values(taken)["family_name"] == "Testowa"
    assert asked(customer=taken.snapshot.customer).snapshot.customer == taken.snapshot.customer


def test_a_shared_address_is_answered_with_the_ids_and_no_guess(loaded: None) -> None:
    with pytest.raises(WrongCall, match="2 customers share this e-mail address") as caught:
        asked(email="home@shared.example")
    both = {asked(record=f"crm:{key}").snapshot.customer for key in (19, 20)}
    assert len(both) == 2
    assert all(one in caught.value.hint for one in both)


@pytest.mark.parametrize(
    ("request_", "says"),
    [
        ({"purpose": "curiosity"}, "no purpose 'curiosity'"),
        ({"trigger": "boredom"}, "no trigger 'boredom'"),
        ({"sections": ("secrets",)}, "no section 'secrets'"),
        ({"customer": "cus_1"}, "no customer"),
        ({"record": "crm:99"}, "no record '99'"),
        ({"record": "attic:1"}, "no source"),
        ({"email": "nobody@mail.example"}, "No customer is known by this e-mail"),
        ({"phone": "+48 600 999 999"}, "No customer is known by this phone"),
        ({"record": "17"}, "does not name a record"),
        ({"email": "ada"}, "not a complete e-mail"),
        ({"phone": "ada"}, "not a complete phone"),
        ({"record": "crm:17", "email": "ada@mail.example"}, "Exactly one way"),
    ],
)
def test_words_that_mean_nothing_are_a_wrong_call(
    loaded: None, request_: dict[str, Any], says: str
) -> None:
    with pytest.raises(WrongCall, match=says) as caught:
        asked(**request_)
    assert caught.value.exit_code == 2
    assert caught.value.hint
    assert Snapshot.objects.count() == 0


def test_a_look_up_that_fails_is_audited_without_what_was_looked_for(loaded: None) -> None:
    with pytest.raises(Unknown):
        asked(email="nobody@mail.example")
    entry = last_entry()
    assert (entry.action, entry.outcome, entry.subjects) == ("snapshot.take", "failed", [])
    assert "nobody" not in json.dumps([entry.reason, entry.details, entry.fields])


def test_a_purpose_the_user_may_not_act_for_is_refused_before_any_look_up(
    loaded: None, admin: Actor
) -> None:
    analyst = user("analyst", admin)
    refusals = []
    for record in ("crm:17", "crm:99"):
        with pytest.raises(Refused, match="may not act for the purpose service") as caught:
            asked(analyst, record=record)
        refusals.append((str(caught.value), caught.value.hint))
    assert refusals[0] == refusals[1]
    assert "marketing, product" in refusals[0][1]
    entry = last_entry()
    assert (entry.outcome, entry.actor, entry.purpose) == ("refused", actor(analyst).id, "service")


def test_marketing_without_consent_is_refused_and_the_refusal_names_the_customer(
    loaded: None, admin: Actor
) -> None:
    allowed = asked(purpose="marketing").snapshot
    with pytest.raises(Refused, match="no consent to marketing is known"):
        asked(purpose="marketing", record="crm:19")
    other = asked(record="crm:19").snapshot
    refusal = AuditEntry.objects.get(outcome="refused")
    assert refusal.subjects == [subject_hash(other.customer)]
    assert other.customer != allowed.customer


def test_a_withdrawn_consent_counts_from_the_next_request_on(
    loaded: None, admin: Actor, tmp_path: Path
) -> None:
    assert asked(purpose="marketing")
    later = tmp_path / "later.csv"
    later.write_text("customer_id,purpose,state,date\n17,marketing,withdrawn,2029-06-01\n")
    load_consents("crm", later, by=admin)
    with pytest.raises(Refused, match="does not consent to marketing"):
        asked(purpose="marketing")


def test_a_restricted_customer_is_seen_for_compliance_only(loaded: None) -> None:
    Record.objects.filter(record_key="17").update(state=Record.RESTRICTED)
    for purpose in PURPOSES:
        if purpose == "compliance":
            assert asked(purpose=purpose)
        else:
            with pytest.raises(Refused, match="restricted"):
                asked(purpose=purpose)


def test_a_section_asked_for_by_name_that_the_purpose_has_no_need_of_is_refused(
    loaded: None,
) -> None:
    with pytest.raises(Refused, match="product has no need of notes"):
        asked(purpose="product", sections=("notes",))
    assert last_entry().fields == ["notes"]


def test_the_audit_names_who_saw_which_fields_of_whom_for_what_and_no_value(
    loaded: None, admin: Actor
) -> None:
    taken = asked(trigger="campaign")
    entry = last_entry()
    assert (entry.action, entry.outcome, entry.actor) == ("snapshot.take", "done", admin.id)
    assert (entry.purpose, entry.target) == ("service", taken.snapshot.id)
    assert entry.subjects == [subject_hash(taken.snapshot.customer)]
    assert {"demographics.email", "transactions.amount"} <= set(entry.fields)
    assert entry.details["trigger"] == "campaign"
    assert "Testowa" not in json.dumps([entry.fields, entry.details])


def test_a_snapshot_can_be_fetched_again_and_holds(loaded: None) -> None:
    taken = asked()
    assert selectors.snapshot(taken.snapshot.id) == taken.snapshot
    assert selectors.verify(taken.snapshot.id).holds
    exported = json.loads(json.dumps(taken.snapshot.as_json()))
    assert selectors.verify_document(exported).holds
    exported["sections"]["demographics"]["values"][0]["value"] = "Eve"
    assert selectors.verify_document(exported).holds is False
    with pytest.raises(Unknown):
        selectors.verify("snp_1")


def test_nothing_of_the_person_stands_readable_in_the_snapshot_s_row(loaded: None) -> None:
    asked()
    row = Snapshot.objects.values_list().get()
    assert b"Testowa" not in b"".join(bytes(part) for part in row if isinstance(part, bytes))
    assert "Testowa" not in str([part for part in row if not isinstance(part, bytes)])


def test_a_body_changed_or_swapped_in_the_database_does_not_hold(loaded: None) -> None:
    first, second = asked().snapshot.id, asked().snapshot.id
    other = Snapshot.objects.get(public_id=second)
    Snapshot.objects.filter(public_id=first).update(body=other.body, key=other.key)
    assert selectors.verify(first).holds is False
    assert selectors.verify(second).holds


@pytest.mark.parametrize(
    "changed", [{"purpose": "risk"}, {"trigger": "event"}, {"requested_by": "usr_9"}]
)
def test_a_header_changed_in_the_database_does_not_hold(
    loaded: None, changed: dict[str, str]
) -> None:
    taken = asked().snapshot.id
    Snapshot.objects.filter(public_id=taken).update(**changed)
    found = selectors.verify(taken)
    assert found.holds is False
    assert "than what was sealed" in found.sentence


def test_a_body_taken_out_by_hand_is_not_called_erased(loaded: None) -> None:
    taken = asked().snapshot.id
    Snapshot.objects.filter(public_id=taken).update(body=None)
    assert selectors.verify(taken).holds is False


def test_once_its_key_is_destroyed_header_and_hash_are_what_is_left(loaded: None) -> None:
    taken = asked()
    destroy_keys([Snapshot.objects.get().key_id])
    left = selectors.snapshot(taken.snapshot.id)
    assert (left.document, left.sha256) == (None, taken.snapshot.sha256)
    assert selectors.verify(taken.snapshot.id).holds is None


def test_if_the_event_cannot_be_written_nothing_is(
    loaded: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*args: object) -> None:
        raise RuntimeError("the event table is full")

    monkeypatch.setattr("tellonce.hub.snapshots.taking.emit", broken)
    entries = AuditEntry.objects.count()
    with pytest.raises(RuntimeError):
        asked()
    assert (Snapshot.objects.count(), AuditEntry.objects.count()) == (0, entries)
