"""Names alone, of persons and companies; every name is compared with every other."""

from __future__ import annotations

import splink.comparison_library as cl
from splink import block_on

from .plan import Plan, letters

NAME = letters("name")
SORTED = f"list_aggregate(list_sort(string_split({NAME}, ' ')), 'string_agg', ' ')"
PLANS = (
    Plan(
        name="by hand",
        columns={"name": NAME, "words": SORTED},
        blocking=("1=1",),
        comparisons=(
            cl.JaroWinklerAtThresholds("name", [0.95, 0.9, 0.8, 0.7]),
            cl.JaroWinklerAtThresholds("words", [0.95, 0.9, 0.8, 0.7]),
        ),
        certain=(block_on("words"),),
        recall=0.3,
        training=(block_on("substr(words, 1, 3)"), block_on("substr(name, 1, 3)")),
    ),
)
