"""What columns are taken for, with and without a mapping."""

from __future__ import annotations

import pyarrow as pa
import pytest

from tellonce.engine.errors import MappingError, NothingRecognised
from tellonce.engine.standardise import Mapping, StandardiseParams, recognise, records
from tellonce.engine.standardise.headers import read_header


def attributes(table: dict[str, list[object]], mapping: Mapping | None = None) -> dict[str, object]:
    found = recognise("crm", pa.table(table), mapping).columns
    return {
        column.header: f"{column.attribute}#{column.group}" if column.group else column.attribute
        for column in found
    }


@pytest.mark.parametrize(
    ("headers", "attribute"),
    [
        ("fname firstname FirstName first_name givenname Vorname imię Prénom first", "given_name"),
        ("lname last surname LastName Nachname nazwisko Nom last_name fam lname_c1", "family_name"),
        ("dob BirthDate date_of_birth Geburtsdatum birthdate Geb.-Datum", "birth_date"),
        ("e-mail EmailAddress email_address E-Mail-Adresse courriel mail", "email"),
        ("mobile phone_number Telefon telefon phone1 cell tel. home_phone", "phone"),
        ("zip PLZ postcode zip_code ZipCode PostalCode addr_postal_code", "postal_code"),
        ("suburb city Ort miasto Ville town addr_city", "city"),
        ("Straße ulica street_name street", "street"),
        ("Hausnr. house_number street_number Hausnummer", "house_number"),
        ("maiden maiden_name Geburtsname former_name", "former_name"),
        ("middle_initial middle_name mname", "middle_name"),
        ("soc_sec_id ssn ssn_number", "identifier:ssn"),
        ("customer_id kundennummer CustomerNumber rec_id unique_id", "own_key"),
        ("spouse_first_name dependent_1_ssn parent_name employer_city", "other_person"),
        ("agent_name emergency_contact_phone reference_email", "other_person"),
    ],
)
def test_a_header_is_known_in_many_spellings(headers: str, attribute: str) -> None:
    known = [header for header in headers.split() if header != "fam"]
    assert {header: read_header(header).attribute for header in known} == dict.fromkeys(
        known, attribute
    )


@pytest.mark.parametrize(
    ("header", "attribute"),
    [
        ("Imię i nazwisko", "full_name"),
        ("kod pocztowy", "postal_code"),
        ("data urodzenia", "birth_date"),
        ("Numer PESEL", "identifier:pesel"),
        ("Straße und Hausnummer", "address_line"),
        ("Date of Birth (DOB)", "birth_date"),
        ("Correo electrónico", "email"),
        ("Site name", "organisation"),
        ("primary_name_full", "full_name"),
        ("passport_country", "identifier_country:passport"),
        ("employer_name", "other:employer"),
        ("updated_at", "observed_at"),
        ("phone_type", "label"),
        ("res_city_desc", "city"),
        ("state_cd", "region"),
        ("name_suffix_lbl", "name_suffix"),
        ("guarantor_phone", "other_person"),
        ("midl_name", "middle_name"),
        ("name_sufx_cd", "name_suffix"),
        ("voter_reg_num", "own_key"),
        ("mail_city", "city"),
        ("ssn_last4", "identifier:ssn_last_four"),
        ("last_4_ssn", "identifier:ssn_last_four"),
        ("yr_of_birth", "birth_year"),
        ("Attendee name", "name"),
        ("Apellido materno", "family_name"),
        ("Nom et prénom", "full_name"),
        ("Né(e) le", "birth_date"),
        ("Tussenvoegsel", "family_name"),
        ("Voorletters", "given_name"),
        ("Huisnr.", "house_number"),
        ("Förnamn", "given_name"),
        ("Nome completo", "full_name"),
        ("Cellulare", "phone"),
        ("Vor- und Zuname", "full_name"),
        ("Kod pocztowy i miejscowość", "city"),
    ],
)
def test_a_header_of_several_words_is_read_as_a_whole(header: str, attribute: str) -> None:
    assert read_header(header).attribute == attribute


def test_groups_and_indexes_are_told_from_the_header() -> None:
    assert read_header("mailing_address_street_number").group == "mailing"
    assert read_header("billing_city").group == "billing"
    assert read_header("alias_last_name").group == "alias"
    assert read_header("first_name_2").index == 2
    assert read_header("lname_c2").index == 2
    assert read_header("AddressLine2").index == 2


def test_a_mail_address_is_told_by_its_values() -> None:
    found = attributes({
        "last_name": ["Fizzwick", "Brambleby"],
        "mail_addr1": ["12 Elm St", "PO Box 9"], "mail_city": ["Oakton", "Elmham"],
    })  # fmt: skip
    assert found["mail_addr1"] == "address_line#mailing"
    assert found["mail_city"] == "city#mailing"
    assert attributes({"mail_address": ["z@fizz.example"]}) == {"mail_address": "email"}


def test_a_typical_customer_file_needs_no_mapping() -> None:
    assert attributes(
        {
            "fname": ["Zoltar", "Quilla"],
            "lname": ["Fizzwick", "Brambleby"],
            "dob": ["1980-02-03", "1971-11-30"],
            "e-mail": ["z@fizz.example", "q@bramble.example"],
            "mobile": ["555 867 5309", "555 867 5310"],
            "addr1": ["12 Elm St", "9 Oak Rd"],
            "zip": ["90210", "10001"],
        }
    ) == {
        "fname": "given_name",
        "lname": "family_name",
        "dob": "birth_date",
        "e-mail": "email",
        "mobile": "phone",
        "addr1": "address_line",
        "zip": "postal_code",
    }


def test_german_columns_of_day_month_and_year_are_a_birth_date() -> None:
    found = attributes(
        {
            "Vorname": ["Alrun", "Wigand"],
            "Nachname": ["Fabelhaft", "Schnurz"],
            "geburtstag": [3, 28],
            "geburtsmonat": [2, 11],
            "geburtsjahr": [1980, 1955],
            "PLZ": ["10115", "80331"],
        }
    )
    assert [found[name] for name in ("geburtstag", "geburtsmonat", "geburtsjahr")] == [
        "birth_day",
        "birth_month",
        "birth_year",
    ]


def test_errors_in_a_few_rows_do_not_hide_what_a_column_of_few_values_is() -> None:
    days = [str(day % 28 + 1) for day in range(2000)] + [str(day) for day in range(40, 99)]
    months = [str(day % 12 + 1) for day in range(2000)] + [str(day) for day in range(40, 99)]
    years = [str(1930 + day % 70) for day in range(2059)]
    table = pa.table({"bd": days, "bm": months, "by": years})
    found = {c.header: c.attribute for c in recognise("people", table).columns}
    assert found == {"bd": "birth_day", "bm": "birth_month", "by": "birth_year"}


@pytest.mark.parametrize("headers", ["jour mois annee", "dia mes ano", "giorno mese anno"])
def test_plain_day_month_and_year_are_a_birth_date_in_other_languages(headers: str) -> None:
    day, month, year = headers.split()
    numbers = range(200)
    parts = {
        day: [str(n % 28 + 1) for n in numbers],
        month: [str(n % 12 + 1) for n in numbers],
        year: [str(1940 + n % 60) for n in numbers],
    }
    found = {c.header: c.attribute for c in recognise("people", pa.table(parts)).columns}
    assert found == {day: "birth_day", month: "birth_month", year: "birth_year"}


@pytest.mark.parametrize("family", ["Cognome", "Sobrenome", "Apelido"])
def test_a_name_beside_a_family_name_is_the_given_one(family: str) -> None:
    table = pa.table({"Nome": ["Anna", "Luca"], family: ["Rossi", "Bianchi"]})
    found = {c.header: c.attribute for c in recognise("people", table).columns}
    assert found == {"Nome": "given_name", family: "family_name"}


def test_without_headers_names_dates_and_streets_are_told_by_their_values() -> None:
    given = ["Anna", "Jan", "Maria", "Peter", "Julia", "Thomas", "Xxquz", "Ewa"]
    family = ["Nowak", "Hoffmann", "Bell", "Kowalska", "Schulz", "Okafor", "Lindgren", "Rossi"]
    rows = range(64)
    columns = {
        "c1": [given[n % 8] for n in rows],
        "c2": [given[n % 8] if n % 9 == 0 else None for n in rows],
        "c3": [f"{family[n % 8]}{'aeiou'[n % 5]}" for n in rows],
        "c4": [f"{1930 + n}-0{n % 9 + 1}-1{n % 9}" for n in rows],
        "c5": [f"{n + 1} {family[n % 8]} Street" for n in rows],
        "c6": ["North" if n % 2 else "South" for n in rows],
    }
    found = {c.header: c.attribute for c in recognise("people", pa.table(columns)).columns}
    told = ("given_name", "family_name", "birth_date", "full_address", "other:c6")
    assert tuple(found[name] for name in ("c1", "c3", "c4", "c5", "c6")) == told


def test_a_home_alone_is_not_told_by_its_values() -> None:
    columns = {
        "c1": [f"{n % 40 + 1} Main Street" for n in range(80)],
        "c2": [str(n % 7) for n in range(80)],
    }
    found = {c.header: c.attribute for c in recognise("people", pa.table(columns)).columns}
    assert "address" not in str(found)


def test_short_headers_and_second_components_are_understood() -> None:
    found = attributes(
        {
            "fname_c1": ["ALRUN", "WIGAND"],
            "fname_c2": ["EDDA", None],
            "lname_c1": ["FABEL", "SCHNURZ"],
            "lname_c2": [None, "HAFT"],
            "by": [1980, 1955],
            "bm": [2, 11],
            "bd": [3, 28],
        }
    )
    assert list(found.values()) == [
        "given_name",
        "middle_name",
        "family_name",
        "family_name",
        "birth_year",
        "birth_month",
        "birth_day",
    ]


def test_a_header_its_values_contradict_is_not_believed() -> None:
    rows = 30
    found = attributes(
        {
            "Email Address": [f"{1 + i % 12}/{1 + i % 28}/1{i % 9}" for i in range(rows)],
            "notes 7": [f"someone{i}@fable.example" for i in range(rows)],
        }
    )
    assert found["notes 7"] == "email"
    assert found["Email Address"] != "email"


def test_unknown_headers_are_decided_by_what_their_values_are() -> None:
    names = [
        "Anna Fizzwick",
        "Peter Brambleby",
        "Maria Quux",
        "Thomas Fabel",
        "Karol Wymysł",
        "Eva X",
    ]
    found = attributes(
        {
            "x1": names,
            "x2": [f"19{40 + 9 * i}-0{1 + i}-11" for i in range(6)],
            "x3": [f"(555) 200-10{10 + i}" for i in range(6)],
        }
    )
    assert found == {"x1": "full_name", "x2": "birth_date", "x3": "phone"}


def test_repeating_columns_are_kept_as_they_are_and_the_rest_ignored() -> None:
    rows = 40
    found = attributes(
        {
            "surname": [f"Fabel{i}" for i in range(rows)],
            "tier": ["gold", "silver"] * 20,
            "row_no_x": list(range(rows)),
            "constant": ["yes"] * rows,
            "story": [f"A long story about number {i} and what came of it" for i in range(rows)],
        }
    )
    assert found == {
        "surname": "family_name",
        "tier": "other:tier",
        "row_no_x": None,
        "constant": None,
        "story": None,
    }


def test_a_name_column_of_organisations_is_not_a_person_s() -> None:
    shops = ["Fable Bakery Ltd", "Quux Holdings Inc", "Hotel Brambleby", "Cafe Zoltar", "Fizz GmbH"]
    assert attributes({"name": shops, "city": ["Ulm"] * 5})["name"] == "organisation"
    people = ["Anna Fizzwick", "Peter Brambleby", "Maria Quux", "Thomas Fabel"]
    assert attributes({"name": people, "city": ["Ulm"] * 4})["name"] == "full_name"


def test_an_address_without_a_city_beside_it_is_a_whole_address() -> None:
    assert (
        attributes({"surname": ["Fabel"], "address": ["1 Elm St, Ulm"]})["address"]
        == "full_address"
    )
    beside = attributes({"surname": ["Fabel"], "address": ["1 Elm St"], "city": ["Ulm"]})
    assert beside["address"] == "address_line"


def test_a_mapping_overrides_and_ignores() -> None:
    found = attributes(
        {"a": ["Fizz"], "b": ["1 Elm St"], "phone": ["5551234567"]},
        Mapping({"a": "family_name#alias", "b": "street#mailing", "phone": "ignore"}),
    )
    assert found == {"a": "family_name#alias", "b": "street#mailing", "phone": None}


def test_a_mapping_of_a_column_that_is_not_there_names_it_and_the_nearest() -> None:
    with pytest.raises(MappingError, match="'surnam'") as caught:
        attributes({"surname": ["Fabel"]}, Mapping({"surnam": "family_name"}))
    assert "'surname'" in caught.value.hint


def test_a_mapping_to_an_attribute_that_does_not_exist_suggests_one() -> None:
    with pytest.raises(MappingError, match="'familyname'") as caught:
        attributes({"surname": ["Fabel"]}, Mapping({"surname": "familyname"}))
    assert "'family_name'" in caught.value.hint


def test_nothing_recognised_is_said_only_when_nothing_can_be_used() -> None:
    with pytest.raises(NothingRecognised, match="'crm'"):
        attributes({"x": ["same", "same"], "row": [1, 2]})
    assert attributes({"kind": ["a", "b", "a", "b"]}) == {"kind": "other:kind"}


def test_every_column_is_reported_with_a_reason_and_its_fill_rate() -> None:
    found = recognise("crm", pa.table({"surname": ["Fabel", None], "empty": [None, None]})).columns
    assert [column.fill for column in found] == [0.5, 0.0]
    assert all(column.why for column in found)


def test_a_list_of_children_is_of_the_children() -> None:
    table: dict[str, list[object]] = {
        "Child first name": ["Zoltar", "Quilla"],
        "Child last name": ["Fizzwick", "Fizzwick"],
        "Guardian first name": ["Wanda", "Wanda"],
        "E-mail": ["w@fizz.example", "w@fizz.example"],
    }
    found = attributes(table)
    assert found["Child first name"] == "given_name"
    assert found["Child last name"] == "family_name"
    assert found["Guardian first name"] is None
    own = attributes({"first name": ["Wanda", "Otto"], **table})
    assert own["Child first name"] is None


def test_who_is_called_beside_an_organisation_is_found_by_the_values() -> None:
    given = ("Susan", "David", "Laura", "Peter", "Karen", "Frank", "Helen", "Oscar", "Irene")
    whole: list[object] = [f"{name} Fizz{letter}" for name in given for letter in "abcdefg"]
    firms: list[object] = [f"Bramble {number % 9} Ltd" for number in range(len(whole))]
    assert attributes({"Company": firms, "Visitor": whole})["Visitor"] == "full_name"
    few: list[object] = [f"{given[at % 6]} Fizz" for at in range(len(whole))]
    assert attributes({"Company": firms, "Seller": few})["Seller"] != "full_name"


def test_a_dutch_prefix_comes_before_the_family_name() -> None:
    table = pa.table({
        "Voornaam": ["Zoltar"], "Tussenvoegsel": ["van der"], "Achternaam": ["Fizz"],
    })  # fmt: skip
    recognised = recognise("crm", table)
    found = records("crm", pa.array(["1"]), table, recognised, StandardiseParams())
    assert found.table["names"][0].as_py()[0]["family"] == "van der Fizz"


def test_what_is_not_recognised_is_said_without_a_source_where_there_is_none() -> None:
    with pytest.raises(NothingRecognised, match=r"^No column could be recognised\."):
        recognise("", pa.table({"zork": ["a"]}))
