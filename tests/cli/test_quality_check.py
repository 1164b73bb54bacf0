"""`tellonce quality check`, `explain` and `schema`."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import jsonschema_rs
import pytest

from tellonce.cli.main import execute
from tellonce.rules.reading import read_rules

RULES = """
references:
  postal_codes: {file: codes.csv, key: [country, postal_code], value: city}
rules:
- email: required, owner: crm-team
- email: valid, severity: high
- birth_date: not after today
- city: in title case, on_fail: correct, correction: title case
- city: fits postal_code, on_fail: correct, correction: use postal code's city
- customer_no: unique
- email: agrees across sources
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "rules.yaml").write_text(RULES)
    (tmp_path / "codes.csv").write_text("country,postal_code,city\nPL,00-950,Warszawa\n")
    rows = ["customer_no,E-Mail,DOB,zip,City,country"]
    rows += [f"{n},anna{n}@mail.example,17.05.19{50 + n},00-950,Warszawa,PL" for n in range(12)]
    rows += ["11,,17.05.2980,00-950,KRAKOW,PL", "12,foo,13.12.1980,00-950,warszawa,PL"]
    (tmp_path / "crm.csv").write_text("\n".join(rows) + "\n")
    return tmp_path


def check(folder: Path, *more: str) -> int:
    return execute(
        ["quality", "check", str(folder / "crm.csv"), "--rules", str(folder / "rules.yaml"), *more]
    )


def test_failures_are_told_with_their_row_and_reason(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert check(folder) == 1
    shown = capsys.readouterr().out
    assert "crm.csv: 14 rows, 7 rules." in shown
    assert "email must be an e-mail address" in shown
    assert "row 13: 'foo' is no e-mail address: it has no @" in shown
    assert "not evaluated: it compares records of one customer" in shown


def test_the_document_has_counts_and_examples_of_every_rule(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert check(folder, "--json") == 1
    document = json.loads(capsys.readouterr().out)
    by_rule = {one["rule"]: one for one in document["rules"]}
    assert (by_rule["email.required"]["failed"], by_rule["email.required"]["owner"]) == (
        1,
        "crm-team",
    )
    assert by_rule["customer_no.unique"]["failed"] == 2
    assert "failed" not in by_rule["email.agrees_across_sources"]
    assert document["failures"] == sum(one.get("failed", 0) for one in document["rules"])


def test_failures_and_corrected_rows_are_written(folder: Path) -> None:
    out, corrected = folder / "failures.csv", folder / "corrected.csv"
    assert check(folder, "--out", str(out), "--corrected", str(corrected)) == 1
    with out.open(encoding="utf-8-sig") as stream:
        failures = list(csv.DictReader(stream))
    assert {one["corrected"] for one in failures if one["on_fail"] == "correct"} == {
        "Warszawa",
        "Krakow",
    }
    with corrected.open(encoding="utf-8-sig") as stream:
        assert {row["City"] for row in csv.DictReader(stream)} == {"Warszawa"}


def test_a_file_without_failures_ends_with_0(folder: Path) -> None:
    (folder / "rules.yaml").write_text("- country: valid\n")
    assert check(folder) == 0


@pytest.mark.parametrize("beside", ["", "- country: valid\n"])
def test_a_rule_that_was_not_evaluated_is_no_pass(folder: Path, beside: str) -> None:
    (folder / "rules.yaml").write_text(f"- email: agrees across sources\n{beside}")
    assert check(folder) == check(folder, "--json") == 4


def test_one_row_that_could_not_be_read_is_told_as_one(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with (folder / "crm.csv").open("a") as file:
        file.write("13,a,b,c,d,e,f,g\n")
    check(folder)
    assert "1 row could not be read, and was not judged." in capsys.readouterr().out


def test_wrong_rules_are_told_all_at_once_with_their_places(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "rules.yaml").write_text("- emial: required\n- email: vallid\n- a: matches (b+)+\n")
    assert check(folder) == 2
    said = capsys.readouterr().err
    assert "rules.yaml, line 2, column 10: There is no check 'vallid'." in said
    assert "Did you mean 'valid'?" in said
    assert "line 3, column 14: The pattern is catastrophic" in said
    assert check(folder, "--json") == 2
    assert [one["line"] for one in json.loads(capsys.readouterr().out)["problems"]] == [1, 2, 3]


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--out", "crm.csv"], "which is read"),
        (["--out", "failures.txt"], "which is not written"),
        (["--out", "nowhere/failures.csv"], "There is no folder"),
    ],
)
def test_results_go_nowhere_they_could_do_harm(
    folder: Path, capsys: pytest.CaptureFixture[str], more: list[str], said: str
) -> None:
    assert check(folder, more[0], str(folder / more[1])) == 2
    assert said in capsys.readouterr().err


def test_a_list_outside_of_the_folder_of_the_rules_is_refused(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = RULES.replace("codes.csv", "../codes.csv")
    (folder / "rules.yaml").write_text(text)
    assert check(folder) == 2
    assert "outside of the folder of the rules" in capsys.readouterr().err


def test_a_rule_is_read_aloud(capsys: pytest.CaptureFixture[str]) -> None:
    rule = "age: between 0 and 120, when: country is DE, on_fail: quarantine, owner: crm-team"
    assert execute(["quality", "explain", rule]) == 0
    shown = capsys.readouterr().out
    assert "Where country is DE, age must be a number from 0 to 120." in shown
    assert "waits in quarantine until it is put right by crm-team." in shown
    assert "passes: 0; 120" in shown
    assert "fails: -1; 121" in shown
    assert execute(["quality", "explain", "age: betwen 1 and 2"]) == 2


def test_the_rules_of_a_file_are_read_aloud(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert execute(["quality", "explain", str(folder / "rules.yaml"), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [one["rule"] for one in told] == [one.id for one in read_rules(RULES).rules]
    assert all(one["sentence"] and one["covers"] and one["outcome"] for one in told)


def test_the_schema_takes_rules_and_refuses_typos(capsys: pytest.CaptureFixture[str]) -> None:
    assert execute(["quality", "schema"]) == 0
    judge = jsonschema_rs.validator_for(json.loads(capsys.readouterr().out))
    good = [
        [{"email": "valid", "on_fail": "flag", "severity": "high", "owner": "crm-team"}],
        [{"status": {"one_of": ["a", "b"]}}, {"age": {"between": [0, 120]}}],
        {"rules": [{"email": {"required": True}}], "defaults": {"severity": "low"}},
        {"rules": [], "references": {"postal_codes": {"file": "a.csv", "key": ["country", "zip"]}}},
    ]
    bad = [
        [{"email": "valid", "on_fail": "flg"}],
        [{"email": {"one_off": ["a"]}}],
        [{"email": {"one_of": []}}],
        {"rulez": []},
        [{"email": "valid", "correction": "trimm"}],
    ]
    assert [judge.is_valid(one) for one in good] == [True] * len(good)
    assert [judge.is_valid(one) for one in bad] == [False] * len(bad)


def test_what_is_neither_a_file_nor_a_source_is_told(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(folder)
    asked = ["quality", "check", "crm", "--rules", "rules.yaml"]
    assert execute([*asked, "--out", "found.csv"]) == 2
    assert "of a source --map, --out and --corrected cannot be said" in capsys.readouterr().err
    assert execute(["quality", "check", "nowhere.csv", "--rules", "rules.yaml"]) == 2
    assert "nowhere.csv" in capsys.readouterr().err
