"""North Carolina voters over five parties: given name, surname, suburb and postal code only."""

from __future__ import annotations

import splink.comparison_library as cl
from splink import block_on

from .plan import Plan, plain

PLANS = (
    Plan(
        name="by hand",
        columns={
            name: plain(name) for name in ("givenname", "surname", "suburb", "postcode", "source")
        },
        blocking=(
            block_on("givenname", "surname"),
            block_on("surname", "postcode"),
            block_on("givenname", "postcode"),
            block_on("surname", "suburb"),
            block_on("givenname", "suburb"),
            block_on("substr(givenname, 1, 3)", "substr(surname, 1, 3)"),
            block_on("postcode", "substr(surname, 1, 2)"),
        ),
        comparisons=(
            cl.NameComparison("givenname"),
            cl.NameComparison("surname"),
            cl.JaroWinklerAtThresholds("suburb", [0.92, 0.8]).configure(
                term_frequency_adjustments=True
            ),
            cl.DamerauLevenshteinAtThresholds("postcode", [1, 2]).configure(
                term_frequency_adjustments=True
            ),
        ),
        certain=(
            block_on("givenname", "surname", "postcode"),
            block_on("givenname", "surname", "suburb"),
        ),
        training=(block_on("givenname", "surname"), block_on("postcode", "suburb")),
    ),
)
