"""Patent applicants: names of companies and inventors, a position, co-applicants and classes."""

from __future__ import annotations

import splink.comparison_library as cl
from splink import block_on

from .plan import Plan, letters, plain

PLANS = (
    Plan(
        name="by hand",
        columns={
            "name": letters("name"),
            "place": "lat || ' ' || lng",
            "coauthor": plain("coauthor"),
            "class": plain("class"),
        },
        blocking=(
            block_on("name"),
            block_on("substr(name, 1, 4)"),
            block_on("coauthor"),
            block_on("place", "substr(name, 1, 2)"),
        ),
        comparisons=(
            cl.JaroWinklerAtThresholds("name", [0.95, 0.88, 0.8]).configure(
                term_frequency_adjustments=True
            ),
            cl.ExactMatch("place").configure(term_frequency_adjustments=True),
            cl.JaroWinklerAtThresholds("coauthor", [0.9, 0.7]),
            cl.JaroWinklerAtThresholds("class", [0.9, 0.7]),
        ),
        certain=(block_on("name", "place"),),
        recall=0.3,
        training=(block_on("place", "substr(name, 1, 4)"), block_on("name")),
    ),
)
