"""Bad rules are refused: contradictions, traps, unknown fields, corrections that cannot be."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tellonce.engine.standardise.dates import DateOrder
from tellonce.rules.backtracking import is_catastrophic
from tellonce.rules.corrections import CORRECTIONS
from tellonce.rules.errors import RuleErrors
from tellonce.rules.reading import read_rules
from tellonce.rules.types import Cell
from tests.rules.asking import FACTS


def problem(text: str, fields: list[str] | None = None) -> str:
    with pytest.raises(RuleErrors) as raised:
        read_rules(text, fields=fields)
    (found,) = raised.value.problems
    return f"{found.line}:{found.column} {found.sentence} {found.hint}"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("- a: required\n- a: empty", "one asks for a value, the other for none"),
        ("- a: one of [x, y]\n- a: one of [z]", "none of the listed values is allowed"),
        ("- a: one of [x]\n- a: not one of [x, y]", "none of the listed values is allowed"),
        ("- a: one of [x, y]\n- a: matches \\d+", "none of the listed values is allowed"),
        ("- a: between 1 and 5\n- a: one of [7, 8]", "none of the listed values is allowed"),
        ("- a: between 1 and 5\n- a: at least 6", "their ranges have nothing in common"),
        ("- a: at most 5 characters\n- a: at least 6 characters", "their lengths have nothing"),
        ("- a: before 2000-01-01\n- a: after 2001-01-01", "their days have nothing in common"),
        ("- a: before 1900\n- a: not before 18 years ago", "their days have nothing in common"),
        ("- a: in lower case\n- a: in upper case", "one asks for lower case"),
        ("- a: matches x+\n- a: does not match x+", "the pattern that the other does not allow"),
        ("- a: before b\n- b: before a", "one asks for an earlier day"),
        ("- a: at least b\n- a: less than b", "one asks for more"),
        ("- a: same as b\n- a: not same as b", "one asks for the same"),
        ("- a: between 1 and 5\n- a: before today", "one asks for a number"),
        (
            "- a: tidy, on_fail: correct, correction: tidy\n- a: tidy, on_fail: flag, name: x",
            "a failure means correct, and here flag",
        ),
        ("- a: required\n- a: empty, when: b is x", "one asks for a value"),
    ],
)
def test_rules_that_cannot_all_hold_are_refused(text: str, why: str) -> None:
    said = problem(text)
    assert said.startswith("2:3 ")
    assert why in said
    assert "line 1" in said


@pytest.mark.parametrize(
    "text",
    [
        "- a: required\n- b: empty",
        "- a: required, when: b is x\n- a: empty, when: b is y",
        "- a: one of [x, y]\n- a: one of [y, z]",
        "- a: between 1 and 5\n- a: at least 5",
        "- a: before b\n- b: after a",
        "- a: valid email\n- a: unique\n- a: required\n- a: in lower case",
        "- a: not before b\n- b: not before a",
    ],
)
def test_rules_that_can_hold_together_are_taken(text: str) -> None:
    assert read_rules(text).rules


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("- a: between 5 and 1", "1:6 No number is between 5 and 1. Write `between 1 and 5`."),
        ("- a: 5 to 1 characters", "1:6 No text has 5 to 1 characters."),
        ("- a: between 2024-01-01 and 2020-01-01", "1:6 No day is between"),
        ("- a: before 31.12.2024", "1:13 '31.12.2024' is no day. Write days as 2024-05-17"),
        ("- a: same as\n", "1:6 The check 'same as' lacks something. Write it whole: `same as FIE"),
        ("- postal_code: fits", "1:16 The check 'fits' lacks something. Write it whole: `fits F"),
        ("- a: between 5", "1:6 The check 'between 5' lacks something."),
        (
            "- a: between 18 years ago and 1900-01-01",
            "1:6 No day is between 18 years ago and 1900-01-01. "
            "Write `between 1900-01-01 and 18 years ago`.",
        ),
        ("- a: between today and 18 years ago", "1:6 No day is between today and 18 years ago."),
        (
            "- a: valid email, severty high",
            "1:19 'severty high' is no setting of a rule. Did you m",
        ),
        (
            "- a: valid email, on_fail=flag",
            "1:19 'on_fail=flag' is no setting of a rule. Did you mean `on_fail: flag`?",
        ),
        (
            "- a: valid email, severty: high",
            "1:19 A rule has no setting 'severty'. Did you mean 's",
        ),
        ("- a: valid email severity: high", "1:26 This is not YAML: a second colon stands where a"),
        (
            "- a: {valid: email, severty: high}",
            "1:21 There is no check 'severty'. Write `severity` beside `a`, not within it.",
        ),
        ("- a: at least a", "1:15 a is compared with itself."),
        ("- a: tidy, on_fail: correct", "1:21 The rule does not say how to correct."),
        ("- a: tidy, correction: tidy", "1:24 correction goes with on_fail: correct only."),
        (
            "- a: tidy, on_fail: correct, correction: tidi",
            "1:42 There is no correction 'tidi'. Did you mean 'tidy'?",
        ),
        (
            "- a: unique, on_fail: correct, correction: trim",
            "1:23 No correction knows which value is wrong.",
        ),
        ("- a: valid email for DE", "1:22 A valid email is not asked for a country."),
        ("- sql: delete from rows", "1:8 The SQL cannot be run: it is not one SELECT."),
        ("- sql: select 1; select 2", "1:8 The SQL cannot be run: it is not one SELECT."),
        ("- holds: a >", "1:10 The SQL cannot be run: Parser Error"),
        ("- holds: exists (select 1)", "1:10 The SQL cannot be run: it is not one expression"),
        ("- a: matches (a+)+", "1:14 The pattern is catastrophic"),
        ("- a: matches a)", "1:14 The pattern cannot be read: unexpected ): a)"),
        ("- a: {required: true, empty: true}", "1:6 A rule asks one thing."),
    ],
)
def test_a_bad_rule_is_refused_at_its_place(text: str, said: str) -> None:
    assert problem(text).startswith(said)


@pytest.mark.parametrize(
    "between",
    ["1900 and today", "2024-05 and 2024", "2999 and today", "30 days ago and 1 month ago"],
)
def test_days_that_may_once_lie_between_are_taken(between: str) -> None:
    assert read_rules(f"- a: between {between}").rules


def test_a_field_that_is_not_there_is_refused_where_fields_are_known() -> None:
    assert problem("- emial: required", ["email", "Phone No"]) == (
        "1:3 There is no field 'emial'. Did you mean 'email'?"
    )
    assert problem("- email: before ordr", ["email", "order"]).startswith("1:10 There is no field")
    assert read_rules("- phone_no: required", fields=["email", "Phone No"]).rules


@pytest.mark.parametrize(
    "pattern",
    ["(a+)+", "(a*)*b", "(a|a)*", "(a|aa)+$", r"(\w+\s?)*", "(.*a){11,}", r"([a-zA-Z]+)*\d",
     "(x+x+)+y", r"(\d+|\w+)*x", "(?:a?){30}a{30}", r"^(([a-z])+.)+[A-Z]([a-z])+$"],
)  # fmt: skip
def test_a_pattern_that_doubles_the_time_of_backtracking_is_told(pattern: str) -> None:
    assert is_catastrophic(pattern)


@pytest.mark.parametrize(
    "pattern",
    [r"[A-Z]{2}\d{6}", r"(\w+\s)*\w+", r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,24}",
     r"\d{1,3}(,\d{3})*(\.\d+)?", "(ab|cd)*", r"(?i)c\d+", r"\p{L}+", ".*x.*", "a{0,1000}",
     r"[A-Za-z]+(-[A-Za-z]+)*", ""],
)  # fmt: skip
def test_a_pattern_that_does_not_is_left_in_peace(pattern: str) -> None:
    assert not is_catastrophic(pattern)


TEXTS = st.one_of(
    st.text(max_size=12),
    st.sampled_from(["&amp;lt;b&amp;gt;", "MÃƒÂ¼ller", "A <a@b.c>, d@e.f", "(0)30 12", "+4930 12",
                     "1.234,50 €", "17.05.1980", "d'ARC O'neil", "sw1a1aa", "950", "ǆ", "ß", "İ"]),
    st.text("aA &;<>b/lt#ü\u200b Ã¼'0", max_size=14),
)  # fmt: skip


@pytest.mark.parametrize("name", CORRECTIONS)
@given(value=TEXTS, beside=st.sampled_from([("00-950", "PL"), ("30-001", "PL"), ("", "")]))
def test_a_correction_leaves_what_it_made(name: str, value: str, beside: tuple[str, ...]) -> None:
    correction = CORRECTIONS[name]
    cell = Cell("field", "", DateOrder(True, False), FACTS)
    own = beside[: len(correction.hints)] if len(correction.hints) > 1 else beside[1:]
    made = correction.apply(value, own, cell)
    if made is not None:
        assert correction.apply(made, own, cell) == made


@pytest.mark.parametrize("name", [name for name in CORRECTIONS if CORRECTIONS[name].sample[0]])
def test_the_sample_of_a_correction_is_true(name: str) -> None:
    before, after = CORRECTIONS[name].sample
    cell = Cell("field", "", DateOrder(True, False), FACTS)
    assert CORRECTIONS[name].apply(before, ("PL",), cell) == after


def test_a_misspelt_field_that_must_be_valid_is_told_what_was_meant() -> None:
    assert "Did you mean 'email'? Else say of what kind" in problem("- emial: valid")
    assert "Did you mean" not in problem("- zzz: valid")


def test_a_text_without_end_is_refused_before_it_is_read() -> None:
    with pytest.raises(RuleErrors, match="more than 1,000,000 characters"):
        read_rules("- email: valid\n" * 100_000)


def test_rules_in_force_are_read_though_more_is_refused_now() -> None:
    assert read_rules("- a: between today and 1900", held=True).rules
