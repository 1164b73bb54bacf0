"""Addresses, countries, e-mails, phones, identifiers, genders."""

from __future__ import annotations

import phonenumbers
import pyarrow as pa
import pytest

from tellonce.engine.standardise.addresses import (
    AddressParts,
    comparable_number,
    comparable_postal_code,
    comparable_street,
    comparable_unit,
    split_full_address,
    split_street_line,
)
from tellonce.engine.standardise.emails import comparable_emails, display_emails
from tellonce.engine.standardise.genders import display_gender
from tellonce.engine.standardise.identifiers import comparable_identifier, is_valid
from tellonce.engine.standardise.phones import display_phones
from tellonce.engine.standardise.places import country_code, region_code


@pytest.mark.parametrize(
    ("line", "street", "number", "unit"),
    [
        ("12 Elm St Apt 4", "Elm St", "12", "4"),
        ("12 Elm St, Unit #4b", "Elm St", "12", "4b"),
        ("12A Elm Road", "Elm Road", "12A", ""),
        ("ul. Długa 5/7", "ul. Długa", "5", "7"),
        ("ul. Długa 5 m. 7", "ul. Długa", "5", "7"),
        ("ul. 3 Maja 12", "ul. 3 Maja", "12", ""),
        ("Hauptstr. 12a", "Hauptstr.", "12a", ""),
        ("3/24 Bay Road", "Bay Road", "24", "3"),
        ("Flat 2, 10 Elm Road", "Elm Road", "10", "2"),
        ("P.O. Box 123", "PO Box 123", "", ""),
        ("Fable Group,874 Elm Circles Suite 751", "Elm Circles", "874", "751"),
        ("Hauptstr., 12", "Hauptstr.", "12", ""),
        ("state rte 172", "state rte 172", "", ""),
        ("2nd Street", "2nd Street", "", ""),
        ("Elm Street", "Elm Street", "", ""),
    ],
)
def test_a_street_line_is_taken_apart(line: str, street: str, number: str, unit: str) -> None:
    parts = split_street_line(line)
    assert (parts.street, parts.number, parts.unit) == (street, number, unit)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("12 Elm St, Fableton NV 89132", ("Elm St", "12", "", "Fableton", "NV", "89132", "")),
        (
            "12 Elm St, Fableton, NV, 89132, USA",
            ("Elm St", "12", "", "Fableton", "NV", "89132", "USA"),
        ),
        ("ul. Długa 5/7, 00-238 Bajkowo", ("ul. Długa", "5", "7", "Bajkowo", "", "00-238", "")),
        ("00-238 Bajkowo, ul. Długa 5", ("ul. Długa", "5", "", "Bajkowo", "", "00-238", "")),
        (
            "Hauptstr. 12, 10115 Fabelstadt, Deutschland",
            ("Hauptstr.", "12", "", "Fabelstadt", "", "10115", "Deutschland"),
        ),
        ("10 Elm Road, London SW1A 1AA", ("Elm Road", "10", "", "London", "", "SW1A 1AA", "")),
        ("24 Bay Road, Fableton NSW 2000", ("Bay Road", "24", "", "Fableton", "NSW", "2000", "")),
        ("12 Elm Street Fableton", ("Elm Street", "12", "", "Fableton", "", "", "")),
        ("12 S St Quux Ave", ("S St Quux Ave", "12", "", "", "", "", "")),
    ],
)
def test_a_whole_address_is_taken_apart(text: str, parts: tuple[str, ...]) -> None:
    assert split_full_address(text) == AddressParts(*parts)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Elm Street", "ELM ST."),
        ("North Elm Road", "N Elm Rd"),
        ("Hauptstraße", "Hauptstr."),
        ("ul. Długa", "Dluga"),
        ("Fabel Avenue", "fabel av"),
        ("Haupt Straße", "Hauptstrasse"),
    ],
)
def test_streets_that_are_one_get_one_normal_form(one: str, other: str) -> None:
    assert comparable_street(one) == comparable_street(other)


def test_numbers_units_and_codes_have_one_normal_form() -> None:
    assert comparable_number("012 A") == comparable_number("12a") == "12a"
    assert comparable_unit("Apt. # 04") == comparable_unit("unit 4") == "4"
    assert comparable_postal_code("SW1A 1AA") == "sw1a1aa"
    assert comparable_postal_code("89132-1234") == "89132"
    assert comparable_postal_code("00-238") == "00238"


def test_countries_and_regions_are_known_by_code_and_name() -> None:
    names = ("Germany", "Deutschland", "Niemcy", "DEU", "de")
    assert [country_code(name) for name in names] == ["DE"] * 5
    assert country_code("Fableland") is None
    assert region_code("New South Wales") == region_code("NSW") == "nsw"
    assert region_code("woj. mazowieckie") == region_code("Mazowieckie")


def test_emails_are_lower_case_and_taken_out_of_their_frame() -> None:
    shown = display_emails(
        pa.array(
            [
                "Anna@Fable.Example",
                "Anna Fizz <anna@fable.example>",
                "mailto:q@fable.example",
                "nothing",
                None,
                "annafable.example",
            ]
        )
    )
    assert shown.to_pylist() == [
        "anna@fable.example",
        "anna@fable.example",
        "q@fable.example",
        "nothing",
        None,
        "annafable.example",
    ]


def test_emails_compare_without_tags_and_with_google_s_two_names_as_one() -> None:
    normal = comparable_emails(
        pa.array(["a.b+shop@googlemail.com", "ab@gmail.com", "a+x@fable.example"])
    )
    assert normal.to_pylist() == ["ab@gmail.com", "ab@gmail.com", "a@fable.example"]


PHONES = {
    "US": [
        "(212) 555-2368",
        "212.555.2368",
        "1-212-555-2368",
        "+1 212 555 2368",
        "2125552368 ext. 12",
    ],
    "PL": ["501 234 567", "+48 501-234-567", "0048501234567", "501234567"],
    "DE": ["030 123456", "+49 (0)30 123456", "0049 30 123456", "0151 23456789"],
    "GB": ["020 7946 0958", "+44 20 7946 0958", "07700 900123"],
    "AU": ["(02) 9123 4567", "0412 345 678", "+61 412 345 678"],
}


@pytest.mark.parametrize("region", sorted(PHONES))
def test_phones_come_out_as_phonenumbers_would_write_them(region: str) -> None:
    shown = display_phones(pa.array(PHONES[region]), region).to_pylist()
    oracle = [
        phonenumbers.format_number(
            phonenumbers.parse(text.partition(" ext")[0], region),
            phonenumbers.PhoneNumberFormat.E164,
        )
        for text in PHONES[region]
    ]
    assert shown == oracle


def test_a_phone_of_no_known_country_is_kept_as_given() -> None:
    assert display_phones(pa.array(["285 0020", "12", None]), None).to_pylist() == [
        "285 0020",
        None,
        None,
    ]


def test_identifiers_are_checked_where_a_check_is_known() -> None:
    assert is_valid("pesel", "44051401359") is True
    assert is_valid("pesel", "44051401358") is False
    assert is_valid("nip", "526-10-40-828") is True
    assert is_valid("iban", "DE89 3704 0044 0532 0130 00") is True
    assert is_valid("nino", "AB123456C") is True
    assert is_valid("nino", "DF123456C") is False
    assert is_valid("passport", "X123") is None
    assert comparable_identifier("526-10-40-828") == "5261040828"


def test_gender_is_read_in_several_languages() -> None:
    words = [
        "F",
        "weiblich",
        "Kobieta",
        "Frau",
        "M",
        "mężczyzna",
        "männlich",
        "divers",
        "banana",
        "1",
        "2",
    ]
    assert [display_gender(word) for word in words] == [
        "female",
        "female",
        "female",
        "female",
        "male",
        "male",
        "male",
        "other",
        None,
        "male",
        "female",
    ]
