"""A file of a source is loaded while somebody else changes its records: both count."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from tellonce.hub.accounts.selectors import actor
from tellonce.hub.intake.services import accept_records, restrict_records
from tellonce.hub.sources import recording
from tellonce.hub.sources.holding import release_arrived
from tellonce.hub.sources.models import Record
from tellonce.hub.sources.selectors import record_ids
from tellonce.hub.sources.services import add_source
from tests.hub.delivering import ANNA, load

pytestmark = pytest.mark.django_db(transaction=True)


def version(number: int) -> dict[str, object]:
    return {**ANNA, "version": number, "phone": f"+48 600 700 80{number}"}


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Callable[[], Any]], None]]:
    """Call something in another thread when the next load has worked out what its first slice
    changes, and give it a second before that is written.
    """
    threads: list[threading.Thread] = []

    def in_the_next_slice(call: Callable[[], Any]) -> None:
        def in_thread() -> None:
            try:
                call()
            finally:
                connection.close()

        def released(records: Sequence[int]) -> None:
            if not threads:
                threads.append(threading.Thread(target=in_thread))
                threads[0].start()
                threads[0].join(1)
            release_arrived(records)

        monkeypatch.setattr(recording, "release_arrived", released)

    yield in_the_next_slice
    (thread,) = threads
    thread.join(60)
    assert not thread.is_alive()


@pytest.fixture(autouse=True)
def loaded(tmp_path: Path) -> None:
    config = {"record_id": "id", "source_version": "version"}
    add_source("crm", "push", config, by=actor())
    load(tmp_path / "first.csv", [version(1)])


def test_a_newer_version_that_is_pushed_meanwhile_wins(
    tmp_path: Path, meanwhile: Callable[[Callable[[], Any]], None]
) -> None:
    done = threading.Event()

    def push() -> None:
        accept_records("crm", [version(3)], by=actor())
        done.set()

    meanwhile(push)
    load(tmp_path / "second.csv", [version(2)])
    assert done.wait(60)
    assert Record.objects.get().current.source_version == "3"


def test_a_restriction_that_is_set_meanwhile_stays(
    tmp_path: Path, meanwhile: Callable[[Callable[[], Any]], None]
) -> None:
    done = threading.Event()

    def restrict() -> None:
        restrict_records(record_ids([("crm", "1")]).values(), restricted=True, by=actor())
        done.set()

    meanwhile(restrict)
    load(tmp_path / "second.csv", [version(2)])
    assert done.wait(60)
    assert Record.objects.get().state == Record.RESTRICTED
