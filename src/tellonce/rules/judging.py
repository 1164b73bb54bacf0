"""One rule applied to rows: which fail, why, and what a correction puts in their place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tellonce.engine.standardise.places import country_code
from tellonce.rules.checks.presence import Required
from tellonce.rules.table import Coded, Mask, Rows
from tellonce.rules.types import Cell, Check, Condition, Counts, NotEvaluated, Rule


@dataclass(frozen=True)
class Judged:
    """What one rule says of rows: the columns of FAILURES, counts, and the rows after it."""

    rows: Rows
    counts: Counts
    rows_failed: pa.Array
    fields: pa.Array
    values: pa.Array
    reasons: pa.Array
    outcomes: pa.Array
    corrected: pa.Array


@dataclass(frozen=True)
class Column:
    """What a rule says of one column: by row whether it fails and whether it is empty, and the
    reason of each code.
    """

    cell: Cell
    coded: Coded
    reasons: list[str | None]
    failed: Mask
    empty: Mask


def judged(rule: Rule, rows: Rows) -> Judged | NotEvaluated:
    """What a rule says of rows, or why it could not run."""
    why = _obstacle(rule, rows)
    if why:
        return NotEvaluated(rule.id, why)
    about = _about(rule.when, rows)
    columns = [_column(rule, cell, rows, about) for cell in rows.cells_of(rule.field)]
    return _gathered(rule, rows, about, columns)


def _obstacle(rule: Rule, rows: Rows) -> str:
    """Why a rule cannot be judged on these rows, "" where it can."""
    if rule.scope == "customer":
        return "it compares records of one customer, which rows of one source do not tell"
    asked = [rule.field, *rule.check.beside(), *(one.field for one in rule.when)]
    missing = [name for name in asked if not rows.cells_of(name)]
    if missing:
        return f"the rows have no field {missing[0]}"
    return rule.check.lacking(rows.facts)


def _about(when: tuple[Condition, ...], rows: Rows) -> Mask:
    """Which rows the conditions hold for."""
    about = np.ones(rows.table.num_rows, np.bool_)
    for condition in when:
        held = np.zeros(rows.table.num_rows, np.bool_)
        for cell in rows.cells_of(condition.field):
            coded = rows.codes_of(cell.header)
            values = coded.values.to_pylist()
            held |= np.array([_meets(v, condition, cell) for v in values], np.bool_)[coded.codes]
        about &= held if condition.wanted else ~held
    return about


def _meets(value: str, condition: Condition, cell: Cell) -> bool:
    if not condition.values:
        return bool(value)
    same = _folded(cell)
    return same(value) in {same(one) for one in condition.values}


def _folded(cell: Cell) -> Callable[[str], str]:
    of_country = cell.attribute.partition("#")[0] == "country"
    return (lambda text: country_code(text) or text.casefold()) if of_country else str.casefold


def _column(rule: Rule, cell: Cell, rows: Rows, about: Mask) -> Column:
    check = rule.check
    asked = (*check.beside(), *check.hints())
    coded = rows.codes_of(cell.header, trimmed=not check.sees_raw)
    if asked:
        found = [rows.cell_beside(name, cell) for name in asked]
        others = tuple(one.header if one else None for one in found)
        coded = rows.combined(cell.header, others, trimmed=not check.sees_raw)
    reasons, blank = _reasons(check, coded, cell)
    failing = np.array([reason is not None for reason in reasons], np.bool_)
    return Column(cell, coded, reasons, failing[coded.codes] & about, blank[coded.codes] & about)


def _reasons(check: Check, coded: Coded, cell: Cell) -> tuple[list[str | None], Mask]:
    """The reason of each code (None: passes, or has no value), and which codes have no value."""
    first = coded.first if coded.first is not None else np.arange(len(coded.values))
    sure = check.surely(coded.values, cell)
    passing = np.zeros(len(first), np.bool_)
    if sure is not None:
        passing = pc.fill_null(sure, False).to_numpy(zero_copy_only=False)[first]
    blank = pc.equal(pc.utf8_trim_whitespace(coded.values), "").to_numpy(zero_copy_only=False)
    blank = blank[first].astype(np.bool_)
    asked = ~passing if check.sees_empty else ~passing & ~blank
    at = np.flatnonzero(asked)
    values = coded.values.take(pa.array(first[at])).to_pylist()
    reasons: list[str | None] = [None] * len(first)
    for code, value in zip(at.tolist(), values, strict=True):
        beside = coded.beside[code] if coded.beside else ()
        reasons[code] = check.judge(value, beside, cell)
    return reasons, blank


def _gathered(rule: Rule, rows: Rows, about: Mask, columns: list[Column]) -> Judged:
    """The failures of all columns of a field. Of several columns one filled is enough for
    `required`; any other check is asked of each that is filled.
    """
    if isinstance(rule.check, Required) and len(columns) > 1:
        together = np.logical_and.reduce([column.failed for column in columns])
        first = columns[0]
        columns = [Column(first.cell, first.coded, first.reasons, together, first.empty)]
    failed = np.logical_or.reduce([column.failed for column in columns])
    empty = np.logical_and.reduce([column.empty for column in columns]) & ~failed
    total = int(about.sum())
    counts = Counts(
        total - int(failed.sum()) - int(empty.sum()), int(failed.sum()), int(empty.sum())
    )
    parts = [_part(rule, rows, column) for column in columns if column.failed.any()]
    arrays = [pa.concat_arrays(list(group)) for group in zip(*parts, strict=True)]
    return Judged(rows, counts, *(arrays or _NONE))


_NONE = [pa.array([], pa.int64()), *(pa.array([], pa.string()) for _ in range(5))]


def _part(rule: Rule, rows: Rows, column: Column) -> list[pa.Array]:
    at = np.flatnonzero(column.failed)
    positions = pa.array(at, pa.int64())
    reasons = pa.array(column.reasons, pa.string()).take(pa.array(column.coded.codes[at]))
    raw = rows.text(column.cell.header).take(positions)
    return [
        positions,
        pa.array([column.cell.header] * len(at), pa.string()),
        pc.if_else(pc.equal(raw, ""), None, raw),
        reasons,
        pa.array([rule.on_fail] * len(at), pa.string()),
        pa.nulls(len(at), pa.string()),
    ]
