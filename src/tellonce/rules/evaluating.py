"""Rules applied to rows: the same meaning for a million rows and for one.

Every check judges one value (with what stands beside it), in plain Python, once per distinct value;
columnar kernels only tell beforehand which values surely pass, and a few rows (`few.py`) go without
columns at all. So what a rule says of a row depends
on that row alone, whatever stands around it, but for rules of scope "set".
"""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

from tellonce.rules.few import FEW, evaluate_few
from tellonce.rules.judging import Judged, judged
from tellonce.rules.table import Rows
from tellonce.rules.types import (
    FAILURES,
    NOTHING,
    Counts,
    Evaluation,
    Facts,
    NotEvaluated,
    Rule,
    RuleSet,
)


@dataclass
class _Found:
    """What is gathered while the rules run."""

    failures: list[pa.Table]
    silent: list[NotEvaluated]
    counts: dict[str, Counts]


def evaluate(rules: RuleSet, rows: pa.Table, facts: Facts = NOTHING) -> Evaluation:
    """What the rules say of `rows`, a table of text columns by header (others are read as text).

    Rules of scope "customer" are never evaluated here. Nothing of a row is changed but what a rule
    that corrects put right; such rules run first, in their order, all others judge what came of
    it. Raises nothing for what stands in the rows.
    """
    if rows.num_rows <= FEW:
        return evaluate_few(rules, rows, facts)
    found = _Found([], [], {})
    table = Rows(rows, facts)
    for place, rule in rules.in_order:
        done = judged(rule, table)
        if isinstance(done, NotEvaluated):
            found.silent.append(done)
            continue
        found.counts[rule.id] = done.counts
        if done.failures and len(done.failures[0]):
            found.failures.append(_failures(place, rule, done))
        table = done.rows
    corrected = table.table if table.changed else rows
    return Evaluation(
        _sorted(found.failures), tuple(found.silent), found.counts, corrected, rules.fingerprint
    )


def _failures(place: int, rule: Rule, done: Judged) -> pa.Table:
    count = len(done.failures[0])
    row, *further = done.failures
    columns = [row, pa.array([rule.id] * count, pa.string()), *further]
    columns.append(pa.array([place] * count, pa.int32()))
    return pa.table(columns, schema=_PLACED)


_PLACED = FAILURES.append(pa.field("place", pa.int32()))


def _sorted(tables: list[pa.Table]) -> pa.Table:
    if not tables:
        return FAILURES.empty_table()
    table = pa.concat_tables(tables)
    if len(tables) > 1:
        table = table.sort_by([("row", "ascending"), ("place", "ascending")])
    return table.drop_columns("place").combine_chunks()
