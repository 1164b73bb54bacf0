"""Rows as rules see them: text by field, coded once however many rules ask."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from tellonce.engine.standardise.dates import DateOrder
from tellonce.engine.standardise.headers import slug
from tellonce.rules.types import Cell, Facts

Codes = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
_NO_ORDER = {True: DateOrder(True, False), False: DateOrder(False, False)}


@dataclass(frozen=True)
class Coded:
    """A column (or several, side by side) as codes into distinct values; "" is no value.

    values   distinct values of the column itself
    beside   per distinct combination: the values of the further columns
    codes    row -> combination;  first: combination -> index into `values`
    """

    values: pa.Array
    codes: Codes
    first: Codes | None = None
    beside: tuple[tuple[str, ...], ...] = ()


@dataclass
class Rows:
    """A table with what was already read of it. `changed`: a correction made it another one."""

    table: pa.Table
    facts: Facts
    changed: bool = False
    cells: dict[str, tuple[Cell, ...]] = field(default_factory=dict)
    raw: dict[str, pa.Array] = field(default_factory=dict)
    coded: dict[tuple[str, bool], Coded] = field(default_factory=dict)

    def cells_of(self, name: str) -> tuple[Cell, ...]:
        """Where values of a field stand: headers of that name, and headers recognised as it."""
        if name not in self.cells:
            found = [self._cell(header) for header in self.table.column_names]
            wanted = slug(name)
            kept = [c for c in found if c.header == name or name in _names(c)]
            kept = kept or [c for c in found if slug(c.header) == wanted]
            self.cells[name] = tuple(kept)
        return self.cells[name]

    def _cell(self, header: str) -> Cell:
        facts = self.facts
        order = facts.orders.get(header) or _NO_ORDER[facts.country != "US"]
        return Cell(header, facts.attributes.get(header, ""), order, facts)

    def cell_beside(self, name: str, cell: Cell) -> Cell | None:
        """Of several columns of a field the one of the same group as `cell`, else the main one."""
        found = self.cells_of(name)
        group = cell.attribute.partition("#")[2]
        for wanted in (group, ""):
            for one in found:
                if one.attribute.partition("#")[2] == wanted:
                    return one
        return found[0] if found else None

    def text(self, header: str) -> pa.Array:
        """A column as delivered, as one array of texts, "" where nothing is."""
        if header not in self.raw:
            column = self.table[header].combine_chunks()
            if isinstance(column, pa.ChunkedArray):  # of no chunks at all
                column = pa.concat_arrays(column.chunks) if column.num_chunks else None
            self.raw[header] = _as_text(column)
        return self.raw[header]

    def codes_of(self, header: str, *, trimmed: bool = True) -> Coded:
        """A column coded, its values trimmed or as delivered."""
        key = (header, trimmed)
        if key not in self.coded:
            text = self.text(header)
            if trimmed:
                text = pc.utf8_trim_whitespace(text)
            made = text.dictionary_encode()
            codes = made.indices.to_numpy(zero_copy_only=False).astype(np.int64)
            self.coded[key] = Coded(made.dictionary, codes)
        return self.coded[key]

    def combined(self, header: str, others: tuple[str | None, ...], *, trimmed: bool) -> Coded:
        """A column coded together with others (None: a column of nothing)."""
        own = self.codes_of(header, trimmed=trimmed)
        if not any(others):
            count = len(own.values)
            return Coded(own.values, own.codes, np.arange(count), (("",) * len(others),) * count)
        further = [self.codes_of(other) if other else None for other in others]
        mixed = own.codes
        for one in further:
            if one is not None:
                mixed = _dense(mixed * len(one.values) + one.codes)
        distinct, at, codes = np.unique(mixed, return_index=True, return_inverse=True)
        columns = [
            one.values.take(pa.array(one.codes[at])).to_pylist() if one else [""] * len(distinct)
            for one in further
        ]
        beside = tuple(zip(*columns, strict=True))
        return Coded(own.values, codes.reshape(-1), own.codes[at], beside)

    def with_column(self, header: str, text: pa.Array) -> Rows:
        """The rows with another text in a column, null where there is none."""
        at = self.table.schema.get_field_index(header)
        table = self.table.set_column(at, pa.field(header, pa.string()), text)
        raw = {name: array for name, array in self.raw.items() if name != header}
        coded = {key: one for key, one in self.coded.items() if key[0] != header}
        return replace(self, table=table, changed=True, raw=raw, coded=coded)


def rows_of(table: pa.Table, facts: Facts) -> Rows:
    """Rows of which nothing was read yet."""
    return Rows(table, facts)


def _names(cell: Cell) -> tuple[str, ...]:
    """What the recognised attribute of a cell may be called in a rule: `identifier:pesel` is
    `pesel` too, `email#work` is `email` too.
    """
    attribute = cell.attribute.partition("#")[0]
    if not attribute:
        return ()
    return cell.attribute, attribute, attribute.partition(":")[2] or attribute


def _as_text(column: pa.Array | None) -> pa.Array:
    if column is None:
        return pa.array([], pa.string())
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if not pa.types.is_string(column.type):
        try:
            column = column.cast(pa.string())
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
            column = pa.nulls(len(column), pa.string())
    return pc.fill_null(column, "")


def _dense(codes: Codes) -> Codes:
    """The same grouping in small numbers, so that mixing never overflows."""
    return np.unique(codes, return_inverse=True)[1].reshape(-1).astype(np.int64)
