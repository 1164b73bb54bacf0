"""pseudopeople: one made-up population seen by eight offices, each with its own layout."""

from __future__ import annotations

import splink.comparison_library as cl
from splink import block_on

from .plan import Plan, digits, plain

# The census writes month, day, year with slashes; the social security office YYYYMMDD.
DOB = """strftime(CASE WHEN date_of_birth LIKE '%/%' THEN try_strptime(date_of_birth, '%m/%d/%Y')
  ELSE try_strptime(date_of_birth, '%Y%m%d') END, '%Y-%m-%d')"""
STREET = """nullif(concat_ws(' ', lower(coalesce(street_number, mailing_address_street_number)),
  lower(coalesce(street_name, mailing_address_street_name))), '')"""
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
            "employer": plain("employer_id"),
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
            cl.NameComparison("first_name"),
            cl.NameComparison("last_name"),
            cl.ExactMatch("initial"),
            cl.DateOfBirthComparison("dob", input_is_string=True),
            cl.ExactMatch("sex"),
            cl.LevenshteinAtThresholds("ssn", [1, 2]),
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
            block_on("ssn"),
            block_on("first_name", "last_name"),
            block_on("dob"),
        ),
    ),
)
