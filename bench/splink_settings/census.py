"""A small census sample: names spelt differently on almost every true pair."""

from __future__ import annotations

from dataclasses import replace

import splink.comparison_library as cl
from splink import block_on

from .plan import Plan, plain

COLUMNS = {
    name: plain(name)
    for name in ("last_name", "first_name", "middle_initial", "house_number", "street")
}
BLOCKING = (
    block_on("house_number"),
    block_on("street", "substr(last_name, 1, 1)"),
    block_on("street", "substr(first_name, 1, 1)"),
    block_on("last_name"),
    block_on("substr(last_name, 1, 3)", "substr(first_name, 1, 1)"),
    block_on("first_name"),
)
COMPARISONS = (
    cl.JaroWinklerAtThresholds("last_name", [0.92, 0.84, 0.75]),
    cl.JaroWinklerAtThresholds("first_name", [0.92, 0.84, 0.75]),
    cl.ExactMatch("middle_initial"),
    cl.LevenshteinAtThresholds("house_number", [1]),
    cl.JaroWinklerAtThresholds("street", [0.88]),
)
CERTAIN = (block_on("last_name", "first_name"), block_on("first_name", "house_number"))
TRAINED = Plan(
    name="by hand",
    columns=COLUMNS,
    blocking=BLOCKING,
    comparisons=COMPARISONS,
    certain=CERTAIN,
    recall=0.3,
    training=(
        block_on("house_number", "street"),
        block_on("last_name"),
        block_on("first_name"),
    ),
)
# On so few rows a training rule can lead astray; which of them do is seen with the labels.
ONE_HOUSE = replace(
    TRAINED, name="trained within one house", training=(block_on("house_number", "street"),)
)
UNTRAINED = replace(TRAINED, name="Splink's default m", training=())
PLANS = (TRAINED, ONE_HOUSE, UNTRAINED)
