"""Customers are worked out, and confirmations undone, by several at once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tellonce.hub.accounts.selectors import actor
from tellonce.hub.core import clock
from tellonce.hub.core.errors import Conflict
from tellonce.hub.upkeep import confirming, selectors, turning
from tellonce.hub.upkeep.confirming import confirm_value, undo_confirmation
from tellonce.hub.upkeep.following import sweep
from tests.hub.meanwhile import meanwhile
from tests.hub.upkeep.people import ANNA, NOW, customer_of, push, sources

pytestmark = pytest.mark.django_db(transaction=True)


def test_what_goes_stale_while_everybody_is_worked_out_is_found_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sources("crm")
    push("crm", ANNA)
    with clock.stopped_at(NOW + timedelta(days=500)):
        other = meanwhile(monkeypatch, turning, "open_findings_of", lambda: list(sweep()))
        list(turning.open_what_went_stale())
        other.ended()
        assert len(selectors.open_findings(kind="stale").findings) == 1


def test_of_two_who_undo_a_confirmation_one_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    sources("crm")
    push("crm", ANNA)
    done = confirm_value(customer_of("1").public_id, "email", by=actor())
    other = meanwhile(
        monkeypatch, confirming, "record_act", lambda: undo_confirmation(done.id, by=actor())
    )
    undo_confirmation(done.id, by=actor())
    with pytest.raises(Conflict, match="undone already"):
        other.ended()
