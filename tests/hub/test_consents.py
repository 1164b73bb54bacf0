"""Consents: the newest word per customer key and purpose counts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tellonce.hub.accounts.selectors import actor
from tellonce.hub.consents.selectors import consent_states, consents_of
from tellonce.hub.consents.services import load_consents
from tellonce.hub.core import clock
from tellonce.hub.core.errors import WrongCall
from tellonce.hub.sources import selectors
from tellonce.hub.sources.models import Quarantined
from tellonce.hub.sources.types import Counts
from tests.hub.delivering import ANNA, OTTO, Row, a_source, load, write_csv

pytestmark = pytest.mark.django_db

GIVEN = {
    "customer_id": "1",
    "purpose": "marketing",
    "status": "given",
    "date": "2024-01-01",
    "channel": "web",
    "notice_version": "3",
}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where the next delivery is written."""
    return tmp_path / "delivery.csv"


@pytest.fixture
def anna(file: Path) -> list[int]:
    """The row id of the one record of a customer."""
    a_source()
    load(file, [ANNA, OTTO])
    return list(selectors.record_ids([("crm", "1")]).values())


def load_rows(path: Path, rows: list[Row]) -> Counts:
    """Write the rows to a file, load them as consents, and count what became of them."""
    return load_consents("crm", write_csv(path, rows), by=actor()).delivery.counts


def test_a_consent_is_read_with_its_notice_and_channel(file: Path, anna: list[int]) -> None:
    assert load_rows(file, [GIVEN]).added == 1
    (view,) = consents_of(anna)
    assert (view.purpose, view.is_given, view.notice_version, view.channel) == (
        "marketing",
        True,
        "3",
        "web",
    )
    assert consent_states(anna) == {"marketing": True}


def test_the_newest_word_counts_in_any_order_of_arrival(file: Path, anna: list[int]) -> None:
    withdrawn = GIVEN | {"status": "withdrawn", "date": "2024-06-01"}
    load_rows(file, [withdrawn])
    load_rows(file, [GIVEN])
    assert consent_states(anna) == {"marketing": False}
    (view,) = consents_of(anna)
    assert view.at.year == 2024
    assert view.at.month == 6


def test_of_two_words_at_one_moment_the_withdrawal_counts(file: Path, anna: list[int]) -> None:
    load_rows(file, [GIVEN | {"status": "withdrawn"}, GIVEN])
    assert consent_states(anna) == {"marketing": False}


def test_what_is_given_in_the_future_does_not_count_yet(file: Path, anna: list[int]) -> None:
    soon = datetime.now(UTC) + timedelta(hours=2)
    rows = [GIVEN | {"status": "withdrawn"}, GIVEN | {"date": soon.isoformat()}]
    write_csv(file, rows)
    load_consents("crm", file, by=actor())
    assert consent_states(anna) == {"marketing": False}
    with clock.stopped_at(soon + timedelta(seconds=1)):
        assert consent_states(anna) == {"marketing": True}


def test_a_withdrawal_by_a_clock_that_is_ahead_counts_at_once(file: Path, anna: list[int]) -> None:
    soon = datetime.now(UTC) + timedelta(hours=2)
    write_csv(file, [GIVEN, GIVEN | {"status": "withdrawn", "date": soon.isoformat()}])
    load_consents("crm", file, by=actor())
    assert consent_states(anna) == {"marketing": False}


def test_a_reason_in_quarantine_quotes_nothing_of_the_row(file: Path, anna: list[int]) -> None:
    write_csv(file, [GIVEN, GIVEN | {"status": "44051401359"}])
    load_consents("crm", file, by=actor())
    assert "44051401359" not in Quarantined.objects.get().reason


def test_the_same_file_again_adds_nothing(file: Path, anna: list[int]) -> None:
    load_rows(file, [GIVEN, GIVEN])
    again = load_rows(file, [GIVEN, GIVEN])
    assert (again.added, again.repeated) == (0, 2)


def test_nobody_has_another_ones_consents(file: Path, anna: list[int]) -> None:
    load_rows(file, [GIVEN | {"customer_id": "2"}])
    assert consents_of(anna) == []
    assert consents_of([]) == []


@pytest.mark.parametrize(
    ("word", "given"),
    [
        ("Opt-in", True),
        ("1", True),
        ("Erteilt", True),
        ("wyrażona", True),
        ("widerrufen", False),
        ("Cofnięta", False),
        ("opt out", False),
        ("nicht erteilt", False),
    ],
)
def test_a_consent_is_understood_in_english_german_and_polish(
    file: Path, anna: list[int], word: str, given: bool
) -> None:
    assert load_rows(file, [GIVEN | {"status": word}]).quarantined == 0
    assert consent_states(anna) == {"marketing": given}


@pytest.mark.parametrize(
    "row",
    [
        GIVEN | {"status": "perhaps"},
        GIVEN | {"status": "yes?"},
        GIVEN | {"status": "-1"},
        GIVEN | {"date": "some day"},
        GIVEN | {"purpose": ""},
        GIVEN | {"customer_id": ""},
    ],
)
def test_a_row_that_cannot_be_understood_waits_in_quarantine(
    file: Path, anna: list[int], row: Row
) -> None:
    counts = load_rows(file, [GIVEN, row])
    assert (counts.added, counts.quarantined) == (1, 1)


def test_a_file_without_a_purpose_is_refused(file: Path, anna: list[int]) -> None:
    with pytest.raises(WrongCall, match="purpose"):
        load_rows(file, [{"customer_id": "1", "status": "given", "date": "2024-01-01"}])


def test_reading_consents_takes_two_queries(file: Path, anna: list[int]) -> None:
    load_rows(file, [GIVEN | {"date": f"2024-01-{day:02d}"} for day in range(1, 29)])
    with CaptureQueriesContext(connection) as queries:
        assert len(consents_of(anna)) == 1
    assert len(queries) == 2
