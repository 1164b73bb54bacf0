"""Rows as rules see them: text by field, coded once however many rules ask."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from tellonce.engine.standardise.dates import DateOrder
from tellonce.engine.standardise.headers import slug
from tellonce.rules.types import Cell, Facts

Codes = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
# What may stand around a value without being part of it: what Unicode calls white space.
BLANKS = "".join(map(chr, (9, 10, 11, 12, 13, 32, 0x85, 0xA0, 0x1680, *range(0x2000, 0x200B))))
BLANKS += "\u2028\u2029\u202f\u205f\u3000"
_NO_ORDER = {True: DateOrder(True, False), False: DateOrder(False, False)}


def mask_of(said: pa.Array) -> Mask:
    """A mask of Arrow; null is false."""
    mask: Mask = pc.fill_null(said, False).to_numpy(zero_copy_only=False).astype(np.bool_)
    return mask


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

    def combinations(self) -> pa.Array:
        """The value of each combination."""
        return self.values if self.first is None else self.values.take(pa.array(self.first))

    def columns_beside(self, count: int) -> list[pa.Array]:
        """The first so many of the further columns, per combination."""
        return [pa.array([one[n] for one in self.beside], pa.string()) for n in range(count)]

    def blank(self) -> Mask:
        """Which combinations have no value."""
        bare = pc.utf8_trim(self.combinations(), BLANKS)
        return mask_of(pc.equal(bare, ""))


@dataclass
class Rows:
    """A table with what was already read of it. `changed`: a correction made it another one."""

    table: pa.Table
    facts: Facts
    changed: bool = False
    cells: dict[str, tuple[Cell, ...]] | None = None
    raw: dict[str, pa.Array] = field(default_factory=dict)
    coded: dict[tuple[str, bool], Coded] = field(default_factory=dict)

    def cells_of(self, name: str) -> tuple[Cell, ...]:
        """Where values of a field stand: headers of that name, and headers recognised as it; else
        headers that are written a little differently.
        """
        if self.cells is None:
            self.cells = _index(self.table.column_names, self.facts)
        if name not in self.cells:
            self.cells[name] = self.cells.get(f"\0{_slug(name)}", ())
        return self.cells[name]

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
                text = pc.utf8_trim(text, BLANKS)
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

    def as_text(self) -> pa.Table:
        """The table with every column as text, blank as null; what SQL is asked over."""
        texts = [self.text(header) for header in self.table.column_names]
        blank = [pc.if_else(pc.equal(pc.utf8_trim(t, BLANKS), ""), None, t) for t in texts]
        return pa.table(blank, names=self.table.column_names)

    def with_column(self, header: str, text: pa.Array) -> Rows:
        """The rows with another text in a column, null where there is none."""
        at = self.table.schema.get_field_index(header)
        table = self.table.set_column(at, pa.field(header, pa.string()), text)
        raw = {name: array for name, array in self.raw.items() if name != header}
        coded = {key: one for key, one in self.coded.items() if key[0] != header}
        return replace(self, table=table, changed=True, raw=raw, coded=coded)


def _index(headers: list[str], facts: Facts) -> dict[str, tuple[Cell, ...]]:
    """Every name a column goes by -> the columns, in their order; below \\0 its plain spelling."""
    found: dict[str, list[Cell]] = {}
    for header in headers:
        order = facts.orders.get(header) or _NO_ORDER[facts.country != "US"]
        cell = Cell(header, facts.attributes.get(header, ""), order, facts)
        for name in dict.fromkeys((header, *_names(cell.attribute), f"\0{_slug(header)}")):
            found.setdefault(name, []).append(cell)
    return {name: tuple(cells) for name, cells in found.items()}


@lru_cache(maxsize=4096)
def _slug(header: str) -> str:
    return slug(header)


@lru_cache(maxsize=4096)
def _names(attribute: str) -> tuple[str, ...]:
    """What a recognised attribute may be called in a rule: `identifier:pesel` is `pesel` too,
    `email#work` is `email` too.
    """
    bare = attribute.partition("#")[0]
    return (attribute, bare, bare.partition(":")[2] or bare) if bare else ()


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
