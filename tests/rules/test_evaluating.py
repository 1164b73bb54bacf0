"""What rules say of rows."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest

from tellonce.rules.evaluating import evaluate
from tellonce.rules.reading import read_rules
from tellonce.rules.types import FAILURES, NOTHING, Counts, Evaluation, Facts

ROWS = pa.table(
    {
        "no": ["AB12", "x", None, "CD123456"],
        "Mail": ["a@b.example", "foo", "n/a", " "],
        "status": ["active", "Closed", "closed", "gone"],
    }
)
MAIL = Facts(attributes={"Mail": "email"})


def said(text: str, rows: pa.Table = ROWS, facts: Facts = MAIL) -> Evaluation:
    return evaluate(read_rules(text), rows, facts)


def failures(text: str, rows: pa.Table = ROWS, facts: Facts = MAIL) -> list[tuple[Any, ...]]:
    found = said(text, rows, facts).failures.to_pylist()
    return [(one["row"], one["field"], one["value"]) for one in found]


def test_a_failure_says_row_rule_field_value_and_reason() -> None:
    done = said("- email: valid, on_fail: quarantine, name: mail")
    assert done.failures.schema == FAILURES
    assert done.failures.to_pylist()[0] == {
        "row": 1,
        "rule": "mail",
        "field": "Mail",
        "value": "foo",
        "reason": "is no e-mail address: it has no @",
        "on_fail": "quarantine",
        "corrected": None,
    }
    assert done.counts == {"mail": Counts(passed=1, failed=2, empty=1)}


def test_an_empty_value_is_neither_right_nor_wrong_unless_it_is_required() -> None:
    assert failures("- email: required") == [(2, "Mail", "n/a"), (3, "Mail", " ")]
    assert failures("- no: matches [A-Z]{2}\\d+") == [(1, "no", "x")]


def test_capitals_that_differ_are_told() -> None:
    done = said("- status: one of [active, closed]").failures.to_pylist()
    assert [one["row"] for one in done] == [1, 3]
    assert "only its capitals differ" in done[0]["reason"]


def test_a_condition_leaves_rows_out() -> None:
    done = said("- email: empty, when: status is closed, name: rule")
    assert done.counts == {"rule": Counts(0, 2, 0)}
    assert failures("- email: required, when: no is empty") == [(2, "Mail", "n/a")]


@pytest.mark.parametrize("text", ["- phone: required", "- email: required, when: country is DE"])
def test_a_rule_whose_field_is_not_there_is_not_evaluated(text: str) -> None:
    done = said(text)
    assert done.counts == {}
    assert "no field" in done.not_evaluated[0].reason


def test_failures_come_by_row_and_then_in_the_order_of_the_rules() -> None:
    text = "- status: one of [x], name: b\n- no: required, name: a"
    found = said(text).failures
    pairs = list(zip(found["row"].to_pylist(), found["rule"].to_pylist(), strict=True))
    assert pairs == [(0, "b"), (1, "b"), (2, "b"), (2, "a"), (3, "b")]


def test_one_filled_column_of_several_is_enough_for_required() -> None:
    rows = pa.table({"phone": ["1", "", ""], "mobile": ["", "2", ""]})
    facts = Facts(attributes={"phone": "phone", "mobile": "phone#mobile"})
    assert failures("- phone: required", rows, facts) == [(2, "phone", None)]
    assert failures("- phone: matches 1", rows, facts) == [(1, "mobile", "2")]


def test_rows_that_pass_come_back_as_the_very_same_table() -> None:
    assert said("- email: required").corrected is ROWS


def test_no_rows_and_no_rules_say_nothing() -> None:
    assert said("- email: required", ROWS.slice(0, 0)).counts["email.required"] == Counts(0, 0, 0)
    assert said("").failures.num_rows == 0
    none = evaluate(read_rules("- email: required"), pa.table({"email": pa.nulls(2)}), NOTHING)
    assert none.counts["email.required"] == Counts(0, 2, 0)


def test_reasons_hold_no_values() -> None:
    rows = pa.table({"email": ["Qxz1", "Qxz2@mail", "Qxz3 @mail.example"], "no": ["Qxz4"] * 3})
    text = "- email: valid\n- email: matches a\n- no: one of [a]\n- no: matches a"
    reasons = said(text, rows).failures["reason"].to_pylist()
    assert len(reasons) == 12
    assert not any("Qxz" in reason for reason in reasons)
