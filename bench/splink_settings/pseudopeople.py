"""pseudopeople: one made-up population seen by eight offices, each with its own layout."""

from __future__ import annotations

import splink.comparison_level_library as cll
import splink.comparison_library as cl
from splink import block_on

from .plan import Plan, digits, plain

# The census writes month, day, year with slashes; the social security office YYYYMMDD.
DOB = """strftime(CASE WHEN date_of_birth LIKE '%/%' THEN try_strptime(date_of_birth, '%m/%d/%Y')
  ELSE try_strptime(date_of_birth, '%Y%m%d') END, '%Y-%m-%d')"""
STREET = """nullif(concat_ws(' ', lower(coalesce(street_number, mailing_address_street_number)),
  lower(coalesce(street_name, mailing_address_street_name))), '')"""
YEARS = "abs(birth_year_l::INT - birth_year_r::INT) <= 1"
# Where one office knows the birth date and the other the age, the years are compared.
BIRTH = cl.CustomComparison(
    output_column_name="dob",
    comparison_levels=[
        {
            "sql_condition": "birth_year_l IS NULL OR birth_year_r IS NULL",
            "label_for_charts": "no birth date and no age",
            "is_null_level": True,
        },
        cll.ExactMatchLevel("dob"),
        {"sql_condition": "damerau_levenshtein(dob_l, dob_r) <= 1", "label_for_charts": "1 off"},
        {
            "sql_condition": f"(dob_l IS NULL OR dob_r IS NULL) AND {YEARS}",
            "label_for_charts": "same year",
        },
        {"sql_condition": "damerau_levenshtein(dob_l, dob_r) <= 2", "label_for_charts": "2 off"},
        cll.ElseLevel(),
    ],
)
# A number is also lent within the family: it counts fully where the first names are alike.
ALIKE = "jaro_winkler_similarity(first_name_l, first_name_r) >= 0.7"
NUMBER = cl.CustomComparison(
    output_column_name="ssn",
    comparison_levels=[
        cll.NullLevel("ssn"),
        {"sql_condition": f"ssn_l = ssn_r AND {ALIKE}", "label_for_charts": "same, names alike"},
        {"sql_condition": "ssn_l = ssn_r", "label_for_charts": "same"},
        {"sql_condition": "levenshtein(ssn_l, ssn_r) <= 1", "label_for_charts": "1 off"},
        cll.ElseLevel(),
    ],
)
PLANS = (
    Plan(
        name="by hand",
        columns={
            "first_name": plain("first_name"),
            "last_name": plain("last_name"),
            "initial": "lower(coalesce(middle_initial, middle_name[1:1]))",
            "dob": DOB,
            "birth_year": f"coalesce({DOB}[1:4], (CASE WHEN regexp_matches(year, '^[0-9]+$') AND "
            "regexp_matches(age, '^[0-9]+$') THEN (year::INT - age::INT)::VARCHAR END))",
            "sex": plain("sex"),
            "ssn": digits("ssn"),
            "address": STREET,
            "zip": "lower(coalesce(zipcode, mailing_address_zipcode))",
        },
        blocking=(
            block_on("ssn"),
            block_on("first_name", "last_name"),
            block_on("dob", "first_name"),
            block_on("dob", "last_name"),
            block_on("address", "first_name"),
            block_on("address", "last_name"),
            block_on("zip", "first_name", "initial"),
        ),
        comparisons=(
            cl.JaroWinklerAtThresholds("first_name", [0.92, 0.8]).configure(
                term_frequency_adjustments=True
            ),
            cl.JaroWinklerAtThresholds("last_name", [0.92, 0.8]).configure(
                term_frequency_adjustments=True
            ),
            cl.ExactMatch("initial"),
            BIRTH,
            cl.ExactMatch("sex"),
            NUMBER,
            cl.JaroWinklerAtThresholds("address", [0.95, 0.88]).configure(
                term_frequency_adjustments=True
            ),
            cl.LevenshteinAtThresholds("zip", [1]),
        ),
        certain=(
            block_on("ssn", "first_name"),
            block_on("first_name", "last_name", "dob"),
            block_on("first_name", "last_name", "address"),
        ),
        training=(
            block_on("dob", "last_name"),
            block_on("first_name", "last_name"),
            block_on("address", "first_name"),
        ),
    ),
)
