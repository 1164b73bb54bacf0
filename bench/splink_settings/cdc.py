"""A made-up patient index and test records made from it, some matches and some look-alikes."""

from __future__ import annotations

import splink.comparison_library as cl
from splink import block_on

from .plan import Plan, digits, letters, plain

DOB = """strftime(coalesce(try_strptime(birthdate, '%Y-%m-%d'), try_strptime(birthdate, '%m/%d/%Y'),
  try_strptime(birthdate, '%m/%d/%y')), '%Y-%m-%d')"""
PLANS = (
    Plan(
        name="by hand",
        columns={
            "first_name": letters("first"),
            "last_name": letters("last"),
            "dob": DOB,
            "suffix": plain("suffix"),
            "gender": plain("gender"),
            "address": letters("address"),
            "city": plain("city"),
            "state": plain("state"),
            "zip": '"zip"[1:5]',
            "ssn": digits("ssn"),
            "race": plain("race"),
        },
        blocking=(
            block_on("ssn"),
            block_on("first_name", "last_name"),
            block_on("dob"),
            block_on("address"),
            block_on("last_name", "zip"),
            block_on("first_name", "zip"),
        ),
        comparisons=(
            cl.NameComparison("first_name"),
            cl.NameComparison("last_name"),
            cl.DateOfBirthComparison("dob", input_is_string=True),
            cl.LevenshteinAtThresholds("ssn", [1, 2]),
            cl.JaroWinklerAtThresholds("address", [0.92, 0.8]),
            cl.LevenshteinAtThresholds("zip", [1]),
            cl.JaroWinklerAtThresholds("city", [0.9]),
            cl.ExactMatch("gender"),
            cl.ExactMatch("suffix"),
        ),
        certain=(block_on("ssn"), block_on("first_name", "last_name", "dob")),
        training=(block_on("ssn"), block_on("first_name", "last_name"), block_on("dob")),
    ),
)
