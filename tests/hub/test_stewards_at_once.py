"""A steward corrects a customer while a source delivers its record: both count."""

from __future__ import annotations

import pytest

from tellonce.hub.accounts.selectors import actor
from tellonce.hub.corrections.services import approve
from tellonce.hub.intake import pushing, stewarding
from tellonce.hub.intake.pushing import accept_records
from tellonce.hub.intake.services import place_waiting
from tests.hub.correcting import NEW, golden, people, proposed, user
from tests.hub.delivering import ANNA
from tests.hub.meanwhile import meanwhile

pytestmark = pytest.mark.django_db(transaction=True)
PHONE = "+48 600 700 899"
DELIVERED = ANNA | {"phone": PHONE, "updated_at": "2024-06-01T10:00:00Z"}


def deliver() -> None:
    accept_records("crm", [DELIVERED], by=actor())


def assert_both_count() -> None:
    place_waiting(by=actor())
    assert golden("crm:1", "email") == [(NEW, "steward")]
    assert PHONE.replace(" ", "") in [value for value, _ in golden("crm:1", "phone")]


def test_a_version_that_arrives_while_a_correction_is_written_is_placed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    people()
    one, steward = proposed(user("representative")), user("steward")
    other = meanwhile(monkeypatch, stewarding, "await_placing", deliver)
    approve(one, by=steward)
    other.ended()
    assert_both_count()


def test_a_correction_is_written_while_a_version_arrives(monkeypatch: pytest.MonkeyPatch) -> None:
    people()
    one, steward = proposed(user("representative")), user("steward")
    other = meanwhile(monkeypatch, pushing, "end_push", lambda: approve(one, by=steward))
    deliver()
    other.ended()
    assert_both_count()
