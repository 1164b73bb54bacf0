"""Rows that say nothing of a customer wait in quarantine: an empty customer helps nobody."""

from __future__ import annotations

from pathlib import Path

import pytest

from tellonce.hub.accounts.selectors import actor
from tellonce.hub.core.errors import WrongCall
from tellonce.hub.customers.models import Customer
from tellonce.hub.intake.matching import match_record
from tellonce.hub.intake.pushing import accept_records
from tellonce.hub.intake.restandardising import restandardise_records
from tellonce.hub.jobs.services import work_until_idle
from tellonce.hub.sources.changing import change_source
from tellonce.hub.sources.models import Quarantined, Record, RecordVersion
from tellonce.hub.sources.quarantining import Which, quarantine_entries, replay_quarantined
from tellonce.hub.sources.types import EMPTY
from tests.hub.delivering import ANNA, OTTO, WILMA, a_source, load

pytestmark = pytest.mark.django_db

NOTHING: dict[str, object] = {"first name": "", "last name": " ", "dob": "", "email": "n/a"}


def test_a_row_of_a_file_without_any_known_value_waits_and_makes_no_customer(
    tmp_path: Path,
) -> None:
    a_source()
    loaded = load(tmp_path / "a.csv", [ANNA, {"id": "9", **NOTHING, "mood": "good"}, OTTO])
    work_until_idle()
    assert (loaded.report.delivery.counts.added, Customer.objects.count()) == (2, 2)
    (entry,) = quarantine_entries(Which())
    assert (entry.row, entry.reason, entry.record_key, entry.rule) == (1, EMPTY, "9", "")
    assert loaded.report.kept_out == 0  # by no rule


def test_a_pushed_row_of_unknown_columns_alone_is_refused_by_row(tmp_path: Path) -> None:
    a_source(record_id="id")
    accepted = accept_records("crm", [ANNA, {"id": "9", "foo": "bar"}], by=actor())
    assert (accepted.counts.added, accepted.counts.quarantined) == (1, 1)
    assert [(one.row, one.reason) for one in accepted.refused] == [(1, EMPTY)]
    again = accept_records("crm", [{"id": "9", "foo": "bar"}], by=actor())
    assert again.counts.quarantined == 1
    assert Quarantined.objects.count() == 1
    assert list(Record.objects.values_list("record_key", flat=True)) == ["1"]


def test_once_its_columns_are_named_a_replay_makes_a_customer_of_it() -> None:
    a_source(record_id="id")
    accept_records("crm", [ANNA, {"id": "9", "foo": "wilhelmina@example.com"}], by=actor())
    change_source("crm", {"record_id": "id", "columns": {"foo": "email"}}, by=actor())
    assert replay_quarantined(Which("crm"), by=actor()).loaded == 1
    work_until_idle()
    assert Customer.objects.filter(retired_at=None).count() == 2


@pytest.mark.parametrize("full", [False, True])
def test_what_is_held_of_a_record_stays_where_its_next_version_says_nothing(
    full: bool, tmp_path: Path
) -> None:
    a_source(source_version="version")
    load(tmp_path / "a.csv", [ANNA | {"version": "1"}, OTTO | {"version": "1"}])
    rows = [{"id": "1", **NOTHING, "version": "2"}, OTTO | {"version": "2"}]
    load(tmp_path / "b.csv", rows, full=full)
    assert Record.objects.filter(state="active").count() == 2
    assert RecordVersion.objects.filter(record__record_key="1").count() == 1
    assert [entry.reason for entry in quarantine_entries(Which())] == [EMPTY]


def test_a_row_that_says_no_more_than_that_its_record_is_deleted_deletes_it(tmp_path: Path) -> None:
    a_source(deleted="gone")
    load(tmp_path / "a.csv", [ANNA | {"gone": ""}, OTTO | {"gone": ""}])
    load(tmp_path / "b.csv", [{"id": "1", **NOTHING, "gone": "yes"}])
    assert Quarantined.objects.count() == 0
    assert Record.objects.get(record_key="1").state == "deleted"


def test_the_row_of_the_same_record_that_does_say_something_is_taken(tmp_path: Path) -> None:
    a_source()
    loaded = load(tmp_path / "a.csv", [{"id": "1", **NOTHING}, ANNA, WILMA])
    assert loaded.report.delivery.counts.added == 2
    assert [entry.row for entry in quarantine_entries(Which())] == [0]


def test_who_searches_before_creating_is_told_so_in_words_of_what_was_sent() -> None:
    a_source(record_id="id")
    accept_records("crm", [ANNA], by=actor())
    with pytest.raises(WrongCall, match="none of foo is known in 'crm'"):
        match_record({"foo": "bar"}, source="crm")


def test_records_that_come_out_empty_when_read_anew_stay_as_they_are(tmp_path: Path) -> None:
    a_source()
    load(tmp_path / "a.csv", [ANNA, {"id": "9", "email": "a@example.org"}])
    change_source("crm", {"columns": {"email": "ignore"}}, by=actor())
    restandardise_records("crm", by=actor())
    assert Record.objects.filter(state="active").count() == 2
    assert RecordVersion.objects.filter(record__record_key="9").count() == 1
