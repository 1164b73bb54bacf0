"""Italian households of two survey waves: categories only, no names; truth with errors."""

from __future__ import annotations

from dataclasses import replace

import splink.comparison_level_library as cll
import splink.comparison_library as cl
from splink import block_on

from .plan import Plan, plain

CATEGORIES = (
    "parent",
    "sex",
    "nascreg",
    "cit",
    "acom4c",
    "studio",
    "q",
    "qual",
    "sett",
    "ireg",
)
BETWEEN = "l.source <> r.source"
TRAINED = Plan(
    name="by hand",
    columns={**{name: plain(name) for name in (*CATEGORIES, "source")}, "anasc": "anasc::INT"},
    blocking=(
        f"l.anasc = r.anasc and l.ireg = r.ireg and l.sex = r.sex and {BETWEEN}",
        f"l.anasc = r.anasc and l.ireg = r.ireg and l.studio = r.studio and {BETWEEN}",
        f"l.ireg = r.ireg and l.sex = r.sex and l.nascreg = r.nascreg and l.acom4c = r.acom4c "
        f"and l.parent = r.parent and l.studio = r.studio and {BETWEEN}",
    ),
    comparisons=(
        cl.CustomComparison(
            output_column_name="anasc",
            comparison_levels=[
                cll.NullLevel("anasc"),
                cll.ExactMatchLevel("anasc"),
                {"sql_condition": "abs(anasc_l - anasc_r) <= 1", "label_for_charts": "1 year"},
                cll.ElseLevel(),
            ],
        ),
        *(
            cl.ExactMatch(name).configure(term_frequency_adjustments=name == "nascreg")
            for name in CATEGORIES
        ),
    ),
    prior=7453 / (13702 * 13733),
    training=(block_on("anasc", "ireg"), block_on("sex", "studio", "nascreg", "acom4c", "q")),
)
PLANS = (
    TRAINED,
    replace(
        TRAINED,
        name="trained within one birth year, region and sex",
        training=(block_on("anasc", "ireg", "sex"),),
    ),
    replace(TRAINED, name="Splink's default m", training=()),
)
