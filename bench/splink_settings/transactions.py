"""Bank transfers as the payer's and the payee's bank saw them, with the settings of Splink's demo.

The demo's rule that pairs equal published ids is left out: an id says nothing here.
"""

from __future__ import annotations

import splink.comparison_level_library as cll
import splink.comparison_library as cl
from splink import block_on

from .plan import Plan

BETWEEN = "l.source <> r.source"
SIMILAR = (
    "substr(l.memo, 1, 3) = substr(r.memo, 1, 3) and l.amount / r.amount > 0.7 "
    "and l.amount / r.amount < 1.3"
)
WEEK = "yearweek(r.transaction_date) = yearweek(l.transaction_date"
LATER = "transaction_date_r - transaction_date_l <= {} and transaction_date_r >= transaction_date_l"
AMOUNT = cl.CustomComparison(
    output_column_name="amount",
    comparison_levels=[
        cll.NullLevel("amount"),
        cll.ExactMatchLevel("amount"),
        *(cll.PercentageDifferenceLevel("amount", share) for share in (0.01, 0.03, 0.1, 0.3)),
        cll.ElseLevel(),
    ],
)
DATE = cl.CustomComparison(
    output_column_name="transaction_date",
    comparison_levels=[
        cll.NullLevel("transaction_date"),
        *(
            {"sql_condition": LATER.format(days), "label_for_charts": f"{days} days"}
            for days in (1, 4, 10, 30)
        ),
        cll.ElseLevel(),
    ],
)
PLANS = (
    Plan(
        name="demo of transactions",
        columns={
            "source": "source",
            "memo": "memo",
            "transaction_date": "try_cast(transaction_date AS DATE)",
            "amount": "amount::DOUBLE",
        },
        blocking=(
            f"strftime(l.transaction_date, '%Y%m') = strftime(r.transaction_date, '%Y%m') "
            f"and {SIMILAR} and {BETWEEN}",
            f"strftime(l.transaction_date + 15, '%Y%m') = strftime(r.transaction_date, '%Y%m') "
            f"and {SIMILAR} and {BETWEEN}",
            f"substr(l.memo, 1, 9) = substr(r.memo, 1, 9) and {BETWEEN}",
            f"round(l.amount / 2, 0) * 2 = round(r.amount / 2, 0) * 2 and {WEEK}) and {BETWEEN}",
            f"round(l.amount / 2, 0) * 2 = round((r.amount + 1) / 2, 0) * 2 and {WEEK} + 4) "
            f"and {BETWEEN}",
        ),
        comparisons=(AMOUNT, cl.LevenshteinAtThresholds("memo", [2, 6, 10]), DATE),
        prior=1 / 90651,
        training=(block_on("memo"), block_on("amount")),
        first="origin",
    ),
)
