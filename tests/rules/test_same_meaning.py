"""One row or a million, in whatever order and chunks: rules say the same of a row."""

from __future__ import annotations

from functools import cache
from typing import Any

import phonenumbers
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tellonce.engine.standardise.dates import DateOrder
from tellonce.rules import evaluating
from tellonce.rules.checks import phones
from tellonce.rules.checks.across import Unique
from tellonce.rules.evaluating import evaluate
from tellonce.rules.reading import read_rules
from tellonce.rules.types import Cell, Evaluation, Facts, RuleSet
from tests.rules.asking import FACTS

RULES = """
- email: required
- email: valid, on_fail: correct, correction: normalise email, otherwise: quarantine
- phone: valid
- phone: valid for PL, name: polish, when: country is Poland
- postal_code: valid, on_fail: correct, correction: normalise postal code
- city: fits postal_code, on_fail: correct, correction: use postal code's city
- city: tidy, on_fail: correct, correction: tidy
- city: in title case
- birth_date: valid
- birth_date: before since
- birth_date: between 1900-01-01 and today
- since: at most 18 months old
- amount: between 0 and 1000
- amount: at most limit
- amount: matches \\d+(\\.\\d+)?
- status: one of [active, closed], when: email is filled and country is not one of [DE, AT]
- country: known country
- status: 3 to 8 characters
- city: not same as status
- status: empty, when: email is empty
- status: not one of [no, Closed], name: none of these
- status: at most 6 characters, name: short
- amount: more than 1, name: more
- amount: at least 2, on_fail: correct, correction: trim, name: corrected
- amount: does not match .*e.*, name: no exponent
- city: required
"""
VALUES: dict[str, list[str | None]] = {
    "email": ["a@b.example", "A <A@b.example>", "n/a", "x", " a@b.example ", "", None],
    "phone": ["601 234 567", "+48601234567", "+49 30 1234567", "0301234567", "1", "(0)1", None],
    "postal_code": ["00-950", "00950", "950", "SW1A 1AA", "30-001", "", "?"],
    "city": ["Warszawa", " KRAKÓW", "MÃ¼ller", "active", "van  X", "", None, "\u3000a\u2009"],
    "country": ["PL", "Polska", "Germany", "DE", "UK", "??", ""],
    "birth_date": [
        "1980-05-17",
        "17.05.1980",
        "05/17/1980",
        "1980",
        "1980-02-30",
        "soon",
        "",
        "2999-01-01",
    ],
    "since": ["2026-01-01", "2020", "17 May 1980", "2026-11-26T10:00:00+02:00", "", None],
    "amount": ["1", "1.000,50", "1,000", "-3", "x", "999.99", "", "1e3", "٣"],
    "limit": ["2", "999", "", "x"],
    "status": ["active", "Closed", "closed", "no", "", "much too long"],
}
ROWS = st.lists(st.tuples(*(st.sampled_from(values) for values in VALUES.values())), max_size=25)


@cache
def rules() -> RuleSet:
    return read_rules(RULES)


def table(rows: list[tuple[Any, ...]]) -> pa.Table:
    columns = list(zip(*rows, strict=True)) or [[]] * len(VALUES)
    return pa.table(
        {name: pa.array(column, pa.string()) for name, column in zip(VALUES, columns, strict=True)}
    )


def columnar(rows: pa.Table, monkeypatch: pytest.MonkeyPatch) -> Evaluation:
    with monkeypatch.context() as patched:
        patched.setattr(evaluating, "FEW", -1)
        return evaluate(rules(), rows, FACTS)


def by_row(done: Evaluation, rows: pa.Table) -> list[tuple[Any, ...]]:
    """Per row its failures without their position, and the row as corrected."""
    found: list[list[Any]] = [[] for _ in range(rows.num_rows)]
    for one in done.failures.to_pylist():
        found[one.pop("row")].append(tuple(one.values()))
    corrected = done.corrected.to_pylist()
    return [(tuple(f), tuple(c.values())) for f, c in zip(found, corrected, strict=True)]


@given(rows=ROWS)
def test_many_rows_at_once_say_what_each_says_alone(rows: list[tuple[Any, ...]]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        whole = table(rows)
        done = columnar(whole, patch)
        together = by_row(done, whole)
        singles = [evaluate(rules(), whole.slice(n, 1), FACTS) for n in range(len(rows))]
    alone = [by_row(one, whole.slice(n, 1))[0] for n, one in enumerate(singles)]
    assert together == alone
    for rule, counts in done.counts.items():
        sums = [sum(one.counts[rule][n] for one in singles) for n in range(3)]
        assert list(counts) == sums, rule


SAID = st.sampled_from(
    ["a", "A", " a  B", "a b", "A\tb", "ß", "SS", "\u3000a\u2003b", "İ", "", "~!"]
)


@given(values=st.lists(st.tuples(SAID, SAID), max_size=12))
def test_what_is_compared_of_many_values_is_what_is_compared_of_each(
    values: list[tuple[str, str]],
) -> None:
    for attribute in ("", "email#work"):
        for others in ((), ("shop",)):
            check = Unique(others)
            own, beside = (pa.array([one[n] for one in values], pa.string()) for n in (0, 1))
            together = check.comparables(own, [beside] if others else [], attribute).to_pylist()
            assert together == [
                check.comparable(one, (two,) if others else (), attribute) for one, two in values
            ]


@settings(max_examples=10)
@given(rows=ROWS)
def test_sql_over_one_row_says_the_same_too(rows: list[tuple[Any, ...]]) -> None:
    asked = read_rules("- holds: try_cast(amount as double) < 500, when: status is filled")
    whole = table(rows)
    done = by_row(evaluate(asked, whole, FACTS), whole)
    for n, together in enumerate(done):
        one = whole.slice(n, 1)
        assert by_row(evaluate(asked, one, FACTS), one) == [together]


@given(rows=ROWS, cut=st.integers(0, 25))
def test_chunks_change_nothing(rows: list[tuple[Any, ...]], cut: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        whole = table(rows)
        cut = min(cut, len(rows))
        chunked = pa.concat_tables([whole.slice(0, cut), whole.slice(cut)])
        one, other = columnar(whole, patch), columnar(chunked, patch)
    assert one.failures.equals(other.failures)
    assert one.corrected.to_pylist() == other.corrected.to_pylist()
    assert one.counts == other.counts


@given(rows=ROWS, seed=st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(rows: list[tuple[Any, ...]], seed: Any) -> None:
    order = list(range(len(rows)))
    seed.shuffle(order)
    with pytest.MonkeyPatch.context() as patch:
        whole = table(rows)
        turned = whole.take(pa.array(order, pa.int64()))
        one = by_row(columnar(whole, patch), whole)
        other = by_row(columnar(turned, patch), turned)
    assert [one[place] for place in order] == other


@given(rows=ROWS)
def test_corrected_rows_need_no_further_correction(rows: list[tuple[Any, ...]]) -> None:
    done = evaluate(rules(), table(rows), FACTS)
    again = evaluate(rules(), done.corrected, FACTS)
    left = [one for one in again.failures.to_pylist() if one["on_fail"] == "correct"]
    assert left == []
    assert again.corrected is done.corrected


@pytest.mark.parametrize("country", ["PL", "DE", "US", "GB", "FR", "IT", "BR", "JP", "AU", "MX"])
@given(digits=st.text("0123456789", min_size=5, max_size=12), form=st.sampled_from(
    ["{0}", "0{0}", "+{1}{0}", "+{1} {0}", "00{1}{0}", "{1}{0}", "1{0}", "({0})", "+{1}0{0}"]
))  # fmt: skip
def test_a_phone_number_that_is_told_at_once_is_one(country: str, digits: str, form: str) -> None:
    written = form.format(digits, phonenumbers.country_code_for_region(country))
    for asked in ("", country):
        cell = Cell("phone", "phone", DateOrder(True, False), Facts(country=country))
        if phones.surely_phones(pa.array([written]), [], cell, asked)[0].as_py():
            number = phonenumbers.parse(written, country)
            assert phonenumbers.is_valid_number(number)
            assert not asked or phonenumbers.is_valid_number_for_region(number, asked)
