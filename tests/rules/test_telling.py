"""What a rule may tell, guess by guess: the fields whose values decide whether it is met."""

from __future__ import annotations

import pytest

from tellonce.rules.reading import read_rules


def tells_of(text: str) -> set[str] | None:
    """The fields that a rule tells of; None: any of the row."""
    (rule,) = read_rules(f"- {text}\n").rules
    return None if rule.tells_of is None else set(rule.tells_of)


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("email: valid", set()),
        ("email: required", set()),
        ("email: unique", set()),
        ("email: tidy", set()),
        ("email: required, when: phone is filled", set()),
        ("email: one of [a]", {"email"}),
        ("email: not one of [a]", {"email"}),
        ("email: matches a.*", {"email"}),
        ("age: between 1 and 2", {"age"}),
        ("age: at least 18", {"age"}),
        ("age: at most limit", {"age", "limit"}),
        ("dob: before 2020-01-01", {"dob"}),
        ("dob: before joined", {"dob", "joined"}),
        ("name: 2 to 5 characters", {"name"}),
        ("a: same as b", {"a", "b"}),
        ("a: in list known", {"a"}),
        ("email: required, when: pesel is 1", {"pesel"}),
        ("email: matches a.*, when: pesel is one of [1]", {"email", "pesel"}),
        ("holds: total >= paid", {"total", "paid"}),
        ("holds: rows::varchar like '%1%'", None),
        ("sql: select row from rows where total = 1", None),
    ],
)
def test_a_rule_tells_of_what_it_compares(text: str, fields: set[str] | None) -> None:
    assert tells_of(text) == fields
