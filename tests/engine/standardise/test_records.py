"""Whole records: RECORDS and COMPARABLE of small files."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pyarrow as pa

from tellonce.engine.standardise import (
    Mapping,
    Standardised,
    StandardiseParams,
    comparable,
    recognise,
    records,
)

PARAMS = StandardiseParams()


def standardised(table: dict[str, list[Any]], mapping: Mapping | None = None) -> Standardised:
    arrow = pa.table(table)
    ids = pa.array([str(i) for i in range(len(arrow))], pa.string())
    return records("crm", ids, arrow, recognise("crm", arrow, mapping), PARAMS)


def rows(table: dict[str, list[Any]], mapping: Mapping | None = None) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = standardised(table, mapping).table.to_pylist()
    return found


def normal(table: dict[str, list[Any]], mapping: Mapping | None = None) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = comparable(standardised(table, mapping).table, PARAMS).to_pylist()
    return found


def test_a_full_name_is_used_only_where_its_parts_are_missing() -> None:
    names = [
        row["names"][0]
        for row in rows(
            {
                "first_name": ["Anna", None],
                "last_name": ["Fizzwick", None],
                "full_name": ["Somebody Else", "Thomas Fabel"],
            }
        )
    ]
    assert [(name["given"], name["family"]) for name in names] == [
        ("Anna", "Fizzwick"),
        ("Thomas", "Fabel"),
    ]


def test_a_whole_name_in_the_family_column_is_taken_apart() -> None:
    row = normal({"first_name": [None, "Eva"], "last_name": ["Fizzwick, Anna", "Quux"]})[0]
    assert row["names"] == [{"given": "anna", "middle": None, "family": "fizzwick"}]


def test_maiden_and_alias_names_are_further_names() -> None:
    row = rows(
        {"first": ["Anna"], "last": ["Fizzwick"], "maiden": ["Quux"], "alias_last": ["Fizz"]}
    )[0]
    assert [(name["given"], name["family"], name["kind"]) for name in row["names"]] == [
        ("Anna", "Fizzwick", ""),
        ("Anna", "Fizz", "alias"),
        ("Anna", "Quux", "former"),
    ]


def test_a_maiden_name_equal_to_the_name_adds_nothing() -> None:
    assert len(rows({"first": ["Anna"], "last": ["Quux"], "maiden": ["Quux"]})[0]["names"]) == 1


def test_second_components_join_their_name() -> None:
    row = normal(
        {
            "fname_c1": ["ALRUN", "X"],
            "fname_c2": ["EDDA", None],
            "lname_c1": ["FABEL", "Y"],
            "lname_c2": ["SCHNURZ", None],
        }
    )[0]
    assert row["names"] == [{"given": "alrun", "middle": "edda", "family": "fabel schnurz"}]


def test_a_later_record_is_read_as_it_would_have_been_among_the_others() -> None:
    whole = pa.table(
        {
            "surname": ["Fizz", "Quux"],
            "dob": ["25/12/1970", "03/04/1980"],
            "phone": ["501 234 567", "601 234 567"],
            "kod pocztowy": ["00-238", "00-239"],
        }
    )
    first = records("crm", pa.array(["0", "1"]), whole, recognise("crm", whole), PARAMS)
    later = records("crm", pa.array(["1"]), whole.slice(1), first.recognition, PARAMS)
    assert later.table.to_pylist() == first.table.slice(1).to_pylist()
    assert (first.recognition.day_first, first.region) == (True, "PL")


def test_two_columns_of_one_name_are_not_joined() -> None:
    arrow = pa.table([["Anna"], ["Fizz"], ["Fizz"]], names=["first_name", "surname", "last_name"])
    found = records("crm", pa.array(["0"]), arrow, recognise("crm", arrow), PARAMS).table
    assert found["names"].to_pylist()[0][0]["family"] == "Fizz"


def test_two_values_in_one_field_are_both_kept() -> None:
    row = rows(
        {
            "phones": ["501 234 567; 601 234 567"],
            "e-mails": ["a@fable.example, b@fable.example"],
            "kod pocztowy": ["00-238"],
        }
    )[0]
    assert row["phones"] == ["+48501234567", "+48601234567"]
    assert row["emails"] == ["a@fable.example", "b@fable.example"]


def test_a_city_column_that_holds_the_postal_code_too_is_taken_apart() -> None:
    address = rows({"Name": ["Anna Fizz"], "PLZ Ort": ["10115 Fabelstadt"]})[0]["addresses"][0]
    assert (address["postal_code"], address["city"]) == ("10115", "Fabelstadt")


def test_a_tax_number_gets_its_exact_kind() -> None:
    row = normal({"tax id": ["PL 526-10-40-828"], "surname": ["Fizz"]})[0]
    assert row["identifiers"] == [{"kind": "nip", "value": "5261040828"}]


def test_placeholders_are_missing_and_counted() -> None:
    result = standardised(
        {
            "given_name": ["John", "N/A", "Anna"],
            "surname": ["Doe", "Fizz", "brak"],
            "email": ["test@test.com", "none", "anna@fable.example"],
            "phone": ["000-000-0000", "212-555-2368", "unknown"],
            "dob": ["1900-01-01", "9999-12-31", "1980-05-17"],
            "ssn": ["999999999", "123-45-6789", "-"],
        }
    )
    table = result.table.to_pylist()
    assert table[0]["names"] == []
    assert [row["birth_date"] for row in table] == [None, None, "1980-05-17"]
    assert [row["emails"] for row in table] == [[], [], ["anna@fable.example"]]
    counted = {(one.attribute, one.value): one.count for one in result.placeholders}
    assert counted[("full_name", "John Doe")] == 1
    assert counted[("phone", "000-000-0000")] == 1
    assert counted[("birth_date", "9999-12-31")] == 1


def test_organisations_and_people_are_told_apart() -> None:
    found = rows(
        {
            "company": ["Fable GmbH", None, "Quux Ltd"],
            "first_name": [None, "Anna", "Eva"],
            "last_name": [None, "Fizz", "Quux"],
        }
    )
    assert [row["entity"] for row in found] == ["organisation", "person", None]
    assert normal({"company": ["Fable GmbH", "Fable, Inc."]})[1]["organisations"] == ["fable"]


def test_a_name_that_the_source_says_is_a_company_s_goes_to_the_organisations() -> None:
    called = {"name": ["Anna Fizzwick", "Anna Fizzwick"], "customer_type": ["company", "person"]}
    company, person = rows(called)
    assert (company["names"], company["organisations"]) == ([], ["Anna Fizzwick"])
    assert company["entity"] == "organisation"
    assert (person["names"][0]["given"], person["organisations"]) == ("Anna", [])


def test_an_organisation_among_full_names_goes_to_the_organisations() -> None:
    people = ["Anna Fizzwick", "Peter Brambleby", "Maria Quux", "Thomas Fabel", "Fable Trading Ltd"]
    row = rows({"full_name": people})[4]
    assert (row["names"], row["organisations"]) == ([], ["Fable Trading Ltd"])
    assert row["entity"] == "organisation"


def test_address_groups_become_addresses_of_their_own() -> None:
    row = rows(
        {
            "surname": ["Fizz"],
            "street": ["Elm St 5"],
            "city": ["Ulm"],
            "mailing_address_street_number": ["7"],
            "mailing_address_street_name": ["Oak Rd"],
            "mailing_address_po_box": [None],
        }
    )[0]
    assert [(a["kind"], a["street"], a["number"], a["city"]) for a in row["addresses"]] == [
        ("", "Elm St", "5", "Ulm"),
        ("mailing", "Oak Rd", "7", None),
    ]


def test_two_address_lines_and_a_po_box_are_understood() -> None:
    row = normal(
        {
            "addr1": ["12 Elm Street"],
            "addr2": ["Apt 4"],
            "city": ["Fableton"],
            "state": ["Nevada"],
            "zip": ["89132-1234"],
            "country": ["USA"],
        }
    )[0]
    assert row["addresses"] == [
        {
            "street": "elm st",
            "number": "12",
            "unit": "4",
            "city": "fableton",
            "region": "nv",
            "postal_code": "89132",
            "country": "us",
        }
    ]


def test_postal_codes_get_back_the_zero_a_spreadsheet_took() -> None:
    found = rows({"surname": ["Fizz"] * 6, "zip": [90210, 10001, 60601, 33101, 94105, 2139]})
    assert found[5]["addresses"][0]["postal_code"] == "02139"


def test_phones_are_read_for_the_country_of_their_row() -> None:
    found = rows(
        {
            "phone": ["501 234 567", "030 123456", "212 555 2368"],
            "country": ["Poland", "Germany", "USA"],
        }
    )
    assert [row["phones"] for row in found] == [["+48501234567"], ["+4930123456"], ["+12125552368"]]


def test_the_country_of_a_source_is_guessed_from_its_postal_codes() -> None:
    result = standardised(
        {
            "telefon": ["501 234 567", "601-234-567"],
            "kod": ["x", "y"],
            "kod pocztowy": ["00-238", "30-001"],
        }
    )
    assert result.region == "PL"
    assert result.table["phones"].to_pylist()[0] == ["+48501234567"]


def test_several_phones_and_emails_are_kept_each_once() -> None:
    row = rows(
        {
            "phone1": ["+48 501 234 567"],
            "phone2": ["501234567"],
            "email": ["a@fable.example"],
            "email_2": ["b@fable.example"],
            "kod pocztowy": ["00-238"],
        }
    )[0]
    assert row["phones"] == ["+48501234567"]
    assert row["emails"] == ["a@fable.example", "b@fable.example"]


def test_identifiers_keep_kind_country_and_validity() -> None:
    row = rows(
        {
            "pesel": ["44051401359"],
            "passport_number": ["X1234567"],
            "passport_country": ["Germany"],
        }
    )[0]
    assert row["identifiers"] == [
        {"kind": "pesel", "value": "44051401359", "country": "PL", "valid": True},
        {"kind": "passport", "value": "X1234567", "country": "DE", "valid": None},
    ]


def test_the_time_a_record_was_last_true_is_kept_in_utc() -> None:
    row = rows({"surname": ["Fizz"], "updated_at": ["2024-05-17T12:00:00+02:00"]})[0]
    assert row["observed_at"] == datetime(2024, 5, 17, 10, tzinfo=UTC)


def test_typed_columns_are_read_as_well_as_text() -> None:
    born = pa.array([date(1980, 5, 17)]).cast(pa.date32())
    arrow = pa.table({"surname": ["Fizz"], "dob": born, "phone": [2125552368.0], "zip": [89132]})
    found = records(
        "crm", pa.array(["0"]), arrow, recognise("crm", arrow), PARAMS
    ).table.to_pylist()
    assert found[0]["birth_date"] == "1980-05-17"
    assert found[0]["phones"] in (["+12125552368"], ["2125552368"])
    assert found[0]["addresses"][0]["postal_code"] == "89132"


def test_a_generation_is_found_in_its_column_or_behind_the_family_name() -> None:
    found = normal({"first": ["Tom", "Tom"], "last": ["Fizz Jr.", "Fizz"], "suffix": [None, "Sr"]})
    assert [row["suffix"] for row in found] == ["jr", "sr"]
    assert [row["names"][0]["family"] for row in found] == ["fizz", "fizz"]


def test_a_birth_date_becomes_numbers_as_far_as_it_goes() -> None:
    found = normal({"surname": ["A B", "C D"], "dob": ["1980-05-17", "1980"]})
    parts = [(row["birth_year"], row["birth_month"], row["birth_day"]) for row in found]
    assert parts == [(1980, 5, 17), (1980, None, None)]


def test_other_attributes_compare_as_they_are() -> None:
    found = normal({"marital_status": ["Married", "single"], "wages": ["01.50", "7"], "x": [1, 2]})
    assert {"name": "marital_status", "value": "married"} in found[0]["others"]


def test_latitude_and_longitude_are_one_place_and_more_digits_no_other_one() -> None:
    table = {
        "company": ["Ember Works", "Ember Works"],
        "lat": ["51.45", "51.4500001"],
        "lng": ["5.466667", "5.4666667"],
    }
    assert [row["others"] for row in normal(table)] == 2 * [
        [{"name": "coordinates", "value": "51.450 5.467"}]
    ]


def test_zero_degrees_twice_is_an_address_that_was_not_found() -> None:
    table = {"name": ["Anna Fizzwick"], "latitude": ["0.0"], "longitude": ["0"]}
    assert rows(table)[0]["others"] == []


def test_half_of_a_place_is_a_number_like_any_other() -> None:
    table = {"name": ["Anna Fizzwick", "Thomas Fabel"] * 6, "lat": ["51.45", "48.1"] * 6}
    assert rows(table)[0]["others"] == [{"name": "lat", "value": "51.45", "kind": "category"}]
