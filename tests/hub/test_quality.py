"""Rules in force: set as versions, met or not by what arrives, kept, closed, waived."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from django.db import connection

from tellonce.hub.accounts.selectors import actor
from tellonce.hub.accounts.services import add_user
from tellonce.hub.audit.models import AuditEntry
from tellonce.hub.core import clock
from tellonce.hub.core.errors import Refused, Stale, Unknown, WrongCall
from tellonce.hub.events.models import Event
from tellonce.hub.intake.pushing import accept_records
from tellonce.hub.quality import selectors
from tellonce.hub.quality.models import JudgedRecord, RuleCount, RuleFailure
from tellonce.hub.quality.opening import open_failure
from tellonce.hub.quality.running import run_rules
from tellonce.hub.quality.selectors import FailuresAsked
from tellonce.hub.quality.services import RulesFile, set_rules, set_rules_back, waive_failures
from tellonce.hub.sources.changing import change_source
from tellonce.hub.sources.models import Quarantined, Record
from tellonce.hub.sources.quarantining import Which, quarantine_entries, quarantine_rules
from tellonce.hub.sources.stored_rows import stored_rows
from tellonce.rules.errors import RuleErrors
from tellonce.rules.evaluating import evaluate
from tellonce.rules.profiling import recognised
from tellonce.rules.reading import read_rules
from tellonce.rules.surroundings import facts_of_file
from tests.hub.delivering import ANNA, OTTO, WILMA, a_source, load

pytestmark = pytest.mark.django_db

RULES = """\
- email: valid, name: email_ok, on_fail: flag, severity: high, owner: crm-team
- phone: required, name: phone_there, on_fail: flag, severity: low
- given_name: required, name: has_name, on_fail: quarantine
"""
BAD_MAIL = OTTO | {"email": "ottokar at example.net"}


def rules(text: str = RULES, source: str = "", **more: Any) -> Any:
    """Set rules."""
    return set_rules(RulesFile("rules.yaml", text), source=source, by=actor(), **more)


def found(state: str = "open") -> list[tuple[str, str, str]]:
    """(record, rule, state) of what stands, sorted."""
    page = selectors.failures_page(FailuresAsked(state=state), limit=1000)
    return sorted((one.record, one.rule, one.state) for one in page.failures)


@pytest.fixture
def crm() -> None:
    a_source(record_id="id")


@pytest.mark.parametrize("text", ["", "\n", "# cut short\n", "rules:\n"])
def test_a_text_without_rules_does_not_end_those_in_force(crm: None, text: str) -> None:
    rules()
    with pytest.raises(WrongCall, match="holds no rule"):
        rules(text)
    assert len(selectors.rules_for_all()) == 3
    assert rules("rules: []").version.rules == 0


def test_rules_are_versions_and_the_last_one_is_in_force(crm: None) -> None:
    done = rules(reason="first rules")
    assert (done.version.number, done.version.rules, done.changed) == (1, 3, True)
    assert not rules().changed
    rules("- email: required, name: email_there\n")
    assert [(one.number, one.in_force) for one in selectors.rules_history()] == [
        (2, True),
        (1, False),
    ]
    assert [one.id for one in selectors.rules_of("crm")] == ["email_there"]
    back = set_rules_back(1, by=actor())
    assert (back.version.number, back.version.reason) == (3, "back to version 1")
    assert [one.id for one in selectors.rules_of("crm")] == ["email_ok", "phone_there", "has_name"]
    with pytest.raises(Unknown, match="no version 9"):
        set_rules_back(9, by=actor())


def test_setting_rules_is_audited_and_told(crm: None) -> None:
    rules(source="crm", reason="as agreed")
    act = AuditEntry.objects.get(action="quality.set")
    assert (act.target, act.reason, act.details) == ("crm", "as agreed", {"version": 1, "rules": 3})
    event = Event.objects.get(type="tellonce.quality.rules.changed.v1")
    assert (event.data["source"], event.data["version"], event.data["rules"]) == ("crm", 1, 3)


def test_a_source_has_its_own_rules_above_those_for_all(crm: None) -> None:
    a_source("shop", record_id="id")
    rules()
    rules("- phone: required, name: phone_there, severity: critical\n", source="crm")
    of_crm = {one.id: (one.severity, one.source) for one in selectors.rules_of("crm")}
    assert of_crm["phone_there"] == ("critical", "crm")
    assert of_crm["email_ok"] == ("high", "")
    assert {one.id: one.severity for one in selectors.rules_of("shop")}["phone_there"] == "low"
    assert [one.source for one in selectors.versions_in_force()] == ["", "crm"]


def test_a_file_with_mistakes_is_refused_whole_with_line_and_column(crm: None) -> None:
    with pytest.raises(RuleErrors, match=r"line 2, column 10"):
        rules("- email: valid\n- phone: requird\n")
    assert selectors.rules_history() == []
    add_user("ada@example.org", "steward", by=actor())
    with pytest.raises(Refused):
        set_rules(RulesFile("r", RULES), by=actor("ada@example.org"))


def test_a_field_that_a_source_does_not_have_is_refused_or_told(crm: None, tmp_path: Path) -> None:
    load(tmp_path / "a.csv", [ANNA])
    with pytest.raises(RuleErrors, match=r"There is no field 'emial'"):
        rules("- emial: valid email\n", source="crm")
    done = rules("- shoe size: required, name: shoes\n- first name: required, name: first\n")
    assert done.sentences == (
        "No source has a field shoe size so far, so shoes is not evaluated until one has.",
    )


def test_a_correction_is_what_is_standardised_and_the_row_stays_as_it_came(
    crm: None, tmp_path: Path
) -> None:
    rules(
        "- email: valid, name: email_ok, on_fail: correct, correction: lower case\n"
        "- given_name: tidy, name: trim_name, on_fail: correct, correction: trim\n"
    )
    load(tmp_path / "a.csv", [ANNA, OTTO | {"first name": "  Ottokar "}])
    assert found("corrected") == [("2", "trim_name", "corrected")]
    assert found() == []
    row = RuleFailure.objects.get()
    assert open_failure(row.pk, "service", by=actor()).value == "  Ottokar "
    (stored,) = stored_rows([row.record_id])
    assert stored.said["first name"] == "  Ottokar "
    assert run_rules(by=actor(), everything=True).opened == 0
    assert found("corrected") == [("2", "trim_name", "corrected")]


def test_rules_about_all_records_are_judged_in_a_run(crm: None, tmp_path: Path) -> None:
    done = rules("- email: unique, name: one_mail, on_fail: quarantine\n")
    assert "keeps no row out" in done.sentences[0]
    load(tmp_path / "a.csv", [ANNA, OTTO | {"email": ANNA["email"]}, WILMA])
    assert found() == []
    assert run_rules(by=actor()).opened == 2
    assert found() == [("1", "one_mail", "open"), ("2", "one_mail", "open")]
    assert run_rules(by=actor()).opened == 0
    load(tmp_path / "b.csv", [OTTO])
    assert run_rules(by=actor()).settled == 2
    assert found() == []


def test_a_rule_of_the_present_moment_is_judged_again(crm: None, tmp_path: Path) -> None:
    rules("- seen: at most 30 days old, name: fresh\n")
    now = clock.now()
    load(tmp_path / "a.csv", [ANNA | {"seen": str(now.date())}])
    assert found() == []
    assert run_rules(by=actor()).records == 0
    with clock.stopped_at(now + timedelta(days=40)):
        assert run_rules(by=actor()).records == 1
        assert found() == [("1", "fresh", "open")]


def test_a_row_is_stored_flagged_or_kept_out(crm: None, tmp_path: Path) -> None:
    rules()
    done = load(tmp_path / "a.csv", [ANNA, BAD_MAIL, WILMA | {"first name": ""}])
    counts = done.report.delivery.counts
    assert (counts.added, counts.quarantined, counts.rows) == (2, 1, 3)
    assert found() == [("2", "email_ok", "open")]
    (entry,) = quarantine_entries(Which())
    assert (entry.rule, entry.record_key) == ("has_name", "3")
    assert entry.reason == "first name is empty (rule has_name)"
    (group,) = quarantine_rules(Which())
    assert (group.rule, group.rows) == ("has_name", 1)
    assert done.report.kept_out == 1
    view = selectors.failures_page(FailuresAsked()).failures[0]
    assert (view.severity, view.owner, view.dimension) == ("high", "crm-team", "validity")
    assert (view.attribute, view.rules_version) == ("email", 1)
    assert "ottokar" not in str(view)


def test_a_push_is_judged_as_a_file_is(crm: None) -> None:
    rules()
    accepted = accept_records("crm", [ANNA, BAD_MAIL, WILMA | {"first name": ""}], by=actor())
    assert set(accepted.records) == {"1", "2"}
    assert [row.reason for row in accepted.refused] == ["first name is empty (rule has_name)"]
    assert found() == [("2", "email_ok", "open")]
    assert Quarantined.objects.get().rule == "has_name"


def test_a_newer_version_that_meets_the_rule_closes_its_failure(crm: None, tmp_path: Path) -> None:
    rules()
    load(tmp_path / "a.csv", [ANNA | {"phone": ""}, BAD_MAIL])
    assert found() == [("1", "phone_there", "open"), ("2", "email_ok", "open")]
    load(tmp_path / "b.csv", [OTTO])
    assert found() == [("1", "phone_there", "open")]
    assert found("fixed") == [("2", "email_ok", "fixed")]
    load(tmp_path / "c.csv", [BAD_MAIL])
    assert found() == [("1", "phone_there", "open"), ("2", "email_ok", "open")]


def test_the_value_is_sealed_and_shown_as_policy_says(crm: None, tmp_path: Path) -> None:
    rules()
    load(tmp_path / "a.csv", [BAD_MAIL])
    row = RuleFailure.objects.get()
    assert b"ottokar" not in bytes(row.value or b"")
    seen = open_failure(row.pk, "service", by=actor())
    assert (seen.value, seen.shown) == ("ottokar at example.net", "allow")
    hidden = open_failure(row.pk, "product", by=actor())
    assert (hidden.value, hidden.shown) == ("***", "mask")
    assert AuditEntry.objects.filter(action="quality.read").count() == 2
    add_user("rep@example.org", "representative", by=actor())
    with pytest.raises(Refused):
        open_failure(row.pk, "service", by=actor("rep@example.org"))


def test_a_deleted_record_leaves_no_value_behind(crm: None, tmp_path: Path) -> None:
    rules()
    rows = [ANNA, BAD_MAIL, WILMA | {"phone": ""}]
    load(tmp_path / "a.csv", rows, full=True)
    load(tmp_path / "b.csv", [ANNA, WILMA | {"phone": ""}], full=True)
    assert Record.objects.get(record_key="2").state == "deleted"
    assert found("gone") == [("2", "email_ok", "gone")]
    gone = RuleFailure.objects.get(state="gone")
    assert (gone.value, gone.digest) == (None, None)
    assert found() == [("3", "phone_there", "open")]


def test_a_row_that_deletes_is_not_judged(tmp_path: Path) -> None:
    a_source(record_id="id", deleted="gone")
    rules()
    load(tmp_path / "a.csv", [ANNA | {"gone": ""}, BAD_MAIL | {"gone": ""}])
    done = load(tmp_path / "b.csv", [{"id": "2", "first name": "", "gone": "yes", "email": ""}])
    assert done.report.delivery.counts.quarantined == 0
    assert found("gone") == [("2", "email_ok", "gone")]


def test_a_row_that_is_kept_out_of_a_full_delivery_is_not_missing(
    crm: None, tmp_path: Path
) -> None:
    load(tmp_path / "a.csv", [ANNA, OTTO, WILMA], full=True)
    rules()
    done = load(tmp_path / "b.csv", [ANNA, OTTO | {"first name": ""}], full=True)
    states = dict(Record.objects.values_list("record_key", "state"))
    assert states == {"1": "active", "2": "active", "3": "deleted"}
    assert done.report.delivery.counts.quarantined == 1


def test_a_waived_failure_stays_so_until_the_value_is_another(crm: None, tmp_path: Path) -> None:
    rules()
    load(tmp_path / "a.csv", [BAD_MAIL])
    (one,) = selectors.failures_page(FailuresAsked()).failures
    with pytest.raises(WrongCall, match="without a reason"):
        waive_failures([one.id], by=actor(), reason=" ")
    with pytest.raises(Unknown):
        waive_failures([one.id + 1], by=actor(), reason="because")
    (waived,) = waive_failures([one.id], by=actor(), reason="he has no other")
    assert (waived.state, waived.because) == ("waived", "he has no other")
    with pytest.raises(Stale):
        waive_failures([one.id], by=actor(), reason="again")
    load(tmp_path / "b.csv", [BAD_MAIL | {"phone": "+49 30 23125 013"}])
    assert found("waived") == [("2", "email_ok", "waived")]
    assert found() == []
    load(tmp_path / "c.csv", [OTTO | {"email": "ottokar at home"}])
    assert found("waived") == []
    assert found() == [("2", "email_ok", "open")]


def test_counts_are_kept_by_rule_and_day(crm: None, tmp_path: Path) -> None:
    rules("- email: valid, name: email_ok\n- shoe: required, name: shoe_there\n")
    load(tmp_path / "a.csv", [ANNA, BAD_MAIL, WILMA | {"email": ""}])
    today = clock.now().date()
    counts = {one.rule: one for one in selectors.rule_counts(today, today)}
    email, shoe = counts["email_ok"], counts["shoe_there"]
    assert (email.passed, email.failed, email.empty, email.not_evaluated) == (1, 1, 1, 0)
    assert (shoe.passed, shoe.failed, shoe.empty, shoe.not_evaluated) == (0, 0, 0, 3)
    assert (email.occasion, email.source) == ("arrival", "crm")
    dimensions = {one.dimension: one for one in selectors.dimension_counts(today, today)}
    assert dimensions["validity"].share == 0.5
    assert dimensions["completeness"].share is None
    assert selectors.dimension_counts(date(2020, 1, 1), date(2020, 1, 2)) == []


def test_without_rules_nothing_is_asked_but_whether_there_are_any(
    crm: None, tmp_path: Path
) -> None:
    load(tmp_path / "a.csv", [ANNA, BAD_MAIL])
    assert not JudgedRecord.objects.exists()
    assert not RuleCount.objects.exists()
    assert not RuleFailure.objects.exists()


def test_a_run_judges_what_was_there_before_the_rules(crm: None, tmp_path: Path) -> None:
    load(tmp_path / "a.csv", [ANNA | {"first name": ""}, BAD_MAIL, WILMA])
    rules()
    done = run_rules(by=actor())
    assert (done.records, done.opened, done.settled) == (3, 2, 0)
    assert found() == [("1", "has_name", "open"), ("2", "email_ok", "open")]
    assert run_rules(by=actor()).records == 0
    assert run_rules(by=actor(), everything=True).records == 3
    assert found() == [("1", "has_name", "open"), ("2", "email_ok", "open")]
    rules("- email: valid, name: email_ok\n")
    done = run_rules("crm", by=actor())
    assert (done.records, done.opened, done.settled) == (3, 0, 1)
    assert found("gone") == [("1", "has_name", "gone")]
    rules("rules: []")
    assert run_rules(by=actor()).settled == 1
    assert found() == []


def test_a_run_judges_only_what_changed_since(crm: None, tmp_path: Path) -> None:
    rules()
    load(tmp_path / "a.csv", [ANNA, BAD_MAIL, WILMA])
    assert run_rules(by=actor()).records == 0
    rules("- email: required, name: email_there\n", source="crm")
    a_source("shop", record_id="id")
    load(tmp_path / "s.csv", [ANNA | {"id": "9"}], source="shop")
    assert run_rules(by=actor()).records == 3  # those of crm, whose rules are others


def test_what_waits_is_counted_for_the_measures(crm: None, tmp_path: Path) -> None:
    rules()
    load(tmp_path / "a.csv", [ANNA | {"first name": ""}, BAD_MAIL])
    age = selectors.quarantine_age()
    assert (age.waiting, dict(age.by_rule)) == (1, {"has_name": 1})
    assert age.oldest is not None
    assert selectors.failure_counts(FailuresAsked(), "rule") == {"email_ok": 1}
    assert selectors.failing_records() == 1
    assert [one.record for one in selectors.open_failures()] == ["2"]


def test_no_value_of_a_person_stands_open_in_any_table(crm: None, tmp_path: Path) -> None:
    rules()
    load(tmp_path / "a.csv", [BAD_MAIL | {"first name": "Ottokarolus"}])
    with connection.cursor() as cursor:
        for table in ("rule_failures", "rule_counts", "rules_versions", "judged_records"):
            cursor.execute(f"SELECT * FROM {table}")
            assert "ottokar at" not in str(cursor.fetchall())


def test_dates_are_read_on_arrival_as_a_check_of_the_file_reads_them(
    crm: None, tmp_path: Path
) -> None:
    text = "- joined: not before 1980-03-15, name: old_enough\n"
    days = ["03/04/1980", "03/25/1980", "12/31/1980"]
    rows = [one | {"joined": day} for one, day in zip((ANNA, OTTO, WILMA), days, strict=True)]
    table = pa.table({name: [str(row[name]) for row in rows] for name in rows[0]})
    checked = read_rules(text)
    facts = facts_of_file(checked, table, recognised(table, "crm"), now=clock.now(), references={})
    assert evaluate(checked, table, facts).failures["row"].to_pylist() == [0]
    load(tmp_path / "before.csv", rows)
    rules(text)
    assert run_rules(by=actor()).records == 3
    assert found() == [("1", "old_enough", "open")]
    load(tmp_path / "a.csv", [row | {"email": f"new{row['email']}"} for row in rows])
    accept_records("crm", [OTTO | {"id": "9", "joined": "03/04/1980"}], by=actor())
    assert found() == [("1", "old_enough", "open"), ("9", "old_enough", "open")]
    assert run_rules(by=actor()).records == 0


def test_another_mapping_of_columns_has_a_source_judged_anew(crm: None, tmp_path: Path) -> None:
    rules("- email: valid, name: email_ok\n")
    load(tmp_path / "a.csv", [ANNA | {"code": "no mail"}, OTTO | {"code": "none"}])
    assert run_rules(by=actor()).records == 0
    change_source("crm", {"record_id": "id", "columns": {"code": "email"}}, by=actor())
    assert run_rules(by=actor()).records == 2
    assert found() == [("1", "email_ok", "open"), ("2", "email_ok", "open")]
    assert run_rules(by=actor()).records == 0
