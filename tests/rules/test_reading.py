"""A file of rules: every form it may be written in, and everything that can be wrong with it."""

from __future__ import annotations

import pytest

from tellonce.rules.checks.formats import Valid
from tellonce.rules.checks.patterns import Matches
from tellonce.rules.checks.presence import Required
from tellonce.rules.checks.sets import OneOf
from tellonce.rules.errors import RuleErrors
from tellonce.rules.reading import read_rules
from tellonce.rules.types import Check, Condition, Problem


def check_of(line: str) -> Check:
    return read_rules(line).rules[0].check


def problems_of(text: str) -> tuple[Problem, ...]:
    with pytest.raises(RuleErrors) as raised:
        read_rules(text)
    return raised.value.problems


def place_of(text: str) -> tuple[int, int, str]:
    (problem,) = problems_of(text)
    return problem.line, problem.column, problem.hint


def test_a_rule_on_one_line_says_everything() -> None:
    line = (
        "- email: valid, on_fail: quarantine, severity: high, dimension: accuracy, owner: crm-team"
    )
    (rule,) = read_rules(line).rules
    assert (rule.field, rule.check) == ("email", Valid("email"))
    assert (rule.on_fail, rule.severity, rule.dimension) == ("quarantine", "high", "accuracy")
    assert (rule.owner, rule.line, rule.scope) == ("crm-team", 1, "row")


@pytest.mark.parametrize(
    "text",
    [
        "- status: one of [a, b], owner: crm, severity: low",
        "- status: one of ['a', \"b\"], owner: crm, severity: low  # why",
        "- {status: {one_of: [a, b]}, owner: crm, severity: low}",
        "- status: one of [a, b]\n  owner: crm\n  severity: low",
        "rules:\n  - status: {one_of: [a, b]}\n    owner: crm\n    severity: low",
        "defaults: {owner: crm, severity: low}\nrules:\n- status: one of [a, b]",
    ],
)
def test_one_rule_may_be_written_in_many_ways(text: str) -> None:
    rules = read_rules(text)
    written = read_rules("- status: one of [a, b], owner: crm, severity: low")
    assert rules.fingerprint == written.fingerprint


def test_values_stay_as_they_are_written() -> None:
    assert check_of("- code: one of [01, no, 1.0, 2024-01-01]") == OneOf(
        ("01", "no", "1.0", "2024-01-01")
    )


def test_a_pattern_keeps_its_commas_and_brackets() -> None:
    check = check_of(r"- no: matches ^[A-Z]{2}\d{2,6}(?:,x)?$, on_fail: flag")
    assert check == Matches(r"^[A-Z]{2}\d{2,6}(?:,x)?$")


def test_conditions_are_joined_by_and() -> None:
    line = (
        "- email: required, when: country is one of [DE, AT] and phone is empty and kind is not x"
    )
    (rule,) = read_rules(line).rules
    assert rule.when == (
        Condition("country", ("DE", "AT")),
        Condition("phone", (), wanted=False),
        Condition("kind", ("x",), wanted=False),
    )


def test_a_rule_keeps_its_name_wherever_it_stands() -> None:
    one = read_rules("- email: required\n- email: valid").rules
    other = read_rules("- phone: required\n- email: valid\n- email: required").rules
    assert {rule.id for rule in one} < {rule.id for rule in other}


def test_the_version_changes_with_what_a_rule_asks_only() -> None:
    first = read_rules("- email: required")
    assert read_rules("# a comment\n\n- {email: required}").fingerprint == first.fingerprint
    assert read_rules("- email: required, severity: high").fingerprint != first.fingerprint


def test_a_blank_text_has_no_rules() -> None:
    assert read_rules("").rules == read_rules("# nothing\n").rules == read_rules("rules:\n").rules
    assert read_rules("").rules == ()


def test_everything_wrong_is_told_at_once_in_the_order_of_lines() -> None:
    text = "- email: vallid, on_fail: flg\n- name\n- phone: required, severty: low\n- x: valid\n"
    problems = problems_of(text)
    assert [problem.line for problem in problems] == [1, 1, 2, 3, 4]


@pytest.mark.parametrize(
    ("text", "line", "column", "hint"),
    [
        ("- email: vallid", 1, 10, "Did you mean 'valid'?"),
        ("# first\n- email: requird, on_fail: flag", 2, 10, "Did you mean 'required'?"),
        ("- email: required, on_fail: flg", 1, 29, "Did you mean 'flag'?"),
        ("- email: required, severity: hihg", 1, 30, "Did you mean 'high'?"),
        ("- email: required, dimension: validty", 1, 31, "Did you mean 'validity'?"),
        ("- email: required, ownr: me", 1, 20, "Did you mean 'owner'?"),
        ("- {email: required, ownr: me}", 1, 21, "Did you mean 'owner'?"),
        ("- email: valid emial", 1, 16, "Did you mean 'email'?"),
        ("rulez: []", 1, 1, "A file of rules has"),
        ("- no: matches (?<=a)b", 1, 15, "Patterns are those of RE2"),
        ("- status: one of []", 1, 18, "Write `one of [a, b]`."),
        ("- email: required\n- email: required", 2, 3, "Keep one"),
        ("- email: required, when: country", 1, 26, "Write `when: country is DE`"),
        ("- [a, b", 1, 8, "Put the value in quotes"),
    ],
)
def test_what_is_wrong_is_pointed_at(text: str, line: int, column: int, hint: str) -> None:
    found = place_of(text)
    assert found[:2] == (line, column)
    assert hint in found[2]


def test_an_alias_cannot_unfold_a_file_without_end() -> None:
    bomb = "a: &a [x, x, x, x, x, x, x, x, x]\n"
    for one, other in zip("abcdefgh", "bcdefghi", strict=True):
        bomb += f"{other}: &{other} [{', '.join([f'*{one}'] * 9)}]\n"
    assert problems_of(bomb)[0].sentence


def test_required_may_be_said_in_words_or_as_a_mapping() -> None:
    assert check_of("- email: required") == check_of("- email: {required: true}") == Required()
