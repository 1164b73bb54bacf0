"""Rules applied to rows: the same meaning for a million rows and for one.

Every check judges one value (with what stands beside it), in plain Python, once per distinct value;
columnar kernels only tell beforehand which values surely pass. So what a rule says of a row depends
on that row alone, whatever stands around it, but for rules of scope "set".
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pyarrow as pa

from tellonce.rules.judging import Judged, judged
from tellonce.rules.table import rows_of
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
    found = _Found([], [], {})
    table = rows_of(rows, facts)
    for place, rule in _in_order(rules):
        done = judged(rule, table)
        if isinstance(done, NotEvaluated):
            found.silent.append(done)
            continue
        found.counts[rule.id] = done.counts
        found.failures.append(_failures(place, rule, done))
        table = done.rows
    corrected = table.table if table.changed else rows
    return Evaluation(
        _sorted(found.failures), tuple(found.silent), found.counts, corrected, rules.fingerprint
    )


def _in_order(rules: RuleSet) -> Iterator[tuple[int, Rule]]:
    numbered = list(enumerate(rules.rules))
    yield from (one for one in numbered if one[1].on_fail == "correct")
    yield from (one for one in numbered if one[1].on_fail != "correct")


def _failures(place: int, rule: Rule, done: Judged) -> pa.Table:
    count = len(done.rows_failed)
    columns = {
        "row": done.rows_failed,
        "rule": pa.array([rule.id] * count, pa.string()),
        "field": done.fields,
        "value": done.values,
        "reason": done.reasons,
        "on_fail": done.outcomes,
        "corrected": done.corrected,
        "place": pa.array([place] * count, pa.int32()),
    }
    return pa.table(columns, schema=FAILURES.append(pa.field("place", pa.int32())))


def _sorted(tables: list[pa.Table]) -> pa.Table:
    filled = [table for table in tables if table.num_rows]
    if not filled:
        return FAILURES.empty_table()
    table = pa.concat_tables(filled)
    if len(filled) > 1:
        table = table.sort_by([("row", "ascending"), ("place", "ascending")])
    return table.drop_columns("place").combine_chunks()
