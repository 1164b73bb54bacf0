"""Child-care sites from nine lists: names and addresses of institutions, and a phone."""

from __future__ import annotations

import splink.comparison_library as cl
from splink import block_on

from .plan import Plan, letters

ADDRESS = letters("Address")
PLANS = (
    Plan(
        name="by hand",
        columns={
            "name": letters("Site name"),
            "address": ADDRESS,
            "house": f"regexp_extract({ADDRESS}, '^[0-9]+')",
            "zip": '"Zip"[1:5]',
            "phone": "nullif(right(regexp_replace(\"Phone\", '[^0-9]', '', 'g'), 7), '')",
        },
        blocking=(
            block_on("name"),
            block_on("phone"),
            block_on("address"),
            block_on("house", "substr(name, 1, 4)"),
            block_on("house", "substr(address, 1, 12)"),
        ),
        comparisons=(
            cl.JaccardAtThresholds("name", [0.9, 0.75, 0.6]).configure(
                term_frequency_adjustments=True
            ),
            cl.JaroWinklerAtThresholds("address", [0.95, 0.9, 0.8]).configure(
                term_frequency_adjustments=True
            ),
            cl.ExactMatch("house"),
            cl.LevenshteinAtThresholds("phone", [1]).configure(term_frequency_adjustments=True),
            cl.ExactMatch("zip"),
        ),
        certain=(block_on("name", "address"), block_on("phone", "address")),
        recall=0.6,
        training=(block_on("phone"), block_on("name"), block_on("address")),
    ),
)
