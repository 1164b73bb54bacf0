"""Made-up people and their records: repeatable, consistent, and hard in the ways real ones are."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import phonenumbers
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from tellonce.engine import synth
from tellonce.engine.synth import noise
from tellonce.engine.synth.places import phones
from tellonce.engine.synth.records import PHONE_FORMATS, formatted_phones

RESERVED = r"@([^@]+\.)?(example|test|example\.(com|org|net))$"


@pytest.fixture(scope="module")
def people() -> pa.Table:
    return synth.people(4000, seed=1)


@pytest.fixture(scope="module")
def records(people: pa.Table) -> pa.Table:
    return synth.records(people, seed=1)


def test_the_same_seed_makes_the_same_people_and_records(
    people: pa.Table, records: pa.Table
) -> None:
    again = synth.people(4000, seed=1)
    assert again.equals(people)
    assert synth.records(again, seed=1).equals(records)
    assert not synth.people(4000, seed=2).equals(people)


@pytest.mark.parametrize("hash_seed", ["1", "2"])
def test_hash_randomisation_changes_nothing(hash_seed: str) -> None:
    made = (
        "import hashlib; from tellonce.engine import synth; "
        "print(hashlib.sha256(str(synth.rows(300, 5).to_pylist()).encode()).hexdigest())"
    )
    root = Path(synth.__file__).parents[3]
    ran = subprocess.run(
        [sys.executable, "-c", made],
        env={**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        check=True,
    )
    here = hashlib.sha256(str(synth.rows(300, 5).to_pylist()).encode()).hexdigest()
    assert ran.stdout.strip() == here


def test_people_at_one_home_share_the_address_and_the_landline(people: pa.Table) -> None:
    homes = people.group_by("household").aggregate(
        [("street", "count_distinct"), ("number", "count_distinct"), ("landline", "count_distinct")]
    )
    for column in homes.column_names[1:]:
        assert pc.max(homes[column]).as_py() == 1
    assert homes.num_rows < people.num_rows * 0.6


def test_a_mobile_and_an_email_belong_to_one_person(people: pa.Table) -> None:
    assert pc.count_distinct(people["mobile"]).as_py() == people.num_rows
    both = pa.concat_arrays(
        [people["email"].combine_chunks(), people["other_email"].combine_chunks().drop_null()]
    )
    assert pc.count_distinct(both).as_py() == len(both)


def test_every_email_is_at_a_domain_reserved_for_examples(people: pa.Table) -> None:
    for column in ("email", "other_email", "household_email", "organisation_email"):
        told = people[column].drop_null()
        assert len(told) > 0
        assert pc.all(pc.match_substring_regex(told, RESERVED)).as_py()


def test_every_phone_is_a_valid_number() -> None:
    codes = np.tile(np.arange(4), 300)
    for number in phones(np.random.default_rng(1), codes).to_pylist():
        assert phonenumbers.is_valid_number(phonenumbers.parse(number)), number


def test_phone_formats_say_the_same_number() -> None:
    regions = ["PL", "DE", "US", "GB"]
    numbers = phones(np.random.default_rng(2), np.tile(np.arange(4), 50))
    for style in PHONE_FORMATS:
        written = formatted_phones(numbers, style).to_pylist()
        for row, (text, number) in enumerate(zip(written, numbers.to_pylist(), strict=True)):
            region = "PL" if style == "zeros" else regions[row % 4]  # Americans dial 011
            parsed = phonenumbers.parse(text, region)
            e164 = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
            assert e164 == number, (style, text)


def test_there_are_fathers_and_sons_of_one_name_and_twins(people: pa.Table) -> None:
    named = people.select(["household", "given_name", "family_name"])
    alike = named.group_by(["household", "given_name", "family_name"]).aggregate(
        [([], "count_all")]
    )
    born = people.group_by(["household", "birth_date"]).aggregate([([], "count_all")])
    assert pc.max(alike["count_all"]).as_py() == 2
    assert pc.max(born["count_all"]).as_py() == 2


def test_polish_women_have_feminine_family_names(people: pa.Table) -> None:
    women = people.filter((pc.field("gender") == "female") & (pc.field("language") == "pl"))
    men = people.filter((pc.field("gender") == "male") & (pc.field("language") == "pl"))
    assert not pc.any(pc.match_substring_regex(women["family_name"], "(s|c)ki$")).as_py()
    assert pc.any(pc.match_substring_regex(women["family_name"], "(s|c)ka$")).as_py()
    assert pc.any(pc.match_substring_regex(men["family_name"], "(s|c)ki$")).as_py()


def test_a_change_of_name_home_or_income_has_a_day_and_a_value_before(people: pa.Table) -> None:
    for changed_at, before in (
        ("name_changed_at", "former_family_name"),
        ("moved_at", "former_street"),
        ("income_changed_at", "former_income_band"),
        ("mobile_changed_at", "former_mobile"),
    ):
        dated = pc.is_valid(people[changed_at])
        assert dated.equals(pc.is_valid(people[before]))
        assert 0.01 < pc.mean(pc.cast(dated, pa.int8())).as_py() < 0.5
        assert pc.max(people[changed_at]).as_py() <= synth.TODAY


def test_a_record_says_what_was_true_on_its_day(people: pa.Table) -> None:
    exact = synth.Style(
        "exact",
        1.0,
        mistyped=0,
        nickname=0,
        swapped=0,
        stopgap=0,
        shared=0,
        at_work=0,
        other_email=0,
    )
    made = synth.records(people, [exact], seed=3).join(people, "person", right_suffix="_now")
    former = pc.less(made["observed_at"], made["mobile_changed_at"])
    assert made.filter(former)["phone"].equals(made.filter(former)["former_mobile"])
    current = pc.invert(pc.fill_null(former, False))
    assert made.filter(current)["phone"].equals(made.filter(current)["mobile"])


def test_neither_ids_nor_the_order_of_rows_tell_who_is_who(records: pa.Table) -> None:
    for source in ("crm", "shop"):
        of_source = records.filter(pc.field("source") == source)
        assert pc.count_distinct(of_source["record_id"]).as_py() == of_source.num_rows
        number = pc.cast(pc.utf8_slice_codeunits(of_source["record_id"], 2), pa.int64())
        person = of_source["person"].to_numpy()
        assert abs(np.corrcoef(number.to_numpy(), person)[0, 1]) < 0.1
        assert abs(np.corrcoef(np.arange(len(person)), person)[0, 1]) < 0.1


def test_records_have_the_troubles_of_real_ones(people: pa.Table, records: pa.Table) -> None:
    shared = records.group_by("phone").aggregate([("person", "count_distinct")])
    assert pc.max(shared["person_count_distinct"]).as_py() > 2
    assert pc.any(pc.match_substring(records["email"], "none@none.com")).as_py()
    assert pc.any(pc.starts_with(records["email"], "info@")).as_py()
    given = records.join(people, "person", right_suffix="_true")
    same = pc.equal(pc.utf8_upper(given["given_name"]), pc.utf8_upper(given["given_name_true"]))
    assert 0.5 < pc.mean(pc.cast(same, pa.int8())).as_py() < 0.95
    assert records["birth_date"].null_count > 0
    assert records["middle_name"].null_count < records.num_rows


def test_rows_are_exactly_as_many_as_asked_for() -> None:
    for count in (0, 1, 7, 1000):
        assert synth.rows(count).num_rows == count
    told = synth.truth(synth.rows(1000))
    assert told["records"] == 1000
    assert 300 < told["people"] < 700
    assert told["pairs"] > 300


def test_no_people_have_no_records() -> None:
    nobody = synth.people(0, seed=1)
    assert nobody.schema.equals(synth.people(5, seed=1).schema)
    assert synth.records(nobody).num_rows == 0


@pytest.mark.parametrize("kind", [0.1, 0.3, 0.5, 0.7, 0.8, 0.95])
def test_a_slip_keeps_the_first_letter_and_changes_the_rest(kind: float) -> None:
    for name in ("Brzozowska", "Michael", "Schreiber"):
        slipped = noise.slip(name, kind, where=0.4, what=0.5)
        assert slipped != name
        assert slipped[0] == name[0]
        assert abs(len(slipped) - len(name)) <= 1
    assert noise.slip("Al", kind, 0.4, 0.5) == "Al"
