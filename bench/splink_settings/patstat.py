"""Patent applicants: names of companies and inventors, and where they are."""

from __future__ import annotations

from dataclasses import replace

import splink.comparison_library as cl
from splink import block_on

from .plan import Plan, letters

NAME = letters("name")
TRAINED = Plan(
    name="by hand",
    columns={"name": NAME, "first_word": f"{NAME}[1:6]", "position": "lat || ' ' || lng"},
    blocking=(block_on("name"), block_on("first_word"), block_on("position", "substr(name, 1, 2)")),
    comparisons=(
        cl.JaroWinklerAtThresholds("name", [0.95, 0.88, 0.8]).configure(
            term_frequency_adjustments=True
        ),
        cl.ExactMatch("position").configure(term_frequency_adjustments=True),
    ),
    certain=(block_on("name", "position"),),
    recall=0.3,
    training=(block_on("position"), block_on("first_word")),
)
PLANS = (TRAINED, replace(TRAINED, name="Splink's default m", training=()))
