"""FEBRL: made-up Australians with typing errors. First the settings of Splink's own febrl3 demo."""

from __future__ import annotations

import splink.comparison_library as cl
from splink import block_on

from .plan import Plan, plain

COLUMNS = {
    name: plain(name)
    for name in (
        "given_name",
        "surname",
        "street_number",
        "address_1",
        "address_2",
        "suburb",
        "state",
        "postcode",
        "date_of_birth",
        "soc_sec_id",
    )
}
NAMES_SWAPPED = (
    "l.given_name = r.surname and l.surname = r.given_name and l.date_of_birth = r.date_of_birth"
)
CERTAIN = (
    block_on("soc_sec_id"),
    block_on("given_name", "surname", "date_of_birth"),
    NAMES_SWAPPED,
)
PUBLISHED = Plan(
    name="febrl3 demo",
    columns=COLUMNS,
    blocking=tuple(
        block_on(column)
        for column in ("soc_sec_id", "given_name", "surname", "date_of_birth", "postcode")
    ),
    comparisons=(
        cl.NameComparison("given_name"),
        cl.NameComparison("surname"),
        cl.DateOfBirthComparison("date_of_birth", input_is_string=True, datetime_format="%Y%m%d"),
        cl.DamerauLevenshteinAtThresholds("soc_sec_id", [2]),
        cl.ExactMatch("street_number").configure(term_frequency_adjustments=True),
        cl.ExactMatch("postcode").configure(term_frequency_adjustments=True),
    ),
    certain=CERTAIN,
    recall=0.9,
    training=(block_on("date_of_birth"), block_on("postcode")),
)
BY_HAND = Plan(
    name="all columns",
    columns=COLUMNS,
    blocking=(
        *PUBLISHED.blocking,
        block_on("address_1"),
        block_on("suburb"),
        block_on("substr(soc_sec_id, 1, 4)"),
        block_on("substr(date_of_birth, 1, 6)"),
    ),
    comparisons=(
        cl.ForenameSurnameComparison("given_name", "surname"),
        cl.DamerauLevenshteinAtThresholds("date_of_birth", [1, 2]),
        cl.DamerauLevenshteinAtThresholds("soc_sec_id", [1, 2]),
        cl.DamerauLevenshteinAtThresholds("street_number", [1]),
        cl.JaroWinklerAtThresholds("address_1", [0.92, 0.8]).configure(
            term_frequency_adjustments=True
        ),
        cl.JaroWinklerAtThresholds("address_2", [0.92]).configure(term_frequency_adjustments=True),
        cl.JaroWinklerAtThresholds("suburb", [0.92]).configure(term_frequency_adjustments=True),
        cl.ExactMatch("state"),
        cl.DamerauLevenshteinAtThresholds("postcode", [1]),
    ),
    certain=CERTAIN,
    recall=0.9,
    training=(block_on("soc_sec_id"), block_on("date_of_birth")),
)
PLANS = (PUBLISHED, BY_HAND)
