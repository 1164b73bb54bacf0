"""Splink's own made-up people (fake_1000 and its larger kin), with the settings of its demos."""

from __future__ import annotations

import splink.comparison_library as cl
from splink import block_on

from .plan import Plan

COLUMNS = {
    "first_name": "first_name",
    "surname": "surname",
    "dob": "try_cast(dob AS DATE)",
    "city": "city",
    "email": "email",
}
ONE_OFF = "levenshtein(r.dob::VARCHAR, l.dob::VARCHAR) <= 1"
CERTAIN = (
    f"l.first_name = r.first_name and {ONE_OFF}",
    f"l.surname = r.surname and {ONE_OFF}",
    "l.first_name = r.first_name and levenshtein(r.surname, l.surname) <= 2",
    "l.email = r.email",
)
TRAINING = (block_on("dob"), block_on("email"), block_on("first_name", "surname"))
PUBLISHED = Plan(
    name="demo of accuracy from labels",
    columns=COLUMNS,
    blocking=tuple(block_on(column) for column in ("first_name", "surname", "dob", "email")),
    comparisons=(
        cl.ForenameSurnameComparison("first_name", "surname"),
        cl.DateOfBirthComparison("dob", input_is_string=False),
        cl.ExactMatch("city").configure(term_frequency_adjustments=True),
        cl.EmailComparison("email"),
    ),
    certain=CERTAIN,
    training=TRAINING,
)
BY_HAND = Plan(
    name="names apart, more rules",
    columns=COLUMNS,
    blocking=(
        *PUBLISHED.blocking,
        "l.first_name = r.surname and l.surname = r.first_name",
        block_on("substr(email, 1, 6)"),
    ),
    comparisons=(
        cl.NameComparison("first_name"),
        cl.NameComparison("surname"),
        cl.DateOfBirthComparison("dob", input_is_string=False),
        cl.LevenshteinAtThresholds("city", [1, 2]).configure(term_frequency_adjustments=True),
        cl.EmailComparison("email"),
    ),
    certain=CERTAIN,
    training=TRAINING,
)
SPELLING = Plan(
    name="spelling and rarity",
    columns={**COLUMNS, "dob": "dob"},
    blocking=BY_HAND.blocking,
    comparisons=(
        cl.NameComparison("first_name").configure(term_frequency_adjustments=True),
        cl.NameComparison("surname").configure(term_frequency_adjustments=True),
        cl.DamerauLevenshteinAtThresholds("dob", [1, 2]),
        cl.LevenshteinAtThresholds("city", [1, 2]).configure(term_frequency_adjustments=True),
        cl.LevenshteinAtThresholds("email", [2, 4]).configure(term_frequency_adjustments=True),
    ),
    certain=CERTAIN,
    training=TRAINING,
)
PLANS = (PUBLISHED, BY_HAND, SPELLING)
