"""A record is changed while its last version is being placed: what is newer waits."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from django.db import connection, transaction

from tellonce.hub.intake import waiting
from tellonce.hub.intake.models import Waiting
from tellonce.hub.sources.selectors import record_ids
from tests.hub.delivering import ANNA, a_source, load

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
