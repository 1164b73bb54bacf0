"""What stewards say stands over the records, goes where its record goes, and ends exactly."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from tellonce.hub.accounts.selectors import actor
from tellonce.hub.core import clock
from tellonce.hub.core.ids import new_id
from tellonce.hub.customers.models import Customer, GoldenVersion, StewardValue
from tellonce.hub.customers.selectors import customers_of_records, golden_document
from tellonce.hub.customers.stewarding import end_steward_values, store_steward_values
from tellonce.hub.customers.types import NewStewardValue
from tellonce.hub.events.models import Event
from tellonce.hub.intake.deciding import merge_customers, undo
from tellonce.hub.intake.pushing import accept_records
from tellonce.hub.intake.resolving import resolve_everything
from tellonce.hub.intake.rules import rules_in_force
from tellonce.hub.intake.services import place_waiting
from tellonce.hub.intake.stewarding import change_steward_values, expire_steward_values
from tellonce.hub.intake.turns import resolving
from tellonce.hub.sources.selectors import record_ids
from tests.hub.batches import batch, stored
from tests.hub.delivering import ANNA, OTTO, WILMA, a_source

pytestmark = pytest.mark.django_db
NEW = "corrected@example.org"


@pytest.fixture(autouse=True)
def people(hub: None) -> None:
    """Three customers of one source."""
    a_source(record_id="id")
    accept_records("crm", [ANNA, OTTO, WILMA], by=actor())
    place_waiting(by=actor())


def row_of(key: str) -> int:
    return record_ids([("crm", key)])["crm", key]


def says(key: str, attribute: str, value: str | None, **more: Any) -> NewStewardValue:
    """A steward value on a record of crm."""
    said = {"instead_of": None, "actor": "usr_1", "correction": new_id("cor"), **more}
    return NewStewardValue(row_of(key), attribute, value, **said)


def set_values(*values: NewStewardValue) -> list[str]:
    """Set them; returns their ids."""
    ids: list[str] = []

    def change(moment: datetime) -> list[int]:
        ids.extend(store_steward_values(values, moment))
        return [one.record for one in values]

    change_steward_values(change, actor="usr_1")
    return ids


def golden(key: str, attribute: str, as_of: datetime | None = None) -> Any:
    """The golden value of the customer of a record of crm."""
    (customer,) = customers_of_records([row_of(key)])
    document = golden_document(customer.id, as_of)
    return document and document.value(attribute)


def test_it_stands_over_the_record_with_a_lineage_of_its_own_and_history_keeps_what_was() -> None:
    before = clock.now()
    one = says("1", "email", NEW, instead_of=ANNA["email"])
    set_values(one)
    found = golden("1", "email")
    assert (found.value, found.source, found.rule) == (NEW, "steward", "steward")
    assert (found.record_id, found.confidence) == (one.correction, 1.0)
    assert found.runner_up == ANNA["email"]
    assert golden("1", "email", before).value == ANNA["email"]
    changed = Event.objects.filter(type="tellonce.customer.changed.v1").last()
    assert changed is not None
    assert changed.data == {"attributes": ["email"]}


def test_what_it_says_is_sealed_and_a_secret_attribute_stays_sealed_in_the_golden_record() -> None:
    set_values(says("1", "pesel", "80011312353", is_identifier=True), says("2", "city", "Testowo"))
    assert golden("1", "pesel").value == "80011312353"
    stored_texts = [bytes(row.sealed) for row in StewardValue.objects.all()]
    assert not any(b"80011312353" in text or b"Testowo" in text for text in stored_texts)
    assert not any("80011312353" in row.document for row in GoldenVersion.objects.all())
    assert Customer.objects.filter(city="testowo").count() == 1


def test_an_agreeing_source_takes_over_the_lineage_and_a_stale_one_does_not_show() -> None:
    set_values(says("1", "email", NEW, instead_of=ANNA["email"]))
    accept_records("crm", [ANNA | {"email": NEW}], by=actor())
    place_waiting(by=actor())
    assert (golden("1", "email").value, golden("1", "email").source) == (NEW, "crm")
    accept_records("crm", [ANNA], by=actor())
    place_waiting(by=actor())
    assert (golden("1", "email").value, golden("1", "email").source) == (NEW, "steward")


def test_merge_split_and_a_new_resolution_of_all_move_it_with_its_record() -> None:
    set_values(says("2", "family_name", "Korrigiert", instead_of="Mustermannski"))
    otto, anna = (customers_of_records([row_of(key)])[0].public_id for key in ("2", "1"))
    done = merge_customers([anna, otto], by=actor())
    assert golden("1", "family_name").value == "Korrigiert"
    assert golden("1", "full_name").value.endswith("Korrigiert")
    with resolving("usr_1") as lease:
        resolve_everything(rules_in_force(), lease, lambda *_: None)
    assert golden("1", "family_name").value == "Korrigiert"
    assert stored() == batch()
    undo(done.act.id, by=actor())
    assert golden("1", "family_name").value == ANNA["last name"]
    assert golden("2", "family_name").value == "Korrigiert"
    assert stored() == batch()


def test_of_two_on_one_customer_the_later_holds_and_taking_both_back_restores_exactly() -> None:
    before = stored()
    first = set_values(says("1", "city", "Erstdorf"))
    second = set_values(says("1", "city", "Zweitdorf"), says("1", "email", None))
    assert golden("1", "city").value == "Zweitdorf"
    assert golden("1", "email") is None
    change_steward_values(lambda at: end_steward_values(second, at, "undone"), actor="usr_1")
    assert golden("1", "city").value == "Erstdorf"
    change_steward_values(lambda at: end_steward_values(first, at, "undone"), actor="usr_1")
    assert stored() == before


def test_it_ends_when_its_time_is_over_and_not_before() -> None:
    before = stored()
    soon = clock.now() + timedelta(seconds=1)
    set_values(says("1", "city", "Testowo", expires_at=soon), says("2", "city", "Bleibe"))
    assert expire_steward_values("system") == []
    assert golden("1", "city").value == "Testowo"
    StewardValue.objects.filter(expires_at=soon).update(expires_at=clock.now())
    assert len(expire_steward_values("system")) == 1
    assert golden("1", "city") is None
    assert golden("2", "city").value == "Bleibe"
    assert stored()["golden"][row_of("1")] == before["golden"][row_of("1")]


def test_what_raises_while_it_is_set_keeps_nothing() -> None:
    def change(moment: datetime) -> list[int]:
        store_steward_values([says("1", "city", "Nirgends")], moment)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        change_steward_values(change, actor="usr_1")
    assert not StewardValue.objects.exists()
    assert golden("1", "city") is None
