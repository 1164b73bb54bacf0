"""One rule applied to many rows: which fail, why, and what a correction puts in their place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tellonce.rules.checks.across import Unique
from tellonce.rules.checks.codes import country_of
from tellonce.rules.checks.presence import Required
from tellonce.rules.checks.sql import Holds, Select
from tellonce.rules.corrections import CORRECTIONS
from tellonce.rules.sandbox import BadSql, literal_reason, select
from tellonce.rules.table import BLANKS, Coded, Codes, Mask, Rows, mask_of
from tellonce.rules.types import Cell, Check, Condition, Counts, NotEvaluated, Rule

_PASSES = -1  # in place of a reason


@dataclass(frozen=True)
class Judged:
    """What one rule says of rows: the columns of FAILURES, counts, and the rows after it."""

    rows: Rows
    counts: Counts
    failures: tuple[pa.Array, ...]


@dataclass(frozen=True)
class Column:
    """What a rule says of one column: by row whether it fails and whether it is empty, and by code
    which of the reasons it fails for (-1: none) and what a correction makes of the value (None:
    nothing).
    """

    cell: Cell
    coded: Coded
    reasons: list[str]
    why: Codes
    failed: Mask
    empty: Mask
    corrected: list[str | None] | None = None


def judged(rule: Rule, rows: Rows) -> Judged | NotEvaluated:
    """What a rule says of rows, or why it could not run."""
    why = obstacle(rule, rows)
    if why:
        return NotEvaluated(rule.id, why)
    about = about_rows(rule.when, rows)
    if isinstance(rule.check, Holds | Select):
        return _of_sql(rule, rows, about)
    columns = [_column(rule, cell, rows, about) for cell in rows.cells_of(rule.field)]
    return _gathered(rule, rows, about, columns)


def obstacle(rule: Rule, rows: Rows) -> str:
    """Why a rule cannot be judged on these rows, "" where it can."""
    if rule.scope == "customer":
        return "it compares records of one customer, which rows of one source do not tell"
    missing = [name for name in rule.fields if not rows.cells_of(name)]
    if missing:
        return f"the rows have no field {missing[0]}"
    lacking = rule.check.lacking(rows.facts)
    if not lacking and rule.correction:
        lacking = CORRECTIONS[rule.correction].lacking(rows.facts)
    return lacking


def about_rows(when: tuple[Condition, ...], rows: Rows) -> Mask:
    """Which rows the conditions hold for."""
    about = np.ones(rows.table.num_rows, np.bool_)
    for condition in when:
        held = np.zeros(rows.table.num_rows, np.bool_)
        for cell in rows.cells_of(condition.field):
            coded = rows.codes_of(cell.header)
            values = coded.values.to_pylist()
            held |= np.array([meets(v, condition, cell) for v in values], np.bool_)[coded.codes]
        about &= held if condition.wanted else ~held
    return about


def meets(value: str, condition: Condition, cell: Cell) -> bool:
    """Whether a value is one of those of a condition, before `wanted` turns that round."""
    if not condition.values:
        return bool(value)
    same = _folded(cell)
    return same(value) in {same(one) for one in condition.values}


def _folded(cell: Cell) -> Callable[[str], str]:
    if cell.attribute.partition("#")[0] == "country" or cell.header.lower() == "country":
        return lambda text: country_of(text) or text.casefold()
    return str.casefold


def asked_beside(rule: Rule) -> tuple[str, ...]:
    """The fields a rule and its correction read beside the value, those of the check first."""
    correction = CORRECTIONS[rule.correction].hints if rule.correction else ()
    return (*rule.check.beside(), *rule.check.hints(), *correction)


def _column(rule: Rule, cell: Cell, rows: Rows, about: Mask) -> Column:
    check = rule.check
    asked = asked_beside(rule)
    coded = rows.codes_of(cell.header, trimmed=not check.sees_raw)
    if asked:
        found = [rows.cell_beside(name, cell) for name in asked]
        cell = replace(cell, orders_beside=tuple(one.order if one else cell.order for one in found))
        others = tuple(one.header if one else None for one in found)
        coded = rows.combined(cell.header, others, trimmed=not check.sees_raw)
    if isinstance(check, Unique):
        return _unique(rule, cell, coded, rows, about)
    reasons, why, blank = _reasons(check, coded, cell)
    corrected = _corrected(rule, coded, cell, why) if rule.on_fail == "correct" else None
    return Column(
        cell,
        coded,
        reasons,
        why,
        (why >= 0)[coded.codes] & about,
        blank[coded.codes] & about,
        corrected,
    )


def _reasons(check: Check, coded: Coded, cell: Cell) -> tuple[list[str], Codes, Mask]:
    """The reasons there are, which of them each code fails for (-1: it passes, or nothing is said),
    and of which nothing is said.
    """
    values = coded.combinations()
    own = len(check.beside()) + len(check.hints())
    columns = coded.columns_beside(own)
    blank = coded.blank().copy()
    asked = np.ones(len(values), np.bool_) if check.sees_empty else ~blank
    sure = check.surely(values, columns, cell)
    if sure is not None:
        asked &= ~mask_of(sure)
    told: dict[str, int] = {}
    why = np.full(len(values), _PASSES)
    if asked.any():
        for fails, reason in check.plainly(values, columns, cell):
            plain = asked & mask_of(fails)
            why[plain] = told.setdefault(reason, len(told))
            asked &= ~plain
    at = np.flatnonzero(asked)
    for code, value in zip(at.tolist(), values.take(pa.array(at)).to_pylist(), strict=True):
        said = check.judge(value, coded.beside[code][:own] if own else (), cell)
        if said == "":
            blank[code] = True
        elif said is not None:
            why[code] = told.setdefault(said, len(told))
    return list(told), why, blank


def _corrected(rule: Rule, coded: Coded, cell: Cell, why: Codes) -> list[str | None]:
    """By code what the correction makes of a value that fails, None where it does not help."""
    made: list[str | None] = [None] * len(why)
    at = np.flatnonzero(why >= 0)
    failing = coded.combinations().take(pa.array(at)).to_pylist()
    for code, value in zip(at.tolist(), failing, strict=True):
        beside = coded.beside[code] if coded.beside else ()
        made[code] = put_right(rule, value, beside, cell)
    return made


def put_right(rule: Rule, value: str, beside: tuple[str, ...], cell: Cell) -> str | None:
    """What the correction of a rule makes of a value; None where the check finds it wrong still."""
    own = len(rule.check.beside()) + len(rule.check.hints())
    made = CORRECTIONS[rule.correction].apply(value, beside[own:], cell)
    if made is None or made == value:
        return None
    bare = made if rule.check.sees_raw else made.strip(BLANKS)
    if not made.strip(BLANKS) and not rule.check.sees_empty:
        return made
    return made if rule.check.judge(bare, beside[:own], cell) is None else None


def _unique(rule: Rule, cell: Cell, coded: Coded, rows: Rows, about: Mask) -> Column:
    """Rows that share what they say with another row, or with a record that is held already."""
    check = rule.check
    assert isinstance(check, Unique)
    beside = coded.columns_beside(len(check.others))
    made = check.comparables(coded.combinations(), beside, cell.attribute).dictionary_encode()
    group = made.indices.to_numpy(zero_copy_only=False).astype(np.int64)
    names, blank = made.dictionary, coded.blank()
    counted = about & ~blank[coded.codes]
    times = np.bincount(group[coded.codes[counted]], minlength=len(names))
    why = np.where(times[group] > 1, 0, _PASSES)
    if rows.facts.known and len(names):
        held = rows.facts.known(rule.field, names.to_pylist())
        known = mask_of(pc.is_in(names, pa.array(sorted(held), pa.string())))
        why[(why == _PASSES) & known[group]] = 1
    why[blank] = _PASSES
    failed, empty = (why >= 0)[coded.codes] & about, blank[coded.codes] & about
    return Column(cell, coded, list(_NOT_UNIQUE), why, failed, empty)


_NOT_UNIQUE = (
    "is not unique: another row says the same",
    "is not unique: another record of the source says the same",
)


def _of_sql(rule: Rule, rows: Rows, about: Mask) -> Judged | NotEvaluated:
    """A rule in SQL: about whole rows, so its failures have no value."""
    check = rule.check
    try:
        if isinstance(check, Holds):
            found = select(check.statement, rows.as_text())
            reasons = {
                row: f"does not fulfil {check.expression}" for row, held in found if held is False
            }
            unsaid = [row for row, held in found if held is None]
        else:
            assert isinstance(check, Select)
            why = literal_reason(check.statement) or "is found by its SQL"
            found = select(check.statement, rows.as_text())
            reasons, unsaid = _found_rows(found, len(about), why), []
    except BadSql as error:
        return NotEvaluated(rule.id, f"its SQL could not be run: {error}")
    at = np.array(sorted(row for row in reasons if about[row]), np.int64)
    empty = int(sum(about[row] for row in unsaid))
    counts = Counts(int(about.sum()) - len(at) - empty, len(at), empty)
    return Judged(rows, counts, (
        pa.array(at), pa.array([rule.field] * len(at), pa.string()), pa.nulls(len(at), pa.string()),
        pa.array([reasons[row] for row in at.tolist()], pa.string()),
        pa.array([rule.on_fail] * len(at), pa.string()), pa.nulls(len(at), pa.string()),
    ))  # fmt: skip


def _found_rows(found: list[tuple[object, ...]], count: int, why: str) -> dict[int, str]:
    """Row -> reason, of the result of a SELECT; what it says beside a row is never looked at.
    Raises BadSql where its first column is no row.
    """
    for row, *_ in found:
        if not isinstance(row, int) or isinstance(row, bool) or not 0 <= row < count:
            raise BadSql("its first column is not the row, as in `select row from rows where ...`")
    return {row: why for row, *_ in found if isinstance(row, int)}


def _gathered(rule: Rule, rows: Rows, about: Mask, columns: list[Column]) -> Judged:
    """The failures of all columns of a field. Of several columns one filled is enough for
    `required`; any other check is asked of each that is filled.
    """
    if isinstance(rule.check, Required) and len(columns) > 1:
        together = np.logical_and.reduce([column.failed for column in columns])
        columns = [replace(columns[0], failed=together)]
    failed = np.logical_or.reduce([column.failed for column in columns])
    empty = np.logical_and.reduce([column.empty for column in columns]) & ~failed
    total, wrong, none = int(about.sum()), int(failed.sum()), int(empty.sum())
    if isinstance(rule.check, Required):
        none = 0
    parts = []
    for column in columns:
        if column.failed.any():
            parts.append(_part(rule, rows, column))
            rows = _put_in(rows, column)
    arrays = tuple(pa.concat_arrays(list(group)) for group in zip(*parts, strict=True))
    return Judged(rows, Counts(total - wrong - none, wrong, none), arrays)


def _part(rule: Rule, rows: Rows, column: Column) -> list[pa.Array]:
    """The columns of FAILURES behind the rule, for one column."""
    at = np.flatnonzero(column.failed)
    positions, codes = pa.array(at, pa.int64()), pa.array(column.coded.codes[at])
    raw = rows.text(column.cell.header).take(positions)
    made = pa.nulls(len(at), pa.string())
    if column.corrected is not None:
        made = pa.array(column.corrected, pa.string()).take(codes)
    helped = made.is_valid().to_numpy(zero_copy_only=False).astype(np.int64)
    why = column.why[column.coded.codes[at]]
    told = [told_of(rule, reason, put) for reason in column.reasons for put in (None, "")]
    outcomes = [outcome_of(rule, put) for put in (None, "")]
    return [
        positions,
        pa.repeat(pa.scalar(column.cell.header, pa.string()), len(at)),
        pc.if_else(pc.equal(raw, ""), None, raw),
        pa.array(told, pa.string()).take(pa.array(2 * why + helped)),
        pa.array(outcomes, pa.string()).take(pa.array(helped)),
        made,
    ]


def told_of(rule: Rule, reason: str, made: str | None) -> str:
    """The reason, with what a correction did about it."""
    if not rule.correction:
        return reason
    helped = "corrected by" if made is not None else "not helped by"
    return f"{reason}; {helped} the correction {rule.correction!r}"


def outcome_of(rule: Rule, made: str | None) -> str:
    """What happens to a value that fails."""
    return rule.otherwise if rule.on_fail == "correct" and made is None else rule.on_fail


def _put_in(rows: Rows, column: Column) -> Rows:
    """The rows with what the correction made of the values that fail."""
    if column.corrected is None:
        return rows
    made = pa.array(column.corrected, pa.string()).take(pa.array(column.coded.codes))
    changed = pc.and_(pa.array(column.failed), made.is_valid())
    if not pc.any(changed).as_py():
        return rows
    header = column.cell.header
    old = rows.table[header].combine_chunks()
    kept = old if pa.types.is_string(rows.table.schema.field(header).type) else rows.text(header)
    return rows.with_column(header, pc.if_else(changed, made, kept))
