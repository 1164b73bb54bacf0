"""A record is changed while its last version is being placed: what is newer waits."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from django.db import connection, transaction

from tellonce.hub.accounts.selectors import actor
from tellonce.hub.intake import placing, waiting
from tellonce.hub.intake.models import Waiting
from tellonce.hub.intake.pushing import accept_records
from tellonce.hub.intake.services import place_waiting, restrict_records
from tellonce.hub.matching.models import MatchKey
from tellonce.hub.sources.selectors import record_ids
from tests.hub.delivering import ANNA, OTTO, a_source, load
from tests.hub.meanwhile import meanwhile

pytestmark = pytest.mark.django_db(transaction=True)
PLACED, NEWER = 1_000_001, 1_000_002  # versions, which are only compared here


def test_what_is_changed_while_it_is_placed_waits_on(tmp_path: Path) -> None:
    a_source()
    load(tmp_path / "delivery.csv", [ANNA])
    (record,) = record_ids([("crm", "1")]).values()
    waiting.await_placing({record: (PLACED, None)})
    begun = threading.Event()

    def change() -> None:
        begun.set()
        try:
            with transaction.atomic():
                waiting.await_placing({record: (NEWER, PLACED)})
        finally:
            connection.close()

    changing = threading.Thread(target=change)
    with transaction.atomic():
        waiting.settle([(record, PLACED, PLACED)])
        changing.start()
        begun.wait(20)
        changing.join(0.5)  # it stands before what is being placed
        assert changing.is_alive()
    changing.join(20)
    (left,) = Waiting.objects.values_list("record_id", "version_id", "held_id")
    assert left == (record, NEWER, PLACED)


@pytest.mark.parametrize("restricted", [True, False])
def test_what_is_restricted_or_is_no_more_while_it_is_placed_waits_on(
    restricted: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_source()
    load(tmp_path / "delivery.csv", [ANNA, OTTO])
    (record,) = record_ids([("crm", "1")]).values()

    def restrict(now: bool) -> None:
        restrict_records([record], restricted=now, by=actor())

    restrict(not restricted)
    accept_records("crm", [ANNA | {"phone": "+48 600 700 899"}], by=actor())
    other = meanwhile(monkeypatch, placing, "prepare", lambda: restrict(restricted), after=True)
    place_waiting(by=actor())
    other.ended()
    assert MatchKey.objects.filter(record_id=record).exists() != restricted
