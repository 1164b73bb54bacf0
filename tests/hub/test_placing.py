"""Records become customers: ids, golden records, events, decisions, and what was true when."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tellonce.hub.accounts.selectors import actor
from tellonce.hub.accounts.services import add_user
from tellonce.hub.bridge.resolution import explain_pair
from tellonce.hub.bridge.types import ResolutionRules
from tellonce.hub.core import clock
from tellonce.hub.core.errors import Refused, Unknown, WrongCall
from tellonce.hub.customers import selectors as customers
from tellonce.hub.customers.models import Customer, GoldenVersion, Membership
from tellonce.hub.events.models import Event
from tellonce.hub.intake.deciding import decide
from tellonce.hub.intake.services import place_waiting, restrict_records
from tellonce.hub.matching.selectors import adopted_model, edges_of, matching_counts
from tellonce.hub.sources.selectors import record_ids, record_texts
from tellonce.hub.vault.services import hash_key
from tests.hub.delivering import ANNA, OTTO, WILMA, a_source, load

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where the next delivery is written."""
    return tmp_path / "delivery.csv"


def row_id(record_key: str, source: str = "crm") -> int:
    """Row id of a record."""
    return record_ids([(source, record_key)])[source, record_key]


def customer_of(record_key: str, source: str = "crm") -> Any:
    """The customer a record belongs to."""
    (found,) = customers.customers_of_records([row_id(record_key, source)])
    return found


def events() -> list[tuple[str, str]]:
    """(type without its frame, subject) of every event, in order."""
    rows = Event.objects.order_by("id").values_list("type", "subject")
    return [(kind.split(".")[2], subject) for kind, subject in rows]


def partition() -> set[frozenset[str]]:
    """The customers, as sets of record ids."""
    found: dict[int, set[str]] = {}
    for customer, record in Membership.objects.filter(to_at=None).values_list(
        "customer_id", "record__record_key"
    ):
        found.setdefault(customer, set()).add(record)
    return {frozenset(records) for records in found.values()}


def test_records_that_agree_become_one_customer_with_a_golden_record(file: Path) -> None:
    a_source()
    a_source("shop")
    load(file, [ANNA, OTTO])
    load(file, [ANNA | {"id": "A-1"}], "shop")
    assert customer_of("1").id == customer_of("A-1", "shop").id
    assert customer_of("1").id != customer_of("2").id
    golden = customers.golden_document(customer_of("1").id)
    assert golden is not None
    family = golden.value("family_name")
    assert family is not None
    assert family.value == "Testowska-Przykładowa"
    assert (family.source, family.record_id) in {("crm", "1"), ("shop", "A-1")}
    assert family.agreeing == 2
    assert 0.5 < family.confidence <= 1


def test_every_new_customer_is_told_once(file: Path) -> None:
    a_source()
    load(file, [ANNA, OTTO])
    told = events()
    assert sorted(kind for kind, _ in told) == ["created", "created"]
    assert {subject for _, subject in told} == {c.public_id for c in Customer.objects.all()}
    load(file, [ANNA, OTTO])
    assert events() == told


def test_a_golden_version_is_appended_only_on_change(file: Path) -> None:
    a_source()
    load(file, [ANNA, OTTO])
    load(file, [ANNA | {"email": "new@example.org"}, OTTO])
    changed = customer_of("1")
    assert changed.version == 2
    assert customer_of("2").version == 1
    assert GoldenVersion.objects.count() == 3
    (event,) = Event.objects.filter(type="tellonce.customer.changed.v1")
    assert (event.subject, event.data) == (changed.public_id, {"attributes": ["email"]})


def test_a_steward_merges_and_the_undo_restores_both_ids(file: Path) -> None:
    a_source()
    load(file, [ANNA, OTTO])
    one, other = customer_of("1"), customer_of("2")
    pair = [(row_id("1"), row_id("2"))]
    decide(pair, "same", by=actor(), reason="told by phone")
    merged = customer_of("2")
    assert merged.id == customer_of("1").id == one.id
    assert customers.customer_by_public_id(other.public_id).public_id == one.public_id
    assert customers.customer_by_public_id(other.public_id).asked_as == other.public_id
    assert ("merged", other.public_id) in events()
    decide(pair, "different", by=actor())
    assert (customer_of("1").id, customer_of("2").id) == (one.id, other.id)
    found = customers.customer_by_public_id(other.public_id)
    assert (found.public_id, found.asked_as) == (other.public_id, "")
    assert ("restored", other.public_id) in events()
    assert ("split", one.public_id) in events()


def test_a_steward_parts_what_matching_joined(file: Path) -> None:
    a_source()
    load(file, [ANNA, ANNA | {"id": "7"}])
    assert customer_of("1").id == customer_of("7").id
    decide([(row_id("1"), row_id("7"))], "different", by=actor())
    assert partition() == {frozenset({"1"}), frozenset({"7"})}


def test_a_customer_without_records_is_removed_and_comes_back_with_its_id(file: Path) -> None:
    a_source()
    load(file, [ANNA, OTTO])
    gone = customer_of("2").public_id
    load(file, [ANNA], full=True)
    assert customers.customer_by_public_id(gone).retired_at is not None
    assert ("removed", gone) in events()
    load(file, [ANNA, OTTO])
    assert customer_of("2").public_id == gone
    assert customers.customer_by_public_id(gone).retired_at is None


def test_as_of_answers_what_was_held_at_that_moment(file: Path) -> None:
    a_source()
    with clock.stopped_at(NOON):
        load(file, [ANNA, OTTO])
    with clock.stopped_at(NOON + timedelta(days=1)):
        load(file, [ANNA | {"email": "new@example.org"}, OTTO])
        decide([(row_id("1"), row_id("2"))], "same", by=actor())
    customer, later = customer_of("1"), NOON + timedelta(hours=1)
    assert len(customers.members_of(customer.id)) == 2
    assert [m.record for m in customers.members_of(customer.id, later)] == [row_id("1")]
    before = customers.golden_document(customer.id, later)
    now = customers.golden_document(customer.id)
    assert before is not None
    assert now is not None
    assert {v.value for v in before.values if v.attribute == "email"} == {"annamaria@example.org"}
    assert "new@example.org" in {v.value for v in now.values}
    assert customers.golden_document(customer.id, NOON - timedelta(days=1)) is None


def test_the_order_of_arrival_does_not_matter(file: Path, tmp_path: Path) -> None:
    rows = [ANNA, ANNA | {"id": "7", "phone": ""}, OTTO, WILMA, OTTO | {"id": "8", "dob": ""}]
    a_source(record_id="id")
    load(file, rows)
    together = partition()
    load(file, [OTTO | {"id": "99"}], full=True)
    for row in reversed(rows):
        load(file, [row | {"note": "again"}])
    load(file, rows, full=True)
    assert partition() == together


def test_a_restricted_record_stays_where_it_is_and_is_not_matched(file: Path) -> None:
    a_source()
    load(file, [ANNA, OTTO])
    customer = customer_of("2").id
    restrict_records([row_id("2")], restricted=True, by=actor())
    load(file, [ANNA, WILMA, OTTO | {"id": "9"}])
    assert customer_of("2").id == customer
    assert customer_of("9").id != customer
    assert customers.customer_by_public_id(customer_of("2").public_id).retired_at is None


def test_sealed_golden_values_open_for_who_may_read_them(file: Path) -> None:
    a_source()
    load(file, [ANNA | {"pesel": "84031200008"}])
    golden = customers.golden_document(customer_of("1").id)
    assert golden is not None
    assert "84031200008" in {value.value for value in golden.values}


def test_a_small_hub_uses_the_shipped_model_and_a_first_thousand_trains_one(file: Path) -> None:
    a_source(record_id="id")
    load(file, [ANNA, OTTO])
    shipped = adopted_model()
    assert shipped is not None
    assert shipped.origin == "shipped"
    rows = [
        {
            "id": str(n),
            "full name": f"{first} {last}",
            "email": f"{first}.{last}@example.org".lower(),
        }
        for n, (first, last) in enumerate(
            ((f"Fnord{a}", f"Quux{b}") for a in range(32) for b in range(33)), start=100
        )
    ]
    done = load(file, rows)
    trained = adopted_model()
    assert done.placed is not None
    assert done.placed.model == "trained"
    assert trained is not None
    assert (trained.origin, trained.records) == ("trained", len(rows) + 2)
    again = load(file, [WILMA])
    assert again.placed is not None
    assert again.placed.model == "adopted"
    assert adopted_model() == trained


def test_nothing_is_resolved_where_nothing_waits(file: Path) -> None:
    a_source()
    load(file, [ANNA])
    assert place_waiting(by=actor()) is None


def test_pairs_that_were_linked_are_no_open_reviews(file: Path) -> None:
    a_source()
    load(file, [ANNA, ANNA | {"id": "7"}])
    (edge,) = edges_of([row_id("1")])
    assert edge.linked
    assert matching_counts() == {"open_reviews": 0}


def test_an_unknown_customer_and_a_senseless_decision_are_refused(file: Path) -> None:
    with pytest.raises(Unknown):
        customers.customer_by_public_id("cus_nobody")
    a_source()
    load(file, [ANNA, OTTO])
    with pytest.raises(WrongCall):
        decide([(row_id("1"), row_id("2"))], "perhaps", by=actor())


def test_only_stewards_and_administrators_decide(file: Path) -> None:
    a_source()
    load(file, [ANNA, OTTO])
    pair = [(row_id("1"), row_id("2"))]
    clerk = add_user("rep@example.org", "representative", by=actor())
    with pytest.raises(Refused):
        decide(pair, "same", by=clerk)
    decide(pair, "same", by=add_user("steward@example.org", "steward", by=actor()))
    assert partition() == {frozenset({"1", "2"})}


def test_two_records_are_explained_in_words_and_numbers(file: Path) -> None:
    a_source()
    load(file, [ANNA, ANNA | {"id": "7", "phone": ""}, OTTO])
    model = adopted_model()
    assert model is not None
    texts = record_texts([row_id("1"), row_id("7"), row_id("2")])
    documents = [t.document for _, t in sorted(texts.items())]
    rules = ResolutionRules(model.document, hash_key())
    same = explain_pair(documents[0], documents[1], rules)
    assert same.match_weight > 0
    assert same.probability > 0.9
    assert any("annamaria@example.org" in sentence for sentence in same.sentences)
    assert explain_pair(documents[0], documents[2], rules).probability < 0.1


def test_reading_a_customer_takes_few_queries(file: Path) -> None:
    a_source()
    load(file, [ANNA, ANNA | {"id": "7"}, ANNA | {"id": "8"}])
    public_id = customer_of("1").public_id
    with CaptureQueriesContext(
        connection,
    ) as queries:
        customer = customers.customer_by_public_id(public_id)
        customers.golden_document(customer.id)
        customers.members_of(customer.id)
    assert len(queries) == 3
