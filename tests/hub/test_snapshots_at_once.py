"""A snapshot is of one moment, whatever happens to its customer while it is taken."""

from __future__ import annotations

from typing import Any

import pytest

from tellonce.hub.accounts.selectors import actor
from tellonce.hub.intake.deciding import customers_named, merge_customers
from tellonce.hub.intake.pushing import accept_records
from tellonce.hub.intake.services import place_waiting
from tellonce.hub.snapshots import gathering, services
from tellonce.hub.snapshots.services import take_snapshot
from tellonce.hub.snapshots.types import SnapshotRequest
from tests.hub.correcting import people
from tests.hub.delivering import ANNA
from tests.hub.meanwhile import meanwhile

pytestmark = pytest.mark.django_db(transaction=True)


def taken(record: str) -> Any:
    """The document of a snapshot of the customer whom a record belongs to."""
    request = SnapshotRequest("service", record=record, sections=("demographics",))
    return take_snapshot(request, actor()).snapshot.document


def test_a_record_that_joins_is_in_all_of_it_or_in_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    people()

    def join() -> None:
        accept_records("shop", [ANNA | {"id": "B", "phone": "+48 600 700 899"}], by=actor())
        place_waiting(by=actor())

    other = meanwhile(monkeypatch, gathering, "golden_document", join)
    document = taken("crm:1")
    other.ended()
    assert document["records"] == {"crm": 1, "shop": 1}
    assert "899" not in str(document["sections"])


def test_who_is_merged_before_it_is_taken_is_the_one_he_was_merged_into(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    people()
    anna, otto = customers_named(["crm:1", "crm:2"])
    other = meanwhile(
        monkeypatch, services, "see_one_moment", lambda: merge_customers([otto, anna], by=actor())
    )
    document = taken("crm:2")
    other.ended()
    assert document["records"] in ({"crm": 2, "shop": 1}, {"crm": 1})  # merged, or not yet
