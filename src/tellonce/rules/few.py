"""Rules applied to a few rows: the same judges without columns, whose fixed cost would outweigh
what they save.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import pyarrow as pa

from tellonce.rules.checks.presence import Required
from tellonce.rules.judging import (
    Judged,
    asked_beside,
    judged,
    meets,
    obstacle,
    outcome_of,
    put_right,
    told_of,
)
from tellonce.rules.table import BLANKS, Rows
from tellonce.rules.types import (
    FAILURES,
    Cell,
    Counts,
    Evaluation,
    Facts,
    NotEvaluated,
    Rule,
    RuleSet,
)

FEW = 8
# row, place of the rule, place of the column, then the columns of FAILURES behind the row
Failure = tuple[int, int, int, str, str, str | None, str, str, str | None]


@dataclass(frozen=True)
class _Wrong:
    """What is wrong with one value, and what the correction makes of it."""

    row: int
    raw: str
    reason: str
    made: str | None


@dataclass(frozen=True)
class _Column:
    """One column judged: what is wrong, and the rows of which nothing is said."""

    cell: Cell
    wrong: list[_Wrong]
    empty: set[int]


class _FewRows:
    """A few rows as lists of texts, and what corrections made of them."""

    def __init__(self, table: pa.Table, facts: Facts) -> None:
        self.rows = Rows(table, facts)
        self.count = table.num_rows
        self.changed: set[str] = set()
        self._texts: dict[str, list[str]] = {}

    def texts(self, header: str) -> list[str]:
        """A column as delivered, or corrected; "" where nothing is."""
        if header not in self._texts:
            column = self.rows.table[header]
            if pa.types.is_string(column.type):
                self._texts[header] = [text or "" for text in column.to_pylist()]
            else:
                self._texts[header] = self.rows.text(header).to_pylist()
        return self._texts[header]

    def put(self, header: str, row: int, text: str) -> None:
        """Put a corrected value in."""
        self.texts(header)[row] = text
        self.changed.add(header)

    def table(self) -> pa.Table:
        """The rows with what was corrected; the very same table where nothing was."""
        table = self.rows.table
        for header in self.changed:
            at = table.schema.get_field_index(header)
            texts: list[str | None] = list(self.texts(header))
            if pa.types.is_string(table.schema.field(at).type):
                was = table[header].to_pylist()
                texts = [
                    None if old is None and not new else new
                    for old, new in zip(was, texts, strict=True)
                ]
            table = table.set_column(at, header, pa.array(texts, pa.string()))
        return table


def evaluate_few(rules: RuleSet, table: pa.Table, facts: Facts) -> Evaluation:
    """The same as `evaluate`, value by value."""
    rows = _FewRows(table, facts)
    failures: list[Failure] = []
    silent: list[NotEvaluated] = []
    counts: dict[str, Counts] = {}
    for place, rule in rules.in_order:
        why = obstacle(rule, rows.rows)
        done = NotEvaluated(rule.id, why) if why else None
        if done is None and (rule.scope != "row" or not rule.field):
            found = judged(rule, Rows(rows.table(), facts))
            if isinstance(found, NotEvaluated):
                done = found
            else:
                counts[rule.id] = found.counts
                failures += _of_columns(place, rule, found)
        elif done is None:
            counts[rule.id] = _judged(place, rule, rows, failures)
        if done is not None:
            silent.append(done)
    failures.sort(key=lambda one: one[:3])
    return Evaluation(_table(failures), tuple(silent), counts, rows.table(), rules.fingerprint)


def _judged(place: int, rule: Rule, rows: _FewRows, failures: list[Failure]) -> Counts:
    """What a rule says of the rows: adds to `failures`, puts corrections in, and counts."""
    about = [row for row in range(rows.count) if _is_about(rule, rows, row)]
    columns = [_column(rule, cell, rows, about) for cell in rows.rows.cells_of(rule.field)]
    wrong = [{one.row for one in column.wrong} for column in columns]
    required = isinstance(rule.check, Required)
    if required and len(columns) > 1:
        together = set.intersection(*wrong)
        kept = [one for one in columns[0].wrong if one.row in together]
        columns, wrong = [replace(columns[0], wrong=kept)], [together]
    for at, column in enumerate(columns):
        header = column.cell.header
        for one in column.wrong:
            told = told_of(rule, one.reason, one.made)
            outcome = outcome_of(rule, one.made)
            raw = one.raw or None
            failures.append((one.row, place, at, rule.id, header, raw, told, outcome, one.made))
            if one.made is not None:
                rows.put(header, one.row, one.made)
    failed = set.union(*wrong)
    empty = set() if required else set.intersection(*(one.empty for one in columns)) - failed
    return Counts(len(about) - len(failed) - len(empty), len(failed), len(empty))


def _is_about(rule: Rule, rows: _FewRows, row: int) -> bool:
    for condition in rule.when:
        cells = rows.rows.cells_of(condition.field)
        held = any(
            meets(rows.texts(cell.header)[row].strip(BLANKS), condition, cell) for cell in cells
        )
        if held != condition.wanted:
            return False
    return True


def _column(rule: Rule, cell: Cell, rows: _FewRows, about: list[int]) -> _Column:
    check = rule.check
    asked = asked_beside(rule)
    others = [rows.rows.cell_beside(name, cell) for name in asked]
    if asked:
        orders = tuple(one.order if one else cell.order for one in others)
        cell = replace(cell, orders_beside=orders)
    own = len(check.beside()) + len(check.hints())
    texts = rows.texts(cell.header)
    found = _Column(cell, [], set())
    for row in about:
        raw = texts[row]
        bare = raw.strip(BLANKS)
        if not bare and not check.sees_empty:
            found.empty.add(row)
            continue
        beside = tuple(rows.texts(o.header)[row].strip(BLANKS) if o else "" for o in others)
        value = raw if check.sees_raw else bare
        reason = check.judge(value, beside[:own], cell)
        if reason == "":
            found.empty.add(row)
        elif reason is not None:
            made = put_right(rule, value, beside, cell) if rule.on_fail == "correct" else None
            found.wrong.append(_Wrong(row, raw, reason, made))
    return found


def _of_columns(place: int, rule: Rule, found: Judged) -> list[Failure]:
    """Failures of a rule that looks at all rows at once."""
    if not found.failures:
        return []
    columns = [column.to_pylist() for column in found.failures]
    return [(row, place, 0, rule.id, *further) for row, *further in zip(*columns, strict=True)]


def _table(failures: list[Failure]) -> pa.Table:
    if not failures:
        return FAILURES.empty_table()
    rows, _, _, *columns = zip(*failures, strict=True)
    arrays = [pa.array(rows, pa.int64()), *(pa.array(one, pa.string()) for one in columns)]
    return pa.Table.from_arrays(arrays, schema=FAILURES)
