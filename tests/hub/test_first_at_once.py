"""The first rows of a source come from several at once: what the first settled counts for all."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tellonce.hub.accounts.selectors import actor
from tellonce.hub.core.errors import Busy
from tellonce.hub.intake import delivering, pushing
from tellonce.hub.intake.pushing import accept_records
from tellonce.hub.sources.contents import CONSENTS, RECORDS
from tellonce.hub.sources.models import Record
from tellonce.hub.sources.selectors import source_named
from tellonce.hub.sources.services import learn
from tests.hub.delivering import a_source, load
from tests.hub.meanwhile import meanwhile

pytestmark = pytest.mark.django_db(transaction=True)
FIRST = {"id": "1", "e-mail": "anna@example.org"}
SECOND = {"id": "2", "telephone": "+48 600 700 801"}


@pytest.fixture(autouse=True)
def crm() -> None:
    a_source()


def push(row: dict[str, Any]) -> None:
    accept_records("crm", [row], by=actor())


def known() -> set[str]:
    return set(source_named("crm").learned[RECORDS]["columns"])


def test_of_two_pushes_the_later_one_is_read_by_what_the_first_settled(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    other = meanwhile(monkeypatch, pushing, "end_push", lambda: push(SECOND))
    push(FIRST)
    other.ended()
    assert "e-mail" in known()
    assert Record.objects.count() == 2


def test_what_other_contents_settle_is_kept_beside_it(monkeypatch: pytest.MonkeyPatch) -> None:
    source = source_named("crm")
    other = meanwhile(monkeypatch, pushing, "end_push", lambda: learn(source, CONSENTS, {}))
    push(FIRST)
    other.ended()
    assert set(source_named("crm").learned) == {CONSENTS, RECORDS}


def test_a_file_that_was_read_before_is_to_be_loaded_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = meanwhile(monkeypatch, delivering, "begin_delivery", lambda: push(FIRST), given=30)
    with pytest.raises(Busy, match="first records of 'crm' came just now"):
        load(tmp_path / "second.csv", [SECOND])
    other.ended()
    load(tmp_path / "second.csv", [SECOND])
    assert {"e-mail", "telephone"} <= known()
