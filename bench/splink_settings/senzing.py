"""Customers, reference data and a watch list of persons and organisations, hard by intent."""

from __future__ import annotations

from dataclasses import replace

import splink.comparison_library as cl
from splink import block_on

from .plan import Plan, digits, letters, plain

# One name of either kind: what is compared is a person's or an organisation's.
NAME = f"""coalesce(nullif(concat_ws(' ', {letters("primary_name_first")},
  {letters("primary_name_last")}), ''), {letters("primary_name_full")},
  {letters("primary_name_org")})"""
DOB = """strftime(coalesce(try_strptime(date_of_birth, '%m/%d/%Y'),
  try_strptime(date_of_birth, '%m/%d/%y'), try_strptime(date_of_birth, '%Y-%m-%d')), '%Y-%m-%d')"""
TRAINED = Plan(
    name="by hand",
    columns={
        "name": NAME,
        "last": f"regexp_extract({NAME}, '[a-z0-9]+$')",
        "dob": DOB,
        "email": plain("email_address"),
        "phone": f"right({digits('phone_number')}, 7)",
        "address": f"coalesce({letters('addr_line1')}, {letters('addr_full')})",
        "city": plain("addr_city"),
        "zip": "addr_postal_code[1:5]",
        "passport": plain("passport_number"),
        "license": plain("drivers_license_number"),
        "ssn": f"right({digits('ssn_number')}, 4)",
    },
    blocking=(
        block_on("last"),
        block_on("substr(name, 1, 4)"),
        block_on("dob"),
        block_on("email"),
        block_on("phone"),
        block_on("address"),
        block_on("passport"),
        block_on("license"),
        block_on("ssn"),
    ),
    comparisons=(
        cl.JaroWinklerAtThresholds("name", [0.92, 0.8, 0.7]).configure(
            term_frequency_adjustments=True
        ),
        cl.DateOfBirthComparison("dob", input_is_string=True),
        cl.EmailComparison("email"),
        cl.LevenshteinAtThresholds("phone", [1]),
        cl.JaroWinklerAtThresholds("address", [0.9, 0.8]),
        cl.ExactMatch("passport"),
        cl.ExactMatch("license"),
        cl.ExactMatch("ssn"),
        cl.ExactMatch("zip"),
    ),
    certain=(block_on("name", "dob"), block_on("name", "email"), block_on("name", "address")),
    recall=0.5,
    training=(block_on("name"), block_on("dob"), block_on("address"), block_on("email")),
)
# 159 rows are few to train on: most rules find no match, or nothing else.
PLANS = (
    TRAINED,
    replace(TRAINED, name="trained within equal names", training=(block_on("name"),)),
    replace(TRAINED, name="Splink's default m", training=()),
)
