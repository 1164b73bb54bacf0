"""The quarantine is worked through: seen by reason, opened, replayed after a fix, discarded."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tellonce.hub.accounts.selectors import actor
from tellonce.hub.accounts.services import add_user
from tellonce.hub.activity.services import load_activity
from tellonce.hub.audit.models import AuditEntry
from tellonce.hub.core.errors import Busy, Refused, Unknown, WrongCall
from tellonce.hub.sources import loaders, quarantined, quarantining
from tellonce.hub.sources.changing import change_source
from tellonce.hub.sources.correcting import correct_quarantined
from tellonce.hub.sources.models import Quarantined, Record
from tellonce.hub.sources.quarantining import (
    Which,
    discard_quarantined,
    open_quarantined,
    quarantine_entries,
    quarantine_groups,
    quarantine_rules,
    replay_corrected,
    replay_quarantined,
)
from tellonce.hub.sources.selectors import source_named
from tests.hub.correcting import set_rule
from tests.hub.delivering import ANNA, OTTO, WILMA, a_source, load, write_csv
from tests.hub.test_hub_commands import Run, sentences


@pytest.fixture
def waiting(tmp_path: Path, db: None) -> list[int]:
    """Two rows whose version cannot be read, and one line that is no row; gives their numbers."""
    a_source(source_version="changed")
    file = tmp_path / "people.csv"
    rows = [ANNA | {"changed": "1"}, OTTO | {"changed": "v2"}, WILMA | {"changed": "v3"}]
    write_csv(file, rows)
    file.write_text(file.read_text() + "too,short\n")
    from tellonce.hub.intake.services import load_records

    load_records("crm", file, by=actor())
    return [entry.id for entry in sorted(quarantine_entries(Which()), key=lambda one: one.row)]


def states() -> list[str]:
    """The state of each row in quarantine, by delivery and row."""
    rows = Quarantined.objects.order_by("delivery_id", "row")
    return list(rows.values_list("state", flat=True))


def test_rows_are_counted_by_reason_and_named_without_what_stands_in_them(
    waiting: list[int],
) -> None:
    groups = quarantine_groups(Which("crm"))
    assert [(group.rows, group.content) for group in groups] == [(2, "records"), (1, "records")]
    assert "neither a whole number nor a time" in groups[0].reason
    entries = quarantine_entries(Which("crm", "whole number"))
    assert [(entry.file_name, entry.row) for entry in entries] == [
        ("people.csv", 2),
        ("people.csv", 1),
    ]
    assert "ottokar" not in repr(entries)
    assert quarantine_groups(Which("crm")) == quarantine_groups(Which())


def test_a_row_is_opened_for_those_who_work_on_it_and_that_is_audited(waiting: list[int]) -> None:
    before = AuditEntry.objects.filter(action="quarantine.read").count()
    (opened,) = open_quarantined(waiting[:1], by=actor())
    entry, raw = opened.entry, opened.raw
    assert json.loads(raw)["email"] == "ottokar@example.net"
    assert entry.state == "waiting"
    add_user("ada@example.org", "analyst", by=actor())
    with pytest.raises(Refused):
        open_quarantined(waiting[:1], by=actor("ada@example.org"))
    acts = AuditEntry.objects.filter(action="quarantine.read")
    assert acts.count() == before + 2
    with pytest.raises(Unknown):
        open_quarantined([0], by=actor())


def test_after_the_configuration_was_mended_rows_are_replayed(waiting: list[int]) -> None:
    assert Record.objects.count() == 1
    change_source("crm", {}, by=actor())
    done = replay_quarantined(Which("crm"), by=actor())
    assert (done.loaded, done.waiting, done.unreadable) == (2, 0, 1)
    assert set(Record.objects.values_list("record_key", flat=True)) == {"1", "2", "3"}
    assert states() == ["replayed", "replayed", "waiting"]


def test_only_the_rows_that_are_meant_are_counted(waiting: list[int]) -> None:
    assert [group.rows for group in quarantine_groups(Which("crm", "whole number"))] == [2]
    assert quarantine_rules(Which("crm", "nothing says this")) == []


def test_a_row_that_fails_again_waits_again_under_its_own_number(waiting: list[int]) -> None:
    correct_quarantined(waiting[0], {"changed": "v4"}, by=actor(), reason="read again")
    done = replay_quarantined(Which("crm", "whole number"), by=actor())
    assert (done.loaded, done.waiting, done.again) == (0, 2, tuple(waiting[:2]))
    assert states() == ["waiting"] * 3
    assert {entry.id for entry in quarantine_entries(Which("crm"))} == set(waiting)
    (opened,) = open_quarantined(waiting[:1], by=actor())
    assert (json.loads(opened.raw)["changed"], opened.corrections) == ("v2", {"changed": "v4"})
    act = AuditEntry.objects.get(action="quarantine.replay")
    assert act.details == {"rows": 2, "again": ", ".join(map(str, waiting[:2]))}


def test_a_row_that_fails_again_for_another_reason_says_the_new_one(waiting: list[int]) -> None:
    change_source("crm", {}, by=actor())
    set_rule("- email: one of [nobody], name: only_nobody, on_fail: quarantine")
    replay_quarantined(Which(ids=(waiting[0],)), by=actor())
    rules = {entry.id: entry.rule for entry in quarantine_entries(Which("crm"))}
    assert rules == {waiting[0]: "only_nobody", waiting[1]: "", waiting[2]: ""}
    set_rule("rules: []")
    assert replay_quarantined(Which(ids=(waiting[0],)), by=actor()).loaded == 1


def test_a_row_that_arrives_again_and_again_waits_once(waiting: list[int], tmp_path: Path) -> None:
    rows = [OTTO | {"changed": "v2"}, ANNA | {"changed": "2"}]
    again = load(tmp_path / "again.csv", rows).report.delivery
    assert (again.counts.quarantined, again.counts.changed) == (1, 1)
    assert states() == ["waiting"] * 3
    discard_quarantined(Which("crm"), by=actor(), reason="they were tests")
    load(tmp_path / "later.csv", rows)
    assert states() == ["discarded"] * 3 + ["waiting"]


def test_a_replay_that_is_killed_leaves_its_rows_waiting(
    waiting: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    loader = loaders.loader_of("records")
    monkeypatch.setitem(loaders._loaders, "records", loader._replace(load=killed))
    with pytest.raises(KeyboardInterrupt):
        replay_quarantined(Which("crm"), by=actor())
    monkeypatch.undo()
    assert len(quarantine_entries(Which("crm"))) == 3
    assert source_named("crm", counted=True).quarantined == 3
    change_source("crm", {}, by=actor())
    assert replay_quarantined(Which("crm"), by=actor()).loaded == 2


def test_a_line_that_is_no_row_is_mended_in_a_file(waiting: list[int], tmp_path: Path) -> None:
    mended = write_csv(tmp_path / "mended.csv", [WILMA | {"id": "9", "changed": "1"}])
    done = replay_corrected(Which(ids=(waiting[2],)), mended, by=actor())
    assert (done.loaded, done.waiting) == (1, 0)
    assert states() == ["waiting", "waiting", "replayed"]
    assert Record.objects.filter(record_key="9").exists()


def test_rows_are_discarded_with_a_reason_and_are_kept_sealed(waiting: list[int]) -> None:
    with pytest.raises(WrongCall, match="without a reason"):
        discard_quarantined(Which("crm"), by=actor(), reason=" ")
    assert discard_quarantined(Which(ids=(waiting[0],)), by=actor(), reason="a test entry") == 1
    assert states() == ["discarded", "waiting", "waiting"]
    assert AuditEntry.objects.get(action="quarantine.discard").reason == "a test entry"
    with pytest.raises(Unknown):
        discard_quarantined(Which(ids=(waiting[0],)), by=actor(), reason="again")
    assert open_quarantined([waiting[0]], by=actor())[0].entry.state == "discarded"


def test_who_may_not_work_on_it_changes_nothing(waiting: list[int]) -> None:
    add_user("ada@example.org", "representative", by=actor())
    ada = actor("ada@example.org")
    with pytest.raises(Refused):
        replay_quarantined(Which("crm"), by=ada)
    with pytest.raises(Refused):
        discard_quarantined(Which("crm"), by=ada, reason="because")
    assert states() == ["waiting"] * 3


def test_not_saying_which_rows_is_no_way_to_mean_all(waiting: list[int]) -> None:
    with pytest.raises(WrongCall, match="not said which rows"):
        discard_quarantined(Which(), by=actor(), reason="because")


@pytest.mark.django_db
def test_activity_is_replayed_as_what_it_was(tmp_path: Path) -> None:
    a_source()
    load(tmp_path / "people.csv", [ANNA])
    orders = tmp_path / "orders.csv"
    orders.write_text('customer_id,order_id,amount\n1,7,5\n"1,8,6\n')
    load_activity("crm", orders, "transactions", by=actor())
    (group,) = quarantine_groups(Which())
    assert group.content == "transactions"
    good = write_csv(tmp_path / "m.csv", [{"customer_id": "1", "order_id": "8", "amount": "6"}])
    done = replay_corrected(Which("crm"), good, by=actor())
    assert (done.loaded, done.waiting) == (1, 0)


def test_the_commands_list_show_replay_and_discard(run: Run, tmp_path: Path) -> None:
    file = write_csv(tmp_path / "a.csv", [ANNA, OTTO | {"id": ""}])
    config = tmp_path / "crm.yaml"
    config.write_text("record_id: id\n")
    run("source", "add", "crm", "--kind", "crm", "--config", str(config))
    run("load", "crm", str(file))
    listed = run("quarantine", "list").stdout
    assert "1 of crm as records: no value in id, the record id" in listed
    assert "ottokar" not in listed
    row = Quarantined.objects.get().pk
    assert "ottokar@example.net" in run("quarantine", "show", str(row)).stdout
    again = run("quarantine", "replay", "--source", "crm")
    assert (again.returncode, "1 row waits again" in again.stdout) == (1, True), again.stderr
    assert f"(number {row}): tellonce quarantine list" in again.stdout
    gone = run("quarantine", "discard", "--id", str(row), "--because", "no such customer")
    assert "1 row discarded." in gone.stdout
    assert "Nothing waits" in run("quarantine", "list").stdout
    assert "No such row" in sentences(run("quarantine", "show", str(row + 77)), 2)


def test_while_rows_are_replayed_nobody_else_settles_them(
    waiting: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    own = quarantining.corrections_of

    def meanwhile(rows: list[Quarantined]) -> object:
        for act in (
            lambda: discard_quarantined(Which(ids=(waiting[0],)), by=actor(), reason="no use"),
            lambda: replay_quarantined(Which("crm"), by=actor()),
            lambda: correct_quarantined(waiting[0], {"changed": "2"}, by=actor(), reason="typo"),
        ):
            with pytest.raises(Busy):
                act()
        return own(rows)

    monkeypatch.setattr(quarantined, "PATIENCE", 0.0)
    monkeypatch.setattr(quarantining, "corrections_of", meanwhile)
    replay_quarantined(Which("crm"), by=actor())
    assert states() == ["waiting"] * 3
