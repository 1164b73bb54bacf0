"""Every check: what passes, and what fails and why."""

from __future__ import annotations

import re
from dataclasses import replace

import pyarrow as pa
import pytest

from tellonce.engine.standardise.dates import date_order
from tellonce.rules.checks.formats import FORMATS
from tellonce.rules.errors import RuleErrors
from tellonce.rules.evaluating import evaluate
from tellonce.rules.phrases import PHRASES
from tellonce.rules.reading import read_rules
from tellonce.rules.sandbox import columns_of
from tellonce.rules.types import Counts, Facts
from tests.rules.asking import CITIES, FACTS, reason, said

PASSING = [
    ("email: valid", "anna@mail.example"),
    ("email: valid", "ANNA@Mail.Example"),
    ("email: valid", "anna@münchen.example"),
    ("phone: valid", "601 234 567"),
    ("phone: valid", "+49 30 1234567"),
    ("phone: valid for DE", "030 1234567"),
    ("postal_code: valid", "00-950"),
    ("postal_code: valid for GB", "sw1a 1aa"),
    ("birth_date: valid", "17.05.1980"),
    ("birth_date: between 1900 and today", "1980-05-17"),
    ("birth_date: between 1900-01-01 and 18 years ago", "1980"),
    ("birth_date: at least 18 years old", "2008-11-26"),
    ("updated: at most 18 months old", "2025-05-26"),
    ("updated: not in the future", "2026-11-26T23:00:00Z"),
    ("age: between 0 and 120", "0"),
    ("amount: at least 1000.5", "1.000,50 €"),
    ("amount: less than 0", "-1"),
    ("status: one of [active, closed]", "closed"),
    ("status: not one of [test]", "active"),
    ("no: matches [A-Z]{2}\\d{6}", "AB123456"),
    ("no: does not match \\d+", "a1"),
    ("name: 2 to 5 characters", "Łódź"),
    ("name: exactly 4 characters", "Łódź"),
    ("name: tidy", "Anna-Maria O'Neil"),
    ("name: in title case", "Ludwig van Beethoven"),
    ("name: in title case", "Ronald McDonald"),
    ("code: in list codes", "a1"),
    ("currency: valid", "EUR"),
    ("language: known language", "de-AT"),
    ("country: known country", "Kenya"),
    ("site: valid url", "https://shop.example/a?b=c"),
    ("iban: valid", "DE89 3704 0044 0532 0130 00"),
]
FAR = "lies after the year 2100, so it is no date that is meant"
FAILING = [
    ("email: valid", "anna@mail", "is no e-mail address: its domain is not complete"),
    ("email: valid", "anna..b@mail.example", "is no e-mail address: a dot stands where none may be"
     " before the @"),
    ("email: valid", "anna@mail.invalid", "is an e-mail address that no mail goes to"),
    ("email: valid", "noemail@noemail.com", "stands for no e-mail address"),
    ("email: valid", "a@b@mail.example", "is no e-mail address: it has more than one @"),
    ("phone: valid", "123", "is no phone number: it is too short"),
    ("phone: valid", "call me", "is no phone number: it holds no digits"),
    ("phone: valid for DE", "+48601234567", "is a phone number of another country than DE"),
    ("postal_code: valid", "950", "is no postal code of PL"),
    ("postal_code: valid for US", "2134", "is no postal code of US: a leading zero seems to be "
     "lost"),
    ("birth_date: valid", "1980-02-30", "is no possible date"),
    ("birth_date: valid", "1980-13-01", "is no possible date"),
    ("birth_date: valid", "1980", "is no whole date: it lacks the day"),
    ("birth_date: valid", "9999-12-31", FAR),
    ("birth_date: valid", "2999-02-30", "is no possible date"),
    ("birth_date: not after today", "31.12.2999", FAR),
    ("birth_date: valid", "9999-12-31T23:59:00-12:00", FAR),
    ("birth_date: valid", "0001-01-01T00:00:00+14:00", "lies before the year 1870, so it is no "
     "date that is meant"),
    ("updated: at most 18 months old", "99991231", FAR),
    ("birth_date: valid", "99999", "is no possible date"),
    ("birth_date: valid", "1900-01-01", "is a date that stands for nothing"),
    ("birth_date: between 1900 and today", "2027-01-01", "is after today"),
    ("birth_date: at least 18 years old", "2008-11-27", "is less than 18 years old"),
    ("updated: at most 18 months old", "2025-05-25", "is more than 18 months old"),
    ("updated: not in the future", "2026-11-27", "is after today"),
    ("age: between 0 and 120", "121", "is more than 120"),
    ("age: between 0 and 120", "twelve", "is no number"),
    ("amount: more than 5", "5", "is not more than 5"),
    ("status: one of [active, closed]", "Closed", "is not one of the allowed values: only its "
     "capitals differ"),
    ("status: not one of [test]", "test", "is one of the values that are not allowed"),
    ("no: matches [A-Z]{2}\\d{6}", "xAB123456", "is not written as it must be"),
    ("name: at least 2 characters", "Ł", "has less than 2 characters"),
    ("name: tidy", "Anna  Maria", "has doubled blanks"),
    ("name: tidy", " Anna", "has blanks around it"),
    ("name: tidy", "An\u200bna", "holds control signs"),
    ("name: tidy", "MÃ¼ller", "holds letters garbled by a wrong encoding"),
    ("name: tidy", "<b>Anna</b>", "holds HTML"),
    ("name: tidy", "A &amp; B", "holds HTML"),
    ("name: in title case", "ANNA", "is not written in title case"),
    ("code: in list codes", "C3", "is not in the list codes"),
    ("currency: valid", "eur", "is a currency's code, but not in capitals"),
    ("country: known country", "Atlantis", "is no country's code or name"),
    ("site: valid url", "shop.example", "is no web address: it does not begin with http:// or "
     "https://"),
    ("iban: valid", "DE89370400440532013001", "does not pass the check of its number"),
]  # fmt: skip


@pytest.mark.parametrize(("check", "value"), PASSING)
def test_passes(check: str, value: str) -> None:
    assert reason(check, value) is None


@pytest.mark.parametrize(("check", "value", "why"), FAILING)
def test_fails(check: str, value: str, why: str) -> None:
    assert reason(check, value) == why


@pytest.mark.parametrize("name", FORMATS)
def test_the_samples_of_a_format_are_true(name: str) -> None:
    for value in FORMATS[name].passes:
        country = "GB" if value.startswith("SW") else "PL"
        assert reason(f"value: valid {name}", value, replace(FACTS, country=country)) is None, value
    for value in FORMATS[name].fails:
        assert reason(f"value: valid {name}", value), value


def test_a_number_belongs_to_the_country_beside_it() -> None:
    assert reason("phone: valid", "030 1234567", country="Germany") is None
    assert reason("phone: valid", "030 1234567", country="PL")
    assert reason("postal_code: valid", "1234 AB", country="Nederland") is None
    assert reason("postal_code: valid", "12345", country="PL") == "is no postal code of PL"
    nowhere = replace(FACTS, country=None)
    assert said("- phone: valid", {"phone": ["030 1234567", "1"]}, nowhere).counts == {
        "phone.valid_phone": Counts(0, 1, 1)
    }


def test_dates_are_compared_as_far_as_they_are_told() -> None:
    assert reason("birth_date: before order", "1980-05-17", order="1980") is None
    assert reason("birth_date: before order", "1981", order="1980-05-17") == "is not before order"
    assert reason("sent: not before order", "2024-05-17", order="2024-05-17T10:00:00") is None
    assert reason("sent: before order", "2024-05-17", order="17.05.2024") == "is not before order"
    assert said("- sent: before order", {"sent": ["2024-05-17"], "order": ["?"]}).counts[
        "sent.before_order"
    ] == Counts(0, 0, 1)


def test_numbers_and_texts_are_compared_with_those_beside() -> None:
    assert reason("paid: at most total", "10", total="1,000.00") is None
    assert reason("paid: at most total", "2.000,50", total="1000") == "is more than total"
    assert reason("city: same as town", "ŁÓDŹ", town="Łódź") is None
    assert reason("city: not same as town", "Lodz", town="Łódź") == "is the same as town"


def test_a_city_belongs_to_its_postal_code() -> None:
    assert reason("city: fits postal_code", "Krakow", postal_code="30-001", country="PL") is None
    assert reason("city: fits postal_code", "Krakow", postal_code="00-950") == (
        "does not belong to postal_code, by the list postal_codes"
    )
    assert reason("city: fits postal_code", "London", postal_code="SW1A 1AA", country="UK") is None


def test_nothing_is_said_of_a_postal_code_that_is_not_in_the_list() -> None:
    done = said("- city: fits postal_code", {"city": ["x"], "postal_code": ["99-999"]})
    assert list(done.counts.values()) == [Counts(0, 0, 1)]


def test_values_that_several_rows_share_are_not_unique() -> None:
    columns = {"email": ["A.B@mail.example", "c@mail.example", "a.b+x@mail.example", "", None]}
    done = said("- email: unique", columns)
    assert done.failures["row"].to_pylist() == [0, 2]
    assert done.counts["email.unique"] == Counts(1, 2, 2)


def test_uniqueness_may_be_that_of_several_fields() -> None:
    columns = {"no": ["1", "1", "1"], "shop": ["a", "b", "A "]}
    assert said("- no: unique with shop", columns).failures["row"].to_pylist() == [0, 2]


def test_uniqueness_looks_at_records_that_are_held() -> None:
    facts = Facts(whole=False, known=lambda field, values: {"b"} & set(values))
    done = said("- no: unique", {"no": ["a", "B"]}, facts)
    assert done.failures["reason"].to_pylist() == [
        "is not unique: another record of the source says the same"
    ]


@pytest.mark.parametrize(
    ("text", "facts", "why"),
    [
        ("- email: unique", Facts(whole=False), "it looks at all rows"),
        ("- sql: select row from rows", Facts(whole=False), "it looks at all rows"),
        ("- email: at most 1 day old", Facts(), "no moment was given"),
        ("- email: not after today", Facts(), "no moment was given"),
        ("- email: fits postal_code", Facts(), "no field postal_code"),
        ("- email: fits no", Facts(), "no list 'postal_codes' was given"),
        ("- email: in list nowhere", Facts(), "no list 'nowhere' was given"),
        ("- email: agrees across sources", Facts(), "records of one customer"),
        ("- email: unique per customer", Facts(), "records of one customer"),
        ("- holds: nowhere > 1", Facts(), "its SQL could not be run"),
        ("- sql: select email from rows", Facts(), "its first column is not the row"),
    ],
)
def test_a_rule_that_cannot_run_is_not_evaluated(text: str, facts: Facts, why: str) -> None:
    done = said(text, {"email": ["a"], "no": ["1"]}, facts)
    assert done.counts == {}
    assert why in done.not_evaluated[0].reason


def test_sql_decides_about_whole_rows() -> None:
    columns = {"paid": ["10", "30", "x", None], "total": ["20", "20", "20", "20"]}
    done = said("- holds: try_cast(paid as int) <= try_cast(total as int), name: rule", columns)
    assert done.failures.to_pylist() == [
        {"row": 1, "rule": "rule", "field": "", "value": None, "on_fail": "flag", "corrected": None,
         "reason": "does not fulfil try_cast(paid as int) <= try_cast(total as int)"}
    ]  # fmt: skip
    assert done.counts == {"rule": Counts(1, 1, 2)}
    done = said("- sql: \"select row, 'twice' from rows where total = '20'\", name: rule", columns)
    assert done.failures["reason"].to_pylist() == ["twice"] * 4


@pytest.mark.parametrize(
    "sql",
    [
        "select row, 'd' from rows, range(100)",
        "select row, 'd' from rows, range(4) order by 1",
        "select row, 'd' from rows, range(4) order by row desc",
        "with often as (select row from rows, range(9)) select row, 'd' from often -- all",
    ],
)
def test_a_row_that_sql_finds_many_times_fails_once_and_keeps_no_other_from_failing(
    sql: str,
) -> None:
    done = said(f'- sql: "{sql}"\n  name: rule', {"no": ["1", "2", "3"]})
    assert done.failures["row"].to_pylist() == [0, 1, 2]
    assert done.failures["reason"].to_pylist() == ["d"] * 3
    assert done.counts == {"rule": Counts(0, 3, 0)}


def test_sql_that_finds_more_than_there_are_rows_is_not_evaluated() -> None:
    done = said('- sql: "select range from range(1000)"', {"no": ["1", "2", "3"]})
    assert "its first column is not the row" in done.not_evaluated[0].reason


def test_what_sql_says_of_a_value_it_cannot_convert_does_not_quote_it() -> None:
    done = said("- holds: paid::int > 1", {"paid": ["Qxz1"]})
    assert "try_cast" in done.not_evaluated[0].reason
    assert "Qxz1" not in done.not_evaluated[0].reason


@pytest.mark.parametrize(
    "line",
    [f"{field}: {check}" for field, _, check in (one[0].partition(": ") for one in PASSING)]
    + ["email: unique with shop and no", "a: before b", "a: at most b", "a: unique per customer",
       "a: fits b in list codes", "a: not same as b", "a: agrees across sources", "a: empty",
       "a: at most 10 characters", "a: not before 2 weeks ago", "a: one of ['a, b', \"c'd\", '#']"],
)  # fmt: skip
def test_a_check_reads_as_it_is_written(line: str) -> None:
    check = read_rules(f"- {line}").rules[0].check
    field = line.partition(": ")[0]
    again = read_rules(f"- {field}: {check.phrase()}, severity: low").rules[0].check
    assert again == check
    assert check.aloud().startswith("must ")


def test_every_phrase_is_shown_as_it_may_be_written() -> None:
    samples = {"[A, B]": "[a, b]", "[KIND]": "phone", "[for COUNTRY]": "for DE",
               "[with A and B]": "with c and d", "[in list NAME]": "in list codes", "N": "2",
               "A": "1", "B": "2", "X": "5", "M": "5", "PATTERN": "a+",
               "NAME": "codes", "FIELD": "b"}  # fmt: skip
    for phrase in PHRASES:
        text = phrase.shown
        for name, sample in samples.items():
            pattern = re.escape(name) if "[" in name else rf"\b{name}\b"
            text = re.sub(pattern, sample, text)
        assert read_rules(f"- a: {text}").rules, text


def test_the_list_of_cities_is_not_guessed_where_two_are_possible() -> None:
    assert len(CITIES.values["PL\t30001"]) == 2


@pytest.mark.parametrize(
    ("usual", "swapped"),
    [("12/25/1970", "13/01/1980"), ("25.12.1970", "01.13.1980"), ("19701225", "19801301")],
)
@pytest.mark.parametrize("rows", [1, 30])  # value by value, and by columns
def test_parts_that_changed_places_are_no_date_where_the_column_shows_its_order(
    usual: str, swapped: str, rows: int
) -> None:
    rules = read_rules("- birth_date: valid date")
    order = date_order([usual] * 20, None, None)
    facts = replace(FACTS, orders={"birth_date": order})
    found = evaluate(rules, pa.table({"birth_date": [usual] * rows + [swapped]}), facts).failures
    assert found["value"].to_pylist() == [swapped]


def test_parts_that_changed_places_are_a_date_where_no_order_is_known() -> None:
    facts = replace(FACTS, orders={"birth_date": date_order([], None, None)})
    assert reason("birth_date: valid date", "13/01/1980", facts) is None
    assert reason("birth_date: valid date", "01/13/1980", facts) is None


@pytest.mark.parametrize(
    "second",
    ["email", "'x' || email", "(select max(email) from rows)", "upper('twice')", "concat(email)"],
)
def test_a_reason_of_sql_never_holds_a_value(second: str) -> None:
    done = said(
        f'- sql: "select row, {second} from rows", name: rule', {"email": ["Qxz@b.example"]}
    )
    assert done.failures["reason"].to_pylist() == ["is found by its SQL"]


@pytest.mark.parametrize(
    "sql",
    [
        "select row, current_setting('home_directory') from rows",
        "select row from rows where getenv('HOME') = 'x'",
        "select row from rows, duckdb_settings()",
        "select row from rows, information_schema.tables",
        "select row from rows where x in (select value from duckdb_settings)",
        "select row from 'x.csv'",
        "select row from read_csv('x.csv')",
        "select column_name from (describe rows)",
        "select row from rows where error(email) is null",
        "select row from rows union select current_setting('threads')::int",
        "with a as (select getvariable('x') as row) select row from a",
    ],
)
def test_sql_reads_rows_alone(sql: str) -> None:
    with pytest.raises(RuleErrors, match=r"it (calls|reads|describes)"):
        read_rules(f'- sql: "{sql}"', "rules.yaml")


def test_a_condition_names_the_columns_it_reads() -> None:
    assert columns_of("paid > 1 and lower(rows.\"E-Mail\") = 'x'") == {"paid", "rows", "e-mail"}
    for whole in ("columns('.*') is null", "#1 = 'x'", "rows is null"):
        assert columns_of(whole) is None
