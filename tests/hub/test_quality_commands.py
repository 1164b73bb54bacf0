"""Rules in the hub from the command line, as a user would work with them."""

from __future__ import annotations

import json
from pathlib import Path

from tests.hub.delivering import ANNA, OTTO, WILMA, write_csv
from tests.hub.test_hub_commands import Run, sentences

RULES = """\
- email: valid, name: email_ok, severity: high, owner: crm-team
- given_name: required, name: has_name, on_fail: quarantine
"""


def test_rules_are_set_looked_at_and_put_back(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "rules.yaml"
    file.write_text("- email: vallid\n- phone: requird\n")
    refused = run("quality", "set", str(file))
    assert refused.returncode == 2
    assert "line 1, column 10" in refused.stderr
    assert "line 2, column 10" in refused.stderr
    assert "No rule is in force" in run("quality", "rules").stdout
    file.write_text(RULES)
    done = run("quality", "set", str(file), "--because", "as agreed")
    assert "In force for all sources: version 1, 2 rules." in done.stdout
    assert "Nothing changed" in run("quality", "set", str(file)).stdout
    listed = run("quality", "rules").stdout
    assert "email_ok: email must be" in listed
    assert "(flag, high, validity, crm-team)" in listed
    file.write_text("- email: required\n")
    run("quality", "set", str(file))
    run("quality", "back", "1")
    history = json.loads(run("quality", "history", "--json").stdout)
    assert [one["number"] for one in history] == [3, 2, 1]
    assert "as agreed" in run("quality", "history").stdout
    assert "no version 9" in sentences(run("quality", "back", "9"), 2)


def test_what_rules_find_is_listed_shown_and_waived(run: Run, tmp_path: Path) -> None:
    config, rules = tmp_path / "crm.yaml", tmp_path / "rules.yaml"
    config.write_text("record_id: id\n")
    rules.write_text(RULES)
    rows = [ANNA, OTTO | {"email": "ottokar at home"}, WILMA | {"first name": ""}]
    rows.append(WILMA | {"id": ""})
    run("source", "add", "crm", "--kind", "crm", "--config", str(config))
    run("quality", "set", str(rules))
    loaded = run("load", "crm", str(write_csv(tmp_path / "a.csv", rows)))
    assert "In quarantine, kept out by rules of quality: 1 row." in loaded.stdout
    assert "In quarantine, since it could not be used: 1 row." in loaded.stdout
    listed = run("quality", "failures")
    assert listed.returncode == 1
    assert "crm:2: email" in listed.stdout
    assert "ottokar" not in listed.stdout
    assert "1 failure: 1 high." in listed.stdout
    assert "crm-team" in run("quality", "failures", "--by", "owner").stdout
    assert (
        json.loads(run("quality", "failures", "--record", "crm:2", "--json").stdout)["total"] == 1
    )
    assert "--by is one of" in sentences(run("quality", "failures", "--by", "colour"), 2)
    number = str(json.loads(run("quality", "failures", "--json").stdout)["failures"][0]["id"])
    assert "ottokar at home" in run("quality", "show", number).stdout
    assert "***" in run("quality", "show", number, "--purpose", "product").stdout
    assert "1 failure waived." in run("quality", "waive", number, "--because", "a test").stdout
    assert run("quality", "failures").returncode == 0
    assert "has_name" in run("quarantine", "list", "--by-rule").stdout
    assert "0 records judged." in run("quality", "run").stdout
    assert "2 records judged." in run("quality", "run", "--all").stdout


def test_setting_rules_says_when_what_is_held_is_judged_and_judges_it_on_request(
    run: Run, tmp_path: Path
) -> None:
    rules = tmp_path / "rules.yaml"
    rules.write_text("- given_name: required\n")
    run("source", "add", "crm", "--kind", "crm")
    assert "held" not in run("quality", "set", str(rules)).stdout
    rows = [ANNA, OTTO | {"email": "ottokar at home"}]
    run("load", "crm", str(write_csv(tmp_path / "a.csv", rows)))
    rules.write_text("- phone: required\n")
    said = run("quality", "set", str(rules)).stdout
    assert "2 records held already are judged once a worker is at work, or now: " in said
    assert "or now: tellonce quality run --source crm" in (
        run("quality", "set", str(rules), "--source", "crm").stdout
    )
    rules.write_text("- email: valid\n- phone: required\n")
    judged = run("quality", "set", str(rules), "--run")
    assert "2 records judged." in judged.stdout
    assert "1 failure opened" in judged.stdout
    assert judged.returncode == 1
    rules.write_text("- email: valid\n")
    told = json.loads(run("quality", "set", str(rules), "--run", "--json").stdout)
    assert (told["changed"], told["judged"]["records"]) == (True, 2)


def test_rules_are_tried_on_what_is_held_and_change_nothing(run: Run, tmp_path: Path) -> None:
    config, rules = tmp_path / "crm.yaml", tmp_path / "rules.yaml"
    config.write_text("record_id: id\n")
    rules.write_text(RULES + "- phone: unique, name: one_phone\n")
    rows = [ANNA, OTTO | {"email": "ottokar at home", "phone": ANNA["phone"]}, WILMA]
    run("source", "add", "crm", "--kind", "crm", "--config", str(config))
    run("load", "crm", str(write_csv(tmp_path / "a.csv", rows)))
    tried = run("quality", "check", "crm", "--rules", str(rules))
    assert tried.returncode == 1
    assert "crm: 3 records judged." in tried.stdout
    assert "email_ok: 1 fail, 2 pass" in tried.stdout
    assert "crm:2: email" in tried.stdout
    assert "one_phone: 2 fail, 1 pass" in tried.stdout
    assert "ottokar" not in tried.stdout
    assert "No rule is broken" in run("quality", "failures").stdout
    rules.write_text("- emial: valid email\n")
    refused = run("quality", "check", "crm", "--rules", str(rules))
    assert "Did you mean 'email'?" in sentences(refused, 2)
    rules.write_text("- emial: valid email\n- phone: requird\n")
    both = sentences(run("quality", "check", "crm", "--rules", str(rules)), 2)
    assert "Did you mean 'email'?" in both
    assert "no check 'requird'" in both
    neither = sentences(run("quality", "check", "nix", "--rules", str(rules)), 2)
    assert "There is no file nix. There is no source 'nix'." in neither
