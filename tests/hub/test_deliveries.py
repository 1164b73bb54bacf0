"""A file of records becomes record versions: what counts, what repeats, what is refused."""

from __future__ import annotations

import json
from itertools import permutations
from pathlib import Path

import pytest
from django.db import connection

from tellonce.hub.accounts.selectors import actor
from tellonce.hub.accounts.services import add_user
from tellonce.hub.core.errors import Refused, Unknown, WrongCall
from tellonce.hub.intake.services import load_records
from tellonce.hub.sources import selectors
from tellonce.hub.sources.models import Record, RecordVersion
from tellonce.hub.sources.services import add_source
from tellonce.io.errors import FileMissing
from tests.hub.delivering import ANNA, OTTO, WILMA, a_source, load, write_csv

pytestmark = pytest.mark.django_db


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where the next delivery is written."""
    return tmp_path / "delivery.csv"


def values_now(record_key: str, source: str = "crm") -> dict:
    """The RECORDS row of a record as it stands."""
    (pk,) = selectors.record_ids([(source, record_key)]).values()
    (view,) = selectors.record_views([pk])
    return dict(view.values)


def states() -> dict[str, str]:
    """Record id -> state."""
    return dict(Record.objects.values_list("record_key", "state"))


def test_columns_and_the_record_id_are_recognised_without_configuration(file: Path) -> None:
    a_source()
    done = load(file, [ANNA, OTTO])
    assert done.report.delivery.counts.added == 2
    assert values_now("1")["emails"] == ["annamaria@example.org"]
    assert values_now("2")["birth_date"] == "1961-11-30"
    assert selectors.source_named("crm").learned["records"]["record_id"] == "id"


def test_the_same_file_again_changes_nothing(file: Path) -> None:
    a_source()
    load(file, [ANNA, OTTO])
    counts = load(file, [ANNA, OTTO]).report.delivery.counts
    assert (counts.added, counts.changed, counts.repeated) == (0, 0, 2)
    assert RecordVersion.objects.count() == 2


def test_a_changed_row_is_a_new_version_and_the_old_one_stays(file: Path) -> None:
    a_source()
    load(file, [ANNA])
    counts = load(file, [ANNA | {"email": "anna.new@example.org"}]).report.delivery.counts
    assert counts.changed == 1
    assert values_now("1")["emails"] == ["anna.new@example.org"]
    assert RecordVersion.objects.count() == 2


def test_without_versions_an_earlier_content_that_comes_back_counts_again(file: Path) -> None:
    a_source()
    for email in ("one@example.org", "two@example.org", "one@example.org"):
        load(file, [ANNA | {"email": email}])
    assert values_now("1")["emails"] == ["one@example.org"]
    assert RecordVersion.objects.count() == 3


def test_versioned_deliveries_end_the_same_in_any_order(file: Path) -> None:
    deliveries = [("7", "seven@example.org"), ("8", "eight@example.org"), ("10", "ten@example.org")]
    for number, order in enumerate(permutations(deliveries)):
        source = f"crm{number}"
        a_source(source, source_version="version")
        for version, email in order:
            load(file, [ANNA | {"version": version, "email": email}], source)
        assert values_now("1", source)["emails"] == ["ten@example.org"]


def test_an_older_version_is_kept_and_does_not_count(file: Path) -> None:
    a_source(source_version="version")
    load(file, [ANNA | {"version": "2"}])
    late = load(file, [ANNA | {"version": "1", "email": "older@example.org"}])
    assert late.report.delivery.counts.older == 1
    assert values_now("1")["emails"] == ["annamaria@example.org"]
    again = load(file, [ANNA | {"version": "1", "email": "older@example.org"}])
    assert again.report.delivery.counts.repeated == 1


def test_a_source_version_that_is_a_time_says_when_the_record_was_true(file: Path) -> None:
    a_source(source_version="updated")
    load(file, [ANNA | {"updated": "2024-02-01 10:00:00"}])
    assert values_now("1")["observed_at"].startswith("2024-02-01")


def test_a_full_delivery_deletes_what_is_missing_and_a_later_one_brings_it_back(file: Path) -> None:
    a_source()
    load(file, [ANNA, OTTO])
    gone = load(file, [ANNA], full=True)
    assert gone.report.delivery.counts.deleted == 1
    assert states() == {"1": "active", "2": "deleted"}
    back = load(file, [ANNA, OTTO], full=True)
    assert back.report.delivery.counts.changed == 1
    assert states() == {"1": "active", "2": "active"}


def test_a_full_delivery_does_not_delete_what_is_newer_than_itself(file: Path) -> None:
    a_source(source_version="version")
    load(file, [ANNA | {"version": "5"}, OTTO | {"version": "1"}, WILMA | {"version": "1"}])
    load(file, [WILMA | {"version": "3"}], full=True)
    assert states() == {"1": "active", "2": "deleted", "3": "active"}


def test_a_full_delivery_with_unusable_rows_deletes_nothing(file: Path) -> None:
    a_source(record_id="id")
    load(file, [ANNA, OTTO])
    done = load(file, [ANNA, OTTO | {"id": ""}], full=True)
    assert states() == {"1": "active", "2": "active"}
    assert any("Nothing was deleted" in sentence for sentence in done.report.sentences)


def test_a_column_can_say_that_a_record_is_deleted(file: Path) -> None:
    a_source(deleted="gone")
    load(file, [ANNA | {"gone": "no"}, OTTO | {"gone": "yes"}])
    assert states() == {"1": "active", "2": "deleted"}


def test_rows_that_cannot_be_used_wait_in_quarantine_with_the_reason(file: Path) -> None:
    a_source(record_id="id", source_version="version")
    rows = [ANNA | {"version": "1"}, OTTO | {"version": "?"}, WILMA | {"version": "1", "id": " "}]
    done = load(file, rows)
    assert done.report.delivery.counts.quarantined == 2
    waiting = selectors.quarantined_rows(selectors.source_named("crm").id)
    assert [(row.row, row.reason) for row in waiting] == [
        (1, "its source version is neither a whole number nor a time"),
        (2, "no value in id, the record id"),
    ]
    assert json.loads(waiting[1].raw)["first name"] == "Wilhelmina"


def test_of_two_rows_with_one_id_the_first_counts_and_the_other_waits(file: Path) -> None:
    a_source(record_id="id")
    done = load(file, [ANNA, OTTO | {"id": "1"}, ANNA])
    counts = done.report.delivery.counts
    assert (counts.added, counts.repeated, counts.quarantined) == (1, 1, 1)
    assert values_now("1")["emails"] == ["annamaria@example.org"]


def test_a_row_that_cannot_be_read_waits_and_the_rest_goes_on(file: Path) -> None:
    a_source()
    write_csv(file, [ANNA, OTTO])
    file.write_text(file.read_text(encoding="utf-8") + "too,short\n", encoding="utf-8")
    counts = load_records("crm", file, by=actor()).report.delivery.counts
    assert (counts.added, counts.quarantined) == (2, 1)


def test_card_numbers_are_cut_before_anything_is_kept(file: Path) -> None:
    a_source(record_id="id")
    card = "4111 1111 1111 1111"
    rows = [ANNA | {"comment": f"paid with {card}"}, OTTO | {"id": "5555555555554444"}]
    done = load(file, rows)
    assert done.report.delivery.counts.card_values == 2
    assert done.report.delivery.counts.quarantined == 1
    (waiting,) = selectors.quarantined_rows(selectors.source_named("crm").id)
    assert "5555555555554444" not in waiting.raw


def test_identifiers_and_income_are_not_readable_in_the_database(file: Path) -> None:
    a_source()
    load(file, [ANNA | {"pesel": "84031200008", "income": "secretly rich"}])
    with connection.cursor() as cursor:
        for table in ("record_versions", "golden_versions", "quarantined", "events"):
            cursor.execute(f"SELECT * FROM {table}")
            stored = repr(
                [[bytes(v) if isinstance(v, memoryview) else v for v in row] for row in cursor]
            )
            assert "84031200008" not in stored, table
            assert "secretly rich" not in stored, table
    values = values_now("1")
    assert values["identifiers"][0]["value"] == "84031200008"
    assert [o["value"] for o in values["others"] if o["name"] == "income_band"] == ["secretly rich"]


def test_later_deliveries_are_read_like_the_first(file: Path) -> None:
    a_source()
    load(file, [ANNA, OTTO, WILMA])
    load(file, [{"id": "9", "first name": "annamaria@example.org", "last name": "Odd"}])
    assert values_now("9")["names"][0]["family"] == "Odd"
    assert values_now("9")["emails"] == []


def test_what_is_wrong_with_the_call_is_said_before_anything_is_kept(file: Path) -> None:
    with pytest.raises(Unknown, match="no source 'crm'") as unknown:
        load(file, [ANNA])
    assert "tellonce source add crm" in unknown.value.hint
    a_source(record_id="number")
    with pytest.raises(WrongCall, match="no column 'number'"):
        load(file, [ANNA])
    with pytest.raises(FileMissing):
        load_records("crm", file.with_name("none.csv"), by=actor())
    assert not selectors.deliveries_of(selectors.source_named("crm").id)


def test_only_engineers_and_administrators_deliver(file: Path) -> None:
    a_source()
    clerk = add_user("rep@example.org", "representative", by=actor())
    with pytest.raises(Refused):
        load_records("crm", write_csv(file, [ANNA]), by=clerk)
    with pytest.raises(Refused):
        add_source("shop", "shop", {}, by=clerk)
    engineer = add_user("eng@example.org", "engineer", by=actor())
    assert load_records("crm", file, by=engineer).report.delivery.counts.added == 1


@pytest.mark.parametrize(
    "config",
    [
        {"colour": "blue"},
        {"trust": 2},
        {"unique": "perhaps"},
        {"columns": ["email"]},
        {"record_id": {"a": "b"}},
    ],
)
def test_a_configuration_that_makes_no_sense_is_refused(config: dict) -> None:
    with pytest.raises(WrongCall) as refused:
        a_source(**config)
    assert refused.value.hint


@pytest.mark.parametrize("name", ["", "crm:1", "a b", "-x"])
def test_a_source_needs_a_name_that_can_be_written_before_a_colon(name: str) -> None:
    with pytest.raises(WrongCall):
        add_source(name, "crm", {}, by=actor())
