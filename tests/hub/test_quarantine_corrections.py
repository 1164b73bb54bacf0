"""A row that waits is corrected in place, kept as it came, and replayed as corrected."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tellonce.hub.accounts.selectors import actor
from tellonce.hub.accounts.services import add_user
from tellonce.hub.audit.models import AuditEntry
from tellonce.hub.core.errors import Refused, Unknown, WrongCall
from tellonce.hub.sources.correcting import correct_quarantined
from tellonce.hub.sources.models import QuarantineCorrection, Quarantined, Record
from tellonce.hub.sources.quarantining import (
    Which,
    open_quarantined,
    quarantine_entries,
    replay_quarantined,
)
from tests.hub.delivering import ANNA, OTTO, a_source, load
from tests.hub.test_hub_commands import Run, sentences


@pytest.fixture
def number(tmp_path: Path, db: None) -> int:
    """The number of a row whose version cannot be read."""
    a_source(source_version="changed", record_id="id")
    load(tmp_path / "a.csv", [ANNA | {"changed": "1"}, OTTO | {"changed": "v2"}])
    (entry,) = quarantine_entries(Which())
    return entry.id


def test_a_corrected_row_is_replayed_as_corrected_and_kept_as_it_came(number: int) -> None:
    entry = correct_quarantined(number, {"changed": "2"}, by=actor(), reason="a typing error")
    assert entry.corrected == ("changed",)
    (opened,) = open_quarantined([number], by=actor())
    assert json.loads(opened.raw)["changed"] == "v2"
    assert opened.corrections == {"changed": "2"}
    done = replay_quarantined(Which(ids=(number,)), by=actor())
    assert (done.loaded, done.waiting) == (1, 0)
    record = Record.objects.select_related("current").get(record_key="2")
    assert record.current is not None
    assert record.current.source_version == "2"
    row = Quarantined.objects.get()
    assert (row.state, row.settled_by) == ("replayed", actor().id)
    assert json.loads(open_quarantined([number], by=actor())[0].raw)["changed"] == "v2"


def test_a_field_is_emptied_and_the_last_word_counts(number: int) -> None:
    correct_quarantined(number, {"changed": "9", "phone": ""}, by=actor(), reason="unknown number")
    correct_quarantined(number, {"changed": "3"}, by=actor(), reason="read again")
    assert open_quarantined([number], by=actor())[0].corrections == {"changed": "3", "phone": None}
    replay_quarantined(Which(ids=(number,)), by=actor())
    assert Record.objects.get(record_key="2").current.source_version == "3"  # type: ignore[union-attr]


def test_what_was_written_is_sealed_and_the_act_is_audited_without_it(number: int) -> None:
    correct_quarantined(number, {"phone": "+49 30 1234567"}, by=actor(), reason="he called")
    assert b"1234567" not in bytes(QuarantineCorrection.objects.get().value)
    act = AuditEntry.objects.get(action="quarantine.correct")
    assert (act.reason, act.fields, act.details) == ("he called", ["phone"], {"row": number})


def test_a_card_number_that_somebody_types_is_cut(number: int) -> None:
    correct_quarantined(number, {"phone": "4111 1111 1111 1111"}, by=actor(), reason="a test")
    said = open_quarantined([number], by=actor())[0].corrections["phone"]
    assert said == "[card ending 1111]"


@pytest.mark.parametrize(
    ("changes", "reason", "sentence"),
    [
        ({"phone": "1"}, " ", "without a reason"),
        ({}, "because", "Nothing would change"),
        ({"changed": "v2"}, "because", "Nothing would change"),
        ({"fone": "1"}, "because", "no field 'fone'"),
        ({"phone": "1" * 10_001}, "because", "too long"),
    ],
)
def test_what_cannot_be_a_correction_is_refused(
    number: int, changes: dict[str, str | None], reason: str, sentence: str
) -> None:
    with pytest.raises(WrongCall, match=sentence):
        correct_quarantined(number, changes, by=actor(), reason=reason)
    assert not QuarantineCorrection.objects.exists()


def test_only_rows_that_wait_are_corrected_and_only_by_who_works_on_them(number: int) -> None:
    with pytest.raises(Unknown):
        correct_quarantined(number + 1, {"phone": "1"}, by=actor(), reason="because")
    add_user("ada@example.org", "analyst", by=actor())
    with pytest.raises(Refused):
        correct_quarantined(number, {"phone": "1"}, by=actor("ada@example.org"), reason="because")


@pytest.mark.django_db
def test_a_line_that_is_no_row_has_no_fields(tmp_path: Path) -> None:
    a_source(record_id="id")
    file = tmp_path / "a.csv"
    file.write_text("id,email\n1,a@example.org\ntoo,many,fields\n")
    from tellonce.hub.intake.services import load_records

    load_records("crm", file, by=actor())
    (entry,) = quarantine_entries(Which())
    with pytest.raises(WrongCall, match="could not be read as a row"):
        correct_quarantined(entry.id, {"email": "b@example.org"}, by=actor(), reason="because")


def test_the_commands_correct_and_replay(run: Run, tmp_path: Path) -> None:
    config = tmp_path / "crm.yaml"
    config.write_text("record_id: id\nsource_version: changed\n")
    file = tmp_path / "a.csv"
    file.write_text("id,email,changed\n1,a@example.org,v1\n")
    run("source", "add", "crm", "--kind", "crm", "--config", str(config))
    run("load", "crm", str(file))
    row = str(Quarantined.objects.get().pk)
    bad = run("quarantine", "correct", row, "--set", "chnged=1", "--because", "typo")
    assert "Did you mean 'changed'?" in sentences(bad, 2)
    assert "FIELD=VALUE" in sentences(
        run("quarantine", "correct", row, "--set", "changed", "--because", "typo"), 2
    )
    done = run("quarantine", "correct", row, "--set", "changed=1", "--because", "typo")
    assert f"tellonce quarantine replay --id {row}" in done.stdout
    assert "(corrected: changed)" in run("quarantine", "list").stdout
    assert "changed was corrected: 1" in run("quarantine", "show", row).stdout
    assert "1 row loaded." in run("quarantine", "replay", "--id", row).stdout
